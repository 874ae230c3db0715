#include "base/str.h"

struct str str_sub(struct str s, size_t from, size_t n)
{
	if (from > s.n)
		from = s.n;
	return str_make(s.p + from, MIN_OF(n, s.n - from));
}

static bool is_word_byte(char c)
{
	return byte_is_alnum(c) || c == '+' || c == '/' || c == '_' || c == '=' || c == '-';
}

struct str str_excerpt(struct str s, size_t n)
{
	enum { WORD_MAX = 128 };
	size_t end = n;

	if (s.n <= n)
		return s;
	while (
	    end > 0 && n - end < WORD_MAX && is_word_byte(s.p[end - 1]) && is_word_byte(s.p[end]))
		end--;
	return str_sub(s, 0, end);
}

bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_eq_nocase(struct str a, struct str b)
{
	return a.n == b.n && str_starts_nocase(a, b);
}

int str_cmp(struct str a, struct str b)
{
	size_t n = MIN_OF(a.n, b.n);
	int order = n ? memcmp(a.p, b.p, n) : 0;

	if (order != 0)
		return order < 0 ? -1 : 1;
	return a.n < b.n ? -1 : a.n > b.n;
}

bool str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq(str_make(s.p, prefix.n), prefix);
}

bool str_starts_nocase(struct str s, struct str prefix)
{
	if (s.n < prefix.n)
		return false;
	for (size_t i = 0; i < prefix.n; i++) {
		if (byte_lower(s.p[i]) != byte_lower(prefix.p[i]))
			return false;
	}
	return true;
}

bool str_ends(struct str s, struct str suffix)
{
	return s.n >= suffix.n && str_eq(str_sub(s, s.n - suffix.n, suffix.n), suffix);
}

bool str_ends_nocase(struct str s, struct str suffix)
{
	return s.n >= suffix.n && str_eq_nocase(str_sub(s, s.n - suffix.n, suffix.n), suffix);
}

size_t str_chr(struct str s, char c)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;

	return at ? (size_t)(at - s.p) : STR_NPOS;
}

size_t str_rchr(struct str s, char c)
{
	const char *at = s.n ? memrchr(s.p, c, s.n) : NULL;

	return at ? (size_t)(at - s.p) : STR_NPOS;
}

size_t str_find(struct str s, struct str what)
{
	const char *at;

	if (what.n == 0)
		return 0;
	at = s.n ? memmem(s.p, s.n, what.p, what.n) : NULL;
	return at ? (size_t)(at - s.p) : STR_NPOS;
}

bool str_has(struct str s, struct str what)
{
	return str_find(s, what) != STR_NPOS;
}

bool str_cut(struct str *s, char sep, struct str *ret_piece)
{
	size_t at;

	if (s->n == 0)
		return false;
	at = str_chr(*s, sep);
	if (at == STR_NPOS) {
		*ret_piece = *s;
		*s = str_make(s->p + s->n, 0);
		return true;
	}
	*ret_piece = str_make(s->p, at);
	*s = str_make(s->p + at + 1, s->n - at - 1);
	return true;
}

bool str_split(struct str s, char sep, struct str *ret_before, struct str *ret_after)
{
	size_t at = str_chr(s, sep);

	if (at == STR_NPOS)
		return false;
	*ret_before = str_make(s.p, at);
	*ret_after = str_make(s.p + at + 1, s.n - at - 1);
	return true;
}

struct str str_trim_left(struct str s)
{
	while (s.n > 0 && byte_is_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	return s;
}

struct str str_trim_right(struct str s)
{
	while (s.n > 0 && byte_is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

struct str str_trim(struct str s)
{
	return str_trim_left(str_trim_right(s));
}

struct str str_base_name(struct str path)
{
	size_t slash = str_rchr(path, '/');

	return slash == STR_NPOS ? path : str_sub(path, slash + 1, path.n);
}

bool str_to_u64(struct str s, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!byte_is_digit(s.p[i]) || mul_overflows(value, (uint64_t)10, &value) ||
		    add_overflows(value, (uint64_t)(s.p[i] - '0'), &value))
			return false;
	}
	*ret_value = value;
	return true;
}
