/*
 * Commits and trees that a walk has read, by id. What is missing or malformed is
 * reported once, and then is simply not there. Private to the walks of this folder.
 */
#ifndef READ_SOURCE_GIT_CACHE_H
#define READ_SOURCE_GIT_CACHE_H

#include "base/map.h"
#include "read/source/git/git_walk.h"

enum { GIT_PROBLEMS_MAX = 200 };

struct git_cache {
	struct git_walk *walk;
	size_t hex_digits;
	struct arena arena;  /* trees; emptied by git_cache_trim */
	struct map trees;    /* id to struct git_tree *, NULL if it is not there */
	struct map reported; /* ids whose problem was reported; in the walk's arena */
	size_t problems;
};

void git_cache_init(struct git_cache *cache, struct git_walk *walk, size_t hex_digits);
void git_cache_release(struct git_cache *cache);
/* Forgets all trees if they have become many: none that was read before may be in use. */
void git_cache_trim(struct git_cache *cache);

/* *ret_tree is NULL if it cannot be read (a problem at `place` says why). */
MUST_USE int git_cache_tree(struct git_cache *cache, const struct git_oid *oid,
    const struct place *place, const struct git_tree **ret_tree, struct err *err);
/* As it lies in the arena; *ret_there is false if it cannot be read. missing: what is
 * said if it is not there at all. */
MUST_USE int git_cache_commit(struct git_cache *cache, const struct git_oid *oid,
    const char *missing, struct arena *arena, struct git_commit *ret_commit, bool *ret_there,
    struct err *err);

/* A problem at a place; past GIT_PROBLEMS_MAX one last that says so, and no more. */
MUST_USE int git_cache_tell(struct git_cache *cache, enum err_code code, struct str message,
    const struct place *place, struct err *err);

#endif
