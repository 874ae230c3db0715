#include "base/json_scan.h"

struct json_string json_scan_string(struct str text, size_t at)
{
	struct json_string s = {.offset = at, .text_offset = at + 1, .plain = true};
	char quote = text.p[at];
	struct str body;

	for (at++; at < text.n && text.p[at] != '\n'; at++) {
		char c = text.p[at];

		if (c == quote) {
			s.text_end = at;
			s.end = at + 1;
			s.closed = true;
			return s;
		}
		if ((unsigned char)c >= 0x20 && (unsigned char)c < 0x80 && c != '\\')
			continue;
		s.plain = false;
		if (c == '\\' && at + 1 < text.n && text.p[at + 1] != '\n')
			at++;
	}
	/* Not closed: it ends before CR, and before a comma that ends the line. */
	body = str_trim_right(str_sub(text, s.text_offset, at - s.text_offset));
	s.end = s.text_offset + body.n - str_ends(body, STR(","));
	s.text_end = s.end;
	return s;
}

size_t json_scan_blank(struct str text, size_t at)
{
	while (at < text.n && (text.p[at] == ' ' || text.p[at] == '\n' || text.p[at] == '\t' ||
				  text.p[at] == '\r'))
		at++;
	return at;
}

size_t json_scan_comment(struct str text, size_t at)
{
	struct str rest = str_sub(text, at, text.n);
	size_t end;

	if (str_starts(rest, STR("/*"))) {
		end = str_find(str_sub(rest, 2, rest.n), STR("*/"));
		return end == STR_NPOS ? text.n : at + 2 + end + 2;
	}
	if (!str_starts(rest, STR("//")) && !str_starts(rest, STR("#")))
		return at;
	end = str_chr(rest, '\n');
	return end == STR_NPOS ? text.n : at + end;
}

size_t json_scan_gap(struct str text, size_t at)
{
	for (;;) {
		size_t before = at;

		at = json_scan_comment(text, json_scan_blank(text, at));
		if (at == before)
			return at;
	}
}

static bool is_word_byte(char c)
{
	return byte_is_alnum(c) || (unsigned char)c >= 0x80 ||
	       (c != '\0' && strchr("_$.-+/%@&*~", c) != NULL);
}

size_t json_scan_name(struct str text, size_t at)
{
	while (at < text.n && is_word_byte(text.p[at])) {
		if (text.p[at] == '/' && json_scan_comment(text, at) > at)
			break;
		at++;
	}
	return at;
}

size_t json_scan_word(struct str text, size_t at)
{
	size_t end = json_scan_name(text, at);

	/* "nginx:1.25", "http://host/": a colon with something right behind it. */
	while (
	    end > at && end + 1 < text.n && text.p[end] == ':' && is_word_byte(text.p[end + 1])) {
		bool address = str_starts(str_sub(text, end, 3), STR("://"));

		end = json_scan_name(text, end + (address ? 3 : 1));
	}
	return end;
}

size_t json_scan_junk(struct str text, size_t at)
{
	for (at++; at < text.n; at++) {
		char c = text.p[at];

		if (c == ' ' || c == '\n' || c == '\t' || c == '\r' || is_word_byte(c) ||
		    (c != '\0' && strchr("{}[]:,\"'#", c) != NULL))
			break;
	}
	return at;
}

static size_t digits(struct str s, size_t at)
{
	while (at < s.n && byte_is_digit(s.p[at]))
		at++;
	return at;
}

bool json_is_number(struct str s)
{
	size_t at = s.n > 0 && s.p[0] == '-', first = at;

	at = digits(s, at);
	if (at == first || (s.p[first] == '0' && at > first + 1))
		return false;
	if (at < s.n && s.p[at] == '.') {
		first = at + 1;
		at = digits(s, first);
		if (at == first)
			return false;
	}
	if (at < s.n && (s.p[at] == 'e' || s.p[at] == 'E')) {
		at++;
		if (at < s.n && (s.p[at] == '+' || s.p[at] == '-'))
			at++;
		first = at;
		at = digits(s, first);
		if (at == first)
			return false;
	}
	return at == s.n;
}

struct json_ahead json_look_ahead(struct str text, size_t at)
{
	struct json_ahead ahead = {.kind = AHEAD_VALUE};
	size_t end;

	at = json_scan_gap(text, at);
	if (at < text.n && text.p[at] == ',') {
		ahead.comma = true;
		at = json_scan_gap(text, at + 1);
	}
	ahead.offset = at;
	if (at == text.n) {
		ahead.kind = AHEAD_END;
		return ahead;
	}
	if (text.p[at] == '}' || text.p[at] == ']') {
		ahead.kind = text.p[at] == '}' ? AHEAD_OBJECT_END : AHEAD_ARRAY_END;
		return ahead;
	}
	if (text.p[at] == '"' || text.p[at] == '\'')
		end = json_scan_string(text, at).end;
	else
		end = json_scan_name(text, at);
	if (end > at) {
		end = json_scan_gap(text, end);
		if (end < text.n && text.p[end] == ':')
			ahead.kind = AHEAD_KEY;
	}
	return ahead;
}

long json_closer_balance(struct str text, size_t at)
{
	long balance = 0;

	while (at < text.n) {
		size_t start = at++;

		switch (text.p[start]) {
		case '"':
			at = json_scan_string(text, start).end;
			break;
		case '/':
		case '#':
			at = MAX_OF(at, json_scan_comment(text, start));
			break;
		case '{':
		case '[':
			balance--;
			break;
		case '}':
		case ']':
			balance++;
			break;
		default:
			break;
		}
	}
	return balance;
}
