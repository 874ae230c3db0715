/*
 * Deltas as packs hold them (gitformat-pack, "Deltified representation"): a target, made of
 * ranges copied from a base and of bytes that the delta brings. Pure functions over hostile
 * bytes.
 */
#ifndef READ_SOURCE_GIT_ODB_DELTA_H
#define READ_SOURCE_GIT_ODB_DELTA_H

#include "base/err.h"
#include "base/str.h"

/* What the target's bytes from `at` on are. */
struct delta_piece {
	uint32_t at, n;
	uint32_t from; /* of the base; DELTA_NEW: the delta's own */
};
#define DELTA_NEW UINT32_MAX

/* In the order of the target, without a gap; grows as needed. Zero it before its first use. */
struct delta_pieces {
	struct delta_piece *p;
	size_t n, cap;
};
void delta_pieces_release(struct delta_pieces *pieces);

/* The sizes that a delta says its base and target have. */
MUST_USE bool delta_sizes(struct str delta, uint64_t *ret_base, uint64_t *ret_target);

/* Fills `out`, which has as many bytes as delta_sizes says. ERR_FORMAT if the delta is malformed or
 * of another base. pieces (may be NULL) become the target's; two copies that continue each other
 * are one. */
MUST_USE int delta_apply(struct str delta, struct str base, char *out, size_t n,
    struct delta_pieces *pieces, struct err *err);

#endif
