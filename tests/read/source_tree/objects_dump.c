/*
 * Prints what a store holds, for the comparison with git itself:
 *   objects_dump OBJECTS ID_BYTES SHARDS   "id type size" of each, by families and loose
 * Each object's id is computed from its bytes; one that is not its own is "wrong". Each is
 * read a second time by its id, which has to give the same bytes. With pieces, a member is put
 * together from its base, too. What cannot be read is "fault".
 */
#include "base/hash.h"
#include "read/source/git/odb/families.h"

#include <stdio.h>
#include <stdlib.h>

struct dump {
	struct git_objects *objects;
	const struct git_store *store;
	bool quiet;
};

static const char *const words[] = {"none", "commit", "tree", "blob", "tag"};

static bool own_id(const struct dump *d, enum git_type type, const char *id, struct str bytes)
{
	struct hasher h = {.state = NULL};
	struct err err = ERR_INIT;
	char head[64], hex[2 * GIT_ID_MAX + 1];
	int n = snprintf(head, sizeof head, "%s %zu", words[type], bytes.n);

	if (hasher_open(&h, d->store->id_bytes == GIT_ID_SHA1 ? "sha1" : "sha256", &err) != 0)
		return false;
	hasher_add(&h, str_make(head, (size_t)n + 1));
	hasher_add(&h, bytes);
	return hasher_close(&h, hex, sizeof hex, &err) == 0 && strcmp(hex, id) == 0;
}

static bool pieces_fit(const struct git_member *m)
{
	size_t at = 0;

	for (size_t i = 0; i < m->pieces->n; i++) {
		const struct delta_piece *p = &m->pieces->p[i];

		if (p->at != at ||
		    (p->from != DELTA_NEW && !str_eq(str_sub(m->bytes, p->at, p->n),
						 str_sub(m->base_bytes, p->from, p->n))))
			return false;
		at += p->n;
	}
	return at == m->bytes.n;
}

static void print(
    const struct dump *d, const unsigned char *id, enum git_type type, struct str bytes)
{
	char hex[2 * GIT_ID_MAX + 1];
	struct git_object *again = NULL;
	struct err err = ERR_INIT;

	hex_write(id, d->store->id_bytes, hex);
	if (d->quiet)
		return;
	if (!own_id(d, type, hex, bytes) ||
	    git_objects_get(d->objects, id, &again, &err) != CONTENT_OK || again->type != type ||
	    !str_eq(git_object_str(again), bytes))
		(void)printf("wrong ");
	git_object_drop(again);
	(void)printf("%s %s %zu\n", hex, words[type], bytes.n);
}

static int member(void *arg, const struct git_member *m, void **ret_left, struct err *err)
{
	(void)err;
	if (m->pieces && !pieces_fit(m))
		(void)printf("pieces ");
	print(arg, m->id, m->type, m->bytes);
	/* Each must come back with what is made from it, and be dropped once. */
	*ret_left = malloc(1);
	return (m->base != NULL) == (m->pieces != NULL) || !m->base ? 0 : -1;
}

static void drop(void *arg, void *left)
{
	(void)arg;
	free(left);
}

static int fault(
    void *arg, const unsigned char *id, uint64_t others, const struct err *why, struct err *err)
{
	const struct dump *d = arg;
	char hex[2 * GIT_ID_MAX + 1];

	(void)err;
	hex_write(id, d->store->id_bytes, hex);
	(void)printf("fault %s %llu %s\n", hex, (unsigned long long)others, why->text);
	return 0;
}

static int dump_all(struct dump *d, uint32_t n_shards, struct err *err)
{
	const struct git_family_visitor visitor = {
	    .types = ~0U, .member = member, .drop = drop, .fault = fault, .arg = d};
	struct git_families *families = NULL;
	int result = git_families_new(d->objects, n_shards, &families, err);

	for (uint32_t i = 0; result == 0 && i < n_shards; i++)
		result = git_families_visit(families, i, &visitor, err);
	git_families_free(families);
	for (size_t i = 0; result == 0 && i < d->store->loose.n; i++) {
		struct git_object *object = NULL;
		struct err why = ERR_INIT;

		if (git_objects_get_loose(d->objects, &d->store->loose.p[i], &object, &why) !=
		    CONTENT_OK)
			(void)fault(d, d->store->loose.p[i].id, 0, &why, err);
		else
			print(d, d->store->loose.p[i].id, object->type, git_object_str(object));
		git_object_drop(object);
	}
	return result;
}

int main(int argc, char **argv)
{
	struct git_store store = {.id_bytes = 0};
	struct dump d = {.store = &store, .quiet = argc > 4};
	struct err err = ERR_INIT;
	int result;

	if (argc < 4)
		return 2;
	result = git_store_init(&store, &limits_default, strtoul(argv[2], NULL, 10), true, &err);
	if (result == 0)
		result = git_store_add(&store, argv[1], &err);
	git_store_ready(&store);
	for (size_t i = 0; i < store.faults.n; i++)
		(void)printf("fault " STR_FMT " %s\n", STR_ARG(store.faults.p[i].what),
		    store.faults.p[i].why.text);
	if (result == 0)
		result = git_objects_new(&store, &store.content, &d.objects, &err);
	if (result == 0)
		result = dump_all(&d, (uint32_t)strtoul(argv[3], NULL, 10), &err);
	if (result != 0)
		(void)fprintf(stderr, "%s\n", err.text);
	git_objects_free(d.objects);
	git_store_release(&store);
	return result == 0 ? 0 : 1;
}
