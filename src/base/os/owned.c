#include "base/os/owned.h"

#include "base/hash.h"
#include "base/os/fd.h"
#include "base/os/remove.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TEMPDIR_PREFIX "plimsoll-"

enum {
	OWNED_MAX = 32,
	HEX = 16, /* digits of a name, behind its prefix */
	TRIES = 100,
	PAUSE_NS = 10 * 1000 * 1000,
	CHILDREN_BYTES = 4096,
};

struct owned {
	char path[PATH_MAX];
	enum owned_kind kind;
	int fd; /* holds the lock */
	bool used;
};

/* The signal's handler has to find it: nothing else could hand it over. Changed only while the
 * signals are blocked. */
static struct owned list[OWNED_MAX];
static pid_t owner; /* the process that the list is about, not its forks */

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

/* ---- removal, also in the handler: system calls alone ---- */

static int remove_group(const char *path)
{
	static const struct timespec pause = {.tv_nsec = PAUSE_NS};

	for (int tries = 0; tries < TRIES; tries++) {
		if (rmdir(path) == 0 || errno == ENOENT)
			return 0;
		if (errno != EBUSY)
			return -1;
		(void)nanosleep(&pause, NULL);
	}
	return -1;
}

static int remove_owned(const struct owned *o)
{
	if (o->kind == OWNED_GROUP)
		return remove_group(o->path);
	if (dir_empty(o->fd) < 0)
		return -1;
	return rmdir(o->path) == 0 || errno == ENOENT ? 0 : -1;
}

/* ---- a signal ---- */

/* The numbers in a text such as "12 345 "; each is a child, and leads a process group if it was
 * spawned. */
static void kill_numbers(const char *text, size_t n)
{
	pid_t pid = 0;

	for (size_t i = 0; i < n; i++) {
		if (byte_is_digit(text[i])) {
			pid = pid * 10 + (text[i] - '0');
			continue;
		}
		if (pid > 1) {
			(void)kill(-pid, SIGKILL);
			(void)kill(pid, SIGKILL);
		}
		pid = 0;
	}
}

/* Where the kernel lists no children, they die with this process (PR_SET_PDEATHSIG). */
static void kill_children(void)
{
	int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
	char text[CHILDREN_BYTES];
	ssize_t n;

	if (fd < 0)
		return;
	n = read(fd, text, sizeof text);
	(void)close(fd);
	if (n <= 0)
		return;
	kill_numbers(text, (size_t)n);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
}

static void on_signal(int number)
{
	static atomic_flag busy = ATOMIC_FLAG_INIT;
	struct sigaction by_default = {.sa_handler = SIG_DFL};
	sigset_t only;

	if (getpid() == owner && !atomic_flag_test_and_set(&busy)) {
		kill_children();
		for (size_t i = 0; i < OWNED_MAX; i++) {
			if (list[i].used)
				(void)!remove_owned(&list[i]);
		}
	}
	(void)sigaction(number, &by_default, NULL);
	(void)sigemptyset(&only);
	(void)sigaddset(&only, number);
	(void)raise(number);
	(void)sigprocmask(SIG_UNBLOCK, &only, NULL);
}

static void block(sigset_t *ret_before)
{
	sigset_t set;

	(void)sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		(void)sigaddset(&set, signals[i]);
	(void)sigprocmask(SIG_BLOCK, &set, ret_before);
}

/* Once for each process: a signal that somebody ignores or handles stays with them. */
static void listen(void)
{
	struct sigaction ours = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

	if (owner == getpid())
		return;
	/* A fork inherits the list; what is on it is its parent's. */
	for (size_t i = 0; i < OWNED_MAX; i++)
		list[i].used = false;
	owner = getpid();
	(void)sigfillset(&ours.sa_mask);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		struct sigaction now;

		if (sigaction(signals[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL)
			(void)sigaction(signals[i], &ours, NULL);
	}
}

/* ---- making ---- */

/* Locks the folder. False if another has it, or has removed it meanwhile. A file system without
 * locks is taken as it is: nobody can sweep there. */
static bool lock(int fd, int parent, const char *name)
{
	struct stat opened, named;

	if (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
		return false;
	return fstat(fd, &opened) == 0 && fstatat(parent, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	       opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

static int open_named(int parent, const char *name)
{
	return openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* One try, in the slot. -1 and errno; EAGAIN: another name may do. */
static int make(struct owned *o, const char *parent, const char *prefix)
{
	int parent_fd CLEANUP_FD = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	unsigned char random[HEX / 2];
	char hex[HEX + 1];
	int n;

	if (parent_fd < 0)
		return -1;
	random_bytes(random, sizeof random);
	hex_write(random, sizeof random, hex);
	hex[HEX] = '\0';
	n = snprintf(o->path, sizeof o->path, "%s/%s%s", parent, prefix, hex);
	if (n < 0 || (size_t)n >= sizeof o->path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (mkdir(o->path, S_IRWXU) != 0)
		return -1;
	o->fd = open_named(parent_fd, o->path + strlen(parent) + 1);
	if (o->fd >= 0 && lock(o->fd, parent_fd, o->path + strlen(parent) + 1))
		return 0;
	fd_cleanup(&o->fd);
	errno = EAGAIN;
	return -1;
}

/* A folder may have been removed in another way, without owned_remove. */
static bool is_gone(struct owned *o)
{
	struct stat st;

	if (fstat(o->fd, &st) != 0 || st.st_nlink > 0)
		return false;
	fd_cleanup(&o->fd);
	return true;
}

static struct owned *free_slot(void)
{
	for (size_t i = 0; i < OWNED_MAX; i++) {
		if (!list[i].used || is_gone(&list[i]))
			return &list[i];
	}
	errno = EMFILE;
	return NULL;
}

const char *owned_make(
    const char *parent, const char *prefix, enum owned_kind kind, struct arena *arena)
{
	const char *path = NULL;
	struct owned *o;
	sigset_t before;
	int failed = -1;

	block(&before);
	listen();
	o = free_slot();
	for (int i = 0; o && failed && i < TRIES; i++) {
		failed = make(o, parent, prefix);
		if (failed && errno != EAGAIN && errno != EEXIST)
			break;
	}
	if (!failed) {
		o->kind = kind;
		path = arena_cstr(arena, str_of(o->path));
		o->used = path != NULL;
		if (!path) {
			(void)rmdir(o->path);
			fd_cleanup(&o->fd);
			errno = ENOMEM;
		}
	}
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return path;
}

int owned_remove(const char *path, struct err *err)
{
	sigset_t before;
	int failed = 0;

	block(&before);
	for (size_t i = 0; i < OWNED_MAX && owner == getpid(); i++) {
		struct owned *o = &list[i];

		if (!o->used || strcmp(o->path, path) != 0)
			continue;
		failed = remove_owned(o);
		if (failed)
			(void)err_sys(err, "cannot remove %s", path);
		o->used = false;
		fd_cleanup(&o->fd);
	}
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return failed;
}

/* ---- what others left ---- */

static bool has_our_form(struct str name, const char *prefix)
{
	if (!str_starts(name, str_of(prefix)) || name.n != strlen(prefix) + HEX)
		return false;
	for (size_t i = strlen(prefix); i < name.n; i++) {
		if (!byte_is_digit(name.p[i]) && !(name.p[i] >= 'a' && name.p[i] <= 'f'))
			return false;
	}
	return true;
}

static void sweep_one(int parent, const char *name, enum owned_kind kind)
{
	int fd CLEANUP_FD = open_named(parent, name);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0 || st.st_uid != geteuid() ||
	    (st.st_mode & 07777) != S_IRWXU || flock(fd, LOCK_EX | LOCK_NB) != 0)
		return;
	if (kind == OWNED_FOLDER && dir_empty(fd) != 0)
		return;
	(void)unlinkat(parent, name, AT_REMOVEDIR);
}

void owned_sweep(const char *parent, const char *prefix, enum owned_kind kind)
{
	int fd CLEANUP_FD = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dir_entries entries;
	const char *name;

	if (fd < 0)
		return;
	dir_entries_init(&entries, fd);
	while ((name = dir_next(&entries)) != NULL) {
		if (has_our_form(str_of(name), prefix))
			sweep_one(fd, name, kind);
	}
}

/* ---- temporary folders ---- */

static const char *temporary_base(void)
{
	const char *given = getenv("TMPDIR");

	return given && given[0] == '/' ? given : "/tmp";
}

int tempdir_open(const char *base, struct arena *arena, const char **ret_path, struct err *err)
{
	const char *below = base ? base : temporary_base();
	const char *path = owned_make(below, TEMPDIR_PREFIX, OWNED_FOLDER, arena);

	if (!path)
		return err_sys(err, "cannot create a folder in %s", below);
	*ret_path = path;
	return 0;
}

void tempdir_sweep(void)
{
	owned_sweep(temporary_base(), TEMPDIR_PREFIX, OWNED_FOLDER);
}
