#include "detect/secret/decode_runs.h"

#include "base/utf8.h"
#include "base/vec.h"
#include "detect/secret/decode_look.h"

enum {
	FIRST_BYTES = 12, /* of a run decide whether the rest is worth the trouble */
	GAP_MAX = 160,	  /* between two lines of a run */
	STRICT_DIGITS = 64,
};

/* One more than a digit stands for, '-' and '_' as '+' and '/'; 0: no digit. */
static const unsigned char digits_64[256] = {['+'] = 63,
    ['-'] = 63,
    ['/'] = 64,
    ['_'] = 64,
    ['0'] = 53,
    54,
    55,
    56,
    57,
    58,
    59,
    60,
    61,
    62,
    ['A'] = 1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    10,
    11,
    12,
    13,
    14,
    15,
    16,
    17,
    18,
    19,
    20,
    21,
    22,
    23,
    24,
    25,
    26,
    ['a'] = 27,
    28,
    29,
    30,
    31,
    32,
    33,
    34,
    35,
    36,
    37,
    38,
    39,
    40,
    41,
    42,
    43,
    44,
    45,
    46,
    47,
    48,
    49,
    50,
    51,
    52};

static unsigned value_64(char c)
{
	return (digits_64[(unsigned char)c] - 1U) & 63;
}

/* By the members of digits_64. */
static const unsigned char digit_kinds[65] = {0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 8, 8};

size_t run_measure(struct str text, size_t start, unsigned *ret_kinds)
{
	unsigned kinds = 0;
	size_t at = start;

	for (; at < text.n; at++) {
		unsigned digit = digits_64[(unsigned char)text.p[at]];

		if (digit == 0)
			break;
		kinds |= digit_kinds[digit];
	}
	*ret_kinds = kinds;
	return at;
}

static bool hex_value(char c, unsigned *ret)
{
	c = byte_lower(c);
	if (byte_is_digit(c))
		*ret = (unsigned)(c - '0');
	else if (c >= 'a' && c <= 'f')
		*ret = (unsigned)(c - 'a' + 10);
	else
		return false;
	return true;
}

static bool is_digit_of(char c, bool hex)
{
	unsigned value;

	return hex ? hex_value(c, &value) : digits_64[(unsigned char)c] > 0;
}

/* ---- text ---- */

static bool is_plain(unsigned char c)
{
	return (c >= ' ' && c < 0x7f) || (c >= '\b' && c <= '\r') || c == 0x1b;
}

/* Bytes that no text has. A character that is cut at the end is none of them. */
static size_t odd_bytes(struct str s)
{
	size_t odd = 0;

	for (size_t at = 0, n; at < s.n; at += n) {
		uint32_t rune;

		n = 1;
		if (is_plain((unsigned char)s.p[at]))
			continue;
		if ((unsigned char)s.p[at] >= 0xc2)
			n = utf8_decode(str_sub(s, at, 4), &rune);
		else
			n = 0;
		if (n == 0 && (unsigned char)s.p[at] >= 0xc2 && s.n - at < 4)
			return odd;
		odd += n == 0;
		n += n == 0;
	}
	return odd;
}

bool run_is_text(struct str bytes)
{
	return odd_bytes(bytes) * 10 <= bytes.n;
}

/* ---- lines ---- */

struct run_lines {
	VEC(struct run_line) list;
	size_t digits;
};

static size_t digits_end(struct str text, size_t at, bool hex)
{
	while (at < text.n && is_digit_of(text.p[at], hex))
		at++;
	return at;
}

static size_t fill_end(struct str text, size_t at)
{
	for (int i = 0; i < 2 && at < text.n && text.p[at] == '='; i++)
		at++;
	return at;
}

/* From the end of a line's digits to where the next line's begin: quotes, signs that join or end a
 * literal, blanks and a line's end, which may be an escape. */
static bool read_gap(struct str text, size_t at, size_t *ret_next)
{
	size_t end = MIN_OF(text.n, at + GAP_MAX);
	bool is_newline = false;

	for (; at < end; at++) {
		char c = text.p[at];

		if (c == '\\' && at + 1 < end && (text.p[at + 1] == 'n' || text.p[at + 1] == 'r')) {
			is_newline = true;
			at++;
		} else if (c == '\n' || c == '\r') {
			is_newline = true;
		} else if (!strchr(" \t\"'`+.,&\\#*>|;()", c) || c == '\0') {
			break;
		} else if (c == '+' && (!is_newline || at + 1 >= end || text.p[at + 1] != ' ')) {
			/* A sign that joins has a blank beside it, or a quote before it. */
			if (!strchr(" \t\"'`", text.p[at - 1]))
				break;
		}
	}
	*ret_next = at;
	return is_newline && at < end;
}

/* What ends a run's last line. */
static bool is_line_end(struct str text, size_t at)
{
	return at >= text.n || strchr("\r\n\"'`\\=,;)<]}&", text.p[at]) != NULL;
}

static int gather_lines(struct str text, size_t start, struct decode_run *run, bool is_alone,
    struct arena *arena, struct run_lines *ret, struct err *err)
{
	size_t at = start, end = digits_end(text, start, run->hex), width = end - start;

	*ret = (struct run_lines){.digits = width};
	vec_push(&ret->list, arena, ((struct run_line){(uint32_t)start, (uint32_t)end}));
	while (!is_alone && arena_ok(arena) && end < text.n && text.p[end] != '=' &&
	       read_gap(text, end, &at)) {
		size_t next = digits_end(text, at, run->hex), n = next - at;

		/* What is behind a key may begin with a shorter line. */
		if (n > width && ret->list.n == 1)
			width = n;
		if (n == 0 || n > width || (n < width && !is_line_end(text, next)))
			break;
		vec_push(&ret->list, arena, ((struct run_line){(uint32_t)at, (uint32_t)next}));
		ret->digits += n;
		end = next;
		if (n < width)
			break;
	}
	run->end = run->hex ? end : fill_end(text, end);
	run->lines = ret->list.p;
	run->n_lines = ret->list.n;
	return arena_check(arena, err);
}

/* ---- bytes ---- */

static struct str bytes_64(struct str text, const struct run_lines *lines, char *out)
{
	uint32_t bits = 0;
	unsigned have = 0;
	size_t n = 0;

	for (size_t i = 0; i < lines->list.n; i++) {
		for (size_t at = lines->list.p[i].from; at < lines->list.p[i].to; at++) {
			bits = bits << 6 | value_64(text.p[at]);
			have += 6;
			if (have < 8)
				continue;
			have -= 8;
			out[n++] = (char)(bits >> have & 0xff);
		}
	}
	return str_make(out, n);
}

static struct str bytes_hex(struct str text, const struct run_lines *lines, char *out)
{
	unsigned bits = 0, value, have = 0;
	size_t n = 0;

	for (size_t i = 0; i < lines->list.n; i++) {
		for (size_t at = lines->list.p[i].from; at < lines->list.p[i].to; at++) {
			if (!hex_value(text.p[at], &value))
				continue;
			bits = (bits << 4 | value) & 0xff;
			if (++have % 2 == 0)
				out[n++] = (char)bits;
		}
	}
	return str_make(out, n);
}

/* ---- the first look ---- */

/* Begins nothing that is known to hold texts, and no text of wider characters. */
static bool is_plain_start(const unsigned char *p)
{
	return p[0] != '\0' && p[1] != '\0' && p[0] != 0x1f && p[0] != 0xfd && p[0] != 0x89 &&
	       p[0] < 0xfe && !(p[0] == 0x28 && p[1] == 0xb5);
}

/* Of bytes that come one by one. */
struct oddness {
	unsigned odd, wanted; /* bytes that still belong to a character of UTF-8 */
};

static void add_byte(struct oddness *o, unsigned char c)
{
	bool goes_on = (c & 0xc0) == 0x80;

	if (is_plain(c)) {
		o->odd += o->wanted > 0;
		o->wanted = 0;
	} else if (o->wanted > 0 && goes_on) {
		o->wanted--;
	} else if (c >= 0xc2 && c <= 0xf4) {
		o->odd += o->wanted > 0;
		o->wanted = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
	} else {
		o->odd++;
		o->wanted = 0;
	}
}

/* Most runs are words, paths and digests: a few bytes show it. */
static bool is_promising_64(struct str text, size_t start)
{
	const char *at = text.p + start;
	struct oddness o = {0, 0};

	for (unsigned i = 0; i < FIRST_BYTES; i += 3, at += 4) {
		uint32_t bits = value_64(at[0]) << 18 | value_64(at[1]) << 12 |
				value_64(at[2]) << 6 | value_64(at[3]);
		unsigned char p[3] = {
		    (unsigned char)(bits >> 16), (unsigned char)(bits >> 8), (unsigned char)bits};

		if (i == 0 && !is_plain_start(p))
			return true;
		for (unsigned j = 0; j < 3; j++)
			add_byte(&o, p[j]);
		if (o.odd > 1)
			return false;
	}
	return true;
}

static bool is_promising_hex(struct str text, size_t start)
{
	unsigned char p[FIRST_BYTES];
	struct oddness o = {0, 0};

	for (unsigned i = 0; i < FIRST_BYTES; i++) {
		unsigned high = 0, low = 0;

		(void)hex_value(text.p[start + 2 * i], &high);
		(void)hex_value(text.p[start + 2 * i + 1], &low);
		p[i] = (unsigned char)(high << 4 | low);
		add_byte(&o, p[i]);
	}
	return o.odd <= 1 || !is_plain_start(p);
}

static bool is_hex_run(struct str text, size_t start)
{
	unsigned value;

	if (text.n - start < RUN_HEX_MIN)
		return false;
	for (size_t i = 0; i < RUN_HEX_MIN; i++) {
		if (!hex_value(text.p[start + i], &value))
			return false;
	}
	return true;
}

/* ---- */

static int what_holds(struct decode_run *run, size_t digits, struct arena *arena, struct err *err)
{
	size_t odd = odd_bytes(run->bytes);

	run->order = wide_detect(run->bytes);
	if (run->order != WIDE_NONE) {
		run->holds = RUN_TEXT;
		return wide_decode(run->bytes, run->order, NULL, 0, arena, &run->bytes, err);
	}
	if (odd == 0 || (digits >= STRICT_DIGITS && odd * 10 <= run->bytes.n))
		run->holds = RUN_TEXT;
	return 0;
}

static int read_as(struct str text, size_t start, bool is_alone, struct arena *arena,
    struct decode_run *run, struct err *err)
{
	struct run_lines lines;
	char *out;

	if (gather_lines(text, start, run, is_alone, arena, &lines, err) != 0)
		return -1;
	out = arena_alloc(arena, run->hex ? lines.digits / 2 + 1 : lines.digits * 3 / 4 + 1);
	if (!out)
		return arena_err(arena, err);
	run->bytes = run->hex ? bytes_hex(text, &lines, out) : bytes_64(text, &lines, out);
	return what_holds(run, lines.digits, arena, err);
}

int run_read(struct str text, size_t start, bool is_alone, struct arena *arena,
    struct decode_run *ret, struct err *err)
{
	*ret = (struct decode_run){.hex = is_hex_run(text, start), .end = start};
	if (ret->hex && is_promising_hex(text, start))
		return read_as(text, start, is_alone, arena, ret, err);
	ret->hex = false;
	if (is_promising_64(text, start))
		return read_as(text, start, is_alone, arena, ret, err);
	return 0;
}
