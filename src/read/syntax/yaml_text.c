#include "read/syntax/yaml_text.h"

#include "base/utf8.h"

enum { STEP = 512 };

/* How many bytes at the front YAML 1.1 section 4.1.1 allows as one character; 0 = none. */
static size_t allowed_length(struct str s)
{
	unsigned char c = (unsigned char)s.p[0];
	uint32_t rune;
	size_t n;

	if (c < 0x80)
		return (c >= 0x20 && c != 0x7f) || c == '\n' || c == '\r' || c == '\t';
	n = utf8_decode(str_sub(s, 0, 4), &rune);
	if (n > 0 && ((rune < 0xa0 && rune != 0x85) || rune == 0xfffe || rune == 0xffff))
		return 0;
	return n;
}

/* The bytes are copied when the first forbidden one is met. */
static void mend(struct yaml_text *t, struct tree_builder *b, size_t at, size_t n)
{
	bool nul = t->bytes.p[at] == '\0';

	tree_problem(
	    b, nul ? "a NUL byte" : "bytes that are not UTF-8, or a control character", at, at + n);
	if (!t->mended) {
		t->mended = arena_alloc(b->arena, t->bytes.n);
		if (!t->mended)
			return;
		memcpy(t->mended, t->bytes.p, t->bytes.n);
		t->bytes.p = t->mended;
	}
	memset(t->mended + at, '?', n);
}

static bool is_lead(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

static void make_steps(struct yaml_text *t, struct tree_builder *b)
{
	size_t runes = 0;

	t->steps = arena_array(b->arena, t->bytes.n / STEP + 1, sizeof *t->steps);
	if (!t->steps)
		return;
	for (size_t at = 0; at < t->bytes.n; at++) {
		if (!is_lead(t->bytes.p[at]))
			continue;
		if (runes % STEP == 0)
			t->steps[t->n_steps++] = at;
		runes++;
	}
}

void yaml_text_init(struct yaml_text *t, struct tree_builder *b)
{
	bool ascii = true;
	size_t at = 0;

	*t = (struct yaml_text){.bytes = b->tree.text};
	while (at < t->bytes.n && arena_ok(b->arena)) {
		size_t n = allowed_length(str_sub(t->bytes, at, 4));

		if (n == 0) {
			do
				n++;
			while (at + n < t->bytes.n &&
			       allowed_length(str_sub(t->bytes, at + n, 4)) == 0);
			mend(t, b, at, n);
		} else if (n > 1) {
			ascii = false;
		}
		at += n;
	}
	if (!ascii && arena_ok(b->arena))
		make_steps(t, b);
}

size_t yaml_text_offset(const struct yaml_text *t, size_t rune_index)
{
	size_t at, left = rune_index % STEP;

	if (!t->steps)
		return MIN_OF(rune_index, t->bytes.n);
	if (rune_index / STEP >= t->n_steps)
		return t->bytes.n;
	at = t->steps[rune_index / STEP];
	while (left > 0 && at < t->bytes.n) {
		at++;
		while (at < t->bytes.n && !is_lead(t->bytes.p[at]))
			at++;
		left--;
	}
	return at;
}

size_t yaml_text_document(const struct yaml_text *t, size_t offset)
{
	struct str text = t->bytes;
	size_t at = MIN_OF(offset, text.n);

	while (at < text.n) {
		struct str rest = str_sub(text, at, text.n);
		size_t line_end = str_chr(rest, '\n');

		if ((at == 0 || text.p[at - 1] == '\n') && str_starts(rest, STR("---")) &&
		    (rest.n == 3 || byte_is_blank(rest.p[3])))
			return at;
		at = line_end == STR_NPOS ? text.n : at + line_end + 1;
	}
	return text.n;
}
