/*
 * UTF-16, UTF-32 and EBCDIC to UTF-8, for scanning. Pure functions.
 */
#ifndef DETECT_SECRET_WIDE_H
#define DETECT_SECRET_WIDE_H

#include "base/arena.h"

enum wide_order { WIDE_NONE, WIDE_LITTLE, WIDE_BIG, WIDE_LITTLE_32, WIDE_BIG_32, WIDE_EBCDIC };

/* By the byte order mark, or, without one, if at least four of ten bytes at even (or at odd)
 * places are NUL and next to none at the others, or all but every fourth (the first 4 KiB decide).
 * EBCDIC if they are next to all its letters, digits, signs and blanks. */
enum wide_order wide_detect(struct str bytes);
/* "utf-16le", …, as core/origin.h has it; empty for none. */
const char *wide_name(enum wide_order order);
/* Bytes of the shortest character: 1, 2 or 4. */
size_t wide_unit(enum wide_order order);
/* Whether a character of two units has its second one at byte `at`. */
bool wide_is_second(struct str bytes, size_t at, enum wide_order order);
/* A byte order mark is left out; what is no character becomes U+FFFD; a last unit that
 * is cut is dropped.
 * marks: n_marks byte offsets of `bytes`, ascending; each becomes the offset in the result of the
 * first character at or behind it. */
MUST_USE int wide_decode(struct str bytes, enum wide_order order, size_t *marks, size_t n_marks,
    struct arena *arena, struct str *ret_text, struct err *err);

#endif
