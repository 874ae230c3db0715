/*
 * Any bytes as an index and a pack: all members by families, and each by its id, with ids of both
 * lengths. The first two bytes say how long the index is.
 */
#include "read/source/git/odb/families.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int member(void *arg, const struct git_member *m, void **ret_left, struct err *err)
{
	size_t at = 0;

	(void)arg, (void)err;
	for (size_t i = 0; m->pieces && i < m->pieces->n; i++)
		at += m->pieces->p[i].n;
	if (m->pieces && at != m->bytes.n)
		abort();
	*ret_left = malloc(1);
	return 0;
}

static void drop(void *arg, void *left)
{
	(void)arg;
	free(left);
}

static int fault(
    void *arg, const unsigned char *id, uint64_t others, const struct err *why, struct err *err)
{
	(void)arg, (void)id, (void)others, (void)err;
	if (why->code == ERR_NONE)
		abort();
	return 0;
}

static void read_all(struct git_objects *objects, const struct git_pack *pack)
{
	const struct git_family_visitor visitor = {
	    .types = ~0U, .member = member, .drop = drop, .fault = fault};
	struct git_families *families = NULL;
	struct err err = ERR_INIT;

	if (git_families_new(objects, 3, &families, &err) != 0)
		return;
	for (uint32_t i = 0; i < 3; i++) {
		if (git_families_visit(families, i, &visitor, &err) != 0 && err.code == ERR_NONE)
			abort();
	}
	git_families_free(families);
	for (uint32_t i = 0; i < pack->n && i < 100; i++) {
		struct git_object *object = NULL;
		struct err why = ERR_INIT;

		if (git_objects_get(objects, git_pack_id(pack, i), &object, &why) == CONTENT_OK)
			git_object_drop(object);
	}
}

static void check(struct str index, struct str data, size_t id_bytes)
{
	struct limits limits = limits_default;
	struct git_store store;
	struct git_objects *objects = NULL;
	struct git_pack pack;
	struct err err = ERR_INIT;

	limits.object_bytes = MIB(4);
	if (git_store_init(&store, &limits, id_bytes, true, &err) != 0)
		abort();
	if (git_pack_open(&pack, STR("a.pack"), data, index, id_bytes, &err) == 0 &&
	    vec_push(&store.packs, &store.arena, pack) &&
	    git_objects_new(&store, &store.content, &objects, &err) == 0)
		read_all(objects, &pack);
	git_objects_free(objects);
	git_store_release(&store);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = str_make((const char *)data, size);
	size_t n;

	if (size < 2)
		return 0;
	n = (size_t)data[0] << 8 | data[1];
	rest = str_sub(rest, 2, rest.n);
	check(str_sub(rest, 0, n), str_sub(rest, n, rest.n), GIT_ID_SHA1);
	check(str_sub(rest, 0, n), str_sub(rest, n, rest.n), GIT_ID_MAX);
	return 0;
}
