#include "read/source/git/tree_row.h"

enum { MODE_DIGITS = 7 };

void git_row_read(struct git_row *row, size_t id_bytes)
{
	const char *p = row->at, *nul;

	row->n = 0;
	row->mode = 0;
	for (; p < row->end && *p >= '0' && *p <= '7' && p - row->at < MODE_DIGITS; p++)
		row->mode = row->mode << 3 | ((uint32_t)*p & 7);
	if (p == row->end || *p != ' ')
		return;
	p++;
	nul = memchr(p, '\0', (size_t)(row->end - p));
	if (!nul || (size_t)(row->end - nul - 1) < id_bytes)
		return;
	row->name = str_make(p, (size_t)(nul - p));
	row->id = (const unsigned char *)nul + 1;
	row->n = (size_t)(nul + 1 - row->at) + id_bytes;
}

int git_row_order(const struct git_row *a, const struct git_row *b)
{
	size_t n = MIN_OF(a->name.n, b->name.n);
	int order = n > 0 ? memcmp(a->name.p, b->name.p, n) : 0;
	unsigned char x, y;

	if (order != 0)
		return order;
	x = a->name.n > n ? (unsigned char)a->name.p[n] : git_row_is_folder(a) ? '/' : 0;
	y = b->name.n > n ? (unsigned char)b->name.p[n] : git_row_is_folder(b) ? '/' : 0;
	return (int)x - (int)y;
}
