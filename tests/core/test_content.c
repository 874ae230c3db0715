/* Content over memory, a file and a folder; what a hostile folder may not make us open. */
#include "base/os/fd.h"
#include "base/os/owned.h"
#include "core/content.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

struct folder {
	const char *path;
	int fd;
	struct content_dir dir;
};

static void write_file(
    struct fixture *f, const struct folder *folder, const char *name, struct str bytes)
{
	struct str path = arena_fmt(&f->arena, "%s/%s", folder->path, name);

	if (file_write(path.p, bytes, 0600, &f->err) != 0)
		fail_msg("%s", f->err.text);
}

static struct folder folder_open(struct fixture *f)
{
	struct folder folder;

	assert_int_equal(tempdir_open(NULL, &f->arena, &folder.path, &f->err), 0);
	folder.fd = open(folder.path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(folder.fd >= 0);
	assert_int_equal(mkdirat(folder.fd, "sub", 0700), 0);
	write_file(f, &folder, "Dockerfile", STR("FROM debian\n"));
	write_file(f, &folder, "sub/inner", STR("inner"));
	content_dir_init(&folder.dir, folder.fd);
	return folder;
}

static void folder_close(struct fixture *f, struct folder *folder)
{
	content_dir_release(&folder->dir);
	fd_cleanup(&folder->fd);
	assert_int_equal(dir_remove(folder->path, &f->err), 0);
}

static enum content_result read_all(
    struct fixture *f, struct content *c, const char *name, struct str *ret)
{
	return content_read_all(c, str_of(name), KIB(64), &f->arena, ret, &f->err);
}

static void assert_missing(struct fixture *f, struct content *c, const char *name)
{
	struct str bytes;

	if (read_all(f, c, name, &bytes) != CONTENT_MISSING)
		fail_msg("%s is not missing", name);
}

static void memory(void **state)
{
	struct fixture *f = *state;
	const struct str names[] = {STR("a"), STR("b"), STR("empty")};
	const struct str bytes[] = {STR("alpha"), STR("beta"), STR("")};
	struct content_memory memory;
	struct content *c = &memory.content;
	uint32_t handle;
	uint64_t size;
	struct str got;
	char p[8];
	size_t n;

	content_memory_init(&memory, names, bytes, ARRAY_LEN(names));
	assert_int_equal(read_all(f, c, "b", &got), CONTENT_OK);
	assert_str(got, "beta");
	assert_int_equal(read_all(f, c, "empty", &got), CONTENT_OK);
	assert_str(got, "");
	assert_missing(f, c, "c");
	assert_int_equal(c->ops->open(c, STR("a"), &handle, &size, &f->err), CONTENT_OK);
	assert_int_equal(size, 5);
	assert_int_equal(c->ops->read(c, handle, 3, p, sizeof p, &n, &f->err), 0);
	assert_str(str_make(p, n), "ha");
	assert_int_equal(c->ops->read(c, handle, UINT64_MAX, p, sizeof p, &n, &f->err), 0);
	assert_int_equal(n, 0);
	assert_int_equal(c->ops->read(c, 99, 0, p, 1, &n, &f->err), -1);
	c->ops->close(c, handle);
}

static void too_large_is_a_limit(void **state)
{
	struct fixture *f = *state;
	const struct str name = STR("a"), bytes = STR("12345");
	struct content_memory memory;
	struct str got;

	content_memory_init(&memory, &name, &bytes, 1);
	assert_int_equal(
	    content_read_all(&memory.content, name, 4, &f->arena, &got, &f->err), CONTENT_ERROR);
	assert_err(&f->err, ERR_LIMIT, "more than the 4 allowed");
	assert_int_equal(
	    content_read_all(&memory.content, name, 5, &f->arena, &got, &f->err), CONTENT_OK);
}

static void one_file(void **state)
{
	struct fixture *f = *state;
	struct folder folder = folder_open(f);
	struct content_file file;
	int fd CLEANUP_FD = openat(folder.fd, "sub/inner", O_RDONLY | O_CLOEXEC);
	struct str got;

	assert_int_equal(content_file_init(&file, STR("name"), fd, &f->err), 0);
	assert_int_equal(read_all(f, &file.content, "name", &got), CONTENT_OK);
	assert_str(got, "inner");
	assert_missing(f, &file.content, "inner");
	assert_int_equal(content_file_init(&file, STR("dir"), folder.fd, &f->err), -1);
	assert_err(&f->err, ERR_UNSUPPORTED, "dir is not a regular file");
	folder_close(f, &folder);
}

static void a_folder(void **state)
{
	struct fixture *f = *state;
	struct folder folder = folder_open(f);
	struct content *c = &folder.dir.content;
	struct str got;

	assert_int_equal(read_all(f, c, "Dockerfile", &got), CONTENT_OK);
	assert_str(got, "FROM debian\n");
	assert_int_equal(read_all(f, c, "sub/inner", &got), CONTENT_OK);
	assert_str(got, "inner");
	assert_missing(f, c, "nothing");
	assert_missing(f, c, "sub");
	assert_missing(f, c, "Dockerfile/x");
	folder_close(f, &folder);
}

static void names_stay_below(void **state)
{
	static const char *const names[] = {"", "/etc/passwd", "..", "../x", "sub/../Dockerfile",
	    "sub/..", ".", "./Dockerfile", "sub//inner", "sub/", "/"};
	struct fixture *f = *state;
	struct folder folder = folder_open(f);
	char *endless = arena_alloc(&f->arena, 10000);
	struct str got;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		assert_missing(f, &folder.dir.content, names[i]);
	memset(endless, 'a', 9999);
	assert_missing(f, &folder.dir.content, endless);
	assert_int_equal(content_read_all(&folder.dir.content, STR("Dockerfile\0x"), KIB(1),
			     &f->arena, &got, &f->err),
	    CONTENT_MISSING);
	folder_close(f, &folder);
}

static void links_are_not_followed(void **state)
{
	struct fixture *f = *state;
	struct folder folder = folder_open(f);

	assert_int_equal(symlinkat("/etc/passwd", folder.fd, "absolute"), 0);
	assert_int_equal(symlinkat("Dockerfile", folder.fd, "beside"), 0);
	assert_int_equal(symlinkat("sub", folder.fd, "folder"), 0);
	assert_int_equal(symlinkat("/", folder.fd, "sub/root"), 0);
	assert_int_equal(symlinkat("/proc/self/root", folder.fd, "magic"), 0);
	assert_int_equal(symlinkat("loop", folder.fd, "loop"), 0);
	assert_missing(f, &folder.dir.content, "absolute");
	assert_missing(f, &folder.dir.content, "beside");
	assert_missing(f, &folder.dir.content, "folder/inner");
	assert_missing(f, &folder.dir.content, "sub/root/etc/passwd");
	assert_missing(f, &folder.dir.content, "magic/etc/passwd");
	assert_missing(f, &folder.dir.content, "loop");
	folder_close(f, &folder);
}

/* None of them may block the reader. */
static void only_regular_files(void **state)
{
	struct fixture *f = *state;
	struct folder folder = folder_open(f);
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listener CLEANUP_FD = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(mkfifoat(folder.fd, "fifo", 0600), 0);
	(void)snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", folder.path);
	assert_int_equal(bind(listener, (const struct sockaddr *)&address, sizeof address), 0);
	assert_missing(f, &folder.dir.content, "fifo");
	assert_missing(f, &folder.dir.content, "socket");
	folder_close(f, &folder);
}

static void few_files_at_a_time(void **state)
{
	struct fixture *f = *state;
	struct folder folder = folder_open(f);
	struct content *c = &folder.dir.content;
	uint32_t handles[CONTENT_DIR_OPEN], handle;
	uint64_t size;
	char p;
	size_t n;

	for (size_t i = 0; i < CONTENT_DIR_OPEN; i++)
		assert_int_equal(
		    c->ops->open(c, STR("Dockerfile"), &handles[i], &size, &f->err), CONTENT_OK);
	assert_int_equal(c->ops->open(c, STR("sub/inner"), &handle, &size, &f->err), CONTENT_ERROR);
	assert_err(&f->err, ERR_LIMIT, "sub/inner");
	c->ops->close(c, handles[3]);
	assert_int_equal(c->ops->read(c, handles[3], 0, &p, 1, &n, &f->err), -1);
	assert_int_equal(c->ops->open(c, STR("sub/inner"), &handle, &size, &f->err), CONTENT_OK);
	assert_int_equal(size, 5);
	assert_int_equal(c->ops->read(c, 1000, 0, &p, 1, &n, &f->err), -1);
	c->ops->close(c, 1000);
	folder_close(f, &folder);
}

/* Kernels before 5.6 walk step by step. Installed in a process of its own. */
static void the_same_without_openat2(void **state)
{
	pid_t pid = fork();
	int status = -1;

	assert_true(pid >= 0);
	if (pid == 0) {
		scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

		assert_int_equal(
		    seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(openat2), 0), 0);
		assert_int_equal(seccomp_load(filter), 0);
		seccomp_release(filter);
		a_folder(state);
		names_stay_below(state);
		links_are_not_followed(state);
		only_regular_files(state);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    unit_test_here(memory),
	    unit_test_here(too_large_is_a_limit),
	    unit_test_here(one_file),
	    unit_test_here(a_folder),
	    unit_test_here(names_stay_below),
	    unit_test_here(links_are_not_followed),
	    unit_test_here(only_regular_files),
	    unit_test_here(few_files_at_a_time),
	    unit_test_here(the_same_without_openat2),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
