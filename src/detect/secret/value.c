/*
 * Placeholders, documented examples, and the bodies of PEM blocks.
 */
#include "detect/secret/value.h"

#include "base/buf.h"

enum { BLOCK_BYTES_MAX = 16384, BODY_LINE_MIN = 16, PREFIX_FROM = 16, PREFIX_BYTES = 4 };

/* AWS prints these two all over its documentation. In two pieces each, so that no scanner finds
 * them here. */
static const char *const documented[] = {
    "AKIAIOSFODNN7"
    "EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG/"
    "bPxRfiCYEXAMPLEKEY",
};

/* Words of a value that somebody is meant to replace. */
static const char *const placeholder_words[] = {"example", "changeme", "change_me", "change-me",
    "placeholder", "xxxx", "your_", "your-", "yourpass", "redacted", "dummy", "insert_", "insert-",
    "****", "....", "${", "$(", "{{", "<%", "%(", "#{"};

/* The whole value. */
static const char *const placeholder_values[] = {"pass", "password", "passwd", "pwd", "secret",
    "token", "user", "pw", "none", "null", "undefined"};

static bool has_nocase(struct str s, struct str word)
{
	for (size_t i = 0; i + word.n <= s.n; i++) {
		if (str_eq_nocase(str_sub(s, i, word.n), word))
			return true;
	}
	return false;
}

/* "$NAME", "$name", "{name}", "<name>", "[name]", "%NAME%", "%s" */
static bool is_variable(struct str v)
{
	char first = v.p[0], last = v.p[v.n - 1];

	if ((first == '<' && last == '>') || (first == '{' && last == '}') ||
	    (first == '[' && last == ']') || (first == '%' && (last == '%' || v.n == 2)))
		return true;
	if (first != '$' || v.n < 2 || byte_is_digit(v.p[1]))
		return false;
	for (size_t i = 1; i < v.n; i++) {
		if (!byte_is_alnum(v.p[i]) && v.p[i] != '_')
			return false;
	}
	return true;
}

static bool is_one_character(struct str v)
{
	for (size_t i = 1; i < v.n; i++) {
		if (v.p[i] != v.p[0])
			return false;
	}
	return true;
}

static bool is_placeholder(struct str v)
{
	if (str_empty(v) || is_variable(v) || is_one_character(v))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(placeholder_words); i++) {
		if (has_nocase(v, str_of(placeholder_words[i])))
			return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(placeholder_values); i++) {
		if (str_eq_nocase(v, str_of(placeholder_values[i])))
			return true;
	}
	return false;
}

static bool is_documented(struct str v)
{
	for (size_t i = 0; i < ARRAY_LEN(documented); i++) {
		if (str_eq(v, str_of(documented[i])))
			return true;
	}
	return false;
}

/* An id that AWS issued is "AKIA" and sixteen of A-Z and 2-7 (base32 of the account). */
static const char *remark_of(struct str v)
{
	if (v.n != 20 || !str_starts(v, STR("AKIA")))
		return NULL;
	for (size_t i = 4; i < v.n; i++) {
		if (v.p[i] && strchr("0189", v.p[i]))
			return "AWS issues no id with 0, 1, 8 or 9 in it, so this one may be "
			       "made up";
	}
	return NULL;
}

/* ---- PEM and PGP blocks ---- */

static bool is_base64(char c)
{
	return byte_is_alnum(c) || c == '+' || c == '/' || c == '=';
}

/* Between the lines of a block as it stands in a file, a JSON string, YAML or code. */
static bool is_packing(char c)
{
	return byte_is_blank(c) || c == '"' || c == '\'' || c == ',' || c == ';' || c == '|' ||
	       c == '>';
}

/* Skips line ends, quotes, and the two characters of "\n". */
static size_t skip_packing(struct str s, size_t at)
{
	while (at < s.n) {
		if (s.p[at] == '\\' && at + 1 < s.n)
			at += 2;
		else if (is_packing(s.p[at]))
			at++;
		else
			break;
	}
	return at;
}

/* "Proc-Type: 4,ENCRYPTED", "Version: …": the end of the header line, or `at`. */
static size_t skip_header(struct str s, size_t at)
{
	size_t end = at, colon = 0;

	while (end < s.n && s.p[end] != '\n' && s.p[end] != '\\' && end - at < 200) {
		if (s.p[end] == ':' && colon == 0)
			colon = end;
		end++;
	}
	if (colon <= at || colon + 1 >= end || s.p[colon + 1] != ' ')
		return at;
	for (size_t i = at; i < colon; i++) {
		if (!byte_is_alnum(s.p[i]) && s.p[i] != '-')
			return at;
	}
	return end;
}

static size_t line_end(struct str s, size_t at)
{
	while (at < s.n && is_base64(s.p[at]))
		at++;
	return at;
}

/* Appends the base64 lines behind `at` to `body`; returns where the last one ends, `at` where
 * there is none. */
static size_t read_body(struct str s, size_t at, struct buf *body)
{
	size_t end = at, from = at;

	for (;;) {
		size_t line = skip_packing(s, from), stop;

		if (body->n == 0 && skip_header(s, line) > line) {
			from = skip_header(s, line);
			continue;
		}
		stop = line_end(s, line);
		if (stop == line || (body->n == 0 && stop - line < BODY_LINE_MIN))
			return end;
		buf_add(body, str_sub(s, line, stop - line));
		end = from = stop;
		if (stop - line < BODY_LINE_MIN)
			return end;
	}
}

static int block_value(struct str text, const struct secret_match *match, struct arena *arena,
    struct secret_value *ret, struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(BLOCK_BYTES_MAX);
	struct str near = str_sub(text, 0, match->end + BLOCK_BYTES_MAX);
	size_t end = read_body(near, match->end, &body);
	struct str header = str_sub(text, match->start, match->end - match->start);

	ret->length_bytes = end - match->start;
	ret->hashed = arena_fmt(arena, "%.*s:%.*s", STR_ARG(header), STR_ARG(buf_str(&body)));
	return ret->hashed.p ? 0 : arena_err(arena, err);
}

/* Four characters, or nothing where they are not plain ones: half a character helps nobody. */
static void set_prefix(struct str value, char prefix[PREFIX_BYTES + 1])
{
	if (value.n < PREFIX_FROM)
		return;
	for (size_t i = 0; i < PREFIX_BYTES; i++) {
		if (value.p[i] <= ' ' || value.p[i] > '~')
			return;
	}
	memcpy(prefix, value.p, PREFIX_BYTES);
}

int secret_value_of(const struct secret_rule *rule, struct str text,
    const struct secret_match *match, struct arena *arena, struct secret_value *ret_value,
    struct err *err)
{
	struct str value = str_sub(text, match->value_start, match->value_end - match->value_start);
	struct secret_value v = {.hashed = value, .length_bytes = value.n};

	if (rule->block && block_value(text, match, arena, &v, err))
		return -1;
	if (!rule->block)
		set_prefix(value, v.prefix);
	v.remark = rule->block ? NULL : remark_of(value);
	v.excused = is_documented(value) || (rule->placeholders && is_placeholder(value));
	*ret_value = v;
	return 0;
}
