/*
 * UTF-16 by RFC 2781.
 */
#include "detect/secret/wide.h"

#include "base/utf8.h"

enum { SAMPLE_BYTES = 4096, SAMPLE_MIN = 16, BYTE_ORDER_MARK = 0xfeff, REPLACEMENT = 0xfffd };

enum wide_order wide_detect(struct str bytes)
{
	size_t n = MIN_OF(bytes.n, (size_t)SAMPLE_BYTES) & ~(size_t)1, half = n / 2;
	size_t nuls[2] = {0, 0};

	if (str_starts(bytes, STR("\xff\xfe")))
		return WIDE_LITTLE;
	if (str_starts(bytes, STR("\xfe\xff")))
		return WIDE_BIG;
	if (n < SAMPLE_MIN || !memchr(bytes.p, '\0', n))
		return WIDE_NONE;
	for (size_t i = 0; i < n; i++)
		nuls[i & 1] += bytes.p[i] == '\0';
	if (nuls[1] * 10 >= half * 4 && nuls[0] * 50 <= half)
		return WIDE_LITTLE;
	if (nuls[0] * 10 >= half * 4 && nuls[1] * 50 <= half)
		return WIDE_BIG;
	return WIDE_NONE;
}

static uint32_t unit_at(struct str bytes, size_t at, enum wide_order order)
{
	uint32_t a = (unsigned char)bytes.p[at], b = (unsigned char)bytes.p[at + 1];

	return order == WIDE_LITTLE ? b << 8 | a : a << 8 | b;
}

bool wide_is_second(struct str bytes, size_t at, enum wide_order order)
{
	if (at < 2 || bytes.n < 2 || at > bytes.n - 2)
		return false;
	return (unit_at(bytes, at, order) & 0xfc00) == 0xdc00 &&
	       (unit_at(bytes, at - 2, order) & 0xfc00) == 0xd800;
}

/* One character; returns how many bytes it took, 2 or 4. */
static size_t next_rune(struct str bytes, size_t at, enum wide_order order, uint32_t *ret_rune)
{
	uint32_t high = unit_at(bytes, at, order), low;

	*ret_rune = high;
	if (high < 0xd800 || high > 0xdfff)
		return 2;
	*ret_rune = REPLACEMENT;
	if (high > 0xdbff || bytes.n - at < 4)
		return 2;
	low = unit_at(bytes, at + 2, order);
	if (low < 0xdc00 || low > 0xdfff)
		return 2;
	*ret_rune = 0x10000 + ((high - 0xd800) << 10 | (low - 0xdc00));
	return 4;
}

int wide_decode(struct str bytes, enum wide_order order, size_t *marks, size_t n_marks,
    struct arena *arena, struct str *ret_text, struct err *err)
{
	size_t n = 0, at = 0, mark = 0;
	/* Two bytes become three at most, four become four. */
	char *out = arena_array(arena, bytes.n / 2 + 1, 3);

	if (!out)
		return arena_err(arena, err);
	while (bytes.n - at >= 2) {
		char encoded[4];
		uint32_t rune;
		size_t size;

		while (mark < n_marks && marks[mark] <= at)
			marks[mark++] = n;
		at += next_rune(bytes, at, order, &rune);
		size = rune == BYTE_ORDER_MARK ? 0 : utf8_encode(rune, encoded);
		memcpy(out + n, encoded, size);
		n += size;
	}
	while (mark < n_marks)
		marks[mark++] = n;
	*ret_text = str_make(out, n);
	return 0;
}
