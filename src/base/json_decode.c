#include "base/json_decode.h"

#include "base/utf8.h"

struct decoder {
	const struct json_decoding *decoding;
	struct str text; /* ends where the string does */
	size_t at;
	char *out; /* NULL while skipping */
	size_t n;
};

static void put(struct decoder *d, struct str bytes)
{
	if (d->out)
		memcpy(d->out + d->n, bytes.p, bytes.n);
	d->n += bytes.n;
}

static void put_rune(struct decoder *d, uint32_t rune)
{
	char bytes[4];

	put(d, str_make(bytes, utf8_encode(rune, bytes)));
}

static int mistake(const struct decoder *d, const char *what, size_t offset, size_t end)
{
	return d->decoding->tell(d->decoding->tell_arg, what, offset, end);
}

/* Four hex digits at text[at]. */
static bool hex4(struct str text, size_t at, uint32_t *ret_value)
{
	uint32_t value = 0;

	if (at > text.n || text.n - at < 4)
		return false;
	for (size_t i = at; i < at + 4; i++) {
		char c = byte_lower(text.p[i]);

		if (!byte_is_digit(c) && !(c >= 'a' && c <= 'f'))
			return false;
		value = value << 4 | (uint32_t)(byte_is_digit(c) ? c - '0' : c - 'a' + 10);
	}
	*ret_value = value;
	return true;
}

/* "\uXXXX", or two of them that are a surrogate pair. */
static int decode_unicode(struct decoder *d)
{
	size_t start = d->at;
	uint32_t rune, low;

	if (!hex4(d->text, start + 2, &rune)) {
		put(d, STR("\\u"));
		d->at += 2;
		return mistake(d, "\\u without four hex digits", start, start + 2);
	}
	d->at += 6;
	if (rune < 0xd800 || rune > 0xdfff) {
		put_rune(d, rune);
		return 0;
	}
	if (rune < 0xdc00 && str_starts(str_sub(d->text, d->at, 2), STR("\\u")) &&
	    hex4(d->text, d->at + 2, &low) && low >= 0xdc00 && low <= 0xdfff) {
		put_rune(d, 0x10000 + ((rune - 0xd800) << 10) + (low - 0xdc00));
		d->at += 6;
		return 0;
	}
	put_rune(d, 0xfffd);
	return mistake(d, "half of a surrogate pair", start, start + 6);
}

static int decode_escape(struct decoder *d)
{
	static const char from[] = "\"\\/nrtbf'";
	static const char to[] = "\"\\/\n\r\t\b\f'";
	size_t start = d->at;
	char c = start + 1 < d->text.n ? d->text.p[start + 1] : '\0';
	const char *known = c ? strchr(from, c) : NULL;

	if (c == 'u')
		return decode_unicode(d);
	if (known) {
		put(d, str_make(&to[known - from], 1));
		d->at += 2;
	} else {
		put(d, STR("\\"));
		d->at++;
	}
	if (known && c != '\'')
		return 0;
	return mistake(d, "an escape that JSON does not know", start, MIN_OF(start + 2, d->text.n));
}

/* A run of bytes that are not UTF-8: each becomes U+FFFD. */
static int decode_broken(struct decoder *d)
{
	size_t start = d->at;
	uint32_t rune;

	while (d->at < d->text.n && utf8_decode(str_sub(d->text, d->at, 4), &rune) == 0) {
		put_rune(d, 0xfffd);
		d->at++;
	}
	return mistake(d, "bytes that are not UTF-8", start, d->at);
}

static int decode_one(struct decoder *d)
{
	char c = d->text.p[d->at];
	uint32_t rune;
	size_t n;

	if (c == '\\')
		return decode_escape(d);
	n = utf8_decode(str_sub(d->text, d->at, 4), &rune);
	if (n == 0)
		return decode_broken(d);
	put(d, str_sub(d->text, d->at, n));
	d->at += n;
	if ((unsigned char)c < 0x20)
		return mistake(d, "a control character in a string", d->at - 1, d->at);
	return 0;
}

static bool has_escape_or_control(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' || (unsigned char)s.p[i] < 0x20)
			return true;
	}
	return false;
}

int json_decode(const struct json_decoding *decoding, size_t offset, size_t end,
    struct str *ret_text, struct err *err)
{
	struct decoder d = {decoding, str_sub(decoding->text, 0, end), offset, NULL, 0};
	struct str raw = str_sub(d.text, offset, end);
	bool valid = utf8_valid(raw);
	size_t size;

	if (valid && !has_escape_or_control(raw)) {
		*ret_text = raw;
		return 0;
	}
	/* Escapes only shrink; a byte that is not UTF-8 becomes three. */
	if (mul_overflows(raw.n, valid ? (size_t)1 : (size_t)3, &size))
		return err_nomem(err);
	if (decoding->arena) {
		d.out = arena_alloc(decoding->arena, size);
		if (!d.out)
			return arena_err(decoding->arena, err);
	}
	while (d.at < end) {
		if (decode_one(&d))
			return -1;
	}
	*ret_text = d.out ? str_make(d.out, d.n) : STR_NONE;
	return 0;
}
