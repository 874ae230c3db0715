/*
 * UTF-16 by RFC 2781, UTF-32 the same way, EBCDIC as code page 37 has it.
 */
#include "detect/secret/wide.h"

#include "base/utf8.h"

enum {
	SAMPLE_BYTES = 4096,
	SAMPLE_MIN = 16,
	GLANCE_BYTES = 128,
	BYTE_ORDER_MARK = 0xfeff,
	REPLACEMENT = 0xfffd
};

/* Code page 37 in Latin-1; a next line is a line's end too. */
// clang-format off
static const unsigned char page_37[256] = {
    0x00, 0x01, 0x02, 0x03, 0x9c, 0x09, 0x86, 0x7f, 0x97, 0x8d, 0x8e, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f,
    0x10, 0x11, 0x12, 0x13, 0x9d, 0x0a, 0x08, 0x87, 0x18, 0x19, 0x92, 0x8f, 0x1c, 0x1d, 0x1e, 0x1f,
    0x80, 0x81, 0x82, 0x83, 0x84, 0x0a, 0x17, 0x1b, 0x88, 0x89, 0x8a, 0x8b, 0x8c, 0x05, 0x06, 0x07,
    0x90, 0x91, 0x16, 0x93, 0x94, 0x95, 0x96, 0x04, 0x98, 0x99, 0x9a, 0x9b, 0x14, 0x15, 0x9e, 0x1a,
    0x20, 0xa0, 0xe2, 0xe4, 0xe0, 0xe1, 0xe3, 0xe5, 0xe7, 0xf1, 0xa2, 0x2e, 0x3c, 0x28, 0x2b, 0x7c,
    0x26, 0xe9, 0xea, 0xeb, 0xe8, 0xed, 0xee, 0xef, 0xec, 0xdf, 0x21, 0x24, 0x2a, 0x29, 0x3b, 0xac,
    0x2d, 0x2f, 0xc2, 0xc4, 0xc0, 0xc1, 0xc3, 0xc5, 0xc7, 0xd1, 0xa6, 0x2c, 0x25, 0x5f, 0x3e, 0x3f,
    0xf8, 0xc9, 0xca, 0xcb, 0xc8, 0xcd, 0xce, 0xcf, 0xcc, 0x60, 0x3a, 0x23, 0x40, 0x27, 0x3d, 0x22,
    0xd8, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0xab, 0xbb, 0xf0, 0xfd, 0xfe, 0xb1,
    0xb0, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f, 0x70, 0x71, 0x72, 0xaa, 0xba, 0xe6, 0xb8, 0xc6, 0xa4,
    0xb5, 0x7e, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0xa1, 0xbf, 0xd0, 0xdd, 0xde, 0xae,
    0x5e, 0xa3, 0xa5, 0xb7, 0xa9, 0xa7, 0xb6, 0xbc, 0xbd, 0xbe, 0x5b, 0x5d, 0xaf, 0xa8, 0xb4, 0xd7,
    0x7b, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0xad, 0xf4, 0xf6, 0xf2, 0xf3, 0xf5,
    0x7d, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f, 0x50, 0x51, 0x52, 0xb9, 0xfb, 0xfc, 0xf9, 0xfa, 0xff,
    0x5c, 0xf7, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0xb2, 0xd4, 0xd6, 0xd2, 0xd3, 0xd5,
    0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0xb3, 0xdb, 0xdc, 0xd9, 0xda, 0x9f,
};
// clang-format on

const char *wide_name(enum wide_order order)
{
	static const char *const names[] = {[WIDE_NONE] = "",
	    [WIDE_LITTLE] = "utf-16le",
	    [WIDE_BIG] = "utf-16be",
	    [WIDE_LITTLE_32] = "utf-32le",
	    [WIDE_BIG_32] = "utf-32be",
	    [WIDE_EBCDIC] = "cp037"};

	return names[order];
}

size_t wide_unit(enum wide_order order)
{
	if (order == WIDE_LITTLE_32 || order == WIDE_BIG_32)
		return 4;
	return order == WIDE_LITTLE || order == WIDE_BIG ? 2 : 1;
}

/* What a text of EBCDIC is made of, and next to none of another one: its letters and digits are
 * beyond ASCII, its blank is '@'. */
static bool is_ebcdic(struct str bytes)
{
	struct str glance = str_sub(bytes, 0, GLANCE_BYTES), sample;
	size_t high = 0, blank = 0, odd = 0, ascii = 0;

	for (size_t i = 0; i < glance.n; i++)
		high += (unsigned char)glance.p[i] >= 0x80;
	if (glance.n < SAMPLE_MIN || high * 2 < glance.n)
		return false;
	sample = str_sub(bytes, 0, SAMPLE_BYTES);
	high = 0;
	for (size_t i = 0; i < sample.n; i++) {
		unsigned char c = page_37[(unsigned char)sample.p[i]];

		high += byte_is_alnum((char)c);
		blank += c == ' ' || c == '\n';
		odd += c != '\n' && c != '\r' && c != '\t' && (c < ' ' || c >= 0x7f);
		ascii += sample.p[i] == ' ' || sample.p[i] == '\n';
	}
	return high * 2 >= sample.n && blank * 50 >= sample.n && odd * 50 <= sample.n &&
	       ascii * 50 <= sample.n;
}

/* nuls: by the place in a group of four. */
static enum wide_order order_of(const size_t nuls[4], size_t n)
{
	size_t quarter = n / 4, half = n / 2, even = nuls[0] + nuls[2], odd = nuls[1] + nuls[3];

	if (odd * 10 >= half * 4 && even * 50 <= half)
		return WIDE_LITTLE;
	if (even * 10 >= half * 4 && odd * 50 <= half)
		return WIDE_BIG;
	if (nuls[3] * 50 >= quarter * 49 && nuls[2] * 10 >= quarter * 9 && nuls[0] * 50 <= quarter)
		return WIDE_LITTLE_32;
	if (nuls[0] * 50 >= quarter * 49 && nuls[1] * 10 >= quarter * 9 && nuls[3] * 50 <= quarter)
		return WIDE_BIG_32;
	return WIDE_NONE;
}

enum wide_order wide_detect(struct str bytes)
{
	size_t n = MIN_OF(bytes.n, (size_t)SAMPLE_BYTES) & ~(size_t)1;
	size_t nuls[4] = {0, 0, 0, 0};

	if (str_starts(bytes, STR("\xff\xfe\0\0")))
		return WIDE_LITTLE_32;
	if (str_starts(bytes, STR("\0\0\xfe\xff")))
		return WIDE_BIG_32;
	if (str_starts(bytes, STR("\xff\xfe")))
		return WIDE_LITTLE;
	if (str_starts(bytes, STR("\xfe\xff")))
		return WIDE_BIG;
	if (n < SAMPLE_MIN)
		return WIDE_NONE;
	if (!memchr(bytes.p, '\0', n))
		return is_ebcdic(bytes) ? WIDE_EBCDIC : WIDE_NONE;
	for (size_t i = 0; i < n; i++)
		nuls[i & 3] += bytes.p[i] == '\0';
	return order_of(nuls, n);
}

static uint32_t unit_at(struct str bytes, size_t at, enum wide_order order)
{
	const unsigned char *p = (const unsigned char *)bytes.p + at;

	switch (order) {
	case WIDE_LITTLE_32:
		return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
	case WIDE_BIG_32:
		return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	case WIDE_LITTLE:
		return (uint32_t)p[1] << 8 | p[0];
	case WIDE_BIG:
		return (uint32_t)p[0] << 8 | p[1];
	case WIDE_EBCDIC:
	case WIDE_NONE:
	default:
		return page_37[p[0]];
	}
}

bool wide_is_second(struct str bytes, size_t at, enum wide_order order)
{
	if (wide_unit(order) != 2 || at < 2 || bytes.n < 2 || at > bytes.n - 2)
		return false;
	return (unit_at(bytes, at, order) & 0xfc00) == 0xdc00 &&
	       (unit_at(bytes, at - 2, order) & 0xfc00) == 0xd800;
}

/* One character; returns how many bytes it took. */
static size_t next_rune(struct str bytes, size_t at, enum wide_order order, uint32_t *ret_rune)
{
	uint32_t high = unit_at(bytes, at, order), low;
	size_t unit = wide_unit(order);

	*ret_rune = high;
	if (high < 0xd800 || (high > 0xdfff && high <= 0x10ffff))
		return unit;
	*ret_rune = REPLACEMENT;
	if (unit != 2 || high > 0xdbff || bytes.n - at < 4)
		return unit;
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
	/* Two bytes become three at most, four become four, one two. */
	char *out = arena_array(arena, bytes.n / 2 + 1, order == WIDE_EBCDIC ? 4 : 3);

	if (!out)
		return arena_err(arena, err);
	while (bytes.n - at >= wide_unit(order)) {
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
