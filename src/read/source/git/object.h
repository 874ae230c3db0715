/*
 * Git's commit and tree objects as values (gitformat: "tree <id>\n", "parent <id>\n" …;
 * "<mode> <name>\0<raw id>" …), for SHA-1 and SHA-256 repositories. Pure functions over
 * hostile bytes: nothing is trusted, slices point into what was parsed.
 */
#ifndef READ_SOURCE_GIT_OBJECT_H
#define READ_SOURCE_GIT_OBJECT_H

#include "base/vec.h"

enum { GIT_OID_HEX_MAX = 64, GIT_OID_HEX_SHA1 = 40 };

/* An object id as lower-case hex with a NUL: 40 digits, or 64. */
struct git_oid {
	char hex[GIT_OID_HEX_MAX + 1];
};

static inline struct str git_oid_str(const struct git_oid *oid)
{
	return str_of(oid->hex);
}
/* The whole of text is an id. */
MUST_USE bool git_oid_parse(struct str text, struct git_oid *ret_oid);
/* Its bytes; false if hex is no pairs of hex digits. */
MUST_USE bool git_oid_raw(struct str hex, unsigned char *ret_bytes);
void git_oid_of_raw(struct str raw, struct git_oid *ret_oid);
bool git_oid_eq(const struct git_oid *a, const struct git_oid *b);

struct git_commit {
	struct git_oid tree;
	struct {
		struct git_oid *p;
		size_t n, cap;
	} parents;
	struct str headers; /* from the first line behind the parents up to the blank line */
	struct str message; /* behind the blank line */
};

enum { GIT_PARENTS_MAX = 1024 };

/* ERR_FORMAT if it is not a commit; ids must be as long as `hex_digits`. */
MUST_USE int git_commit_parse(struct str bytes, size_t hex_digits, struct arena *arena,
    struct git_commit *ret_commit, struct err *err);

/* What is odd about a tree's entry. None of it keeps it from being read. */
enum git_tree_flaw {
	GIT_FLAW_NONE = 0,
	GIT_FLAW_MODE = 1 << 0,	     /* a mode that git does not write */
	GIT_FLAW_NAME = 1 << 1,	     /* empty, ".", "..", ".git", or with a '/' in it */
	GIT_FLAW_DUPLICATE = 1 << 2, /* the name stands twice */
};

struct git_tree_entry {
	struct str name;
	uint32_t mode; /* as written, octal */
	struct git_oid oid;
	unsigned flaws;
};

/* Entries by their plain names, for look-up. */
struct git_tree_name {
	struct str name;
	uint32_t at;
};

struct git_tree {
	struct git_tree_entry *p; /* in git's order: bytewise, a folder's name with '/' behind */
	struct git_tree_name *names;
	size_t n;
	bool cut_short; /* bytes behind the last whole entry; the entries before them are here */
};

enum git_kind { GIT_KIND_FILE, GIT_KIND_LINK, GIT_KIND_TREE, GIT_KIND_SUBMODULE };
enum git_kind git_mode_kind(uint32_t mode);

/* -1 only if the arena is full or it has more than max_entries (ERR_LIMIT). */
MUST_USE int git_tree_parse(struct str bytes, size_t hex_digits, size_t max_entries,
    struct arena *arena, struct git_tree *ret_tree, struct err *err);
/* The first entry of that name, or NULL. */
const struct git_tree_entry *git_tree_get(const struct git_tree *tree, struct str name);
/* Whether an entry has this name, id and kind. */
bool git_tree_holds(const struct git_tree *tree, const struct git_tree_entry *entry);

#endif
