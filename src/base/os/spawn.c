#include "base/os/spawn.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/os/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where the kernel has no pidfd (before 5.3), how often the child is looked at. */
enum { LOOK_EVERY_MS = 20 };

enum { STDIN, STDOUT, STDERR, N_STREAMS };

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* ---- environment and look-up ---- */

static const char *env_entry(const char *name)
{
	size_t n = strlen(name);

	for (char **entry = environ; entry && *entry; entry++) {
		if (strncmp(*entry, name, n) == 0 && (*entry)[n] == '=')
			return *entry;
	}
	return NULL;
}

const char *const *spawn_env_minimal(void)
{
	static const char *const names[] = {"HOME", "TMPDIR", "http_proxy", "https_proxy",
	    "no_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY",
	    "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE"};
	static _Thread_local const char *env[ARRAY_LEN(names) + 3];
	const char *path = env_entry("PATH");
	size_t n = 0;

	env[n++] = path ? path : "PATH=" DEFAULT_PATH;
	env[n++] = "LANG=C.UTF-8";
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *entry = env_entry(names[i]);

		if (entry)
			env[n++] = entry;
	}
	env[n] = NULL;
	return env;
}

static bool is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

/* Fills ret_path with where the program lies. An empty or relative item of PATH is passed over:
 * the current folder may be a hostile checkout. */
static bool find_program(const char *program, char ret_path[PATH_MAX])
{
	const char *entry = env_entry("PATH");
	struct str rest = str_of(entry ? entry + strlen("PATH=") : DEFAULT_PATH);
	struct str folder;

	if (strchr(program, '/')) {
		int n = snprintf(ret_path, PATH_MAX, "%s", program);

		return n > 0 && n < PATH_MAX;
	}
	while (program[0] != '\0' && str_cut(&rest, ':', &folder)) {
		int n = snprintf(ret_path, PATH_MAX, STR_FMT "/%s", STR_ARG(folder), program);

		if (str_starts(folder, STR("/")) && n < PATH_MAX && is_program(ret_path))
			return true;
	}
	return false;
}

bool spawn_has(const char *program)
{
	char path[PATH_MAX];

	return find_program(program, path) && is_program(path);
}

bool spawn_stamp(const char *program, struct buf *ret)
{
	char path[PATH_MAX];
	struct stat st;

	if (!find_program(program, path) || !is_program(path) || stat(path, &st) < 0)
		return false;
	buf_addf(ret, "%s %lld %lld.%09ld", path, (long long)st.st_size,
	    (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	return true;
}

/* ---- starting ---- */

struct start {
	const struct spawn *spawn;
	char path[PATH_MAX];
	const char *const *env;
	int child[N_STREAMS];  /* the child's ends; borrowed if the caller named one */
	int parent[N_STREAMS]; /* ours, or -1 */
	bool borrowed[N_STREAMS];
	int report[2]; /* the child writes errno here if it cannot exec */
	pid_t parent_pid;
};

static void start_release(struct start *start)
{
	for (int i = 0; i < N_STREAMS; i++) {
		if (!start->borrowed[i])
			fd_cleanup(&start->child[i]);
		fd_cleanup(&start->parent[i]);
	}
	fd_cleanup(&start->report[0]);
	fd_cleanup(&start->report[1]);
}

static void start_init(struct start *start, const struct spawn *s)
{
	*start = (struct start){.spawn = s, .report = {-1, -1}, .parent_pid = getpid()};
	for (int i = 0; i < N_STREAMS; i++)
		start->child[i] = start->parent[i] = -1;
	start->env = s->env ? s->env : spawn_env_minimal();
}

/* A pipe, or the descriptor that the caller named, or /dev/null. */
static int make_stream(struct start *start, int stream, int named_fd, bool piped)
{
	int ends[2];

	if (named_fd > 0) {
		start->child[stream] = named_fd;
		start->borrowed[stream] = true;
		return 0;
	}
	if (!piped) {
		start->child[stream] =
		    open("/dev/null", (stream == STDIN ? O_RDONLY : O_WRONLY) | O_CLOEXEC);
		return start->child[stream] < 0 ? -1 : 0;
	}
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	start->child[stream] = ends[stream == STDIN ? 0 : 1];
	start->parent[stream] = ends[stream == STDIN ? 1 : 0];
	return 0;
}

static int kept_end(const struct spawn *s)
{
	return MAX_OF(s->first_kept + (int)s->n_kept, 3);
}

/* Out of the way first: one may stand where another has to. */
static int place_kept(const struct spawn *s)
{
	int moved[SPAWN_KEPT_MAX];

	for (size_t i = 0; i < s->n_kept; i++) {
		moved[i] = fcntl(s->kept[i], F_DUPFD_CLOEXEC, kept_end(s));
		if (moved[i] < 0)
			return -1;
	}
	for (size_t i = 0; i < s->n_kept; i++) {
		if (dup2(moved[i], s->first_kept + (int)i) < 0)
			return -1;
	}
	return 0;
}

/* Every descriptor from 3 on goes at the exec; the report pipe says so until then. */
static int close_at_exec(void)
{
	int limit = (int)sysconf(_SC_OPEN_MAX);

	if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
		return 0;
	if (errno != ENOSYS && errno != EINVAL)
		return -1;
	for (int fd = 3; fd < limit; fd++)
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	return 0;
}

static int place_streams(const struct start *start)
{
	int moved[N_STREAMS];

	/* Out of the way first: an end may itself be 0, 1 or 2. */
	for (int i = 0; i < N_STREAMS; i++) {
		moved[i] = fcntl(start->child[i], F_DUPFD_CLOEXEC, 3);
		if (moved[i] < 0)
			return -1;
	}
	for (int i = 0; i < N_STREAMS; i++) {
		if (dup2(moved[i], i) < 0)
			return -1;
	}
	return 0;
}

static int limit_to(int resource, uint64_t most)
{
	const struct rlimit limit = {most, most};

	return most == 0 ? 0 : setrlimit((__rlimit_resource_t)resource, &limit);
}

/* In the child, between fork and exec: only async-signal-safe calls. */
static _Noreturn void child_main(const struct start *start)
{
	char *const *argv = (char *const *)(uintptr_t)start->spawn->argv;
	char *const *env = (char *const *)(uintptr_t)start->env;
	int report = fcntl(start->report[1], F_DUPFD_CLOEXEC, kept_end(start->spawn));
	struct sigaction by_default = {.sa_handler = SIG_DFL};
	sigset_t none;
	int error;

	for (int i = 1; i < NSIG; i++)
		(void)sigaction(i, &by_default, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)setpgid(0, 0);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != start->parent_pid)
		_exit(127);
	if (place_streams(start) == 0 && close_at_exec() == 0 && place_kept(start->spawn) == 0 &&
	    limit_to(RLIMIT_CPU, start->spawn->cpu_seconds) == 0 &&
	    limit_to(RLIMIT_AS, start->spawn->memory_bytes) == 0 &&
	    limit_to(RLIMIT_FSIZE, start->spawn->file_bytes) == 0 &&
	    (!start->spawn->cwd || chdir(start->spawn->cwd) == 0))
		(void)execve(start->path, argv, env);
	error = errno;
	while (write(report, &error, sizeof error) < 0 && errno == EINTR)
		;
	_exit(127);
}

/* What is left of a child: it and all of its process group are gone afterwards. */
static void reap(pid_t pid, struct spawn_result *ret)
{
	siginfo_t info = {0};
	int status = 0;

	/* The zombie holds the number while the group is killed. */
	while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR)
		;
	(void)kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	ret->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	ret->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

/* Waits for the exec; -1 and errno if it failed. */
static int await_exec(struct start *start, pid_t pid)
{
	struct spawn_result ignored;
	int error = 0;
	ssize_t n;

	fd_cleanup(&start->report[1]);
	do
		n = read(start->report[0], &error, sizeof error);
	while (n < 0 && errno == EINTR);
	if (n == 0)
		return 0;
	reap(pid, &ignored);
	errno = n == (ssize_t)sizeof error ? error : EIO;
	return -1;
}

static int launch(struct start *start, pid_t *ret_pid, struct err *err)
{
	const struct spawn *s = start->spawn;
	pid_t pid;

	if (pipe2(start->report, O_CLOEXEC) < 0)
		return err_sys(err, "cannot run %s", s->argv[0]);
	pid = fork();
	if (pid == 0)
		child_main(start);
	if (pid < 0)
		return err_sys(err, "cannot run %s", s->argv[0]);
	/* Here too, so that the group is there whoever comes first. */
	(void)setpgid(pid, pid);
	if (await_exec(start, pid) < 0)
		return err_sys(err, "cannot run %s%s%s", s->argv[0], s->cwd ? " in " : "",
		    s->cwd ? s->cwd : "");
	for (int i = 0; i < N_STREAMS; i++) {
		if (!start->borrowed[i])
			fd_cleanup(&start->child[i]);
	}
	*ret_pid = pid;
	return 0;
}

static int start_program(struct start *start, bool coprocess, pid_t *ret_pid, struct err *err)
{
	const struct spawn *s = start->spawn;
	bool piped_in = coprocess || s->input.n > 0;
	bool piped_out = coprocess || s->out != NULL;
	bool piped_err = !coprocess && s->errors != NULL;

	if (!find_program(s->argv[0], start->path)) {
		(void)err_set(err, ERR_IO,
		    "cannot run %s: it is not in PATH; install it or correct PATH", s->argv[0]);
		err->sys = ENOENT;
		return -1;
	}
	if (make_stream(start, STDIN, s->in_fd, piped_in) < 0 ||
	    make_stream(start, STDOUT, s->out_fd, piped_out) < 0 ||
	    make_stream(start, STDERR, s->err_fd, piped_err) < 0)
		return err_sys(err, "cannot run %s", s->argv[0]);
	return launch(start, ret_pid, err);
}

/* ---- running to the end ---- */

struct running {
	const struct spawn *spawn;
	pid_t pid;
	int pidfd;
	int *streams; /* ours: STDIN, STDOUT, STDERR */
	struct str input;
	int64_t deadline_ms; /* by the monotonic clock; 0: none */
	bool exited;
};

static int64_t mono_ms(void)
{
	return clock_system.mono_ms(&clock_system);
}

static int open_pidfd(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (fd >= 0)
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

static bool has_exited(pid_t pid)
{
	siginfo_t info = {0};

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT | WNOHANG) == 0 &&
	       info.si_pid == pid;
}

/* Milliseconds that poll may sleep: -1 for ever, 0 if the time is up. */
static int wait_ms(int64_t deadline_ms, int pidfd)
{
	int64_t left = deadline_ms ? MAX_OF(deadline_ms - mono_ms(), (int64_t)0) : INT_MAX;

	if (pidfd < 0)
		left = MIN_OF(left, (int64_t)LOOK_EVERY_MS);
	return left == INT_MAX ? -1 : (int)MIN_OF(left, (int64_t)INT_MAX - 1);
}

static void feed(struct running *r)
{
	long n = fd_write_some(r->streams[STDIN], r->input);

	if (n >= 0)
		r->input = str_sub(r->input, (size_t)n, r->input.n);
	/* A program need not read all of its input. */
	if (r->input.n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		fd_cleanup(&r->streams[STDIN]);
}

/* Reads once; closes the stream at its end. *ret_more: there may be more right now. */
static int drain(struct running *r, int stream, bool *ret_more, struct err *err)
{
	struct buf *out = stream == STDOUT ? r->spawn->out : r->spawn->errors;
	size_t room = out ? out->max - MIN_OF(out->n, out->max) : 0;
	char bytes[8192];
	ssize_t n;

	*ret_more = false;
	if (r->streams[stream] < 0)
		return 0;
	n = read(r->streams[stream], bytes, sizeof bytes);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n < 0)
		return err_sys(err, "cannot read what %s writes", r->spawn->argv[0]);
	if (n == 0) {
		fd_cleanup(&r->streams[stream]);
		return 0;
	}
	*ret_more = true;
	if ((size_t)n > room && !r->spawn->truncate_output)
		return err_set(
		    err, ERR_LIMIT, "%s wrote more than %zu bytes", r->spawn->argv[0], out->max);
	buf_add(out, str_make(bytes, MIN_OF((size_t)n, room)));
	return buf_ok(out) ? 0 : err_nomem(err);
}

/* One sleep, and what it brought. */
static int step(struct running *r, struct err *err)
{
	struct pollfd polled[N_STREAMS + 1];
	bool more;

	for (int i = 0; i < N_STREAMS; i++)
		polled[i] =
		    (struct pollfd){.fd = r->streams[i], .events = i == STDIN ? POLLOUT : POLLIN};
	polled[N_STREAMS] = (struct pollfd){.fd = r->pidfd, .events = POLLIN};
	if (poll(polled, N_STREAMS + 1, wait_ms(r->deadline_ms, r->pidfd)) < 0 && errno != EINTR)
		return err_sys(err, "cannot wait for %s", r->spawn->argv[0]);
	if (polled[STDIN].revents != 0)
		feed(r);
	for (int i = STDOUT; i < N_STREAMS; i++) {
		if (polled[i].revents != 0 && drain(r, i, &more, err) != 0)
			return -1;
	}
	r->exited = has_exited(r->pid);
	return 0;
}

/* What the ended program left in its pipes. A stranger that inherited one is not waited for. */
static int drain_rest(struct running *r, struct err *err)
{
	for (int i = STDOUT; i < N_STREAMS; i++) {
		bool more = true;

		while (more) {
			if (drain(r, i, &more, err) != 0)
				return -1;
		}
	}
	return 0;
}

static int communicate(struct running *r, bool *ret_timed_out, struct err *err)
{
	*ret_timed_out = false;
	for (int i = 0; i < N_STREAMS; i++) {
		if (r->streams[i] >= 0 && fcntl(r->streams[i], F_SETFL, O_NONBLOCK) < 0)
			return err_sys(err, "cannot talk to %s", r->spawn->argv[0]);
	}
	while (!r->exited) {
		if (step(r, err) != 0)
			return -1;
		if (!r->exited && r->deadline_ms != 0 && mono_ms() >= r->deadline_ms) {
			*ret_timed_out = true;
			return err_set(err, ERR_LIMIT, "%s ran longer than %lld ms",
			    r->spawn->argv[0], (long long)r->spawn->timeout_ms);
		}
	}
	return drain_rest(r, err);
}

int spawn_run(const struct spawn *s, struct spawn_result *ret, struct err *err)
{
	struct start start CLEANUP(start_release);
	int pidfd CLEANUP_FD = -1;
	struct running running = {.spawn = s, .input = s->input};
	struct spawn_result result = {0};
	int failed;

	start_init(&start, s);
	if (fault_here("spawn"))
		return err_sys(err, "cannot run %s", s->argv[0]);
	if (start_program(&start, false, &running.pid, err) != 0)
		return -1;
	log_debug(
	    "%s %s: process %d begins", s->argv[0], s->argv[1] ? s->argv[1] : "", (int)running.pid);
	pidfd = open_pidfd(running.pid);
	running.pidfd = pidfd;
	running.streams = start.parent;
	if (s->timeout_ms > 0)
		running.deadline_ms = mono_ms() + s->timeout_ms;
	failed = communicate(&running, &result.timed_out, err);
	if (failed < 0)
		(void)kill(-running.pid, SIGKILL);
	reap(running.pid, &result);
	log_debug("%s: process %d ended, status %d, signal %d%s", s->argv[0], (int)running.pid,
	    result.status, result.signal, result.timed_out ? ", out of time" : "");
	*ret = result;
	return failed;
}

/* ---- a coprocess ---- */

int spawn_open(const struct spawn *s, struct spawned *ret, struct err *err)
{
	struct start start CLEANUP(start_release);
	pid_t pid;

	start_init(&start, s);
	if (start_program(&start, true, &pid, err) != 0)
		return -1;
	*ret = (struct spawned){pid, start.parent[STDIN], start.parent[STDOUT]};
	start.parent[STDIN] = start.parent[STDOUT] = -1;
	return 0;
}

/* Whether it ends by itself within grace_ms. */
static bool ends_within(pid_t pid, int64_t grace_ms)
{
	int64_t deadline_ms = mono_ms() + grace_ms;
	int pidfd CLEANUP_FD = open_pidfd(pid);
	struct pollfd polled = {.fd = pidfd, .events = POLLIN};

	while (!has_exited(pid)) {
		if (mono_ms() >= deadline_ms)
			return false;
		(void)poll(&polled, 1, wait_ms(deadline_ms, pidfd));
	}
	return true;
}

int spawn_close(struct spawned *s, int64_t grace_ms, struct spawn_result *ret, struct err *err)
{
	struct spawn_result result = {0};

	fd_cleanup(&s->to);
	fd_cleanup(&s->from);
	if (s->pid <= 0)
		return err_set(err, ERR_IO, "the program is not running");
	result.timed_out = !ends_within(s->pid, grace_ms);
	if (result.timed_out)
		(void)kill(-s->pid, SIGKILL);
	reap(s->pid, &result);
	s->pid = 0;
	*ret = result;
	return 0;
}
