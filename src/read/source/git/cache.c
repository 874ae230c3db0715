#include "read/source/git/cache.h"

#define TREES_KEPT_BYTES MIB(64)

void git_cache_init(struct git_cache *cache, struct git_walk *walk, size_t hex_digits)
{
	*cache = (struct git_cache){.walk = walk, .hex_digits = hex_digits};
	arena_init(&cache->arena, walk->limits->scan_memory);
	map_init(&cache->trees, &cache->arena);
	map_init(&cache->reported, walk->arena);
}

void git_cache_release(struct git_cache *cache)
{
	arena_release(&cache->arena);
}

void git_cache_trim(struct git_cache *cache)
{
	if (cache->arena.used_bytes < TREES_KEPT_BYTES)
		return;
	arena_release(&cache->arena);
	map_init(&cache->trees, &cache->arena);
}

int git_cache_tell(struct git_cache *cache, enum err_code code, struct str message,
    const struct place *place, struct err *err)
{
	struct problem problem = {
	    .stage = cache->walk->stage, .code = code, .message = message, .place = *place};

	if (cache->problems++ > GIT_PROBLEMS_MAX)
		return 0;
	if (cache->problems > GIT_PROBLEMS_MAX)
		problem.message = STR("more objects of this repository cannot be read; these are "
				      "not listed one by one");
	return sink_problem(cache->walk->sink, &problem, err);
}

/* Once for each id. */
static int tell_object(struct git_cache *cache, const struct git_oid *oid, const char *what,
    const struct err *why, const struct place *place, struct err *err)
{
	struct arena *arena = cache->walk->arena;
	struct str key = arena_str(arena, git_oid_str(oid));
	struct str message = arena_fmt(arena, "%s %s: %s", what, oid->hex, why->text);

	if (!key.p || !message.p)
		return arena_err(arena, err);
	if (map_has(&cache->reported, key))
		return 0;
	if (!map_put(&cache->reported, key, cache))
		return arena_err(arena, err);
	return git_cache_tell(cache, why->code, message, place, err);
}

static enum content_result read_object(struct git_cache *cache, const struct git_oid *oid,
    const char *missing, struct arena *arena, struct str *ret_bytes, struct err *why)
{
	enum content_result result = content_read_all(cache->walk->content, git_oid_str(oid),
	    cache->walk->limits->unit_bytes, arena, ret_bytes, why);

	if (result == CONTENT_MISSING)
		(void)err_set(why, ERR_NOT_FOUND, "%s", missing);
	return result;
}

static struct git_tree *load_tree(
    struct git_cache *cache, const struct git_oid *oid, struct err *why)
{
	struct git_tree *tree = arena_new(&cache->arena, struct git_tree);
	struct str bytes;

	if (!tree) {
		(void)arena_err(&cache->arena, why);
		return NULL;
	}
	if (read_object(cache, oid, "it is not in this repository; git fsck says more",
		&cache->arena, &bytes, why) != CONTENT_OK ||
	    git_tree_parse(bytes, cache->hex_digits, cache->walk->limits->tree_entries,
		&cache->arena, tree, why))
		return NULL;
	if (tree->cut_short)
		(void)err_set(why, ERR_FORMAT,
		    "it is damaged behind its first %zu entries; those "
		    "were read",
		    tree->n);
	return tree;
}

int git_cache_tree(struct git_cache *cache, const struct git_oid *oid, const struct place *place,
    const struct git_tree **ret_tree, struct err *err)
{
	struct str key = git_oid_str(oid);
	struct err why = ERR_INIT;
	struct git_tree *tree = map_get(&cache->trees, key);

	if (tree || map_has(&cache->trees, key)) {
		*ret_tree = tree;
		return 0;
	}
	tree = load_tree(cache, oid, &why);
	if (why.code == ERR_NOMEM)
		return err_nomem(err);
	if (why.code != ERR_NONE && tell_object(cache, oid, "folder", &why, place, err))
		return -1;
	key = arena_str(&cache->arena, key);
	map_put(&cache->trees, key, tree);
	*ret_tree = tree;
	return arena_check(&cache->arena, err);
}

int git_cache_commit(struct git_cache *cache, const struct git_oid *oid, const char *missing,
    struct arena *arena, struct git_commit *ret_commit, bool *ret_there, struct err *err)
{
	struct place place = {.origin.commit = git_oid_str(oid)};
	struct err why = ERR_INIT;
	struct str bytes;

	*ret_there = read_object(cache, oid, missing, arena, &bytes, &why) == CONTENT_OK &&
		     git_commit_parse(bytes, cache->hex_digits, arena, ret_commit, &why) == 0;
	if (why.code == ERR_NOMEM)
		return err_nomem(err);
	return *ret_there ? 0 : tell_object(cache, oid, "commit", &why, &place, err);
}
