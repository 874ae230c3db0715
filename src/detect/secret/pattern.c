/*
 * Where the two dialects differ, and what becomes of it:
 *   {,n}        PCRE2 10.42 takes it as text          {0,n}
 *   [[:x:]      a POSIX class in PCRE2                [\[:x:]
 *   \v          any vertical blank in PCRE2           \x0b
 *   \Z          before a last newline as well there   \z
 *   \b in []    the same (backspace)                  \x08
 *   \uXXXX      not in PCRE2's notation               its UTF-8 bytes
 *   \q, \h, \K  Python: an error, or nothing at all   refused
 *   (?<n> (*X)  PCRE2 only                            refused
 */
#include "detect/secret/pattern.h"

#include "base/buf.h"
#include "base/utf8.h"

struct pattern_reader {
	struct str in;
	size_t at;
	struct buf *out;
	bool to_end;
	struct err *err;
};

static int refuse(const struct pattern_reader *r, const char *why)
{
	return err_set(r->err, ERR_CONFIG, "at byte %zu of the pattern: %s", r->at + 1, why);
}

static char peek(const struct pattern_reader *r, size_t ahead)
{
	return r->at + ahead < r->in.n ? r->in.p[r->at + ahead] : '\0';
}

static void copy(struct pattern_reader *r, size_t n)
{
	buf_add(r->out, str_sub(r->in, r->at, n));
	r->at += n;
}

static bool is_hex(char c)
{
	return byte_is_digit(c) || (byte_lower(c) >= 'a' && byte_lower(c) <= 'f');
}

static uint32_t hex_value(struct str digits)
{
	uint32_t value = 0;

	for (size_t i = 0; i < digits.n; i++) {
		char c = byte_lower(digits.p[i]);

		value = value << 4 | (uint32_t)(byte_is_digit(c) ? c - '0' : c - 'a' + 10);
	}
	return value;
}

/* "\xhh", "\uhhhh", "\Uhhhhhhhh": the digits behind the letter. */
static int hex_digits(struct pattern_reader *r, size_t n, uint32_t *ret_value)
{
	for (size_t i = 0; i < n; i++) {
		if (!is_hex(peek(r, 2 + i)))
			return refuse(r, "too few hexadecimal digits behind a backslash");
	}
	*ret_value = hex_value(str_sub(r->in, r->at + 2, n));
	r->at += 2 + n;
	return 0;
}

static int rune(struct pattern_reader *r, size_t n_digits, bool in_class)
{
	uint32_t value = 0;
	char bytes[4];
	size_t n;

	if (hex_digits(r, n_digits, &value))
		return -1;
	if (value < 0x80) {
		buf_addf(r->out, "\\x%02x", (unsigned)value);
		return 0;
	}
	n = utf8_encode(value, bytes);
	if (in_class || n == 0)
		return refuse(r, "characters outside ASCII cannot stand in a class");
	buf_add(r->out, STR("(?:"));
	for (size_t i = 0; i < n; i++)
		buf_addf(r->out, "\\x%02x", (unsigned)(unsigned char)bytes[i]);
	buf_addc(r->out, ')');
	return 0;
}

static void put(struct pattern_reader *r, const char *text)
{
	buf_add(r->out, str_of(text));
	r->at += 2;
}

static int escape_letter(struct pattern_reader *r, char c, bool in_class)
{
	uint32_t value = 0;

	switch (c) {
	case 'v':
		put(r, "\\x0b");
		return 0;
	case 'x':
		if (hex_digits(r, 2, &value))
			return -1;
		buf_addf(r->out, "\\x%02x", (unsigned)value);
		return 0;
	case 'u':
		return rune(r, 4, in_class);
	case 'U':
		return rune(r, 8, in_class);
	case 'b':
		put(r, in_class ? "\\x08" : "\\b");
		return 0;
	case 'Z':
		if (in_class)
			break;
		r->to_end = true;
		put(r, "\\z");
		return 0;
	case 'A':
	case 'B':
		if (in_class)
			break;
		copy(r, 2);
		return 0;
	default:
		if (c == '\0' || !strchr("dDsSwWfnrta", c))
			break;
		copy(r, 2);
		return 0;
	}
	return refuse(r, "Python's re knows no such escape");
}

static int escape(struct pattern_reader *r, bool in_class)
{
	char c = peek(r, 1);

	if (r->at + 1 >= r->in.n)
		return refuse(r, "a backslash with nothing behind it");
	if (byte_is_alpha(c))
		return escape_letter(r, c, in_class);
	if (c == '\0') {
		put(r, "\\x00");
		return 0;
	}
	if ((unsigned char)c >= 0x80) {
		r->at++; /* the bytes that follow are plain text */
		return in_class ? refuse(r, "characters outside ASCII cannot stand in a class") : 0;
	}
	copy(r, 2);
	return 0;
}

/* One of a class' characters; *ret_done at the closing bracket. */
static int class_item(struct pattern_reader *r, bool first, bool *ret_done)
{
	char c = peek(r, 0);

	*ret_done = c == ']' && !first;
	if (c == '\\')
		return escape(r, true);
	if ((unsigned char)c >= 0x80)
		return refuse(r, "characters outside ASCII cannot stand in a class");
	if (c == '[' || (c == ']' && first)) {
		buf_addc(r->out, '\\');
	} else if (c == '\0') {
		buf_add(r->out, STR("\\x00"));
		r->at++;
		return 0;
	}
	copy(r, 1);
	return 0;
}

static int class(struct pattern_reader *r)
{
	bool first = true, done = false;

	copy(r, 1);
	if (peek(r, 0) == '^' && r->at < r->in.n)
		copy(r, 1);
	while (!done) {
		if (r->at >= r->in.n)
			return refuse(r, "a '[' that no ']' closes");
		if (class_item(r, first, &done))
			return -1;
		first = false;
	}
	return 0;
}

/* "{m}", "{m,}", "{,n}" and "{m,n}" repeat; any other brace is text, in both dialects. */
static void brace(struct pattern_reader *r)
{
	size_t low = 1, high;

	while (byte_is_digit(peek(r, low)))
		low++;
	high = low;
	if (peek(r, high) == ',') {
		high++;
		while (byte_is_digit(peek(r, high)))
			high++;
	}
	if (peek(r, high) != '}' || high == 1) {
		buf_add(r->out, STR("\\{"));
		r->at++;
		return;
	}
	if (low > 1) {
		copy(r, high + 1);
		return;
	}
	buf_add(r->out, STR("{0"));
	r->at++;
	copy(r, high);
}

/* "(?flags)" at the very front, "(?flags:" anywhere. ASCII is how we match, so `a` says nothing
 * and `u` is what a pattern over text has of itself. */
static int flags(struct pattern_reader *r)
{
	size_t n = 2;
	bool minus = false;

	while (byte_is_alpha(peek(r, n)) || (peek(r, n) == '-' && !minus)) {
		minus = minus || peek(r, n) == '-';
		if (!strchr("aimsu-", peek(r, n)))
			return refuse(r, "only the inline flags a, i, m, s and u are taken");
		n++;
	}
	if (peek(r, n) != ':' && (peek(r, n) != ')' || minus))
		return refuse(r, "a group of a kind that Python's re does not know");
	if (peek(r, n) == ')' && r->at != 0)
		return refuse(r, "flags for the whole pattern stand at its front");
	buf_add(r->out, STR("(?"));
	for (size_t i = 2; i < n; i++) {
		if (peek(r, i) != 'a' && peek(r, i) != 'u')
			buf_addc(r->out, peek(r, i));
	}
	buf_addc(r->out, peek(r, n));
	r->at += n + 1;
	return 0;
}

static int group(struct pattern_reader *r)
{
	char c = peek(r, 2), d = peek(r, 3);

	if (peek(r, 1) == '*')
		return refuse(r, "a '*' with nothing to repeat");
	if (peek(r, 1) != '?') {
		copy(r, 1);
		return 0;
	}
	if (c == ':' || c == '=' || c == '!' || c == '>' || c == '(') {
		copy(r, c == '(' ? 2 : 3);
		return 0;
	}
	if ((c == 'P' && (d == '<' || d == '=')) || (c == '<' && (d == '=' || d == '!'))) {
		copy(r, 4);
		return 0;
	}
	if (c == '#') {
		while (r->at < r->in.n && peek(r, 0) != ')')
			r->at++;
		r->at += r->at < r->in.n;
		return 0;
	}
	return flags(r);
}

static int step(struct pattern_reader *r)
{
	switch (peek(r, 0)) {
	case '\\':
		return escape(r, false);
	case '[':
		return class(r);
	case '(':
		return group(r);
	case '{':
		brace(r);
		return 0;
	case '\0':
		buf_add(r->out, STR("\\x00"));
		r->at++;
		return 0;
	default:
		copy(r, 1);
		return 0;
	}
}

int secret_pattern_translate(
    struct str python, struct arena *arena, struct secret_pattern *ret_pattern, struct err *err)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(python.n * 8 + 16);
	struct pattern_reader r = {.in = python, .out = &out, .err = err};
	struct str text;

	while (r.at < python.n) {
		if (step(&r))
			return -1;
	}
	if (!buf_ok(&out))
		return buf_err(&out, "a secret rule's pattern", err);
	text = arena_str(arena, buf_str(&out));
	*ret_pattern = (struct secret_pattern){.text = text, .to_end = r.to_end};
	return arena_check(arena, err);
}
