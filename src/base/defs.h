/*
 * The compiler features and small macros that every file may use. Nothing here
 * allocates or has state.
 */
#ifndef BASE_DEFS_H
#define BASE_DEFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Runs fn(&variable) when the variable leaves its scope. */
#define CLEANUP(fn)			 __attribute__((cleanup(fn)))
#define MUST_USE			 __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_at, first_at) __attribute__((format(printf, format_at, first_at)))
#define UNUSED				 __attribute__((unused))

/* True if the sum or product does not fit; *ret holds it if it does. */
#define add_overflows(a, b, ret) __builtin_add_overflow((a), (b), (ret))
#define mul_overflows(a, b, ret) __builtin_mul_overflow((a), (b), (ret))

/* container_of's halves, by whether what it begins with is const. */
static inline void *container_from(void *member, size_t offset)
{
	return (char *)member - offset;
}

static inline const void *container_from_const(const void *member, size_t offset)
{
	return (const char *)member - offset;
}

/* The struct of `type` in which *at, a pointer to its `member`, stands. What is const stays so: a
 * const *at is in a `const struct x`. */
#define container_of(at, type, member)                          \
	((type *)_Generic((true ? (at) : (void *)(uintptr_t)1), \
		void *: container_from,                         \
		const void *: container_from_const)(            \
	    true ? (at) : &((type *)0)->member, offsetof(type, member)))

#define MIN_OF(a, b) ((a) < (b) ? (a) : (b))
#define MAX_OF(a, b) ((a) > (b) ? (a) : (b))

#define KIB(n)	     ((size_t)(n) << 10)
#define MIB(n)	     ((size_t)(n) << 20)
#define GIB(n)	     ((uint64_t)(n) << 30)

#endif
