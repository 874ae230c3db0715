#include "base/utf8.h"

/* The second byte's range depends on the first: RFC 3629 section 4. */
static size_t sequence_length(unsigned char lead, unsigned char *ret_low, unsigned char *ret_high)
{
	*ret_low = 0x80;
	*ret_high = 0xbf;
	if (lead >= 0xc2 && lead <= 0xdf)
		return 2;
	if (lead >= 0xe0 && lead <= 0xef) {
		if (lead == 0xe0)
			*ret_low = 0xa0;
		if (lead == 0xed)
			*ret_high = 0x9f;
		return 3;
	}
	if (lead >= 0xf0 && lead <= 0xf4) {
		if (lead == 0xf0)
			*ret_low = 0x90;
		if (lead == 0xf4)
			*ret_high = 0x8f;
		return 4;
	}
	return 0;
}

size_t utf8_decode(struct str s, uint32_t *ret_rune)
{
	const unsigned char *p = (const unsigned char *)s.p;
	unsigned char low, high;
	uint32_t rune;
	size_t n;

	if (s.n == 0)
		return 0;
	if (p[0] < 0x80) {
		*ret_rune = p[0];
		return 1;
	}
	n = sequence_length(p[0], &low, &high);
	if (n == 0 || n > s.n || p[1] < low || p[1] > high)
		return 0;
	rune = p[0] & (0x7fU >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		rune = rune << 6 | (p[i] & 0x3f);
	}
	*ret_rune = rune;
	return n;
}

size_t utf8_encode(uint32_t rune, char out[4])
{
	static const unsigned char leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
	size_t n = rune < 0x80 ? 1 : rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;

	if (rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff))
		return 0;
	for (size_t i = n - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (rune & 0x3f));
		rune >>= 6;
	}
	out[0] = (char)(n == 1 ? rune : leads[n] | rune);
	return n;
}

bool utf8_valid(struct str s)
{
	uint32_t rune;

	while (s.n > 0) {
		size_t n = utf8_decode(s, &rune);

		if (n == 0)
			return false;
		s = str_sub(s, n, s.n);
	}
	return true;
}

size_t utf8_count(struct str s)
{
	size_t count = 0;
	uint32_t rune;

	while (s.n > 0) {
		size_t n = utf8_decode(s, &rune);

		s = str_sub(s, n ? n : 1, s.n);
		count++;
	}
	return count;
}

bool rune_is_printable(uint32_t rune)
{
	if (rune < 0x20 || (rune >= 0x7f && rune < 0xa0))
		return false;
	if (rune == 0x200e || rune == 0x200f || rune == 0x061c)
		return false;
	return !(rune >= 0x2028 && rune <= 0x202e) && !(rune >= 0x2066 && rune <= 0x2069);
}
