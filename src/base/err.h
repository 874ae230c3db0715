/*
 * An error lives on the caller's stack. A function that can fail returns 0 or -1 and
 * takes `struct err *err` last; on failure, and only then, it fills it. `err_wrap` adds
 * context on the way up, so that a person reads one chain. Libraries never print.
 * "Not found" and "end" are results, not errors. Secrets never go into an error's text.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/defs.h"

/* Each with the moment it arises. The exit code follows from it: see err_exit_code. */
#define ERR_CODES(X)                                                                           \
	X(NONE, "no error")                                                                    \
	X(USAGE, "usage")		/* the command line cannot be taken */                 \
	X(CONFIG, "configuration")	/* a policy, a rule file or .plimsoll.yaml is wrong */ \
	X(IO, "input/output")		/* the operating system refused; `sys` holds errno */  \
	X(FORMAT, "malformed input")	/* bytes from outside break their format */            \
	X(LIMIT, "limit reached")	/* input is larger, deeper or slower than allowed */   \
	X(NOMEM, "out of memory")	/* allocation failed below every limit */              \
	X(UNSUPPORTED, "not supported") /* well-formed, but this build refuses it */           \
	X(NOT_FOUND, "not found") /* a branch, commit or image that was named is not there */  \
	X(DATABASE, "advisory database") /* missing, stale or damaged */                       \
	X(NET, "network")		 /* no answer, or an answer that is an error */        \
	X(AUTH, "authentication")	 /* refused credentials */                             \
	X(MOVED, "moved")		 /* a branch is not where it was judged */             \
	X(INTERRUPTED, "interrupted")	 /* a signal asked to stop */

enum err_code {
#define X(code, text) ERR_##code,
	ERR_CODES(X)
#undef X
};

struct err {
	enum err_code code;
	int sys;	/* errno of ERR_IO, else 0 */
	char text[480]; /* NUL-terminated, printable, one line */
};

#define ERR_INIT ((struct err){.code = ERR_NONE})

/* Fill and return -1, so that `return err_set(err, …)` reads as one step. Bytes that are not
 * printable become '?', a text that is too long ends in "...". */
int err_set(struct err *err, enum err_code code, const char *format, ...) PRINTF_LIKE(3, 4);
/* ERR_IO with errno's text behind it. */
int err_sys(struct err *err, const char *format, ...) PRINTF_LIKE(2, 3);
int err_nomem(struct err *err);
/* The machine ran out of something (descriptors, memory, room on a disk): it says nothing of what
 * was asked for. */
bool err_is_machine(const struct err *err);
/* Puts "what: " before the text. Returns -1. */
int err_wrap(struct err *err, const char *format, ...) PRINTF_LIKE(2, 3);

const char *err_code_name(enum err_code code);
/* Design part 7: 2 usage, 3 configuration, 4 could not scan everything, 5 database. */
int err_exit_code(const struct err *err);

#endif
