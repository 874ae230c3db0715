/*
 * Words of an instruction: quotes, escapes, and the JSON lists of exec forms.
 */
#include "base/utf8.h"
#include "read/syntax/dockerfile_parse.h"

/* How many bytes at p belong together: an escape and what it escapes, or one. */
static size_t unit_length(struct str s, size_t at, char escape)
{
	return s.p[at] == escape && at + 1 < s.n ? 2 : 1;
}

/* Behind the quote that closes the one at `at`; the end if there is none. */
static size_t skip_quoted(struct str s, size_t at, char escape)
{
	char quote = s.p[at++];

	while (at < s.n && s.p[at] != quote)
		at += quote == '"' ? unit_length(s, at, escape) : 1;
	return MIN_OF(at + 1, s.n);
}

bool docker_cut_word(struct str *rest, char escape, struct str *ret_word)
{
	struct str s = str_trim_left(*rest);
	size_t at = 0;

	if (s.n == 0)
		return false;
	while (at < s.n && !byte_is_blank(s.p[at])) {
		if (s.p[at] == '\'' || s.p[at] == '"')
			at = skip_quoted(s, at, escape);
		else
			at += unit_length(s, at, escape);
	}
	*ret_word = str_sub(s, 0, at);
	*rest = str_sub(s, at, s.n);
	return true;
}

struct str docker_unquote(struct str raw, char escape, struct arena *arena)
{
	char quote = 0;
	size_t n = 0;
	char *p;

	if (str_chr(raw, '\'') == STR_NPOS && str_chr(raw, '"') == STR_NPOS &&
	    str_chr(raw, escape) == STR_NPOS)
		return raw.p ? raw : STR("");
	p = arena_alloc(arena, raw.n + 1);
	if (!p)
		return STR_NONE;
	for (size_t i = 0; i < raw.n; i++) {
		char c = raw.p[i];
		char next = i + 1 < raw.n ? raw.p[i + 1] : 0;

		if (quote == 0 && (c == '\'' || c == '"')) {
			quote = c;
		} else if (quote != 0 && c == quote) {
			quote = 0;
		} else if (c == escape && quote == 0 && i + 1 < raw.n) {
			p[n++] = raw.p[++i];
		} else if (c == escape && quote == '"' &&
			   (next == '"' || next == '$' || next == escape) && i + 1 < raw.n) {
			p[n++] = raw.p[++i];
		} else {
			p[n++] = c;
		}
	}
	return str_make(p, n);
}

/* ---- JSON lists of strings (RFC 8259; only those four blanks) ---- */

struct json_cursor {
	const struct placed_text *text;
	struct str s; /* a slice of text->text */
	size_t at;
	struct arena *arena;
};

static void skip_json_blank(struct json_cursor *j)
{
	while (j->at < j->s.n && (j->s.p[j->at] == ' ' || j->s.p[j->at] == '\t' ||
				     j->s.p[j->at] == '\n' || j->s.p[j->at] == '\r'))
		j->at++;
}

static bool json_takes(struct json_cursor *j, char c)
{
	skip_json_blank(j);
	if (j->at >= j->s.n || j->s.p[j->at] != c)
		return false;
	j->at++;
	return true;
}

static bool hex4(struct str s, uint32_t *ret)
{
	uint32_t value = 0;

	if (s.n < 4)
		return false;
	for (size_t i = 0; i < 4; i++) {
		char c = byte_lower(s.p[i]);

		if (!byte_is_digit(c) && (c < 'a' || c > 'f'))
			return false;
		value = value << 4 | (uint32_t)(byte_is_digit(c) ? c - '0' : c - 'a' + 10);
	}
	*ret = value;
	return true;
}

/* \uXXXX, and the second half of a pair. Half a pair alone becomes U+FFFD. */
static size_t decode_u(struct str s, char out[4], size_t *ret_n)
{
	uint32_t rune, low;
	size_t used = 6;

	if (!hex4(str_sub(s, 2, 4), &rune))
		return 0;
	if (rune >= 0xd800 && rune < 0xe000) {
		if (rune < 0xdc00 && str_starts(str_sub(s, 6, 2), STR("\\u")) &&
		    hex4(str_sub(s, 8, 4), &low) && low >= 0xdc00 && low < 0xe000) {
			rune = 0x10000 + ((rune - 0xd800) << 10) + (low - 0xdc00);
			used = 12;
		} else {
			rune = 0xfffd;
		}
	}
	*ret_n = utf8_encode(rune, out);
	return used;
}

/* Decodes the escape that s begins with. Bytes used; 0 if it is invalid. */
static size_t decode_escape(struct str s, char out[4], size_t *ret_n)
{
	static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	size_t i;

	if (s.n < 2)
		return 0;
	if (s.p[1] == 'u')
		return decode_u(s, out, ret_n);
	i = str_chr(STR("\"\\/bfnrt"), s.p[1]);
	if (i == STR_NPOS || i >= sizeof names - 1)
		return 0;
	out[0] = values[i];
	*ret_n = 1;
	return 2;
}

/* Decodes s (the inside of a string) piece by piece, so that each byte keeps its place. */
static int decode_string(struct json_cursor *j, struct str s, struct placed_text *ret)
{
	struct placed_builder b;
	size_t at = 0, start = (size_t)(s.p - j->text->text.p);
	struct err ignored = ERR_INIT;

	placed_begin(&b, s.n, j->arena);
	while (at < s.n) {
		size_t used = 1, n = 1;
		char out[4] = {s.p[at]};

		if (s.p[at] == '\\')
			used = decode_escape(str_sub(s, at, s.n), out, &n);
		if (used == 0)
			return 0;
		placed_add(&b, str_make(out, n), placed_offset(j->text, start + at));
		at += used;
	}
	return placed_done(&b, ret, &ignored) != 0 ? -1 : 1;
}

/* Where the string that begins at j->at (behind its quote) ends; false if it does not. */
static bool string_end(const struct json_cursor *j, size_t *ret_end, bool *ret_plain)
{
	size_t at = j->at;

	*ret_plain = true;
	while (at < j->s.n && j->s.p[at] != '"') {
		if ((unsigned char)j->s.p[at] < 0x20)
			return false;
		if (j->s.p[at] == '\\') {
			*ret_plain = false;
			at++;
		}
		at++;
	}
	*ret_end = at;
	return at < j->s.n;
}

static int json_string(struct json_cursor *j, struct docker_word *ret)
{
	struct docker_word word = {0};
	size_t end;
	bool plain;
	struct str inside;

	if (!json_takes(j, '"') || !string_end(j, &end, &plain))
		return 0;
	inside = str_sub(j->s, j->at, end - j->at);
	word.raw = str_sub(j->s, j->at - 1, end - j->at + 2);
	word.placed = placed_sub(j->text, inside);
	if (!plain) {
		int answer = decode_string(j, inside, &word.placed);

		if (answer != 1)
			return answer;
	}
	word.text = word.placed.text;
	j->at = end + 1;
	*ret = word;
	return 1;
}

int docker_json_words(const struct placed_text *text, struct str args, struct arena *arena,
    const struct docker_word **ret_words, size_t *ret_n)
{
	struct json_cursor j = {text, args, 0, arena};
	VEC(struct docker_word) words = {0};
	bool more;

	if (!json_takes(&j, '['))
		return 0;
	more = !json_takes(&j, ']');
	while (more) {
		struct docker_word word;
		int answer = json_string(&j, &word);

		if (answer != 1)
			return answer;
		if (!vec_push(&words, arena, word))
			return -1;
		more = json_takes(&j, ',');
		if (!more && !json_takes(&j, ']'))
			return 0;
	}
	skip_json_blank(&j);
	if (j.at != args.n)
		return 0;
	*ret_words = words.p;
	*ret_n = words.n;
	return 1;
}
