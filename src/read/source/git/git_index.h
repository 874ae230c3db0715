/*
 * The entries of an index file (gitformat-index, versions 2 to 4). Hostile bytes:
 * what is malformed ends the reading with an error, and what came before it stands.
 */
#ifndef READ_SOURCE_GIT_GIT_INDEX_H
#define READ_SOURCE_GIT_GIT_INDEX_H

#include "base/arena.h"
#include "base/rd.h"

struct git_index_reader {
	struct rd rd;
	struct str whole;
	size_t id_bytes;
	uint32_t version, left;
	struct arena *arena; /* of paths of version 4 */
	struct str last;     /* the path before */
};

struct git_index_entry {
	struct str path;
	const char *id; /* raw */
	uint32_t mode;
	unsigned stage; /* 1 to 3: of a merge that is not finished */
};

/* bytes are borrowed. ERR_FORMAT if it is no index. */
MUST_USE int git_index_begin(struct git_index_reader *r, struct str bytes, size_t id_bytes,
    struct arena *arena, struct err *err);
/* False at the end, or, with err, if it is malformed. */
MUST_USE bool git_index_next(
    struct git_index_reader *r, struct git_index_entry *ret, struct err *err);

#endif
