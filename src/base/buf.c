#include "base/buf.h"

#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>

void buf_init(struct buf *b, size_t max_bytes)
{
	*b = BUF_INIT(max_bytes);
}

void buf_release(struct buf *b)
{
	free(b->p);
	*b = BUF_INIT(b->max);
}

void buf_clear(struct buf *b)
{
	b->n = 0;
	b->failed = false;
	if (b->p)
		b->p[0] = '\0';
}

static bool make_room(struct buf *b, size_t n)
{
	size_t need, cap;
	char *p;

	if (b->failed || add_overflows(b->n, n, &need) || need > b->max || need == SIZE_MAX) {
		b->failed = true;
		return false;
	}
	if (need < b->cap)
		return true;
	cap = MAX_OF(b->cap, (size_t)64);
	while (cap <= need)
		cap = cap > SIZE_MAX / 2 ? need + 1 : cap * 2;
	if (cap > b->max + 1 && b->max < SIZE_MAX)
		cap = b->max + 1;
	p = realloc(b->p, cap);
	if (!p) {
		b->failed = true;
		return false;
	}
	b->p = p;
	b->cap = cap;
	return true;
}

char *buf_room(struct buf *b, size_t n)
{
	return make_room(b, n) ? b->p + b->n : NULL;
}

void buf_commit(struct buf *b, size_t n)
{
	b->n += n;
	b->p[b->n] = '\0';
}

void buf_add(struct buf *b, struct str s)
{
	if (s.n == 0 || !make_room(b, s.n))
		return;
	memcpy(b->p + b->n, s.p, s.n);
	buf_commit(b, s.n);
}

void buf_addc(struct buf *b, char c)
{
	buf_add(b, str_make(&c, 1));
}

void buf_addv(struct buf *b, const char *format, va_list args)
{
	va_list again;
	int n;

	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (n < 0) {
		b->failed = true;
		return;
	}
	if (!make_room(b, (size_t)n))
		return;
	(void)vsnprintf(b->p + b->n, (size_t)n + 1, format, args);
	b->n += (size_t)n;
}

void buf_addf(struct buf *b, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	buf_addv(b, format, args);
	va_end(args);
}

void buf_add_safe(struct buf *b, struct str s)
{
	size_t at = 0;

	while (at < s.n) {
		uint32_t rune;
		size_t n = utf8_decode(str_sub(s, at, 4), &rune);

		if (n == 0 || !rune_is_printable(rune)) {
			buf_addf(b, "\\x%02x", (unsigned char)s.p[at]);
			at++;
			continue;
		}
		buf_add(b, str_sub(s, at, n));
		at += n;
	}
}

const char *buf_cstr(const struct buf *b)
{
	return b->p ? b->p : "";
}

char *buf_take(struct buf *b)
{
	char *p = b->p ? b->p : calloc(1, 1);

	*b = BUF_INIT(b->max);
	return p;
}

int buf_err(const struct buf *b, const char *what, struct err *err)
{
	return err_set(err, ERR_LIMIT, "%s: more than %zu bytes", what, b->max);
}
