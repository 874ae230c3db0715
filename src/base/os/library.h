/*
 * A shared library of the system's that is loaded when it is needed first, for those that
 * most runs do without and that take long to load. Its functions land in a struct of
 * pointers, which whoever uses the library owns:
 *
 *	#define FUNCTIONS(X) X(open) X(close)
 *	#define X(name) __typeof__(thing_##name) *name;
 *	struct thing { FUNCTIONS(X) };
 *	#undef X
 *	#define X(name) {"thing_" #name, offsetof(struct thing, name)},
 *	static const struct library_function functions[] = {FUNCTIONS(X)};
 *
 * What is loaded stays. It must be loaded before a sandbox closes.
 */
#ifndef BASE_OS_LIBRARY_H
#define BASE_OS_LIBRARY_H

#include "base/err.h"

#include <stddef.h>

struct library_function {
	const char *name;
	size_t offset; /* of its pointer in the struct */
};

/* `file` as the linker would find it: "libthing.so.1". ERR_UNSUPPORTED says what is missing. */
MUST_USE int library_load(const char *file, const struct library_function *functions, size_t n,
    void *ret_pointers, struct err *err);

#endif
