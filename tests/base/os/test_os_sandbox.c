/*
 * From inside: each layer by itself, then all of them, tries what a reader that was
 * taken over would try. A probe runs in a forked process that shuts itself in and says
 * by its exit status what the kernel said.
 */
#include "../refuse_call.h"
#include "base/hash.h"
#include "base/os/sandbox.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* What a probe needs that only exists before the sandbox closes. */
struct probe_world {
	const char *folder;
	int pipe_from, pipe_to;
	int stray; /* a regular file, open for writing */
	in_port_t port;
	pid_t parent;
};

/* 0: the kernel did it. Else the errno with which it refused. */
typedef int probe_fn(const struct probe_world *w);

enum { CANNOT_ENTER = 200, WRONG_LAYERS = 201 };

static int error_of(long result)
{
	return result < 0 ? errno : 0;
}

/* ---- what must fail ---- */

static int open_file(const struct probe_world *w)
{
	(void)w;
	return error_of(open("/etc/passwd", O_RDONLY | O_CLOEXEC));
}

static int open_folder(const struct probe_world *w)
{
	return error_of(open(w->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

static int open_by_openat2(const struct probe_world *w)
{
	const uint64_t how[3] = {O_RDONLY, 0, 0};

	(void)w;
	return error_of(syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", how, sizeof how));
}

static int create_file(const struct probe_world *w)
{
	char path[4096];

	(void)snprintf(path, sizeof path, "%s/created", w->folder);
	return error_of(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

static int create_folder(const struct probe_world *w)
{
	char path[4096];

	(void)snprintf(path, sizeof path, "%s/made", w->folder);
	return error_of(mkdir(path, 0700));
}

static int remove_file(const struct probe_world *w)
{
	char path[4096];

	(void)snprintf(path, sizeof path, "%s/present", w->folder);
	return error_of(unlink(path));
}

static int remove_folder(const struct probe_world *w)
{
	char path[4096];

	(void)snprintf(path, sizeof path, "%s/folder", w->folder);
	return error_of(rmdir(path));
}

static int make_node(const struct probe_world *w, mode_t mode)
{
	char path[4096];

	(void)snprintf(path, sizeof path, "%s/created", w->folder);
	return error_of(mknod(path, mode | 0600, 0));
}

static int make_fifo(const struct probe_world *w)
{
	return make_node(w, S_IFIFO);
}

static int make_socket_file(const struct probe_world *w)
{
	return make_node(w, S_IFSOCK);
}

static int make_device(const struct probe_world *w)
{
	return make_node(w, S_IFCHR);
}

static int make_block_device(const struct probe_world *w)
{
	return make_node(w, S_IFBLK);
}

static int make_symlink(const struct probe_world *w)
{
	char path[4096];

	(void)snprintf(path, sizeof path, "%s/created", w->folder);
	return error_of(symlink("/etc/passwd", path));
}

static int truncate_file(const struct probe_world *w)
{
	char path[4096];

	(void)snprintf(path, sizeof path, "%s/present", w->folder);
	return error_of(truncate(path, 0));
}

static int execute(const struct probe_world *w)
{
	char *const argv[] = {NULL};

	(void)w;
	/* If it is allowed, the program itself exits with 0. */
	return error_of(execve("/bin/true", argv, argv));
}

static int make_socket(const struct probe_world *w)
{
	(void)w;
	return error_of(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static int make_unix_socket(const struct probe_world *w)
{
	int pair[2];

	(void)w;
	return error_of(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
}

/* The listener is there: only the sandbox can refuse. */
static int connect_tcp(const struct probe_world *w)
{
	const struct sockaddr_in address = {
	    .sin_family = AF_INET, .sin_port = w->port, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return errno;
	return error_of(connect(fd, (const struct sockaddr *)&address, sizeof address));
}

static int fork_process(const struct probe_world *w)
{
	pid_t pid = fork();

	(void)w;
	if (pid == 0)
		_exit(0);
	return error_of(pid);
}

static int clone_thread(const struct probe_world *w)
{
	/* A process that shares memory: what a thread is, made without the C library. */
	long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	(void)w;
	if (pid == 0)
		_exit(0);
	return error_of(pid);
}

static int trace_parent(const struct probe_world *w)
{
	return error_of(ptrace(PTRACE_ATTACH, w->parent, NULL, NULL));
}

static int read_parent_memory(const struct probe_world *w)
{
	char byte;
	struct iovec here = {&byte, 1}, there = {(void *)(uintptr_t)w, 1};

	return error_of(process_vm_readv(w->parent, &here, 1, &there, 1, 0));
}

static int signal_parent(const struct probe_world *w)
{
	/* Signal 0 harms nobody and asks for the same permission. */
	return error_of(kill(w->parent, 0));
}

static int signal_parent_thread(const struct probe_world *w)
{
	return error_of(syscall(SYS_tgkill, w->parent, w->parent, 0));
}

static int map_executable(const struct probe_world *w)
{
	(void)w;
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
		       MAP_FAILED
		   ? errno
		   : 0;
}

static int make_executable(const struct probe_world *w)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)w;
	return p == MAP_FAILED ? 0 : error_of(mprotect(p, 4096, PROT_READ | PROT_EXEC));
}

static int write_stray_file(const struct probe_world *w)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	(void)sigaction(SIGXFSZ, &ignore, NULL);
	return error_of(write(w->stray, "x", 1));
}

static int duplicate_fd(const struct probe_world *w)
{
	return error_of(dup(w->pipe_from));
}

static int raise_limit(const struct probe_world *w)
{
	const struct rlimit more = {RLIM_INFINITY, RLIM_INFINITY};

	(void)w;
	return error_of(setrlimit(RLIMIT_NOFILE, &more));
}

static int become_dumpable(const struct probe_world *w)
{
	(void)w;
	return error_of(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

static int terminal_ioctl(const struct probe_world *w)
{
	const char c = 'x';

	/* TIOCSTI types into the terminal of whoever started us. */
	return error_of(syscall(SYS_ioctl, w->pipe_from, 0x5412, &c));
}

/* ---- what must work ---- */

static int read_and_write_pipe(const struct probe_world *w)
{
	char byte = 0;

	if (write(w->pipe_to, "p", 1) != 1 || read(w->pipe_from, &byte, 1) != 1)
		return errno;
	return byte == 'p' ? 0 : EIO;
}

static int use_memory(const struct probe_world *w)
{
	size_t size = MIB(1);
	char *p = malloc(1);

	(void)w;
	while (p && size < MIB(64)) {
		char *more = realloc(p, size);

		if (!more) {
			free(p);
			return ENOMEM;
		}
		p = more;
		memset(p, 'x', size);
		size *= 2;
	}
	free(p);
	return p ? 0 : ENOMEM;
}

static int order_strings(const void *a, const void *b)
{
	return strcmp(a, b);
}

static int use_the_c_library(const struct probe_world *w)
{
	static char words[20000][8];
	struct timespec now;
	char text[64];

	(void)w;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		(void)snprintf(words[i], sizeof words[i], "%zu", ARRAY_LEN(words) - i);
	qsort(words, ARRAY_LEN(words), sizeof words[0], order_strings);
	if (strcmp(words[0], "1") != 0)
		return EIO;
	random_bytes(text, sizeof text);
	return error_of(clock_gettime(CLOCK_MONOTONIC, &now));
}

static int use_digests(const struct probe_world *w)
{
	char hex[SHA256_HEX_SIZE];
	struct hasher h;
	struct err err = ERR_INIT;

	(void)w;
	sha256_hex(STR(""), hex);
	if (!str_starts(str_of(hex), STR("e3b0c44298fc1c14")))
		return EIO;
	if (hasher_open(&h, "sha256", &err) != 0)
		return EIO;
	hasher_add(&h, STR("abc"));
	return hasher_close(&h, hex, sizeof hex, &err) != 0 ? EIO : 0;
}

/* stdio asks so before it prints: a pipe is not a terminal, and the question is allowed. */
static int ask_for_a_terminal(const struct probe_world *w)
{
	struct termios settings;

	if (tcgetattr(w->pipe_from, &settings) == 0)
		return EIO;
	return errno == ENOTTY ? 0 : errno;
}

static int abort_itself(const struct probe_world *w)
{
	(void)w;
	abort();
}

/* ---- the harness ---- */

static _Noreturn void run_probe(const struct probe_world *w, unsigned layers,
    const struct sandbox_limits *limits, probe_fn *probe)
{
	unsigned held = 0;
	struct err err = ERR_INIT;

	if (layers && sandbox_enter(layers, limits, &held, &err) != 0)
		_exit(CANNOT_ENTER);
	if (held != layers)
		_exit(WRONG_LAYERS);
	_exit(probe(w));
}

static int status_of(
    struct fixture *f, unsigned layers, const struct sandbox_limits *limits, probe_fn *probe)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t length = sizeof address;
	int listener CLEANUP_FD = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int stray CLEANUP_FD = open(below(f, "present"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	struct probe_world w = {.folder = f->folder, .stray = stray, .parent = getpid()};
	int ends[2], status = -1;
	pid_t pid;

	/* What the probe before this one may have made. */
	(void)unlink(below(f, "created"));
	(void)mkdir(below(f, "folder"), 0700);
	(void)rmdir(below(f, "made"));
	assert_int_equal(bind(listener, (const struct sockaddr *)&address, length), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	w.port = address.sin_port;
	w.pipe_from = ends[0];
	w.pipe_to = ends[1];
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		run_probe(&w, layers, limits, probe);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	fd_cleanup(&ends[0]);
	fd_cleanup(&ends[1]);
	return status;
}

static int said(struct fixture *f, unsigned layers, probe_fn *probe)
{
	const struct sandbox_limits limits = {.memory_bytes = MIB(512), .cpu_seconds = 20};
	int status = status_of(f, layers, &limits, probe);

	if (!WIFEXITED(status))
		fail_msg("ended by signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status) == CANNOT_ENTER || WEXITSTATUS(status) == WRONG_LAYERS)
		fail_msg("the sandbox did not close (%d)", WEXITSTATUS(status));
	return WEXITSTATUS(status);
}

struct refusal {
	const char *what;
	probe_fn *probe;
	int error;
};

/* Each is possible without the layers, and refused with exactly this errno within them. */
static void assert_refusals(
    struct fixture *f, unsigned layers, const struct refusal *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int free_error, error;

		free_error = said(f, 0, rows[i].probe);
		if (free_error != 0)
			fail_msg("%s does not work outside either: %s", rows[i].what,
			    strerror(free_error));
		error = said(f, layers, rows[i].probe);
		if (error != rows[i].error)
			fail_msg("%s: %s", rows[i].what, strerror(error));
	}
}

static bool has_landlock(long abi)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, 1) >= abi;
}

static void landlock_by_itself(void **state)
{
	const struct refusal rows[] = {
	    {"open a file", open_file, EACCES},
	    {"open a folder", open_folder, EACCES},
	    {"open by openat2", open_by_openat2, EACCES},
	    {"create a file", create_file, EACCES},
	    {"create a folder", create_folder, EACCES},
	    {"remove a file", remove_file, EACCES},
	    {"execute", execute, EACCES},
	    {"remove a folder", remove_folder, EACCES},
	    {"make a FIFO", make_fifo, EACCES},
	    {"make a socket's file", make_socket_file, EACCES},
	    {"make a symbolic link", make_symlink, EACCES},
	};
	const struct refusal devices[] = {
	    {"make a device", make_device, EACCES},
	    {"make a block device", make_block_device, EACCES},
	};
	const struct refusal truncation[] = {{"truncate", truncate_file, EACCES}};
	const struct refusal later[] = {
	    {"connect", connect_tcp, EACCES},
	    {"signal the parent", signal_parent, EPERM},
	};
	struct fixture *f = *state;

	if (!has_landlock(1)) {
		print_message("skipped: this kernel has no Landlock\n");
		skip();
	}
	assert_refusals(f, SANDBOX_LANDLOCK, rows, ARRAY_LEN(rows));
	if (geteuid() == 0)
		assert_refusals(f, SANDBOX_LANDLOCK, devices, ARRAY_LEN(devices));
	if (has_landlock(3))
		assert_refusals(f, SANDBOX_LANDLOCK, truncation, 1);
	if (has_landlock(4))
		assert_refusals(f, SANDBOX_LANDLOCK, later, 1);
	if (has_landlock(6))
		assert_refusals(f, SANDBOX_LANDLOCK, later + 1, 1);
	assert_int_equal(said(f, SANDBOX_LANDLOCK, trace_parent), EPERM);
}

static const struct refusal by_seccomp[] = {
    {"open a file", open_file, EPERM},
    {"open a folder", open_folder, EPERM},
    {"open by openat2", open_by_openat2, EPERM},
    {"create a file", create_file, EPERM},
    {"create a folder", create_folder, EPERM},
    {"remove a file", remove_file, EPERM},
    {"execute", execute, EPERM},
    {"make a socket", make_socket, EPERM},
    {"make a unix socket", make_unix_socket, EPERM},
    {"connect", connect_tcp, EPERM},
    {"fork", fork_process, EPERM},
    {"clone", clone_thread, EPERM},
    {"signal the parent", signal_parent, EPERM},
    {"signal the parent's thread", signal_parent_thread, EPERM},
    {"map executable memory", map_executable, EPERM},
    {"make memory executable", make_executable, EPERM},
    {"duplicate a descriptor", duplicate_fd, EPERM},
    {"become dumpable", become_dumpable, EPERM},
};

/* Those that may fail outside too (not root, no terminal, a ptrace scope). */
static void assert_refused_anyway(struct fixture *f, unsigned layers)
{
	assert_int_equal(said(f, layers, trace_parent), EPERM);
	assert_int_equal(said(f, layers, read_parent_memory), EPERM);
	assert_int_equal(said(f, layers, raise_limit), EPERM);
	assert_int_equal(said(f, layers, terminal_ioctl), EPERM);
}

static void seccomp_by_itself(void **state)
{
	assert_refusals(*state, SANDBOX_SECCOMP, by_seccomp, ARRAY_LEN(by_seccomp));
	assert_refused_anyway(*state, SANDBOX_SECCOMP);
}

static void limits_by_themselves(void **state)
{
	const struct refusal rows[] = {
	    {"write a file that is open", write_stray_file, EFBIG},
	    {"open a file", open_file, EMFILE},
	    {"duplicate a descriptor", duplicate_fd, EMFILE},
	    {"make a socket", make_socket, EMFILE},
	};

	assert_refusals(*state, SANDBOX_RLIMITS, rows, ARRAY_LEN(rows));
}

static void all_of_them(void **state)
{
	unsigned layers =
	    has_landlock(1) ? (unsigned)SANDBOX_ALL : (unsigned)(SANDBOX_SECCOMP | SANDBOX_RLIMITS);
	const struct refusal more[] = {{"write a file that is open", write_stray_file, EFBIG}};

	assert_refusals(*state, layers, by_seccomp, ARRAY_LEN(by_seccomp));
	assert_refusals(*state, layers, more, 1);
	assert_refused_anyway(*state, layers);
}

static void what_a_reader_needs_works(void **state)
{
	static const unsigned sets[] = {SANDBOX_SECCOMP, SANDBOX_SECCOMP | SANDBOX_RLIMITS};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
		unsigned layers = sets[i] | (has_landlock(1) ? SANDBOX_LANDLOCK : 0U);

		assert_int_equal(said(f, layers, read_and_write_pipe), 0);
		assert_int_equal(said(f, layers, use_memory), 0);
		assert_int_equal(said(f, layers, use_the_c_library), 0);
		assert_int_equal(said(f, layers, use_digests), 0);
		assert_int_equal(said(f, layers, ask_for_a_terminal), 0);
	}
}

static void abort_is_seen_as_such(void **state)
{
	const struct sandbox_limits none = {.memory_bytes = 0, .cpu_seconds = 0};
	int status = status_of(*state, SANDBOX_SECCOMP | SANDBOX_RLIMITS, &none, abort_itself);

	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

static int loop_for_ever(const struct probe_world *w)
{
	volatile uint64_t n = 0;

	while (w)
		n = n + 1;
	return 0;
}

static void cpu_time_is_limited(void **state)
{
	const struct sandbox_limits second = {.memory_bytes = 0, .cpu_seconds = 1};
	int status = status_of(*state, SANDBOX_SECCOMP | SANDBOX_RLIMITS, &second, loop_for_ever);

	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGXCPU);
}

static int allocate_for_ever(const struct probe_world *w)
{
	(void)w;
	for (size_t bytes = 0; bytes < MIB(256); bytes += MIB(1)) {
		void *volatile p = malloc(MIB(1));

		if (!p)
			return bytes < MIB(64) ? ENOMEM : 0;
	}
	return 0;
}

static void memory_is_limited(void **state)
{
	const struct sandbox_limits little = {.memory_bytes = MIB(32), .cpu_seconds = 0};
	int status;

	if (SANDBOX_UNDER_ASAN) {
		print_message(
		    "skipped: AddressSanitizer needs more address space than a limit leaves\n");
		skip();
	}
	status = status_of(*state, SANDBOX_SECCOMP | SANDBOX_RLIMITS, &little, allocate_for_ever);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), ENOMEM);
}

/* "No limit" means none, not the least one. */
static void without_limits_memory_is_free(void **state)
{
	const struct sandbox_limits none = {.memory_bytes = 0};
	int status = status_of(*state, SANDBOX_SECCOMP | SANDBOX_RLIMITS, &none, use_memory);

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- a kernel that does not go along ---- */

struct refusing {
	const char *what;
	unsigned call;
	int first;
	int error;
	unsigned layers;
	enum err_code code; /* ERR_NONE: it is entered all the same */
	unsigned held;
};

enum { FILTER_REFUSED = 100, UNSAID = 101, OTHER_LAYERS = 102, FILES_OPEN = 103 };

/* In the forked process: the code of the error, or one of the above. */
static int enter_refused(const struct refusing *row)
{
	const struct sandbox_limits limits = {.memory_bytes = MIB(512), .cpu_seconds = 20};
	unsigned held = 1234;
	struct err err = ERR_INIT;

	/* A filter is loaded by either. */
	if (row->call == SYS_seccomp && refuse_call(SYS_seccomp, ANY_ARGUMENT, row->error) != 0)
		return FILTER_REFUSED;
	if (row->call == SYS_seccomp) {
		if (refuse_call(SYS_prctl, PR_SET_SECCOMP, row->error) != 0)
			return FILTER_REFUSED;
	} else if (refuse_call(row->call, row->first, row->error) != 0) {
		return FILTER_REFUSED;
	}
	if (sandbox_enter(row->layers, &limits, &held, &err) != 0)
		return err.text[0] != '\0' && held == 1234 ? (int)err.code : UNSAID;
	if (held != row->held)
		return OTHER_LAYERS;
	return open("/etc/passwd", O_RDONLY | O_CLOEXEC) < 0 ? ERR_NONE : FILES_OPEN;
}

/* A layer that does not hold is an error; a missing Landlock is not, if seccomp is there. */
static void what_the_kernel_refuses_is_an_error(void **state)
{
	static const struct refusing rows[] = {
	    {"seccomp", SYS_seccomp, ANY_ARGUMENT, EINVAL, SANDBOX_ALL, ERR_UNSUPPORTED, 0},
	    {"seccomp alone", SYS_seccomp, ANY_ARGUMENT, EACCES, SANDBOX_SECCOMP, ERR_UNSUPPORTED,
		0},
	    {"no Landlock", SYS_landlock_create_ruleset, ANY_ARGUMENT, ENOSYS, SANDBOX_ALL,
		ERR_NONE, SANDBOX_SECCOMP | SANDBOX_RLIMITS},
	    {"Landlock alone", SYS_landlock_create_ruleset, ANY_ARGUMENT, ENOSYS, SANDBOX_LANDLOCK,
		ERR_UNSUPPORTED, 0},
	    {"Landlock and limits", SYS_landlock_create_ruleset, ANY_ARGUMENT, EOPNOTSUPP,
		SANDBOX_LANDLOCK | SANDBOX_RLIMITS, ERR_UNSUPPORTED, 0},
	    {"restricting itself", SYS_landlock_restrict_self, ANY_ARGUMENT, E2BIG, SANDBOX_ALL,
		ERR_IO, 0},
	    {"limits", SYS_prlimit64, ANY_ARGUMENT, EPERM, SANDBOX_RLIMITS, ERR_IO, 0},
	    {"no new privileges", SYS_prctl, PR_SET_NO_NEW_PRIVS, EINVAL, SANDBOX_SECCOMP, ERR_IO,
		0},
	    {"not dumpable", SYS_prctl, PR_SET_DUMPABLE, EINVAL, SANDBOX_SECCOMP, ERR_IO, 0},
	    {"what is mapped", SYS_openat, ANY_ARGUMENT, EACCES, SANDBOX_RLIMITS, ERR_IO, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int status = -1;
		pid_t pid;

		if (rows[i].call == SYS_landlock_restrict_self && !has_landlock(1))
			continue;
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0)
			_exit(enter_refused(&rows[i]));
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (!WIFEXITED(status) || WEXITSTATUS(status) != (int)rows[i].code)
			fail_msg("%s refused: status %x", rows[i].what, (unsigned)status);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    unit_test_here(landlock_by_itself),
	    unit_test_here(seccomp_by_itself),
	    unit_test_here(limits_by_themselves),
	    unit_test_here(all_of_them),
	    unit_test_here(what_a_reader_needs_works),
	    unit_test_here(abort_is_seen_as_such),
	    unit_test_here(cpu_time_is_limited),
	    unit_test_here(memory_is_limited),
	    unit_test_here(without_limits_memory_is_free),
	    unit_test_here(what_the_kernel_refuses_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
