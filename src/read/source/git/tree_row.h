/*
 * A tree's entries one by one, over its bytes and without memory: for those who read
 * millions. git_tree_parse (object.h) is the careful one. Hostile bytes: what is malformed
 * ends the reading.
 */
#ifndef READ_SOURCE_GIT_TREE_ROW_H
#define READ_SOURCE_GIT_TREE_ROW_H

#include "read/source/git/object.h"

struct git_row {
	const char *at, *end; /* the whole tree's rest, from this entry on */
	size_t n;	      /* bytes of this entry; 0: there is none, or it is malformed */
	struct str name;
	const unsigned char *id;
	uint32_t mode;
};

static inline struct git_row git_row_of(struct str tree)
{
	return (struct git_row){.at = tree.p, .end = tree.n > 0 ? tree.p + tree.n : tree.p};
}
/* Reads the entry at row->at. */
void git_row_read(struct git_row *row, size_t id_bytes);
/* The one behind it. */
static inline void git_row_next(struct git_row *row, size_t id_bytes)
{
	row->at += row->n;
	git_row_read(row, id_bytes);
}
/* Git's order: a folder's name is sorted as if it ended in '/'. */
int git_row_order(const struct git_row *a, const struct git_row *b);
static inline bool git_row_is_folder(const struct git_row *row)
{
	return git_mode_kind(row->mode) == GIT_KIND_TREE;
}

#endif
