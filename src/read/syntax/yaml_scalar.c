#include "read/syntax/yaml_scalar.h"

static bool is_one_of(struct str s, const struct str *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq(s, words[i]))
			return true;
	}
	return false;
}

static bool is_null(struct str s)
{
	static const struct str words[] = {
	    STR_INIT("null"), STR_INIT("Null"), STR_INIT("NULL"), STR_INIT("~")};

	return s.n == 0 || is_one_of(s, words, ARRAY_LEN(words));
}

static bool is_true(struct str s)
{
	static const struct str words[] = {STR_INIT("true"), STR_INIT("True"), STR_INIT("TRUE")};

	return is_one_of(s, words, ARRAY_LEN(words));
}

static bool is_false(struct str s)
{
	static const struct str words[] = {STR_INIT("false"), STR_INIT("False"), STR_INIT("FALSE")};

	return is_one_of(s, words, ARRAY_LEN(words));
}

static size_t digits(struct str s, size_t at)
{
	while (at < s.n && byte_is_digit(s.p[at]))
		at++;
	return at;
}

static bool is_octal(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '7')
			return false;
	}
	return s.n > 0;
}

static bool is_hex(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = byte_lower(s.p[i]);

		if (!byte_is_digit(c) && !(c >= 'a' && c <= 'f'))
			return false;
	}
	return s.n > 0;
}

static bool is_named_number(struct str s)
{
	static const struct str infinities[] = {
	    STR_INIT(".inf"), STR_INIT(".Inf"), STR_INIT(".INF")};
	static const struct str nans[] = {STR_INIT(".nan"), STR_INIT(".NaN"), STR_INIT(".NAN")};
	struct str unsign = s;

	if (s.n > 0 && (s.p[0] == '-' || s.p[0] == '+'))
		unsign = str_sub(s, 1, s.n);
	return is_one_of(unsign, infinities, ARRAY_LEN(infinities)) ||
	       is_one_of(s, nans, ARRAY_LEN(nans));
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static bool is_decimal(struct str s)
{
	size_t at = s.n > 0 && (s.p[0] == '-' || s.p[0] == '+');
	size_t whole = digits(s, at), fraction = whole, exponent;

	if (whole < s.n && s.p[whole] == '.')
		fraction = digits(s, whole + 1);
	if (whole == at && fraction <= whole + 1)
		return false;
	if (fraction == s.n || (s.p[fraction] != 'e' && s.p[fraction] != 'E'))
		return fraction == s.n;
	at = fraction + 1;
	if (at < s.n && (s.p[at] == '-' || s.p[at] == '+'))
		at++;
	exponent = digits(s, at);
	return exponent > at && exponent == s.n;
}

static bool is_number(struct str s)
{
	if (str_starts(s, STR("0o")))
		return is_octal(str_sub(s, 2, s.n));
	if (str_starts(s, STR("0x")))
		return is_hex(str_sub(s, 2, s.n));
	return is_decimal(s) || is_named_number(s);
}

static enum node_kind schema_kind(struct str text)
{
	if (is_null(text))
		return NODE_NULL;
	if (is_true(text) || is_false(text))
		return NODE_BOOL;
	return is_number(text) ? NODE_NUMBER : NODE_STRING;
}

enum node_kind yaml_scalar_kind(struct str text, struct str tag, bool plain)
{
	static const struct str own = STR_INIT("tag:yaml.org,2002:");
	enum node_kind kind = schema_kind(text), wanted;

	if (!str_starts(tag, own))
		return plain && !str_eq(tag, STR("!")) ? kind : NODE_STRING;
	tag = str_sub(tag, own.n, tag.n);
	if (str_eq(tag, STR("null")))
		wanted = NODE_NULL;
	else if (str_eq(tag, STR("bool")))
		wanted = NODE_BOOL;
	else if (str_eq(tag, STR("int")) || str_eq(tag, STR("float")))
		wanted = NODE_NUMBER;
	else
		return NODE_STRING;
	return kind == wanted ? kind : NODE_STRING;
}

struct str yaml_scalar_text(struct str text, enum node_kind kind)
{
	if (kind == NODE_NULL)
		return STR_NONE;
	if (kind == NODE_BOOL)
		return is_true(text) ? STR("true") : STR("false");
	return text;
}
