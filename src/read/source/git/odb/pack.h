/*
 * A pack and its index as git writes them (gitformat-pack: pack version 2 and 3, index
 * version 1 and 2), both mapped. Nothing in them is trusted: offsets and sizes are checked
 * where they are used.
 */
#ifndef READ_SOURCE_GIT_ODB_PACK_H
#define READ_SOURCE_GIT_ODB_PACK_H

#include "base/err.h"
#include "base/str.h"
#include "read/codec/inflate.h"

enum { GIT_ID_MAX = 32, GIT_ID_SHA1 = 20 };

/* As packs number them. */
enum git_type {
	GIT_NONE = 0,
	GIT_COMMIT = 1,
	GIT_TREE = 2,
	GIT_BLOB = 3,
	GIT_TAG = 4,
	GIT_OFS_DELTA = 6,
	GIT_REF_DELTA = 7,
};

struct git_pack {
	struct str name;      /* of its file: for messages */
	struct str data;      /* the pack, without its trailing checksum */
	size_t id_bytes;      /* 20 or 32 */
	uint32_t n;	      /* objects */
	uint32_t fanout[256]; /* how many ids begin with at most this byte */
	/* Of the index. */
	const unsigned char *ids, *offsets, *far_offsets;
	size_t id_stride, offset_stride;
	uint32_t n_far;
};

/* data and index are borrowed. ERR_FORMAT says which of the two is malformed and how. */
MUST_USE int git_pack_open(struct git_pack *pack, struct str name, struct str data,
    struct str index, size_t id_bytes, struct err *err);

/* Ids are in ascending order; at < pack->n. */
const unsigned char *git_pack_id(const struct git_pack *pack, uint32_t at);
MUST_USE bool git_pack_find(const struct git_pack *pack, const unsigned char *id, uint32_t *ret_at);
/* Where the object's entry begins; false if the index is malformed there. */
MUST_USE bool git_pack_offset(const struct git_pack *pack, uint32_t at, uint64_t *ret_offset);

struct git_pack_entry {
	enum git_type type;
	uint64_t size;		      /* inflated */
	uint64_t body;		      /* where its zlib stream begins */
	uint64_t base_offset;	      /* of GIT_OFS_DELTA */
	const unsigned char *base_id; /* of GIT_REF_DELTA */
};

/* False if the entry at `offset` is malformed. */
MUST_USE bool git_pack_entry(
    const struct git_pack *pack, uint64_t offset, struct git_pack_entry *ret);
/* entry->size bytes into `out`. */
MUST_USE bool git_pack_inflate(const struct git_pack *pack, const struct git_pack_entry *entry,
    struct inflater *inflater, void *out);

#endif
