/* Whole reads and writes, files that appear at once, and removal of hostile trees. */
#include "../faults.h"
#include "../refuse_call.h"
#include "base/os/output.h"
#include "base/os/owned.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

struct pipe_of {
	int from, to;
};

static struct pipe_of pipe_open(void)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	return (struct pipe_of){ends[0], ends[1]};
}

static const char *fd_name(struct fixture *f, int fd)
{
	return arena_cstr(&f->arena, arena_fmt(&f->arena, "/dev/fd/%d", fd));
}

static void assert_holds(struct fixture *f, const char *name, const char *text)
{
	struct str got;

	assert_ok(file_read(below(f, name), KIB(1), &f->arena, &got, &f->err), &f->err);
	assert_str(got, text);
}

static void files_there_and_back(void **state)
{
	struct fixture *f = *state;
	const char *path = below(f, "a");
	struct str got;
	struct stat st;

	assert_ok(file_write(path, STR("one\0two"), 0640, &f->err), &f->err);
	assert_ok(file_read(path, KIB(1), &f->arena, &got, &f->err), &f->err);
	assert_true(str_eq(got, STR("one\0two")));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0027, 0);
	assert_ok(file_write(path, STR(""), 0600, &f->err), &f->err);
	assert_ok(file_read(path, KIB(1), &f->arena, &got, &f->err), &f->err);
	assert_str(got, "");
}

static void a_read_has_a_cap(void **state)
{
	struct fixture *f = *state;
	struct str got;

	assert_ok(file_write(below(f, "a"), STR("12345"), 0600, &f->err), &f->err);
	assert_int_equal(file_read(below(f, "a"), 4, &f->arena, &got, &f->err), -1);
	assert_err(&f->err, ERR_LIMIT, "more than 4 bytes");
	assert_ok(file_read(below(f, "a"), 5, &f->arena, &got, &f->err), &f->err);
	assert_str(got, "12345");
	assert_int_equal(file_read(below(f, "none"), 5, &f->arena, &got, &f->err), -1);
	assert_err(&f->err, ERR_IO, "none: No such file");
	assert_int_equal(f->err.sys, ENOENT);
}

/* A file is the old one or the new one, and nothing is left beside it. */
static void a_failed_write_leaves_the_old_file(void **state)
{
	static const char *const faults[] = {"file-write", "file-sync"};
	struct fixture *f = *state;
	struct str got;

	NEED_FAULTS();
	assert_ok(file_write(below(f, "a"), STR("old"), 0600, &f->err), &f->err);
	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		assert_int_equal(setenv("PLIMSOLL_FAULT", faults[i], 1), 0);
		assert_int_equal(file_write(below(f, "a"), STR("new"), 0600, &f->err), -1);
		assert_int_equal(f->err.code, ERR_IO);
		assert_int_equal(unsetenv("PLIMSOLL_FAULT"), 0);
		assert_ok(file_read(below(f, "a"), 9, &f->arena, &got, &f->err), &f->err);
		assert_str(got, "old");
		/* Nothing but `a`: else the folder could not be removed so. */
		assert_int_equal(rmdir(f->folder), -1);
	}
	assert_int_equal(unlink(below(f, "a")), 0);
	assert_int_equal(rmdir(f->folder), 0);
	assert_int_equal(mkdir(f->folder, 0700), 0);
}

static void a_write_does_not_follow_a_link(void **state)
{
	struct fixture *f = *state;
	struct str got;

	assert_ok(file_write(below(f, "target"), STR("kept"), 0600, &f->err), &f->err);
	assert_int_equal(symlink("target", below(f, "link")), 0);
	assert_ok(file_write(below(f, "link"), STR("new"), 0600, &f->err), &f->err);
	assert_ok(file_read(below(f, "target"), 9, &f->arena, &got, &f->err), &f->err);
	assert_str(got, "kept");
	assert_int_equal(file_write(below(f, "no/file"), STR("x"), 0600, &f->err), -1);
	assert_err(&f->err, ERR_IO, "no/file");
}

static void a_write_replaces_no_fifo(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	assert_int_equal(mkfifo(below(f, "fifo"), 0600), 0);
	assert_int_equal(file_write(below(f, "fifo"), STR("x"), 0600, &f->err), -1);
	assert_err(&f->err, ERR_IO, "a FIFO stands there");
	assert_int_equal(lstat(below(f, "fifo"), &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
}

static void a_read_waits_for_nobody(void **state)
{
	struct fixture *f = *state;
	struct str got;

	assert_int_equal(mkfifo(below(f, "fifo"), 0600), 0);
	assert_int_equal(file_read(below(f, "fifo"), 9, &f->arena, &got, &f->err), -1);
	assert_err(&f->err, ERR_IO, "is a FIFO, and a file is expected");
	assert_int_equal(file_read("/dev/zero", 9, &f->arena, &got, &f->err), -1);
	assert_err(&f->err, ERR_IO, "is a device");
	assert_int_equal(file_read(f->folder, 9, &f->arena, &got, &f->err), -1);
	assert_err(&f->err, ERR_IO, "is a folder");
}

/* As a shell gives one with <(command). */
static void a_descriptor_of_ones_own_is_read(void **state)
{
	struct fixture *f = *state;
	struct pipe_of p = pipe_open();
	struct str got;

	assert_ok(fd_write_all(p.to, STR("policy"), &f->err), &f->err);
	fd_cleanup(&p.to);
	assert_ok(file_read(fd_name(f, p.from), 9, &f->arena, &got, &f->err), &f->err);
	assert_str(got, "policy");
	fd_cleanup(&p.from);
}

static void output_goes_through_links(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	assert_ok(dir_make(below(f, "d"), 0700, &f->err), &f->err);
	assert_ok(file_write(below(f, "d/real"), STR("old"), 0600, &f->err), &f->err);
	assert_int_equal(symlink("d/second", below(f, "first")), 0);
	assert_int_equal(symlink("real", below(f, "d/second")), 0);
	assert_ok(output_write(below(f, "first"), STR("new"), 0600, &f->err), &f->err);
	assert_holds(f, "d/real", "new");
	assert_int_equal(lstat(below(f, "first"), &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	/* A link to what is not there yet makes it. */
	assert_int_equal(symlink("d/later", below(f, "third")), 0);
	assert_ok(output_write(below(f, "third"), STR("made"), 0600, &f->err), &f->err);
	assert_holds(f, "d/later", "made");
	assert_int_equal(symlink("round", below(f, "round")), 0);
	assert_int_equal(output_write(below(f, "round"), STR("x"), 0600, &f->err), -1);
	assert_int_equal(f->err.sys, ELOOP);
	assert_int_equal(output_write(below(f, "no/file"), STR("x"), 0600, &f->err), -1);
	assert_int_equal(output_write(below(f, "d/"), STR("x"), 0600, &f->err), -1);
	assert_int_equal(output_write(below(f, "d"), STR("x"), 0600, &f->err), -1);
}

static void output_goes_into_a_fifo(void **state)
{
	struct fixture *f = *state;
	int from CLEANUP_FD = -1;
	char got[8] = "";
	struct stat st;
	size_t n;

	assert_int_equal(mkfifo(below(f, "fifo"), 0600), 0);
	from = open(below(f, "fifo"), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_ok(output_write(below(f, "fifo"), STR("told"), 0600, &f->err), &f->err);
	assert_ok(fd_read_full(from, got, sizeof got, &n, &f->err), &f->err);
	assert_str(str_make(got, n), "told");
	assert_int_equal(lstat(below(f, "fifo"), &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
	fd_cleanup(&from);
	assert_int_equal(output_write(below(f, "fifo"), STR("x"), 0600, &f->err), -1);
	assert_err(&f->err, ERR_IO, "nobody reads this FIFO");
}

/* What was written before stays: a rename or an offset of one's own would lose it. */
static void output_goes_to_a_descriptor(void **state)
{
	struct fixture *f = *state;
	int fd CLEANUP_FD = open(below(f, "log"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_ok(fd_write_all(fd, STR("one "), &f->err), &f->err);
	assert_ok(output_write(fd_name(f, fd), STR("two"), 0600, &f->err), &f->err);
	assert_holds(f, "log", "one two");
	assert_int_equal(path_descriptor(fd_name(f, fd)), fd);
	assert_int_equal(path_descriptor(below(f, "log")), -1);
	assert_int_equal(path_descriptor("/dev/stdout"), 1);
	assert_int_equal(output_write("/dev/fd/999", STR("x"), 0600, &f->err), -1);
}

/* A scratch device: the machine's own are not for tests. */
static void output_leaves_a_device_one(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	if (mknod(below(f, "null"), S_IFCHR | 0600, makedev(1, 3)) != 0) {
		print_message("skipped: no device can be made here\n");
		skip();
	}
	if (output_write(below(f, "null"), STR("x"), 0600, &f->err) != 0)
		assert_int_equal(f->err.sys, EACCES); /* mounted nodev */
	assert_int_equal(lstat(below(f, "null"), &st), 0);
	assert_true(S_ISCHR(st.st_mode));
}

static void no_link_where_none_is_wanted(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(symlink("/etc/passwd", below(f, "link")), 0);
	assert_int_equal(fd_open_read(below(f, "link"), true, &f->err), -1);
	assert_int_equal(f->err.sys, ELOOP);
}

static void ranges(void **state)
{
	struct fixture *f = *state;
	int fd CLEANUP_FD = -1;
	char p[8];
	size_t n;

	assert_ok(file_write(below(f, "a"), STR("0123456789"), 0600, &f->err), &f->err);
	fd = fd_open_read(below(f, "a"), true, &f->err);
	assert_ok(fd_pread_full(fd, 7, p, sizeof p, &n, &f->err), &f->err);
	assert_str(str_make(p, n), "789");
	assert_ok(fd_pread_full(fd, 100, p, sizeof p, &n, &f->err), &f->err);
	assert_int_equal(n, 0);
	assert_int_equal(fd_pread_full(fd, UINT64_MAX, p, sizeof p, &n, &f->err), -1);
	assert_int_equal(f->err.code, ERR_FORMAT);
}

/* Not even if the program lets SIGPIPE kill it. */
static void a_closed_pipe_is_an_error_and_no_signal(void **state)
{
	struct fixture *f = *state;
	struct sigaction by_default = {.sa_handler = SIG_DFL};
	int ends[2];
	sigset_t pending;

	assert_int_equal(sigaction(SIGPIPE, &by_default, NULL), 0);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	fd_cleanup(&ends[0]);
	assert_int_equal(fd_write_all(ends[1], STR("x"), &f->err), -1);
	assert_int_equal(f->err.sys, EPIPE);
	assert_int_equal(sigpending(&pending), 0);
	assert_false(sigismember(&pending, SIGPIPE));
	fd_cleanup(&ends[1]);
}

static void folders(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	assert_ok(dir_make(below(f, "a/b//c/"), 0700, &f->err), &f->err);
	assert_ok(dir_make(below(f, "a/b/c"), 0700, &f->err), &f->err);
	assert_int_equal(stat(below(f, "a/b/c"), &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	assert_ok(file_write(below(f, "file"), STR(""), 0600, &f->err), &f->err);
	assert_int_equal(dir_make(below(f, "file/x"), 0700, &f->err), -1);
	assert_int_equal(dir_make(below(f, "file"), 0700, &f->err), -1);
	assert_int_equal(dir_make("", 0700, &f->err), -1);
}

static void removing_follows_no_link(void **state)
{
	struct fixture *f = *state;

	assert_ok(dir_make(below(f, "keep/inner"), 0700, &f->err), &f->err);
	assert_ok(file_write(below(f, "keep/file"), STR("x"), 0600, &f->err), &f->err);
	assert_ok(dir_make(below(f, "gone/a"), 0700, &f->err), &f->err);
	assert_int_equal(symlink("../keep", below(f, "gone/link")), 0);
	assert_int_equal(symlink("../../keep", below(f, "gone/a/link")), 0);
	assert_int_equal(symlink("/nonexistent", below(f, "gone/broken")), 0);
	assert_int_equal(link(below(f, "keep/file"), below(f, "gone/hard")), 0);
	assert_ok(dir_remove(below(f, "gone"), &f->err), &f->err);
	assert_false(file_exists(below(f, "gone")));
	assert_true(file_exists(below(f, "keep/inner")));
	assert_true(file_exists(below(f, "keep/file")));
	/* A link as the thing itself: the link goes, its target stays. */
	assert_int_equal(symlink("keep", below(f, "link")), 0);
	assert_ok(dir_remove(below(f, "link"), &f->err), &f->err);
	assert_true(file_exists(below(f, "keep/inner")));
	assert_int_equal(unlink(below(f, "link")), -1);
}

static void removing_what_is_not_there(void **state)
{
	struct fixture *f = *state;

	assert_ok(dir_remove(below(f, "none"), &f->err), &f->err);
	assert_ok(file_write(below(f, "file"), STR("x"), 0600, &f->err), &f->err);
	assert_ok(dir_remove(below(f, "file"), &f->err), &f->err);
	assert_false(file_exists(below(f, "file")));
}

/* Far past PATH_MAX, and past what recursion or a descriptor a level would bear. */
static void removing_a_deep_tree(void **state)
{
	enum { DEPTH = 3000 };
	struct fixture *f = *state;
	int at = open(f->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	for (size_t i = 0; i < DEPTH; i++) {
		int next;

		assert_int_equal(mkdirat(at, "deeper-and-deeper", 0700), 0);
		next = openat(at, "deeper-and-deeper", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		assert_true(next >= 0);
		fd_cleanup(&at);
		at = next;
	}
	fd_cleanup(&at);
	assert_ok(dir_remove(below(f, "deeper-and-deeper"), &f->err), &f->err);
	assert_false(file_exists(below(f, "deeper-and-deeper")));
}

/* Names that the removal itself would use, folders shut by their owner, a wide folder. */
static void removing_a_nasty_tree(void **state)
{
	struct fixture *f = *state;

	assert_ok(dir_make(below(f, "t/.removed-0/full"), 0700, &f->err), &f->err);
	assert_ok(dir_make(below(f, "t/a/b/c"), 0700, &f->err), &f->err);
	assert_ok(file_write(below(f, "t/.removed-1"), STR("x"), 0600, &f->err), &f->err);
	assert_ok(dir_make(below(f, "t/shut/inner/x"), 0700, &f->err), &f->err);
	assert_int_equal(mkfifo(below(f, "t/a/fifo"), 0600), 0);
	assert_int_equal(chmod(below(f, "t/shut/inner"), 0), 0);
	assert_int_equal(chmod(below(f, "t/shut"), 0), 0);
	for (unsigned i = 0; i < 500; i++) {
		struct str name = arena_fmt(&f->arena, "t/a/b/\n%u", i);

		assert_int_equal(mkdir(below(f, name.p), 0500), 0);
	}
	assert_ok(dir_remove(below(f, "t"), &f->err), &f->err);
	assert_false(file_exists(below(f, "t")));
}

static void temporary_folders_are_private(void **state)
{
	struct fixture *f = *state;
	const char *path;
	struct stat st;

	assert_ok(tempdir_open(f->folder, &f->arena, &path, &f->err), &f->err);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(tempdir_open(below(f, "none"), &f->arena, &path, &f->err), -1);
	assert_err(&f->err, ERR_IO, "none");
}

/* ---- a kernel that does not go along ---- */

static int read_a_file(struct fixture *f)
{
	struct str got;

	return file_read(below(f, "file"), KIB(1), &f->arena, &got, &f->err);
}

static int read_an_open_one(struct fixture *f)
{
	int fd CLEANUP_FD = fd_open_read(below(f, "file"), false, &f->err);
	struct buf out CLEANUP(buf_release) = BUF_INIT(KIB(4));

	return fd_read_to_end(fd, &out, &f->err);
}

static int read_some(struct fixture *f)
{
	int fd CLEANUP_FD = fd_open_read(below(f, "file"), false, &f->err);
	char bytes[3];
	size_t n;

	return fd_read_full(fd, bytes, sizeof bytes, &n, &f->err);
}

static int read_a_range(struct fixture *f)
{
	int fd CLEANUP_FD = fd_open_read(below(f, "file"), false, &f->err);
	char bytes[3];
	size_t n;

	return fd_pread_full(fd, 0, bytes, sizeof bytes, &n, &f->err);
}

static int write_a_file(struct fixture *f)
{
	return file_write(below(f, "file"), STR("new"), 0600, &f->err);
}

static int write_output(struct fixture *f)
{
	return output_write(below(f, "file"), STR("new"), 0600, &f->err);
}

static int make_a_folder(struct fixture *f)
{
	return dir_make(below(f, "made/below"), 0700, &f->err);
}

static int remove_a_folder(struct fixture *f)
{
	return dir_remove(below(f, "folder"), &f->err);
}

struct refused_work {
	const char *what;
	unsigned call;
	int error;
	int (*work)(struct fixture *f);
};

/* In the forked process: 0 if the work failed as it should. */
static int work_refused(struct fixture *f, const struct refused_work *row)
{
	if (refuse_call(row->call, ANY_ARGUMENT, row->error) != 0)
		return 2;
	if (row->work(f) == 0)
		return 3;
	return f->err.code == ERR_IO && f->err.sys == row->error && f->err.text[0] != '\0' ? 0 : 4;
}

static void what_the_kernel_refuses_is_an_error(void **state)
{
	static const struct refused_work rows[] = {
	    {"read", SYS_read, EIO, read_a_file},
	    {"read to the end", SYS_read, EIO, read_an_open_one},
	    {"read some", SYS_read, EIO, read_some},
	    {"read a range", SYS_pread64, EIO, read_a_range},
	    {"open to read", SYS_openat, EMFILE, read_a_file},
	    {"write", SYS_write, ENOSPC, write_a_file},
	    {"open to write", SYS_openat, EMFILE, write_a_file},
	    {"write output", SYS_write, ENOSPC, write_output},
#ifdef SYS_rename /* other architectures have renameat and mkdirat alone */
	    {"rename", SYS_rename, EROFS, write_a_file},
	    {"make a folder", SYS_mkdir, EROFS, make_a_folder},
#endif
	    {"list a folder", SYS_getdents64, EIO, remove_a_folder},
	    {"remove", SYS_unlinkat, EPERM, remove_a_folder},
	    {"open a folder", SYS_openat, EMFILE, remove_a_folder},
	};
	struct fixture *f = *state;

	assert_ok(file_write(below(f, "file"), STR("old"), 0600, &f->err), &f->err);
	assert_ok(dir_make(below(f, "folder/a"), 0700, &f->err), &f->err);
	assert_ok(file_write(below(f, "folder/b"), STR("x"), 0600, &f->err), &f->err);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int status = -1;
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0)
			_exit(work_refused(f, &rows[i]));
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (status != 0)
			fail_msg("%s refused: status %x", rows[i].what, (unsigned)status);
	}
	assert_holds(f, "file", "old");
	assert_true(file_exists(below(f, "folder")));
	/* What was written beside it is gone too. */
	assert_ok(dir_remove(below(f, "folder"), &f->err), &f->err);
	assert_int_equal(unlink(below(f, "file")), 0);
	assert_int_equal(rmdir(f->folder), 0);
	assert_int_equal(mkdir(f->folder, 0700), 0);
}

static void paths_have_a_longest_length(void **state)
{
	static char path[5000];
	struct fixture *f = *state;

	memset(path, 'x', sizeof path - 1);
	for (size_t i = 0; i < sizeof path - 1; i += 100)
		path[i] = '/';
	assert_int_equal(dir_make(path, 0700, &f->err), -1);
	assert_int_equal(f->err.sys, ENAMETOOLONG);
	assert_int_equal(file_write(path, STR(""), 0600, &f->err), -1);
	assert_int_equal(f->err.sys, ENAMETOOLONG);
	assert_int_equal(output_write(path, STR(""), 0600, &f->err), -1);
	assert_int_equal(f->err.sys, ENAMETOOLONG);
	/* With the name of the file beside it, it is too long. */
	path[4090] = '\0';
	assert_int_equal(file_write(path, STR(""), 0600, &f->err), -1);
	assert_int_equal(f->err.sys, ENAMETOOLONG);
	assert_int_equal(dir_make("", 0700, &f->err), -1);
	assert_int_equal(f->err.sys, ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    unit_test_here(files_there_and_back),
	    unit_test_here(a_read_has_a_cap),
	    unit_test_here(a_failed_write_leaves_the_old_file),
	    unit_test_here(a_write_does_not_follow_a_link),
	    unit_test_here(a_write_replaces_no_fifo),
	    unit_test_here(a_read_waits_for_nobody),
	    unit_test_here(a_descriptor_of_ones_own_is_read),
	    unit_test_here(output_goes_through_links),
	    unit_test_here(output_goes_into_a_fifo),
	    unit_test_here(output_goes_to_a_descriptor),
	    unit_test_here(output_leaves_a_device_one),
	    unit_test_here(no_link_where_none_is_wanted),
	    unit_test_here(ranges),
	    unit_test_here(a_closed_pipe_is_an_error_and_no_signal),
	    unit_test_here(folders),
	    unit_test_here(removing_follows_no_link),
	    unit_test_here(removing_what_is_not_there),
	    unit_test_here(removing_a_deep_tree),
	    unit_test_here(removing_a_nasty_tree),
	    unit_test_here(temporary_folders_are_private),
	    unit_test_here(what_the_kernel_refuses_is_an_error),
	    unit_test_here(paths_have_a_longest_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
