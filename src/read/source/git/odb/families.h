/*
 * Every packed object of a store once, each base before the deltas that are made from it,
 * so that each is inflated once and each delta applied once. A family is an object that
 * is whole and all that is made from it, directly or not. Families are dealt out to
 * shards of about the same work, always in the same way, so that readers can share them.
 *
 *    whole ──┬── delta ──── delta
 *            └── delta ──┬─ delta        visited depth first; what is made from an object
 *                        └─ delta        last takes its memory over
 */
#ifndef READ_SOURCE_GIT_ODB_FAMILIES_H
#define READ_SOURCE_GIT_ODB_FAMILIES_H

#include "read/source/git/odb/objects.h"

struct git_families;

/* How many shards there should be. Small stores have one. */
uint32_t git_families_shards(const struct git_store *store);

/* objects is borrowed. An entry that no shard can reach (malformed, or a circle of deltas) is
 * reported when shard 0 is visited. */
MUST_USE int git_families_new(
    struct git_objects *objects, uint32_t n_shards, struct git_families **ret, struct err *err);
/* NULL is fine. */
void git_families_free(struct git_families *families);

/* An object, for the time of a call. */
struct git_member {
	enum git_type type;
	const unsigned char *id;
	struct str bytes;
	const struct delta_pieces *pieces; /* what it is made of; NULL: it is whole */
	void *base;	       /* what the visitor left with its base; NULL if it is whole */
	struct str base_bytes; /* only with pieces */
};

/* All of the functions: -1 ends the visit. */
struct git_family_visitor {
	unsigned types; /* 1 << GIT_BLOB …: which objects are wanted */
	/* *ret_left: comes back as `base` with each that is made from this one. */
	int (*member)(void *arg, const struct git_member *m, void **ret_left, struct err *err);
	void (*drop)(void *arg, void *left);
	/* What could not be read: id is NULL if not even that is known. others: so many are made
	 * from it. */
	int (*fault)(void *arg, const unsigned char *id, uint64_t others, const struct err *why,
	    struct err *err);
	void *arg;
};

MUST_USE int git_families_visit(struct git_families *families, uint32_t shard,
    const struct git_family_visitor *visitor, struct err *err);

#endif
