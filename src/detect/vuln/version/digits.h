/*
 * Decimal numbers of any length, compared as text: what version schemes need where a
 * component does not fit any integer. Pure functions over borrowed slices.
 */
#ifndef DETECT_VULN_DIGITS_H
#define DETECT_VULN_DIGITS_H

#include "base/str.h"

/* The digits at the front of s. */
static inline struct str digits_prefix(struct str s)
{
	size_t n = 0;

	while (n < s.n && byte_is_digit(s.p[n]))
		n++;
	return str_make(s.p, n);
}

static inline struct str digits_strip(struct str digits)
{
	while (digits.n > 0 && digits.p[0] == '0') {
		digits.p++;
		digits.n--;
	}
	return digits;
}

/* Both are digits only; the empty slice is 0. */
static inline int digits_compare(struct str a, struct str b)
{
	a = digits_strip(a);
	b = digits_strip(b);
	if (a.n != b.n)
		return a.n < b.n ? -1 : 1;
	return str_cmp(a, b);
}

#endif
