/*
 * Jobs over a repository's objects, which their reader takes from packs and loose files
 * itself. Private to engine.
 */
#ifndef ENGINE_REPO_OBJECTS_H
#define ENGINE_REPO_OBJECTS_H

#include "engine/readers.h"
#include "read/source/git/odb/git_store.h"

/* As scan_walk; the job's content are the objects, by their ids in hex (one->content is not used).
 * What of the store cannot be opened is a problem of the stage. */
MUST_USE int scan_walk_objects(struct scan *scan, enum stage stage, struct git_repo *repo,
    const struct pool_one *one, struct skip_list *skip, struct err *err);
/* The store's faults as problems. */
MUST_USE int scan_store_faults(
    struct scan *scan, enum stage stage, const struct git_store *store, struct err *err);

#endif
