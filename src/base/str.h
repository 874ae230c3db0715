/*
 * A slice: borrowed bytes with a length. It never owns, is never assumed to end in
 * NUL, and may hold any byte. Tokens of a parser are slices of the file, so that
 * each knows where it stands. The empty slice is {NULL, 0} or any pointer with 0.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include "base/defs.h"

#include <string.h>

struct str {
	const char *p;
	size_t n;
};

#define STR(literal)	  ((struct str){(literal), sizeof(literal) - 1})
#define STR_INIT(literal) {(literal), sizeof(literal) - 1} /* for static tables */
#define STR_NONE	  ((struct str){NULL, 0})

/* For printf: "%.*s" with STR_ARG(s). Text from outside goes through buf_add_safe. */
#define STR_FMT	   "%.*s"
#define STR_ARG(s) (int)((s).n > 0x7fffffff ? 0x7fffffff : (s).n), ((s).p ? (s).p : "")

static inline struct str str_of(const char *c_string)
{
	return (struct str){c_string, c_string ? strlen(c_string) : 0};
}

static inline struct str str_make(const char *p, size_t n)
{
	return (struct str){p, n};
}

static inline bool str_empty(struct str s)
{
	return s.n == 0;
}

/* The part of s from byte `from` (clamped), at most n bytes long. */
struct str str_sub(struct str s, size_t from, size_t n);

/* The start of s, at most n bytes, for messages that quote: a word that does not fit is left out
 * whole, so that what is left of a secret is never too short to be known as one. */
struct str str_excerpt(struct str s, size_t n);

bool str_eq(struct str a, struct str b);
/* ASCII letters without case; other bytes must be the same. */
bool str_eq_nocase(struct str a, struct str b);
/* Bytewise order, the shorter first if one begins with the other. */
int str_cmp(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_starts_nocase(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
bool str_ends_nocase(struct str s, struct str suffix);

#define STR_NPOS ((size_t)-1)
/* Where the byte or text first (or last) stands, or STR_NPOS. */
size_t str_chr(struct str s, char c);
size_t str_rchr(struct str s, char c);
size_t str_find(struct str s, struct str what);
bool str_has(struct str s, struct str what);

/* Takes what stands before the first `sep` off the front of *s (all of it if there is
 * none). Returns false once *s is used up: `while (str_cut(&rest, '\n', &line))`. A text that
 * ends in `sep` has no empty last piece. */
bool str_cut(struct str *s, char sep, struct str *ret_piece);
/* Splits at the first `sep`; false, and nothing written, if there is none. */
bool str_split(struct str s, char sep, struct str *ret_before, struct str *ret_after);

/* Without blanks (space, tab, CR, LF, VT, FF) at both ends, or one. */
struct str str_trim(struct str s);
struct str str_trim_left(struct str s);
struct str str_trim_right(struct str s);

/* What stands behind the last '/', or all of it. */
struct str str_base_name(struct str path);

/* The whole slice as decimal digits that fit; false otherwise. */
bool str_to_u64(struct str s, uint64_t *ret_value);

/* ASCII only, independent of the locale. */
static inline bool byte_is_digit(char c)
{
	return c >= '0' && c <= '9';
}
static inline bool byte_is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
static inline bool byte_is_alnum(char c)
{
	return byte_is_digit(c) || byte_is_alpha(c);
}
static inline bool byte_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v' || c == '\f';
}
static inline char byte_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}
static inline char byte_upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

#endif
