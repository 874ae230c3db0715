/*
 * What the layers so far have left: a tree of the names that matter (wanted files, all
 * symbolic links, the folders above them) with the wanted files' bytes. A layer's changes
 * are taken back as a whole if it fails. Names live in the tree's arena, bytes on the
 * heap as long as something names them. Private to the image reader; one thread.
 *
 * Entries are taken as the runtimes that unpack in place take them (containerd, umoci): in
 * the layer's order, through the links that stand there, never outside the root.
 */
#ifndef READ_SOURCE_IMAGE_MERGED_H
#define READ_SOURCE_IMAGE_MERGED_H

#include "base/buf.h"
#include "base/map.h"
#include "core/limits.h"

/* A file's bytes, shared by its hard links. */
struct merged_body {
	size_t refs;
	char *bytes; /* NULL if why says why not */
	size_t n;
	char *md5; /* in place of bytes, if it is only summed up; in the tree's arena */
	struct err *why;
	struct str path; /* where the bytes are */
	size_t layer;
	uint32_t mode;
};

enum merged_kind { MERGED_GONE, MERGED_FOLDER, MERGED_FILE, MERGED_LINK };

struct merged_state {
	enum merged_kind kind;
	bool wanted;	 /* to be given in the end; else it is kept for what links to it */
	size_t layer;	 /* that last wrote it, or something below it */
	struct str link; /* of a symbolic link: its text; of a file without a body: the file it is a
			    hard link to, which was not kept */
	struct merged_body *body;
};

struct merged_node {
	uint64_t id;
	struct str name;
	struct merged_node *parent, *children, *next, *previous; /* only what is not gone */
	struct merged_state now;
	size_t cleared_by; /* layer + 1 that took away all that lower ones had here */
};

struct merged_undo {
	struct merged_undo *older;
	struct merged_node *node;
	struct merged_state before;
};

struct merged {
	const struct limits *limits;
	struct arena arena;
	struct arena undo_arena;
	struct map nodes;
	struct merged_node root;
	struct merged_undo *undo; /* the newest first */
	size_t layer;
	uint64_t body_bytes; /* of all bodies */
	struct buf key, path, splice[2];
};

void merged_init(struct merged *m, const struct limits *limits);
/* Usable as CLEANUP(merged_release). */
void merged_release(struct merged *m);

/* The changes that follow are this layer's. */
void merged_begin(struct merged *m, size_t layer);
void merged_commit(struct merged *m);
void merged_rollback(struct merged *m);

/* Where a path leads: node is NULL if nothing is kept there. */
struct merged_at {
	struct str path; /* good until the next merged_resolve */
	struct merged_node *node;
};
/* Follows the links of the folders above, and with follow_last that of the path itself; names that
 * are not kept are taken for folders. ERR_LIMIT if it goes round in circles or too deep. */
MUST_USE int merged_resolve(
    struct merged *m, struct str path, bool follow_last, struct merged_at *ret, struct err *err);

/* A new body with room for n bytes, held once by the caller; if limits or memory forbid that,
 * one without bytes that says why. */
MUST_USE int merged_body_new(struct merged *m, struct str path, uint64_t n, uint32_t mode,
    struct merged_body **ret, struct err *err);
void merged_body_drop(struct merged *m, struct merged_body *body);

/* state at a resolved path, in the place of what is there; its texts are the tree's. */
MUST_USE int merged_put(
    struct merged *m, struct str path, const struct merged_state *state, struct err *err);
/* Something that is not kept takes its place. */
MUST_USE int merged_remove(struct merged *m, struct merged_node *node, struct err *err);
/* An entry that is a folder. */
MUST_USE int merged_folder(struct merged *m, struct merged_node *node, struct err *err);
/* What lower layers have here: the node itself, or (opaque) only what is in the folder. */
MUST_USE int merged_white_out(struct merged *m, struct merged_node *node, struct err *err);
MUST_USE int merged_opaque(struct merged *m, struct merged_node *folder, struct err *err);

/* The path of a node, in the tree's arena. */
MUST_USE int merged_path(
    struct merged *m, const struct merged_node *node, struct str *ret, struct err *err);

#endif
