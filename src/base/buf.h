/*
 * Growing bytes with a cap: a buffer cannot be created without one. A failed add makes
 * it sticky-failed; add as often as needed and ask buf_ok once at the end. It owns
 * heap memory: release it, or take the bytes with buf_take.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/err.h"
#include "base/str.h"

#include <stdarg.h>

struct buf {
	char *p; /* NUL behind the last byte whenever p is not NULL */
	size_t n, cap;
	size_t max; /* bytes, not counting the NUL */
	bool failed;
};

void buf_init(struct buf *b, size_t max_bytes);
#define BUF_INIT(max_bytes) ((struct buf){.max = (max_bytes)})
/* Usable as CLEANUP(buf_release). */
void buf_release(struct buf *b);
/* Empties it and forgets a failure; keeps the memory. */
void buf_clear(struct buf *b);

void buf_add(struct buf *b, struct str s);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *format, ...) PRINTF_LIKE(2, 3);
void buf_addv(struct buf *b, const char *format, va_list args) PRINTF_LIKE(2, 0);
/* Text from outside, made safe for a terminal or a log: control bytes, DEL, broken UTF-8, C1
 * and bidirectional control characters become "\xNN". */
void buf_add_safe(struct buf *b, struct str s);
/* Room for n more bytes to be written at the returned pointer, then buf_commit(n);
 * NULL if the cap or memory forbids it. */
char *buf_room(struct buf *b, size_t n);
void buf_commit(struct buf *b, size_t n);

static inline bool buf_ok(const struct buf *b)
{
	return !b->failed;
}
static inline struct str buf_str(const struct buf *b)
{
	return str_make(b->p, b->n);
}
/* NUL-terminated, never NULL. */
const char *buf_cstr(const struct buf *b);
/* The caller frees the result with free(); the buffer is empty again. */
MUST_USE char *buf_take(struct buf *b);
/* ERR_LIMIT with what was being built, if the buffer failed. Returns -1. */
int buf_err(const struct buf *b, const char *what, struct err *err);

#endif
