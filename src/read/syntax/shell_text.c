#include "read/syntax/shell_text.h"

/* The last piece with piece.at <= at. */
static const struct text_piece *piece_at(const struct placed_text *placed, size_t at)
{
	size_t low = 0, high = placed->n_pieces;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (placed->pieces[middle].at <= at)
			low = middle;
		else
			high = middle;
	}
	return &placed->pieces[low];
}

uint32_t placed_offset(const struct placed_text *placed, size_t at)
{
	const struct text_piece *piece;
	size_t absolute;

	at = MIN_OF(at, placed->text.n);
	absolute = placed->base + at;
	if (placed->n_pieces == 0)
		return (uint32_t)absolute;
	/* Behind the last byte is behind that byte, not where the next piece begins. */
	if (at > 0 && at == placed->text.n)
		return placed_offset(placed, at - 1) + 1;
	piece = piece_at(placed, absolute);
	return piece->offset + (uint32_t)(absolute - piece->at);
}

static bool is_slice_of(struct str part, struct str whole)
{
	uintptr_t p = (uintptr_t)part.p, start = (uintptr_t)whole.p;

	return part.p && whole.p && p >= start && p - start <= whole.n &&
	       part.n <= whole.n - (p - start);
}

struct text_range placed_range(const struct placed_text *placed, struct str part)
{
	struct text_range range;
	size_t at;

	if (!is_slice_of(part, placed->text))
		part = placed->text;
	at = part.p ? (size_t)(part.p - placed->text.p) : 0;
	range.offset = placed_offset(placed, at);
	range.end = range.offset;
	if (part.n > 0)
		range.end = placed_offset(placed, at + part.n - 1) + 1;
	return range;
}

struct placed_text placed_sub(const struct placed_text *placed, struct str part)
{
	struct placed_text sub = *placed;

	if (!is_slice_of(part, placed->text))
		return sub;
	sub.text = part;
	sub.base = placed->base + (uint32_t)(part.p - placed->text.p);
	return sub;
}

void placed_begin(struct placed_builder *b, size_t cap_bytes, struct arena *arena)
{
	*b = (struct placed_builder){.arena = arena, .cap = cap_bytes};
	b->p = arena_alloc(arena, cap_bytes + 1);
	b->failed = !b->p;
}

void placed_add(struct placed_builder *b, struct str bytes, uint32_t offset)
{
	const struct text_piece *last = b->pieces.n > 0 ? &b->pieces.p[b->pieces.n - 1] : NULL;

	if (b->failed || bytes.n == 0)
		return;
	if (bytes.n > b->cap - b->n) {
		b->failed = true;
		return;
	}
	if (!last || last->offset + (b->n - last->at) != offset) {
		struct text_piece piece = {(uint32_t)b->n, offset};

		if (!vec_push(&b->pieces, b->arena, piece)) {
			b->failed = true;
			return;
		}
	}
	memcpy(b->p + b->n, bytes.p, bytes.n);
	b->n += bytes.n;
}

void placed_append(struct placed_builder *b, const struct placed_text *from)
{
	size_t at = 0;

	while (at < from->text.n) {
		size_t n = from->text.n - at, absolute = from->base + at;

		if (from->n_pieces > 0) {
			const struct text_piece *piece = piece_at(from, absolute);

			if (piece + 1 < from->pieces + from->n_pieces)
				n = MIN_OF(n, piece[1].at - absolute);
		}
		placed_add(b, str_sub(from->text, at, n), placed_offset(from, at));
		at += n;
	}
}

int placed_done(const struct placed_builder *b, struct placed_text *ret_placed, struct err *err)
{
	if (b->failed)
		return arena_err(b->arena, err);
	*ret_placed = (struct placed_text){
	    .text = str_make(b->p, b->n), .pieces = b->pieces.p, .n_pieces = b->pieces.n};
	return 0;
}
