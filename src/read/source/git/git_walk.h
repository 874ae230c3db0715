/*
 * Walks trees and ranges of commits over a `struct content` whose names are object ids,
 * so that it runs in the sandboxed child. Attributes, rename detection, merges and
 * encodings hide nothing: only ids are compared. One walk at a time for each struct.
 */
#ifndef READ_SOURCE_GIT_GIT_WALK_H
#define READ_SOURCE_GIT_GIT_WALK_H

#include "core/content.h"
#include "core/limits.h"
#include "core/sink.h"
#include "core/unit.h"
#include "read/source/git/object.h"

/* What stood at an entry's path in one of the trees that it is compared with. */
struct git_old {
	struct git_oid oid;
	bool is_base; /* of a range: not a parent's tree, but a base's */
};

struct git_entry {
	struct str path;
	uint32_t mode; /* as the tree has it: 0100644, 0100755, 0120000 (a link: its text is the
			  blob) */
	struct git_oid oid;
	struct git_oid commit;	    /* that introduced it; of a tree walk: the one that was given */
	bool hostile;		    /* a path that must never be written to disk */
	const struct git_old *olds; /* files and links only */
	size_t n_olds;
};

/* A commit of a range, when all its entries were visited. */
struct git_change {
	struct git_oid commit, tree;
	const struct git_oid *const *parents; /* the trees of those that can be read */
	size_t n_parents;
};

enum { GIT_SEEN = 0, GIT_QUIET = 1 }; /* besides -1 */

/* Everything here is borrowed for a call. */
struct git_visitor {
	/* A file or a symbolic link. Its bytes: content_read_all(content, oid). GIT_QUIET: there is
	 * nothing in it, and would be nothing under any other folder. */
	int (*entry)(void *arg, const struct git_entry *entry, struct err *err);
	/* A commit's author and other headers, then its message: path empty, commit set. NULL: not
	 * wanted. */
	int (*text)(void *arg, const struct unit *unit, struct err *err);
	/* Of a range, behind each commit's entries and texts. May be NULL. */
	int (*change)(void *arg, const struct git_change *change, struct err *err);
	/* A folder that stands here as it stood elsewhere, if all of it was quiet: its path. May
	 * be NULL: then the whole of each folder is visited wherever it stands. */
	int (*again)(void *arg, struct str path, struct err *err);
	void *arg;
};

struct git_walk {
	struct content *content;
	const struct limits *limits;
	enum stage stage; /* of the problems */
	struct sink *sink;
	struct arena *arena; /* lives at least as long as the walk */
	struct git_visitor visitor;
};

/* All files of the tree of `commit` (or of a tree: then tree is its id and commit is only put on
 * the entries), in path order. An object that is missing or malformed, a hostile name, a tree too
 * deep or too large is a problem, and everything else is still visited. Submodules are notes
 * (a gap). -1 if the visitor, the sink or memory fails. */
MUST_USE int git_commit_walk(struct git_walk *walk, const struct git_oid *commit, struct err *err);
MUST_USE int git_tree_walk(struct git_walk *walk, const struct git_oid *tree,
    const struct git_oid *commit, struct err *err);

/* What `tree` holds and `other` does not hold at the same path: changed, or not there. */
MUST_USE int git_difference_walk(struct git_walk *walk, const struct git_oid *tree,
    const struct git_oid *other, struct err *err);

/* What the commits introduce: each (blob, path) that is, at that path, in none of the commit's
 * parents and in none of the bases. commits:
 * oldest first, as git_rev_list gives them (head and not base). A parent that is not there is a
 * problem (a shallow clone), and the commit is then taken as if it had no such parent: too much
 * is read, never too little. */
MUST_USE int git_range_walk(struct git_walk *walk, const struct git_oid *commits, size_t n_commits,
    const struct git_oid *bases, size_t n_bases, struct err *err);

/* The entry at a path of a commit's tree. CONTENT_MISSING if there is none. */
MUST_USE enum content_result git_path_find(struct content *content, const struct limits *limits,
    const struct git_oid *commit, struct str path, struct arena *arena,
    struct git_tree_entry *ret_entry, struct err *err);

#endif
