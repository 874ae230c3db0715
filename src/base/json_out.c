#include "base/json.h"
#include "base/utf8.h"

#include <inttypes.h>

void json_out_init(struct json_out *j, struct buf *out, bool pretty)
{
	*j = (struct json_out){.out = out, .pretty = pretty};
}

static bool has_items(const struct json_out *j)
{
	return j->has_items[j->depth / 8] >> (j->depth % 8) & 1;
}

static void set_has_items(struct json_out *j, bool value)
{
	unsigned char bit = (unsigned char)(1U << (j->depth % 8));
	unsigned char *byte = &j->has_items[j->depth / 8];

	*byte = (unsigned char)(value ? *byte | bit : *byte & ~bit);
}

static void new_line(struct json_out *j)
{
	if (!j->pretty)
		return;
	buf_addc(j->out, '\n');
	for (unsigned i = 0; i < j->depth; i++)
		buf_add(j->out, STR("  "));
}

/* The comma and the line before an item; nothing between a key and its value. */
static void begin_item(struct json_out *j)
{
	if (j->after_key) {
		j->after_key = false;
		return;
	}
	if (has_items(j))
		buf_addc(j->out, ',');
	if (j->depth > 0)
		new_line(j);
	set_has_items(j, true);
}

static void begin(struct json_out *j, char bracket)
{
	begin_item(j);
	buf_addc(j->out, bracket);
	if (j->depth + 1 >= JSON_DEPTH_MAX) {
		j->out->failed = true;
		return;
	}
	j->depth++;
	set_has_items(j, false);
}

static void end(struct json_out *j, char bracket)
{
	bool had_items = has_items(j);

	if (j->depth > 0)
		j->depth--;
	if (had_items)
		new_line(j);
	buf_addc(j->out, bracket);
}

void json_begin_object(struct json_out *j)
{
	begin(j, '{');
}

void json_end_object(struct json_out *j)
{
	end(j, '}');
}

void json_begin_array(struct json_out *j)
{
	begin(j, '[');
}

void json_end_array(struct json_out *j)
{
	end(j, ']');
}

static void add_escaped(struct buf *out, char c)
{
	static const char from[] = "\"\\\n\r\t\b\f";
	static const char to[] = "\"\\nrtbf";
	const char *at = c ? strchr(from, c) : NULL;

	if (at)
		buf_addf(out, "\\%c", to[at - from]);
	else
		buf_addf(out, "\\u%04x", (unsigned char)c);
}

/* How many bytes at the front need no change. */
static size_t plain_run(struct str s)
{
	size_t n = 0;
	uint32_t rune;

	while (n < s.n) {
		unsigned char c = (unsigned char)s.p[n];
		size_t step = 1;

		if (c < 0x20 || c == '"' || c == '\\')
			break;
		if (c >= 0x80)
			step = utf8_decode(str_sub(s, n, 4), &rune);
		if (step == 0)
			break;
		n += step;
	}
	return n;
}

static void add_string(struct buf *out, struct str s)
{
	buf_addc(out, '"');
	while (s.n > 0) {
		size_t n = plain_run(s);

		buf_add(out, str_sub(s, 0, n));
		s = str_sub(s, n, s.n);
		if (s.n == 0)
			break;
		if ((unsigned char)s.p[0] < 0x80)
			add_escaped(out, s.p[0]);
		else
			buf_add(out, STR("\xef\xbf\xbd"));
		s = str_sub(s, 1, s.n);
	}
	buf_addc(out, '"');
}

void json_key_str(struct json_out *j, struct str key)
{
	begin_item(j);
	add_string(j->out, key);
	buf_add(j->out, j->pretty ? STR(": ") : STR(":"));
	j->after_key = true;
}

void json_key(struct json_out *j, const char *key)
{
	json_key_str(j, str_of(key));
}

void json_str(struct json_out *j, struct str s)
{
	begin_item(j);
	add_string(j->out, s);
}

void json_int(struct json_out *j, int64_t value)
{
	begin_item(j);
	buf_addf(j->out, "%" PRId64, value);
}

void json_uint(struct json_out *j, uint64_t value)
{
	begin_item(j);
	buf_addf(j->out, "%" PRIu64, value);
}

void json_tenths(struct json_out *j, int tenths)
{
	unsigned value = tenths < 0 ? 0U - (unsigned)tenths : (unsigned)tenths;

	begin_item(j);
	buf_addf(j->out, "%s%u.%u", tenths < 0 ? "-" : "", value / 10, value % 10);
}

void json_bool(struct json_out *j, bool value)
{
	begin_item(j);
	buf_add(j->out, value ? STR("true") : STR("false"));
}

void json_null(struct json_out *j)
{
	begin_item(j);
	buf_add(j->out, STR("null"));
}

void json_member_str(struct json_out *j, const char *key, struct str s)
{
	if (s.n == 0)
		return;
	json_key(j, key);
	json_str(j, s);
}

void json_member_int(struct json_out *j, const char *key, int64_t value)
{
	json_key(j, key);
	json_int(j, value);
}

void json_member_bool(struct json_out *j, const char *key, bool value)
{
	json_key(j, key);
	json_bool(j, value);
}
