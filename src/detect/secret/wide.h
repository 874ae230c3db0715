/*
 * UTF-16 to UTF-8, for scanning. Pure functions.
 */
#ifndef DETECT_SECRET_WIDE_H
#define DETECT_SECRET_WIDE_H

#include "base/arena.h"

enum wide_order { WIDE_NONE, WIDE_LITTLE, WIDE_BIG };

/* By the byte order mark, or, without one, if at least four of ten bytes at even (or at odd)
 * places are NUL and next to none at the others (the first 4 KiB decide). */
enum wide_order wide_detect(struct str bytes);
/* Whether a character of two units has its second one at byte `at`. */
bool wide_is_second(struct str bytes, size_t at, enum wide_order order);
/* A byte order mark is left out; what is no UTF-16 becomes U+FFFD; an odd last byte is dropped.
 * marks: n_marks byte offsets of `bytes`, ascending; each becomes the offset in the result of the
 * first character at or behind it. */
MUST_USE int wide_decode(struct str bytes, enum wide_order order, size_t *marks, size_t n_marks,
    struct arena *arena, struct str *ret_text, struct err *err);

#endif
