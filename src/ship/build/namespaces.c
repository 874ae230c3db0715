#include "ship/build/namespaces.h"

#include "base/os/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { START_TIMEOUT_MS = 60000, STOP_TIMEOUT_MS = 20000 };

/* Goes up the report pipe in one write: smaller than PIPE_BUF. Both ends are this program. */
enum message_kind { MESSAGE_MAP_ME = 1, MESSAGE_READY, MESSAGE_FAILED, MESSAGE_DONE };
struct message {
	uint32_t kind;
	bool has_users;
	char why[160];
	struct err err;
	struct ns_outcome outcome;
};
_Static_assert(sizeof(struct message) <= 4096, "a message is written at once");

/* What supervisor and init know. */
struct side {
	const struct ns_job *job;
	bool ordinary; /* the caller is not root: its supervisor is, in users of its own */
	int life_fd;   /* end of file: the caller is gone */
	int report_fd; /* to the caller */
	int proc_fd;   /* /proc of the caller's processes */
	int users_fd;  /* the build's user namespace, or -1 */
	int parent_fd; /* init's: a pidfd of the supervisor */
	int (*as_users)(void *arg, struct err *err); /* ns_as_users only */
	void *as_users_arg;
};

/* events 0: a hang-up is reported all the same. */
static bool has_ended(int fd, short events)
{
	struct pollfd p = {.fd = fd, .events = events};

	return poll(&p, 1, 0) > 0;
}

/* The signal that PR_SET_PDEATHSIG asks for is forgotten when credentials change, so this is
 * called again after each change. */
static int die_with_parent(
    bool parent_is_gone(const struct side *), const struct side *side, struct err *err)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
		return err_sys(err, "asking to die with the parent");
	if (parent_is_gone(side))
		return err_set(err, ERR_INTERRUPTED, "the caller is gone");
	return 0;
}

static bool is_caller_gone(const struct side *side)
{
	return has_ended(side->life_fd, 0);
}

static bool is_supervisor_gone(const struct side *side)
{
	return has_ended(side->parent_fd, POLLIN);
}

static int pidfd_of(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

static void tell(const struct side *side, const struct message *message)
{
	struct err ignored = ERR_INIT;

	(void)!fd_write_all(side->report_fd,
	    str_make((const char *)(const void *)message, sizeof(*message)), &ignored);
}

/* Blocks until the caller lets this process go on. */
static int wait_for_caller(const struct side *side, struct err *err)
{
	char byte;
	ssize_t n;

	do {
		n = read(side->life_fd, &byte, 1);
	} while (n < 0 && errno == EINTR);
	if (n != 1)
		return err_set(err, ERR_INTERRUPTED, "the caller is gone");
	return 0;
}

/* Everything but 0, 1, 2 and the two pipes: the caller may hold sockets, databases and other
 * builds' pipes. */
static int close_inherited(struct side *side, struct err *err)
{
	int null_fd CLEANUP_FD = open("/dev/null", O_RDWR | O_CLOEXEC);
	int out = side->job->log_fd > 0 ? side->job->log_fd : null_fd;
	unsigned low = (unsigned)MIN_OF(side->life_fd, side->report_fd);
	unsigned high = (unsigned)MAX_OF(side->life_fd, side->report_fd);

	if (null_fd < 0)
		return err_sys(err, "opening /dev/null");
	if (low < 3)
		return err_set(err, ERR_IO, "descriptors 0, 1 and 2 must be open");
	if (dup2(null_fd, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
		return err_sys(err, "redirecting the build's output");
	if (low > 3 && close_range(3, low - 1, 0) != 0)
		return err_sys(err, "closing descriptors");
	if (high > low + 1 && close_range(low + 1, high - 1, 0) != 0)
		return err_sys(err, "closing descriptors");
	if (close_range(high + 1, ~0U, 0) != 0)
		return err_sys(err, "closing descriptors");
	null_fd = -1; /* closed above */
	return 0;
}

static int become_root_here(struct err *err)
{
	if (setgroups(0, NULL) != 0 || setresgid(0, 0, 0) != 0 || setresuid(0, 0, 0) != 0)
		return err_sys(err, "becoming root of the build's users");
	return 0;
}

/* An ordinary user's supervisor is root of a user namespace, in which the rest may be done. */
static int enter_own_users(const struct side *side, struct err *err)
{
	struct message message = {.kind = MESSAGE_MAP_ME};

	if (unshare(CLONE_NEWUSER) != 0)
		return err_set(err, ERR_UNSUPPORTED,
		    "this kernel gives ordinary users no user namespace (%s): allow it (sysctl "
		    "kernel.unprivileged_userns_clone=1, user.max_user_namespaces) or build as "
		    "root",
		    strerror(errno));
	tell(side, &message);
	if (wait_for_caller(side, err) != 0 || become_root_here(err) != 0)
		return -1;
	return die_with_parent(is_caller_gone, side, err);
}

/* Lives only to hold a new user namespace open until its maps are written. Those of a process
 * that may not be dumped, as plimsoll may not, belong to the machine's root (proc(5)), and an
 * ordinary user's supervisor could not write them. Nothing of the build runs yet. */
static void hold_users(int tell_fd, int life_fd)
{
	int why;
	char byte;

	(void)prctl(PR_SET_DUMPABLE, 1);
	why = unshare(CLONE_NEWUSER) == 0 ? 0 : errno;
	if (write(tell_fd, &why, sizeof(why)) == (ssize_t)sizeof(why) && why == 0)
		(void)!read(life_fd, &byte, 1);
	_exit(0);
}

static int take_users(int proc_fd, pid_t holder, int answer_fd, const struct id_range *ids,
    int *ret_fd, struct err *err)
{
	char path[64];
	int why = EIO, fd;

	if (read(answer_fd, &why, sizeof(why)) != (ssize_t)sizeof(why))
		return err_set(err, ERR_IO, "no answer from the user namespace's process");
	errno = why;
	if (why != 0)
		return err_sys(err, "making a user namespace");
	if (id_map_write(proc_fd, holder, ids, err) != 0)
		return -1;
	(void)snprintf(path, sizeof(path), "%d/ns/user", (int)holder);
	fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "opening the user namespace");
	*ret_fd = fd;
	return 0;
}

/* A user namespace with the map `ids`, that nobody is in yet. */
static int make_users(int proc_fd, const struct id_range *ids, int *ret_fd, struct err *err)
{
	int up[2], down[2], result;
	pid_t pid;

	if (pipe2(up, O_CLOEXEC) != 0)
		return err_sys(err, "making a pipe");
	if (pipe2(down, O_CLOEXEC) != 0) {
		(void)close(up[0]);
		(void)close(up[1]);
		return err_sys(err, "making a pipe");
	}
	pid = fork();
	if (pid == 0) {
		(void)close(down[1]);
		hold_users(up[1], down[0]);
	}
	(void)close(up[1]);
	(void)close(down[0]);
	if (pid < 0)
		result = err_sys(err, "starting the user namespace's process");
	else
		result = take_users(proc_fd, pid, up[0], ids, ret_fd, err);
	(void)close(up[0]);
	(void)close(down[1]);
	if (pid > 0)
		(void)waitpid(pid, NULL, 0);
	return result;
}

/* If the kernel refuses, root goes on without and says so; an ordinary user has nothing else. */
static int prepare_users(struct side *side, struct message *ready, struct err *err)
{
	struct id_range ids = side->job->ids;
	struct err why = ERR_INIT;

	if (side->ordinary) /* as the supervisor sees them */
		ids =
		    (struct id_range){.count = MIN_OF(ids.count, (uint32_t)ID_RANGE_COUNT - 1) + 1};
	if (side->job->refuse_users)
		(void)err_set(&why, ERR_UNSUPPORTED, "refused for a test");
	else if (make_users(side->proc_fd, &ids, &side->users_fd, &why) == 0)
		ready->has_users = true;
	if (!ready->has_users && side->ordinary) {
		*err = why;
		return -1;
	}
	(void)snprintf(ready->why, sizeof(ready->why), "%.150s", why.text);
	return 0;
}

static int leave_namespaces(const struct side *side, struct err *err)
{
	int flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;

	if (side->job->own_network)
		flags |= CLONE_NEWNET;
	if (unshare(flags) != 0)
		return err_set(err, ERR_UNSUPPORTED,
		    "this machine gives builds no namespaces (%s): run where they are allowed "
		    "(in a container: with the right to make them)",
		    strerror(errno));
	/* A keyring of its own; a kernel without keyrings has none to share. */
	(void)syscall(SYS_keyctl, 1 /* KEYCTL_JOIN_SESSION_KEYRING */, NULL);
	if (sethostname("build", 5) != 0)
		return err_sys(err, "naming the build's host");
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		return err_sys(err, "making mounts private");
	return 0;
}

/* The tree becomes "/" of this mount namespace, and all else is gone from it. */
static int enter_tree(const char *root, struct err *err)
{
	if (chdir(root) != 0 || syscall(SYS_pivot_root, ".", ".") != 0)
		return err_sys(err, "entering the build's tree");
	if (umount2(".", MNT_DETACH) != 0 || chdir("/") != 0)
		return err_sys(err, "leaving the machine's tree");
	return 0;
}

static int enter_users(const struct side *side, struct err *err)
{
	if (side->users_fd < 0)
		return 0;
	if (setns(side->users_fd, CLONE_NEWUSER) != 0)
		return err_sys(err, "entering the build's users");
	/* Its mounts are a copy that these users own: what the supervisor made is locked. */
	if (unshare(CLONE_NEWNS) != 0)
		return err_sys(err, "copying the build's mounts");
	return become_root_here(err);
}

static int init_steps(struct side *side, struct ns_outcome *ret, struct err *err)
{
	const struct ns_job *job = side->job;

	if (die_with_parent(is_supervisor_gone, side, err) != 0)
		return -1;
	if (job->proc(job->arg, job->root, err) != 0 || enter_tree(job->root, err) != 0)
		return -1;
	if (enter_users(side, err) != 0 || die_with_parent(is_supervisor_gone, side, err) != 0)
		return -1;
	fd_cleanup(&side->users_fd);
	fd_cleanup(&side->proc_fd);
	fd_cleanup(&side->parent_fd);
	fd_cleanup(&side->life_fd);
	if (job->confine(job->arg, err) != 0)
		return -1;
	return job->init(job->arg, ret, err);
}

static void init_main(struct side *side)
{
	struct message message = {.kind = MESSAGE_DONE};

	if (init_steps(side, &message.outcome, &message.err) != 0)
		message.kind = MESSAGE_FAILED;
	tell(side, &message);
	_exit(0);
}

/* Waits for init; kills it if the caller is gone. When init is reaped, no process of its pid
 * namespace is left: pid_namespaces(7). */
static void watch_init(const struct side *side, pid_t pid, int pid_fd)
{
	struct pollfd p[2] = {{.fd = side->life_fd, .events = 0}, {.fd = pid_fd, .events = POLLIN}};

	while (poll(p, 2, -1) < 0 && errno == EINTR)
		;
	if (p[0].revents)
		(void)kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static int start_init(struct side *side, struct err *err)
{
	int pid_fd CLEANUP_FD = -1;
	pid_t pid;

	side->parent_fd = pidfd_of(getpid());
	if (side->parent_fd < 0)
		return err_sys(err, "pidfd_open");
	pid = fork();
	if (pid < 0)
		return err_sys(err, "starting the build's first process");
	if (pid == 0)
		init_main(side);
	pid_fd = pidfd_of(pid);
	watch_init(side, pid, pid_fd);
	return 0;
}

static int supervisor_steps(struct side *side, struct err *err)
{
	const struct ns_job *job = side->job;
	struct message ready = {.kind = MESSAGE_READY};

	if (close_inherited(side, err) != 0 || die_with_parent(is_caller_gone, side, err) != 0)
		return -1;
	(void)setsid();
	if (wait_for_caller(side, err) != 0)
		return -1;
	if (side->ordinary && enter_own_users(side, err) != 0)
		return -1;
	side->proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (side->proc_fd < 0)
		return err_sys(err, "opening /proc");
	if (prepare_users(side, &ready, err) != 0 || leave_namespaces(side, err) != 0)
		return -1;
	tell(side, &ready);
	if (wait_for_caller(side, err) != 0)
		return -1;
	if (job->network && job->network(job->arg, err) != 0)
		return -1;
	if (job->tree(job->arg, job->root, side->users_fd, err) != 0)
		return -1;
	return start_init(side, err);
}

static int as_users_steps(struct side *side, struct err *err)
{
	struct message done = {.kind = MESSAGE_DONE};

	if (close_inherited(side, err) != 0 || die_with_parent(is_caller_gone, side, err) != 0)
		return -1;
	if (wait_for_caller(side, err) != 0 || enter_own_users(side, err) != 0)
		return -1;
	if (side->as_users(side->as_users_arg, err) != 0)
		return -1;
	tell(side, &done);
	return 0;
}

/* One message, or -1 if none comes within the time. */
static int next_message(
    const struct ns_child *child, int timeout_ms, struct message *ret, struct err *err)
{
	struct pollfd p = {.fd = child->report_fd, .events = POLLIN};
	size_t n = 0;
	int ready;

	do {
		ready = poll(&p, 1, timeout_ms);
	} while (ready < 0 && errno == EINTR);
	if (ready == 0)
		return err_set(err, ERR_LIMIT, "the build's namespaces took too long to make");
	if (fd_read_full(child->report_fd, ret, sizeof(*ret), &n, err) != 0)
		return -1;
	if (n != sizeof(*ret))
		return err_set(err, ERR_IO, "the build was killed before it reported its result");
	ret->err.text[sizeof(ret->err.text) - 1] = '\0';
	ret->why[sizeof(ret->why) - 1] = '\0';
	ret->outcome.text[NS_TEXT_SIZE - 1] = '\0';
	if (ret->kind != MESSAGE_FAILED)
		return 0;
	return err_set(
	    err, ret->err.code < ERR_INTERRUPTED ? ret->err.code : ERR_IO, "%s", ret->err.text);
}

/* The pipe's other end may be dead: an error, not a signal. */
static int let_go(const struct ns_child *child, struct err *err)
{
	if (send(child->life_fd, "g", 1, MSG_NOSIGNAL) != 1)
		return err_sys(err, "telling the build's supervisor to go on");
	return 0;
}

/* Lets it start, gives it its maps if it asks, and waits for its next word. */
static int await_word(const struct id_range *ids, const struct ns_child *child, int timeout_ms,
    struct message *ret, struct err *err)
{
	if (let_go(child, err) != 0 || next_message(child, timeout_ms, ret, err) != 0)
		return -1;
	if (ret->kind != MESSAGE_MAP_ME)
		return 0;
	if (id_map_ordinary(child->pid, ids, err) != 0 || let_go(child, err) != 0)
		return -1;
	return next_message(child, timeout_ms, ret, err);
}

static void side_main(struct side *side)
{
	struct message message = {.kind = MESSAGE_FAILED};
	struct err *err = &message.err;

	if ((side->as_users ? as_users_steps(side, err) : supervisor_steps(side, err)) != 0)
		tell(side, &message);
	_exit(0);
}

/* Forks a process that runs side_main and waits for let_go. */
static int start_side(struct side *side, struct ns_child *ret, struct err *err)
{
	int life[2], report[2];
	struct ns_child child = {.pid = -1};

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, life) != 0)
		return err_sys(err, "making a pipe");
	if (pipe2(report, O_CLOEXEC) != 0) {
		(void)close(life[0]);
		(void)close(life[1]);
		return err_sys(err, "making a pipe");
	}
	side->ordinary = geteuid() != 0;
	side->life_fd = life[0];
	side->report_fd = report[1];
	side->proc_fd = side->users_fd = side->parent_fd = -1;
	child.pid = fork();
	if (child.pid == 0)
		side_main(side);
	(void)close(life[0]);
	(void)close(report[1]);
	child.life_fd = life[1];
	child.report_fd = report[0];
	*ret = child;
	if (child.pid > 0)
		return 0;
	(void)err_sys(err, "starting the build's supervisor");
	ns_stop(ret);
	return -1;
}

int ns_start(const struct ns_job *job, int (*before)(void *arg, pid_t pid, struct err *err),
    struct ns_child *ret, struct err *err)
{
	struct side side = {.job = job};
	struct message message;
	struct ns_child child;
	int result;

	if (start_side(&side, &child, err) != 0)
		return -1;
	result = before ? before(job->arg, child.pid, err) : 0;
	if (result == 0)
		result = await_word(&job->ids, &child, START_TIMEOUT_MS, &message, err);
	if (result == 0 && message.kind != MESSAGE_READY)
		result = err_set(err, ERR_IO, "the build's supervisor is confused");
	if (result != 0) {
		ns_stop(&child);
		return -1;
	}
	child.has_users = message.has_users;
	memcpy(child.why, message.why, sizeof(child.why));
	*ret = child;
	return 0;
}

int ns_as_users(
    const struct id_range *ids, int (*fn)(void *arg, struct err *err), void *arg, struct err *err)
{
	struct ns_job job = {.ids = *ids};
	struct side side = {.job = &job, .as_users = fn, .as_users_arg = arg};
	struct ns_child child;
	struct message message;
	int result;

	if (geteuid() == 0)
		return fn(arg, err);
	if (start_side(&side, &child, err) != 0)
		return -1;
	result = await_word(ids, &child, -1, &message, err);
	ns_stop(&child);
	return result;
}

int ns_go(struct ns_child *child, struct err *err)
{
	return let_go(child, err);
}

int ns_result(struct ns_child *child, struct ns_outcome *ret, struct err *err)
{
	struct message message;

	if (next_message(child, -1, &message, err) != 0)
		return -1;
	if (message.kind != MESSAGE_DONE)
		return err_set(err, ERR_IO, "the build's supervisor is confused");
	*ret = message.outcome;
	return 0;
}

void ns_stop(struct ns_child *child)
{
	int pid_fd CLEANUP_FD = -1;
	struct pollfd p = {.events = POLLIN};

	fd_cleanup(&child->life_fd);
	fd_cleanup(&child->report_fd);
	if (child->pid <= 0)
		return;
	pid_fd = p.fd = pidfd_of(child->pid);
	while (pid_fd >= 0 && poll(&p, 1, STOP_TIMEOUT_MS) < 0 && errno == EINTR)
		;
	if (p.revents == 0)
		(void)kill(child->pid, SIGKILL);
	while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
		;
	child->pid = -1;
}
