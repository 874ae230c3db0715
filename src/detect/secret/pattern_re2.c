/*
 * RE2's dialect, as Go's regexp package has it, in the notation that PCRE2 and vectorscan share:
 *   $           the end of the text alone, but under (?m)  \z
 *   \s          without the vertical tab                   [\t\n\f\r ]
 *   \v          a vertical tab                             \x0b
 *   {,n}        text                                       \{,n}
 *   \123        a character in octal                       \x53
 *   \x{e9}, é   one character                              its UTF-8 bytes
 *   [a’]        the same in a class                        (?:[a]|\xe2\x80\x99)
 *   (?=  \1 a++ RE2 has none of them                       refused
 *   (?U) \pL    would need more than bytes                 refused
 */
#include "base/buf.h"
#include "base/utf8.h"
#include "detect/secret/pattern.h"

enum { GROUPS_MAX = 64, REPEAT_MAX = 1000 };

struct re2_reader {
	struct str in;
	size_t at;
	struct buf *out;
	bool lines[GROUPS_MAX + 1]; /* by open group: whether (?m) holds */
	size_t depth;
	bool to_end, repeated; /* what was read last repeats what is before it */
	struct err *err;
};

static int refuse(const struct re2_reader *r, const char *why)
{
	return err_set(r->err, ERR_CONFIG, "at byte %zu of the pattern: %s", r->at + 1, why);
}

static char peek(const struct re2_reader *r, size_t ahead)
{
	return r->at + ahead < r->in.n ? r->in.p[r->at + ahead] : '\0';
}

static void copy(struct re2_reader *r, size_t n)
{
	buf_add(r->out, str_sub(r->in, r->at, n));
	r->at += n;
}

static void put(struct re2_reader *r, struct str text, size_t taken)
{
	buf_add(r->out, text);
	r->at += taken;
}

/* ---- characters ---- */

static int digit_of(char c, int base)
{
	int value = byte_is_digit(c) ? c - '0' : byte_lower(c) - 'a' + 10;

	return (byte_is_digit(c) || byte_is_alpha(c)) && value < base ? value : -1;
}

/* "\xhh", "\x{h…}" and "\123" at r->at. */
static int take_number(struct re2_reader *r, uint32_t *ret)
{
	bool braces = peek(r, 1) == 'x' && peek(r, 2) == '{';
	int base = peek(r, 1) == 'x' ? 16 : 8;
	size_t from = base == 8 ? 1 : braces ? 3 : 2, n = 0, most = braces ? 8 : base == 8 ? 3 : 2;
	uint32_t value = 0;

	while (n < most && digit_of(peek(r, from + n), base) >= 0)
		value = value * (uint32_t)base + (uint32_t)digit_of(peek(r, from + n++), base);
	if ((base == 16 && n == 0) || (base == 16 && !braces && n != 2) ||
	    (braces && peek(r, from + n) != '}') || value > 0x10ffff)
		return refuse(r, "this is no character's number");
	r->at += from + n + braces;
	*ret = value;
	return 0;
}

/* What a backslash and a letter or digit stand for, if it is one character. 1: it is not. */
static int take_escaped(struct re2_reader *r, uint32_t *ret)
{
	static const char from[] = "afnrtv", to[] = "\a\f\n\r\t\v";
	char c = peek(r, 1);

	if (c == 'x' || c == '0' || (digit_of(c, 8) > 0 && digit_of(peek(r, 2), 8) >= 0))
		return take_number(r, ret);
	for (size_t i = 0; i < sizeof from - 1; i++) {
		if (c == from[i]) {
			*ret = (uint32_t)to[i];
			r->at += 2;
			return 0;
		}
	}
	if (r->at + 1 >= r->in.n)
		return refuse(r, "a backslash with nothing behind it");
	if (byte_is_digit(c))
		return refuse(r, "RE2 has no references back to a group");
	if (byte_is_alpha(c) || (unsigned char)c >= 0x80)
		return 1;
	*ret = (uint32_t)(unsigned char)c;
	r->at += 2;
	return 0;
}

static void put_ascii(struct buf *out, uint32_t rune)
{
	char c = (char)rune;

	if (byte_is_alnum(c) || c == '_')
		buf_addc(out, c);
	else
		buf_addf(out, "\\x%02x", (unsigned)rune);
}

static void put_rune(struct buf *out, uint32_t rune)
{
	char bytes[4];
	size_t n = utf8_encode(rune, bytes);

	if (rune < 0x80) {
		put_ascii(out, rune);
		return;
	}
	buf_add(out, STR("(?:"));
	for (size_t i = 0; i < n; i++)
		buf_addf(out, "\\x%02x", (unsigned)(unsigned char)bytes[i]);
	buf_addc(out, ')');
}

/* ---- classes ---- */

struct class
{
	struct buf *ascii, *others; /* what stands in the brackets; "|" and a character, each */
	bool negated;
};

/* "[:alpha:]" at r->at: how long it is; 0: it is none. */
static size_t posix_class(const struct re2_reader *r)
{
	struct str rest = str_sub(r->in, r->at, r->in.n);
	size_t end = str_find(rest, STR(":]"));

	if (!str_starts(rest, STR("[:")) || end == STR_NPOS)
		return 0;
	for (size_t i = 2; i < end; i++) {
		if (!byte_is_alpha(rest.p[i]) && !(i == 2 && rest.p[i] == '^'))
			return 0;
	}
	return end + 2;
}

/* One that stands for several characters: "\d". False: it is none. */
static bool class_of_several(struct re2_reader *r, struct class *c)
{
	static const struct str blank = STR_INIT("\\t\\n\\f\\r\\x20");
	static const struct str other = STR_INIT("\\x00-\\x08\\x0b\\x0e-\\x1f\\x21-\\xff");
	size_t n = posix_class(r);
	char letter = peek(r, 1);

	if (n > 0) {
		buf_add(c->ascii, str_sub(r->in, r->at, n));
		r->at += n;
		return true;
	}
	if (peek(r, 0) != '\\' || letter == '\0' || !strchr("dDwWsS", letter))
		return false;
	if (letter == 's' || letter == 'S')
		buf_add(c->ascii, letter == 's' ? blank : other);
	else
		buf_add(c->ascii, str_sub(r->in, r->at, 2));
	r->at += 2;
	return true;
}

static int class_character(struct re2_reader *r, uint32_t *ret)
{
	size_t n;
	int result;

	if (peek(r, 0) == '\\') {
		result = take_escaped(r, ret);
		return result == 1 ? refuse(r, "this class of characters is not taken") : result;
	}
	n = utf8_decode(str_sub(r->in, r->at, r->in.n), ret);
	if (n == 0)
		return refuse(r, "bytes that are not UTF-8");
	r->at += n;
	return 0;
}

static int class_item(struct re2_reader *r, struct class *c)
{
	uint32_t low, high;

	if (class_of_several(r, c))
		return 0;
	if (class_character(r, &low) != 0)
		return -1;
	high = low;
	if (peek(r, 0) == '-' && peek(r, 1) != ']' && r->at + 1 < r->in.n) {
		r->at++;
		if (class_character(r, &high) != 0)
			return -1;
	}
	if (high < low)
		return refuse(r, "a range that ends before it begins");
	if (high >= 0x80 && (c->negated || low != high))
		return refuse(r,
		    "characters outside of ASCII stand in a class one by one, and not behind a ^");
	if (high >= 0x80) {
		buf_addc(c->others, '|');
		put_rune(c->others, high);
		return 0;
	}
	put_ascii(c->ascii, low);
	if (high > low) {
		buf_addc(c->ascii, '-');
		put_ascii(c->ascii, high);
	}
	return 0;
}

static void put_class(struct re2_reader *r, const struct class *c)
{
	bool both = c->ascii->n > 0 && c->others->n > 0;

	if (c->others->n == 0 || c->ascii->n > 0) {
		buf_add(r->out, both ? STR("(?:[") : c->negated ? STR("[^") : STR("["));
		buf_add(r->out, buf_str(c->ascii));
		buf_addc(r->out, ']');
	}
	if (c->others->n == 0)
		return;
	if (!both)
		buf_add(r->out, STR("(?:"));
	buf_add(r->out, str_sub(buf_str(c->others), both ? 0 : 1, c->others->n));
	buf_addc(r->out, ')');
}

static int class(struct re2_reader *r)
{
	struct buf ascii CLEANUP(buf_release) = BUF_INIT(r->in.n * 32 + 64);
	struct buf others CLEANUP(buf_release) = BUF_INIT(r->in.n * 32 + 64);
	struct class c = {&ascii, &others, peek(r, 1) == '^'};
	size_t from = r->at;

	r->at += c.negated ? 2 : 1;
	for (bool first = true; first || peek(r, 0) != ']'; first = false) {
		if (r->at >= r->in.n) {
			r->at = from;
			return refuse(r, "a '[' that no ']' closes");
		}
		if (class_item(r, &c) != 0)
			return -1;
	}
	r->at++;
	put_class(r, &c);
	return buf_ok(&ascii) && buf_ok(&others) ? 0 : err_nomem(r->err);
}

/* ---- the rest ---- */

/* "\Q…\E": all of it is text. */
static int quoted(struct re2_reader *r)
{
	struct str rest = str_sub(r->in, r->at + 2, r->in.n);
	size_t end = str_find(rest, STR("\\E"));

	for (size_t i = 0; i < rest.n && i < end; i++)
		buf_addf(r->out, "\\x%02x", (unsigned)(unsigned char)rest.p[i]);
	r->at = end == STR_NPOS ? r->in.n : r->at + 2 + end + 2;
	return 0;
}

static int escape(struct re2_reader *r)
{
	uint32_t rune;
	int result;

	switch (peek(r, 1)) {
	case 's':
		put(r, STR("[\\t\\n\\f\\r\\x20]"), 2);
		return 0;
	case 'S':
		put(r, STR("[^\\t\\n\\f\\r\\x20]"), 2);
		return 0;
	case 'z':
		r->to_end = true;
		copy(r, 2);
		return 0;
	case 'Q':
		return quoted(r);
	case 'd':
	case 'D':
	case 'w':
	case 'W':
	case 'b':
	case 'B':
	case 'A':
		copy(r, 2);
		return 0;
	case 'p':
	case 'P':
		return refuse(r, "classes of Unicode are not taken: say which bytes, as [a-z]");
	default:
		break;
	}
	result = take_escaped(r, &rune);
	if (result == 1)
		return refuse(r, "RE2 knows no such escape");
	if (result == 0)
		put_rune(r->out, rune);
	return result;
}

/* "(?flags)" and "(?flags:" at r->at; the first holds to the end of the group it is in. */
static int flags(struct re2_reader *r)
{
	bool lines = r->lines[r->depth], minus = false;
	size_t n = 2;

	for (; peek(r, n) != ')' && peek(r, n) != ':'; n++) {
		char c = peek(r, n);

		if (c == 'm')
			lines = !minus;
		if (c == 'U')
			return refuse(r, "the flag U is not taken: write *? for * and * for *?");
		if (c == '\0' || !strchr("ims-", c) || (c == '-' && minus))
			return refuse(r, "a group of a kind that RE2 does not know");
		minus |= c == '-';
	}
	if (peek(r, n) == ':') {
		if (r->depth >= GROUPS_MAX)
			return refuse(r, "more than 64 groups in one another");
		r->depth++;
	}
	r->lines[r->depth] = lines;
	copy(r, n + 1);
	return 0;
}

static int group(struct re2_reader *r)
{
	size_t name = peek(r, 2) == 'P' ? 3 : 2, n = name + 1;

	if (peek(r, 1) == '?' &&
	    !(peek(r, name) == '<' && peek(r, n) != '=' && peek(r, n) != '!')) {
		if (peek(r, 2) == '=' || peek(r, 2) == '!' || peek(r, 2) == '<')
			return refuse(
			    r, "RE2 does not look around: (?=, (?! and (?<= are not there");
		return flags(r);
	}
	if (r->depth >= GROUPS_MAX)
		return refuse(r, "more than 64 groups in one another");
	r->lines[r->depth + 1] = r->lines[r->depth];
	r->depth++;
	if (peek(r, 1) != '?') {
		copy(r, 1);
		return 0;
	}
	while (byte_is_alnum(peek(r, n)) || peek(r, n) == '_')
		n++;
	if (peek(r, n) != '>' || n == name + 1)
		return refuse(r, "a group's name has letters, digits and _, and ends with >");
	copy(r, n + 1);
	return 0;
}

/* "{m}", "{m,}" and "{m,n}" repeat, up to a thousand times; any other brace is text. */
static int brace(struct re2_reader *r, bool *ret_repeats)
{
	size_t at = 1, digits;
	uint64_t value;

	*ret_repeats = false;
	while (byte_is_digit(peek(r, at)))
		at++;
	digits = at - 1;
	if (digits > 0 && peek(r, at) == ',') {
		at++;
		while (byte_is_digit(peek(r, at)))
			at++;
	}
	if (digits == 0 || peek(r, at) != '}') {
		put(r, STR("\\{"), 1);
		return 0;
	}
	*ret_repeats = true;
	for (size_t i = 1; i < at; i += digits + 1) {
		for (digits = 0; byte_is_digit(peek(r, i + digits));)
			digits++;
		if (digits > 0 &&
		    (!str_to_u64(str_sub(r->in, r->at + i, digits), &value) || value > REPEAT_MAX))
			return refuse(r, "RE2 repeats a thousand times at most");
	}
	copy(r, at + 1);
	return 0;
}

static int repeat(struct re2_reader *r)
{
	bool repeats = true;

	if (peek(r, 0) == '{') {
		if (brace(r, &repeats) != 0)
			return -1;
	} else {
		copy(r, 1);
	}
	if (repeats && r->repeated)
		return refuse(r, "a repetition of a repetition");
	if (repeats && peek(r, 0) == '?')
		copy(r, 1);
	r->repeated = repeats;
	return 0;
}

static int step(struct re2_reader *r)
{
	unsigned char c = (unsigned char)peek(r, 0);

	if (strchr("*+?{", c) && c != '\0')
		return repeat(r);
	r->repeated = false;
	switch (c) {
	case '\\':
		return escape(r);
	case '[':
		return class(r);
	case '(':
		return group(r);
	case ')':
		if (r->depth == 0)
			return refuse(r, "a ')' that closes nothing");
		r->depth--;
		copy(r, 1);
		return 0;
	case '$':
		r->to_end |= !r->lines[r->depth];
		put(r, r->lines[r->depth] ? STR("$") : STR("\\z"), 1);
		return 0;
	case '\0':
		put(r, STR("\\x00"), 1);
		return 0;
	default:
		copy(r, 1);
		return 0;
	}
}

int secret_pattern_translate_re2(
    struct str re2, struct arena *arena, struct secret_pattern *ret_pattern, struct err *err)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(re2.n * 32 + 64);
	struct re2_reader r = {.in = re2, .out = &out, .err = err};
	struct str text;

	while (r.at < re2.n) {
		uint32_t rune;
		size_t n = (unsigned char)peek(&r, 0) < 0x80
			       ? 0
			       : utf8_decode(str_sub(re2, r.at, re2.n), &rune);

		if (n > 0) { /* one character, so that what repeats it repeats all of it */
			put_rune(&out, rune);
			r.at += n;
			r.repeated = false;
		} else if (step(&r)) {
			return -1;
		}
	}
	if (r.depth > 0)
		return refuse(&r, "a '(' that no ')' closes");
	if (!buf_ok(&out))
		return buf_err(&out, "a pattern", err);
	text = arena_str(arena, buf_str(&out));
	*ret_pattern = (struct secret_pattern){.text = text, .to_end = r.to_end};
	return arena_check(arena, err);
}
