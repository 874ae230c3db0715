#include "detect/secret/decode_look.h"

#if defined(__x86_64__)
#	include <immintrin.h>
#endif

enum look_set {
	SET_QUOTE,  /* " ' ` */
	SET_MARK,   /* \ % & */
	SET_RUN,    /* A-Z a-z 0-9 + / - _ */
	SET_BEHIND, /* what may stand behind a closing quote: blanks + . & \ and quotes */
	SET_SECOND, /* behind a mark: hexadecimal digits, u x #, and what names of entities begin
		       with */
	SET_COUNT,
};

/* Bit h of member l: the byte 16 h + l belongs to the set. None has bytes from 0x80 on. */
static const unsigned char sets[SET_COUNT][16] = {
    [SET_QUOTE] = {0x40, 0, 0x04, 0, 0, 0, 0, 0x04, 0, 0, 0, 0, 0, 0, 0, 0},
    [SET_MARK] = {0, 0, 0, 0, 0, 0x04, 0x04, 0, 0, 0, 0, 0, 0x20, 0, 0, 0},
    [SET_RUN] = {0xa8, 0xf8, 0xf8, 0xf8, 0xf8, 0xf8, 0xf8, 0xf8, 0xf8, 0xf8, 0xf0, 0x54, 0x50, 0x54,
	0x50, 0x74},
    [SET_BEHIND] = {0x44, 0, 0x04, 0, 0, 0, 0x04, 0x04, 0, 0x01, 0x01, 0x04, 0x20, 0x01, 0x04, 0},
    [SET_SECOND] = {0x08, 0xd8, 0x58, 0x5c, 0x58, 0xf8, 0x58, 0x48, 0xa8, 0x08, 0, 0, 0x40, 0, 0,
	0},
};

/* One bit a byte. */
struct look_kinds {
	uint64_t of[SET_COUNT];
};

static bool is_in(enum look_set set, char c)
{
	unsigned char byte = (unsigned char)c;

	return byte < 0x80 && (sets[set][byte & 15] >> (byte >> 4) & 1);
}

bool look_is_run_byte(char c)
{
	return is_in(SET_RUN, c);
}

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* Bit i of the result: the 16 bytes that end at byte i are all of a run, and those that end before
 * it are not. */
ALWAYS_INLINE uint64_t runs_of(struct look_carry *carry, uint64_t run)
{
	uint64_t before = carry->ends[4];

	for (unsigned i = 0; i < 4; i++) {
		uint64_t last = carry->ends[i];
		unsigned by = 1U << i;

		carry->ends[i] = run;
		run &= run << by | last >> (64 - by);
	}
	carry->ends[4] = run;
	return run & ~(run << 1 | before >> 63);
}

/* What stands behind the block's last byte is not known: then it may be anything. */
ALWAYS_INLINE void places_of(
    const struct look_kinds *k, struct look_carry *carry, struct look_block *ret)
{
	const uint64_t last = UINT64_C(1) << 63;
	uint64_t run = k->of[SET_RUN];

	ret->runs = runs_of(carry, run);
	ret->places =
	    ret->runs | (k->of[SET_MARK] & (k->of[SET_SECOND] >> 1 | last)) |
	    (k->of[SET_QUOTE] & (k->of[SET_BEHIND] >> 1 | last) & (run << 1 | carry->before >> 63));
	carry->before = run;
}

/* ---- for any processor ---- */

static void look_plain(struct decode_look *look, const char *p)
{
	for (unsigned i = 0; i < look->n; i++) {
		struct look_kinds kinds = {.of = {0}};

		for (unsigned at = 0; at < LOOK_BLOCK; at++, p++) {
			for (unsigned set = 0; set < SET_COUNT; set++) {
				if (is_in(set, *p))
					kinds.of[set] |= UINT64_C(1) << at;
			}
		}
		places_of(&kinds, &look->carry, &look->blocks[i]);
	}
}

#if defined(__x86_64__)

/* ---- 32 bytes at once ---- */

#	define AVX2 __attribute__((target("avx2")))

/* A shuffle looks its low four bits up in 16 members, and gives 0 for bytes from 0x80 on. */
AVX2 ALWAYS_INLINE __m256i members(const unsigned char table[16])
{
	return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)table));
}

AVX2 ALWAYS_INLINE void kinds_of(const char *p, const __m256i tables[SET_COUNT],
    const __m256i powers, unsigned shift, struct look_kinds *kinds)
{
	const __m256i c = _mm256_loadu_si256((const __m256i *)(const void *)p);
	const __m256i high = _mm256_and_si256(_mm256_srli_epi16(c, 4), _mm256_set1_epi8(15));
	const __m256i power = _mm256_shuffle_epi8(powers, high);

	for (unsigned set = 0; set < SET_COUNT; set++) {
		__m256i bits = _mm256_and_si256(_mm256_shuffle_epi8(tables[set], c), power);
		__m256i none = _mm256_cmpeq_epi8(bits, _mm256_setzero_si256());

		kinds->of[set] |= (uint64_t)~(unsigned)_mm256_movemask_epi8(none) << shift;
	}
}

AVX2 static void look_avx2(struct decode_look *look, const char *p)
{
	static const unsigned char powers[16] = {1, 2, 4, 8, 16, 32, 64, 128};
	struct look_carry carry = look->carry;
	__m256i tables[SET_COUNT];

	for (unsigned set = 0; set < SET_COUNT; set++)
		tables[set] = members(sets[set]);
	for (unsigned i = 0; i < look->n; i++, p += LOOK_BLOCK) {
		struct look_kinds kinds = {.of = {0}};

		kinds_of(p, tables, members(powers), 0, &kinds);
		kinds_of(p + LOOK_BLOCK / 2, tables, members(powers), LOOK_BLOCK / 2, &kinds);
		places_of(&kinds, &carry, &look->blocks[i]);
	}
	look->carry = carry;
}

static void look_fast(struct decode_look *look, const char *p)
{
	if (__builtin_cpu_supports("avx2"))
		look_avx2(look, p);
	else
		look_plain(look, p);
}

#else

static void look_fast(struct decode_look *look, const char *p)
{
	look_plain(look, p);
}

#endif

void look_init(struct decode_look *look, struct str text)
{
	look->text = text;
	look->block = look->base = 0;
	look->i = look->n = 0;
	look->carry = (struct look_carry){.before = 0};
}

static bool next_blocks(struct decode_look *look)
{
	char last[LOOK_BLOCK] = {0};
	size_t left = look->text.n - look->block;

	if (left == 0)
		return false;
	look->base = look->block;
	look->i = 0;
	if (left >= LOOK_BLOCK) {
		look->n = (unsigned)MIN_OF(left / LOOK_BLOCK, (size_t)LOOK_BLOCKS);
		look_fast(look, look->text.p + look->block);
		look->block += (size_t)look->n * LOOK_BLOCK;
		return true;
	}
	memcpy(last, look->text.p + look->block, left);
	look->n = 1;
	look_fast(look, last);
	look->block = look->text.n;
	return true;
}

enum look_kind look_next(struct decode_look *look, size_t from, size_t *ret_at)
{
	for (;;) {
		struct look_block *block;
		unsigned bit;

		while (look->i < look->n && look->blocks[look->i].places == 0)
			look->i++;
		if (look->i == look->n) {
			if (!next_blocks(look))
				return LOOK_END;
			continue;
		}
		block = &look->blocks[look->i];
		bit = (unsigned)__builtin_ctzll(block->places);
		block->places &= block->places - 1;
		*ret_at = look->base + (size_t)look->i * LOOK_BLOCK + bit;
		if (*ret_at >= from)
			return block->runs >> bit & 1 ? LOOK_RUN : LOOK_MARK;
	}
}
