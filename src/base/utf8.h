/*
 * UTF-8 as RFC 3629 has it: no surrogates, nothing above U+10FFFF, no overlong forms.
 * Pure functions.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/str.h"

/* Reads one code point off the front of s. Returns its length in bytes, 0 if s is empty or
 * does not begin with valid UTF-8 (*ret_rune is not written then). */
size_t utf8_decode(struct str s, uint32_t *ret_rune);
/* Writes 1 to 4 bytes; returns how many, 0 if the code point cannot be encoded. */
size_t utf8_encode(uint32_t rune, char out[4]);
bool utf8_valid(struct str s);
/* Code points; each byte that is not part of valid UTF-8 counts as one. */
size_t utf8_count(struct str s);
/* Not a control character (C0, DEL, C1), not a bidirectional control, not a line separator. */
bool rune_is_printable(uint32_t rune);

#endif
