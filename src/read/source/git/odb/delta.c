#include "read/source/git/odb/delta.h"

#include "base/rd.h"

#include <stdlib.h>

enum { COPY = 0x80, COPY_BYTES_OF_OFFSET = 4, COPY_BYTES_OF_SIZE = 3, COPY_DEFAULT = 0x10000 };

void delta_pieces_release(struct delta_pieces *pieces)
{
	free(pieces->p);
	*pieces = (struct delta_pieces){.p = NULL};
}

/* Seven bits a byte, the lowest first. */
static bool take_size(struct rd *r, uint64_t *ret)
{
	uint64_t size = 0;
	uint8_t byte = 0x80;

	for (unsigned shift = 0; byte & 0x80; shift += 7) {
		if (shift > 56 || !rd_u8(r, &byte))
			return false;
		size |= (uint64_t)(byte & 0x7f) << shift;
	}
	*ret = size;
	return true;
}

bool delta_sizes(struct str delta, uint64_t *ret_base, uint64_t *ret_target)
{
	struct rd r = rd_of(delta);

	return take_size(&r, ret_base) && take_size(&r, ret_target);
}

/* Those of a copy's bytes that its first byte says are there, from bit `from` on. */
static bool take_bytes(struct rd *r, unsigned flags, unsigned from, unsigned n, uint32_t *ret)
{
	uint32_t value = 0;
	uint8_t byte;

	for (unsigned i = 0; i < n; i++) {
		if (!(flags & (1U << (from + i))))
			continue;
		if (!rd_u8(r, &byte))
			return false;
		value |= (uint32_t)byte << 8 * i;
	}
	*ret = value;
	return true;
}

static bool add_piece(struct delta_pieces *pieces, uint32_t at, uint32_t n, uint32_t from)
{
	struct delta_piece *last = pieces->n > 0 ? &pieces->p[pieces->n - 1] : NULL;

	if (last && (from == DELTA_NEW ? last->from == DELTA_NEW
				       : last->from != DELTA_NEW && last->from + last->n == from)) {
		last->n += n;
		return true;
	}
	if (pieces->n == pieces->cap) {
		size_t cap = MAX_OF(pieces->cap * 2, (size_t)64);
		struct delta_piece *grown = reallocarray(pieces->p, cap, sizeof *grown);

		if (!grown)
			return false;
		pieces->p = grown;
		pieces->cap = cap;
	}
	pieces->p[pieces->n++] = (struct delta_piece){at, n, from};
	return true;
}

/* One instruction: where its bytes are, and whether they are the base's. */
static bool take_piece(struct rd *r, struct str base, struct str *ret_bytes, uint32_t *ret_from)
{
	uint8_t flags;
	uint32_t from, n;

	if (!rd_u8(r, &flags) || flags == 0)
		return false;
	if (!(flags & COPY)) {
		*ret_from = DELTA_NEW;
		return rd_bytes(r, flags, ret_bytes);
	}
	if (!take_bytes(r, flags, 0, COPY_BYTES_OF_OFFSET, &from) ||
	    !take_bytes(r, flags, COPY_BYTES_OF_OFFSET, COPY_BYTES_OF_SIZE, &n))
		return false;
	if (n == 0)
		n = COPY_DEFAULT;
	*ret_from = from;
	*ret_bytes = str_sub(base, from, n);
	return ret_bytes->n == n;
}

int delta_apply(struct str delta, struct str base, char *out, size_t n, struct delta_pieces *pieces,
    struct err *err)
{
	struct rd r = rd_of(delta);
	uint64_t base_n, target_n;
	size_t at = 0;

	if (pieces)
		pieces->n = 0;
	if (!take_size(&r, &base_n) || !take_size(&r, &target_n) || base_n != base.n ||
	    target_n != n || n > UINT32_MAX)
		return err_set(err, ERR_FORMAT, "a delta that is not of its base");
	while (rd_left(&r) > 0) {
		struct str bytes;
		uint32_t from;

		if (!take_piece(&r, base, &bytes, &from) || bytes.n > n - at)
			return err_set(err, ERR_FORMAT, "a malformed delta");
		memcpy(out + at, bytes.p, bytes.n);
		if (pieces && !add_piece(pieces, (uint32_t)at, (uint32_t)bytes.n, from))
			return err_nomem(err);
		at += bytes.n;
	}
	return at == n ? 0 : err_set(err, ERR_FORMAT, "a delta that ends early");
}
