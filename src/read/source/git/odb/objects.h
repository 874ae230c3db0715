/*
 * Objects of a git_store by id, in a reader: inflated, deltas resolved across packs, the
 * last ones kept. As a `struct content`, whose names are ids in hex, it is what the walks
 * of this folder read.
 */
#ifndef READ_SOURCE_GIT_ODB_OBJECTS_H
#define READ_SOURCE_GIT_ODB_OBJECTS_H

#include "read/source/git/odb/delta.h"
#include "read/source/git/odb/git_store.h"

/* Bytes that several may hold. */
struct git_object {
	unsigned users;
	enum git_type type;
	size_t n;
	char bytes[];
};
static inline struct str git_object_str(const struct git_object *object)
{
	return str_make(object->bytes, object->n);
}
/* Its bytes are not set; drop it. NULL, and err: no memory. */
MUST_USE struct git_object *git_object_new(enum git_type type, size_t n, struct err *err);
/* False, and ERR_LIMIT, if one object may not have so many bytes. */
MUST_USE bool git_object_fits(const struct git_store *store, uint64_t size, struct err *err);
/* NULL is fine. */
void git_object_drop(struct git_object *object);

struct git_objects;

/* store and loose (the store's content, as the job sees it) are borrowed. */
MUST_USE int git_objects_new(const struct git_store *store, struct content *loose,
    struct git_objects **ret, struct err *err);
/* NULL is fine. */
void git_objects_free(struct git_objects *objects);
const struct git_store *git_objects_store(const struct git_objects *objects);
struct inflater *git_objects_inflater(const struct git_objects *objects);

/* The object; drop it. CONTENT_MISSING if no pack and no folder has it. */
MUST_USE enum content_result git_objects_get(
    struct git_objects *objects, const unsigned char *id, struct git_object **ret, struct err *err);
/* Whether it is there, without reading it. */
bool git_objects_has(const struct git_objects *objects, const unsigned char *id);
/* A loose one, although a pack may have it too. */
MUST_USE enum content_result git_objects_get_loose(struct git_objects *objects,
    const struct git_loose *loose, struct git_object **ret, struct err *err);

/* Names are ids in lower-case hex. Owned by objects. */
struct content *git_objects_content(struct git_objects *objects);

#endif
