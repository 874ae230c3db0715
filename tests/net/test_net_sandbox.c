/*
 * From inside: what plimsoll-net can no longer do once it is shut in, and what it still
 * can. Each attempt runs in a forked child of its own.
 */
#include "base/os/fd.h"
#include "base/os/owned.h"
#include "net/net_sandbox.h"
#include "refuse_call.h"
#include "with_cmocka.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *folder;
static int folder_fd;

/* 0 if it worked, else errno. */
typedef int attempt_fn(void);

static int run_attempt(attempt_fn *attempt, bool writes_folder)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		struct net_sandbox opts = {.folder_fd = folder_fd, .writes_folder = writes_folder};
		struct err err = ERR_INIT;

		if (net_sandbox_enter(&opts, &err)) {
			(void)fprintf(stderr, "%s\n", err.text);
			_exit(255);
		}
		_exit(attempt());
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status))
		fail_msg("ended by signal %d", WTERMSIG(status));
	return WEXITSTATUS(status);
}

static int result_of(long value)
{
	return value >= 0 ? 0 : errno;
}

static int write_outside(void)
{
	return result_of(open("/tmp/plimsoll-net-sandbox-test", O_WRONLY | O_CREAT, 0600));
}

static int read_outside(void)
{
	return result_of(open("/etc/passwd", O_RDONLY));
}

static int climb_out(void)
{
	return result_of(openat(folder_fd, "../../etc/passwd", O_RDONLY));
}

static int execute(void)
{
	static char *const argv[] = {NULL};

	return result_of(execve("/bin/true", argv, argv));
}

static int make_process(void)
{
	return result_of(fork());
}

static int signal_parent(void)
{
	return result_of(kill(getppid(), 0));
}

static int trace_parent(void)
{
	return result_of(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
}

static int local_socket(void)
{
	return result_of(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int packet_socket(void)
{
	return result_of(socket(AF_PACKET, SOCK_RAW, 0));
}

static int listen_for_others(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd < 0 ? 99 : result_of(listen(fd, 1));
}

static int make_link(void)
{
	return result_of(symlinkat("/etc", folder_fd, "link"));
}

static int make_hard_link(void)
{
	return result_of(linkat(folder_fd, "there", folder_fd, "link", 0));
}

static int make_fifo(void)
{
	return result_of(mkfifoat(folder_fd, "fifo", 0600));
}

static int clone_by_new_call(void)
{
	return result_of(syscall(SYS_clone3, NULL, 0));
}

static int signal_parent_thread(void)
{
	return result_of(syscall(SYS_tgkill, getppid(), getppid(), 0));
}

static int read_parent_memory(void)
{
	return result_of(syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0));
}

static int mount_something(void)
{
	return result_of(syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, NULL));
}

static int new_namespace(void)
{
	return result_of(syscall(SYS_unshare, 0));
}

static int make_file(void)
{
	int fd = openat(folder_fd, "new", O_RDWR | O_CREAT | O_TRUNC, 0600);

	if (fd < 0)
		return errno;
	return result_of(write(fd, "x", 1) == 1 && ftruncate(fd, 0) == 0 ? 0 : -1);
}

static int rename_file(void)
{
	if (make_file() != 0)
		return errno;
	return result_of(renameat(folder_fd, "new", folder_fd, "renamed"));
}

static int read_file(void)
{
	return result_of(openat(folder_fd, "there", O_RDONLY));
}

static int read_settings(void)
{
	return result_of(open("/etc/hosts", O_RDONLY));
}

static int connect_out(void)
{
	return result_of(socket(AF_INET, SOCK_STREAM, 0));
}

static int look_up(void)
{
	struct addrinfo *found = NULL;

	return getaddrinfo("localhost", "5000", NULL, &found);
}

static void *nothing(void *arg)
{
	return arg;
}

static int make_thread(void)
{
	pthread_t thread;
	int error = pthread_create(&thread, NULL, nothing, NULL);

	return error ? error : pthread_join(thread, NULL);
}

static void what_it_needs_not_is_refused(void **state)
{
	static const struct {
		const char *name;
		attempt_fn *fn;
		int error;
	} rows[] = {
	    {"execute", execute, EPERM},
	    {"fork", make_process, EPERM},
	    {"signal", signal_parent, EPERM},
	    {"ptrace", trace_parent, EPERM},
	    {"unix socket", local_socket, EAFNOSUPPORT},
	    {"packet socket", packet_socket, EAFNOSUPPORT},
	    {"listen", listen_for_others, EPERM},
	    {"symlink", make_link, EPERM},
	    {"link", make_hard_link, EPERM},
	    {"fifo", make_fifo, EPERM},
	    {"clone3", clone_by_new_call, ENOSYS},
	    {"signal to a thread of the parent", signal_parent_thread, EPERM},
	    {"read the parent's memory", read_parent_memory, EPERM},
	    {"mount", mount_something, EPERM},
	    {"new namespace", new_namespace, EPERM},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int error = run_attempt(rows[i].fn, true);

		if (error != rows[i].error)
			fail_msg("%s: %d, expected %d", rows[i].name, error, rows[i].error);
	}
}

static bool has_landlock(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, 1) >= 1;
}

static void other_files_are_out_of_reach(void **state)
{
	(void)state;
	if (!has_landlock()) {
		print_message("skipped: this kernel has no Landlock\n");
		skip();
	}
	assert_int_equal(run_attempt(write_outside, true), EACCES);
	assert_int_equal(run_attempt(read_outside, true), EACCES);
	assert_int_equal(run_attempt(climb_out, true), EACCES);
	assert_int_equal(run_attempt(make_file, false), EACCES);
}

static void what_it_needs_still_works(void **state)
{
	(void)state;
	assert_int_equal(run_attempt(make_file, true), 0);
	assert_int_equal(run_attempt(rename_file, true), 0);
	assert_int_equal(run_attempt(read_file, true), 0);
	assert_int_equal(run_attempt(read_file, false), 0);
	assert_int_equal(run_attempt(read_settings, false), 0);
	assert_int_equal(run_attempt(connect_out, false), 0);
	assert_int_equal(run_attempt(look_up, false), 0);
	assert_int_equal(run_attempt(make_thread, false), 0);
}

/* ---- a kernel that does not go along ---- */

struct refusing {
	const char *what;
	unsigned call;
	int first;
	int error;
	bool entered;
};

enum { FILTER_REFUSED = 100, UNSAID = 101, NOT_SHUT_IN = 102 };

static int enter_refused(const struct refusing *row)
{
	struct net_sandbox opts = {.folder_fd = folder_fd, .writes_folder = true};
	struct err err = ERR_INIT;

	if (refuse_call(row->call, row->first, row->error) != 0)
		return FILTER_REFUSED;
	if (net_sandbox_enter(&opts, &err) != 0)
		return err.text[0] != '\0' ? 1 : UNSAID;
	return execute() == EPERM ? 0 : NOT_SHUT_IN;
}

/* A wall that does not hold is an error; a kernel without Landlock is not. */
static void what_the_kernel_refuses_is_an_error(void **state)
{
	static const struct refusing rows[] = {
	    {"seccomp", SYS_seccomp, ANY_ARGUMENT, EINVAL, false},
	    {"no Landlock", SYS_landlock_create_ruleset, ANY_ARGUMENT, ENOSYS, true},
	    {"a rule of Landlock", SYS_landlock_add_rule, ANY_ARGUMENT, EINVAL, false},
	    {"restricting itself", SYS_landlock_restrict_self, ANY_ARGUMENT, EPERM, false},
	    {"limits", SYS_prlimit64, ANY_ARGUMENT, EPERM, false},
	    {"no new privileges", SYS_prctl, PR_SET_NO_NEW_PRIVS, EINVAL, false},
	    {"not dumpable", SYS_prctl, PR_SET_DUMPABLE, EINVAL, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		bool landlock = rows[i].call == SYS_landlock_add_rule ||
				rows[i].call == SYS_landlock_restrict_self;
		int status = -1;
		pid_t pid;

		if (landlock && !has_landlock())
			continue;
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0)
			_exit(enter_refused(&rows[i]));
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (!WIFEXITED(status) || WEXITSTATUS(status) != !rows[i].entered)
			fail_msg("%s refused: status %x", rows[i].what, (unsigned)status);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_it_needs_not_is_refused),
	    cmocka_unit_test(other_files_are_out_of_reach),
	    cmocka_unit_test(what_it_needs_still_works),
	    cmocka_unit_test(what_the_kernel_refuses_is_an_error),
	};
	struct arena arena CLEANUP(arena_release);
	struct err err = ERR_INIT;
	int result;

	arena_init(&arena, KIB(64));
	if (tempdir_open(NULL, &arena, &folder, &err))
		return 1;
	folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	(void)close(openat(folder_fd, "there", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	result = cmocka_run_group_tests(tests, NULL, NULL);
	(void)close(folder_fd);
	return dir_remove(folder, &err) ? 1 : result;
}
