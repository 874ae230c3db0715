/*
 * Runs programs: argv, never a shell; an environment that is given, not inherited;
 * descriptors closed but those that are named; a time limit; dies with its parent.
 */
#ifndef BASE_OS_SPAWN_H
#define BASE_OS_SPAWN_H

#include "base/arena.h"
#include "base/buf.h"

enum { SPAWN_KEPT_MAX = 64 };

struct spawn {
	const char *const *argv; /* argv[0] is looked up in PATH; NULL-terminated */
	const char *const *env;	 /* NULL: spawn_env_minimal() */
	const char *cwd;	 /* NULL: the parent's */
	struct str input;	 /* fed to its stdin; empty: /dev/null */
	struct buf *out;	 /* its stdout; NULL: /dev/null */
	struct buf *errors;	 /* its stderr; NULL: /dev/null */
	int in_fd;		 /* > 0: its stdin comes from there instead of from `input` */
	int out_fd;		 /* > 0: its stdout goes there instead of to `out` */
	int err_fd;		 /* > 0: likewise its stderr */
	const int *kept;	 /* stay open in it, as first_kept, first_kept + 1 … */
	size_t n_kept;		 /* at most SPAWN_KEPT_MAX */
	int first_kept;		 /* above those of the three streams */
	int64_t timeout_ms;	 /* 0: none */
	uint64_t cpu_seconds;	 /* 0: no limit */
	uint64_t memory_bytes;	 /* of its address space; 0: no limit */
	uint64_t file_bytes;	 /* of a file that it writes; 0: no limit */
	bool truncate_output;	 /* past the cap of out or errors, drop the rest; else ERR_LIMIT */
};

struct spawn_result {
	int status; /* exit status; -1 if a signal ended it */
	int signal; /* 0, or the signal */
	bool timed_out;
};

/* Runs to the end. -1 only if it could not be run at all, ran out of time (ERR_LIMIT; *ret is
 * set, with timed_out) or wrote too much; a non-zero status is a result. What the program left
 * running in its process group is killed when it ends. The signal to die with the parent comes when
 * the calling thread ends, so that thread must outlive a program opened by spawn_open. */
MUST_USE int spawn_run(const struct spawn *s, struct spawn_result *ret, struct err *err);

/* A program that answers on pipes: for git cat-file --batch and plimsoll-net. Of struct spawn,
 * argv, env, cwd, the limits and the descriptors count. */
struct spawned {
	int pid;
	int to;	  /* its stdin; -1 if in_fd is */
	int from; /* its stdout; -1 if out_fd is */
};
MUST_USE int spawn_open(const struct spawn *s, struct spawned *ret, struct err *err);
/* Closes the pipes and reaps; kills it if it has not ended after grace_ms. */
int spawn_close(struct spawned *s, int64_t grace_ms, struct spawn_result *ret, struct err *err);

/* PATH, HOME, LANG=C.UTF-8, TMPDIR, and the proxy and certificate variables; nothing else. Valid
 * until this thread's next call. */
const char *const *spawn_env_minimal(void);
/* Whether PATH has this program. */
bool spawn_has(const char *program);
/* The same, and adds where it lies, its size and its time: what says that it is another one. */
bool spawn_stamp(const char *program, struct buf *ret);

#endif
