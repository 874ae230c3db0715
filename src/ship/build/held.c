#include "ship/build/held.h"

void held_init(struct held *h)
{
	*h = (struct held){.since_ms = 0};
	buf_init(&h->bytes, HELD_BYTES_MAX * 2);
}

void held_release(struct held *h)
{
	buf_release(&h->bytes);
}

int held_add(struct held *h, struct str bytes, int64_t now_ms, struct err *err)
{
	if (h->bytes.n == 0)
		h->since_ms = now_ms;
	buf_add(&h->bytes, bytes);
	return buf_ok(&h->bytes) ? 0 : buf_err(&h->bytes, "what the build printed", err);
}

/* The place where a block begins that has not ended yet; the text's end if there is none. */
static size_t open_block(struct str text)
{
	const struct str mark = STR("-----BEGIN");
	size_t begin = STR_NPOS, from = 0, at;

	while ((at = str_find(str_sub(text, from, text.n), mark)) != STR_NPOS) {
		begin = from + at;
		from = begin + mark.n;
	}
	if (begin == STR_NPOS || str_has(str_sub(text, begin, text.n), STR("-----END")))
		return text.n;
	return begin;
}

struct str held_piece(const struct held *h, int64_t now_ms, bool all)
{
	struct str text = buf_str(&h->bytes);
	bool full = text.n >= HELD_BYTES_MAX;
	size_t end;

	if (all)
		return text;
	if (!full && now_ms - h->since_ms < HELD_MS)
		return STR_NONE;
	end = str_rchr(text, '\n');
	end = end == STR_NPOS ? 0 : end + 1;
	if (end > 0)
		end = MIN_OF(end, open_block(str_sub(text, 0, end)));
	if (end == 0 && full)
		return str_excerpt(text, HELD_BYTES_MAX - 1);
	return str_sub(text, 0, end);
}

void held_drop(struct held *h, size_t n, int64_t now_ms)
{
	struct str rest = str_sub(buf_str(&h->bytes), n, h->bytes.n);

	memmove(h->bytes.p, rest.p, rest.n);
	h->bytes.n = rest.n;
	h->since_ms = now_ms;
}
