#include "read/source/git/odb/objects.h"

#include "read/source/git/object.h"

#include <stdlib.h>

enum {
	KEPT_SLOTS = 1 << 12,
	OPEN_MAX = 64,
	CHAIN_MAX = 100000, /* git itself makes none above 4095 */
	HEADER_MAX = 32,    /* of a loose object: "commit 123" */
};
#define KEPT_BYTES MIB(64)

/* An object that was read, by where it lies. */
struct kept {
	uint32_t pack;
	uint64_t offset;
	struct git_object *object;
};

struct link {
	uint32_t pack;
	uint64_t offset;
	struct git_pack_entry entry;
};

struct git_objects {
	struct content content;
	const struct git_store *store;
	struct content *loose;
	struct inflater *inflater;
	struct kept kept[KEPT_SLOTS];
	size_t kept_bytes, hand;
	struct git_object *open[OPEN_MAX];
	struct link *chain;
	size_t n_chain, cap_chain;
};

/* ---- objects ---- */

void git_object_drop(struct git_object *object)
{
	if (object && --object->users == 0)
		free(object);
}

struct git_object *git_object_new(enum git_type type, size_t n, struct err *err)
{
	struct git_object *object = malloc(sizeof *object + n + 1);

	if (!object) {
		(void)err_nomem(err);
		return NULL;
	}
	*object = (struct git_object){.users = 1, .type = type, .n = n};
	return object;
}

bool git_object_fits(const struct git_store *store, uint64_t size, struct err *err)
{
	if (size <= MIN_OF(store->limits->object_bytes, (uint64_t)UINT32_MAX - 1))
		return true;
	(void)err_set(err, ERR_LIMIT, "%llu bytes, more than the %llu that one object may have",
	    (unsigned long long)size, (unsigned long long)store->limits->object_bytes);
	return false;
}

/* ---- what was read before ---- */

static struct kept *slot_of(struct git_objects *o, uint32_t pack, uint64_t offset)
{
	uint64_t mixed = (offset ^ (uint64_t)pack << 40) * 0x9e3779b97f4a7c15U;

	return &o->kept[mixed >> 52];
}

static void empty(struct git_objects *o, struct kept *kept)
{
	if (!kept->object)
		return;
	o->kept_bytes -= kept->object->n;
	git_object_drop(kept->object);
	kept->object = NULL;
}

static struct git_object *known(struct git_objects *o, uint32_t pack, uint64_t offset)
{
	struct kept *kept = slot_of(o, pack, offset);

	if (!kept->object || kept->pack != pack || kept->offset != offset)
		return NULL;
	kept->object->users++;
	return kept->object;
}

static void keep(struct git_objects *o, uint32_t pack, uint64_t offset, struct git_object *object)
{
	struct kept *kept = slot_of(o, pack, offset);

	empty(o, kept);
	if (object->n > KEPT_BYTES / 4)
		return;
	while (o->kept_bytes + object->n > KEPT_BYTES)
		empty(o, &o->kept[o->hand++ % KEPT_SLOTS]);
	object->users++;
	o->kept_bytes += object->n;
	*kept = (struct kept){pack, offset, object};
}

/* ---- loose ---- */

static enum git_type type_of(struct str word)
{
	if (str_eq(word, STR("blob")))
		return GIT_BLOB;
	if (str_eq(word, STR("tree")))
		return GIT_TREE;
	if (str_eq(word, STR("commit")))
		return GIT_COMMIT;
	return str_eq(word, STR("tag")) ? GIT_TAG : GIT_NONE;
}

/* "<type> <size>", a NUL, and so many bytes. */
static struct git_object *parse_loose(struct str whole, struct err *err)
{
	struct str header = str_sub(whole, 0, HEADER_MAX), type, size;
	size_t end = str_chr(header, '\0');
	struct git_object *object;
	uint64_t n;

	if (end == STR_NPOS || !str_split(str_sub(header, 0, end), ' ', &type, &size) ||
	    type_of(type) == GIT_NONE || !str_to_u64(size, &n) || n != whole.n - end - 1) {
		(void)err_set(err, ERR_FORMAT, "a loose object that is malformed");
		return NULL;
	}
	object = git_object_new(type_of(type), (size_t)n, err);
	if (object && n > 0)
		memcpy(object->bytes, whole.p + end + 1, (size_t)n);
	return object;
}

enum content_result git_objects_get_loose(
    struct git_objects *o, const struct git_loose *loose, struct git_object **ret, struct err *err)
{
	struct arena arena CLEANUP(arena_release);
	char name[GIT_LOOSE_NAME], *whole = NULL;
	size_t most = (size_t)o->store->limits->object_bytes + HEADER_MAX, n = 0;
	struct str file;
	enum content_result result;

	arena_init(&arena, most + KIB(64));
	git_loose_name(o->store, loose, name);
	result = content_read_all(o->loose, str_of(name), most, &arena, &file, err);
	if (result != CONTENT_OK)
		return result;
	if (inflate_all(o->inflater, file, most, &whole, &n, err) != 0)
		return CONTENT_ERROR;
	*ret = parse_loose(str_make(whole, n), err);
	free(whole);
	return *ret ? CONTENT_OK : CONTENT_ERROR;
}

/* By the list of them, or, without one, in each folder. */
static enum content_result get_loose(
    struct git_objects *o, const unsigned char *id, struct git_object **ret, struct err *err)
{
	const struct git_loose *listed = git_loose_find(o->store, id);
	struct git_loose loose = {.folder = 0};
	enum content_result result = CONTENT_MISSING;

	if (o->store->lists_loose)
		return listed ? git_objects_get_loose(o, listed, ret, err) : CONTENT_MISSING;
	memcpy(loose.id, id, o->store->id_bytes);
	for (; loose.folder < o->store->folders.n && result == CONTENT_MISSING; loose.folder++)
		result = git_objects_get_loose(o, &loose, ret, err);
	return result;
}

/* ---- packed ---- */

static bool find_packed(const struct git_store *store, const unsigned char *id, uint32_t *ret_pack,
    uint64_t *ret_offset)
{
	for (size_t i = 0; i < store->packs.n; i++) {
		uint32_t at;

		if (git_pack_find(&store->packs.p[i], id, &at) &&
		    git_pack_offset(&store->packs.p[i], at, ret_offset)) {
			*ret_pack = (uint32_t)i;
			return true;
		}
	}
	return false;
}

static int push_link(struct git_objects *o, const struct link *link, struct err *err)
{
	if (o->n_chain >= CHAIN_MAX)
		return err_set(err, ERR_FORMAT, "a chain of deltas that does not end");
	if (o->n_chain == o->cap_chain) {
		size_t cap = MAX_OF(o->cap_chain * 2, (size_t)64);
		struct link *grown = reallocarray(o->chain, cap, sizeof *grown);

		if (!grown)
			return err_nomem(err);
		o->chain = grown;
		o->cap_chain = cap;
	}
	o->chain[o->n_chain++] = *link;
	return 0;
}

/* Where the base of a delta is: in o->chain's pack, another, or loose. */
static enum content_result find_base(struct git_objects *o, const struct link *delta,
    uint32_t *ret_pack, uint64_t *ret_offset, struct git_object **ret_loose, struct err *err)
{
	const struct git_pack *pack = &o->store->packs.p[delta->pack];
	enum content_result result;
	uint32_t at;

	*ret_pack = delta->pack;
	*ret_offset = delta->entry.base_offset;
	if (delta->entry.type == GIT_OFS_DELTA)
		return CONTENT_OK;
	if (git_pack_find(pack, delta->entry.base_id, &at) && git_pack_offset(pack, at, ret_offset))
		return CONTENT_OK;
	if (find_packed(o->store, delta->entry.base_id, ret_pack, ret_offset))
		return CONTENT_OK;
	result = get_loose(o, delta->entry.base_id, ret_loose, err);
	if (result == CONTENT_MISSING)
		(void)err_set(err, ERR_NOT_FOUND, "the base of its delta is missing");
	return result == CONTENT_OK ? CONTENT_OK : CONTENT_ERROR;
}

static struct git_object *inflate_whole(
    struct git_objects *o, const struct link *link, enum git_type type, struct err *err)
{
	struct git_object *object;

	if (!git_object_fits(o->store, link->entry.size, err))
		return NULL;
	object = git_object_new(type, (size_t)link->entry.size, err);
	if (object && !git_pack_inflate(&o->store->packs.p[link->pack], &link->entry, o->inflater,
			  object->bytes)) {
		(void)err_set(err, ERR_FORMAT, "its compressed bytes are damaged");
		git_object_drop(object);
		return NULL;
	}
	return object;
}

/* Down to an object that is whole: it, or NULL. The deltas on the way are the chain. */
static struct git_object *follow(
    struct git_objects *o, uint32_t pack, uint64_t offset, struct err *err)
{
	struct git_object *found = NULL;

	o->n_chain = 0;
	while ((found = known(o, pack, offset)) == NULL) {
		struct link link = {.pack = pack, .offset = offset};

		if (!git_pack_entry(&o->store->packs.p[pack], offset, &link.entry)) {
			(void)err_set(err, ERR_FORMAT, "its entry in the pack is malformed");
			return NULL;
		}
		if (link.entry.type < GIT_OFS_DELTA) {
			found = inflate_whole(o, &link, link.entry.type, err);
			if (found)
				keep(o, pack, offset, found);
			return found;
		}
		if (push_link(o, &link, err) != 0 ||
		    find_base(o, &link, &pack, &offset, &found, err) != CONTENT_OK)
			return NULL;
		if (found)
			return found;
	}
	return found;
}

static struct git_object *apply(
    struct git_objects *o, const struct link *link, const struct git_object *base, struct err *err)
{
	struct git_object *delta = inflate_whole(o, link, base->type, err), *made = NULL;
	uint64_t base_n, n;

	if (!delta)
		return NULL;
	if (!delta_sizes(git_object_str(delta), &base_n, &n))
		(void)err_set(err, ERR_FORMAT, "a malformed delta");
	else if (git_object_fits(o->store, n, err))
		made = git_object_new(base->type, (size_t)n, err);
	if (made && delta_apply(git_object_str(delta), git_object_str(base), made->bytes, made->n,
			NULL, err) != 0) {
		git_object_drop(made);
		made = NULL;
	}
	git_object_drop(delta);
	return made;
}

static enum content_result get_packed(
    struct git_objects *o, uint32_t pack, uint64_t offset, struct git_object **ret, struct err *err)
{
	struct git_object *object = follow(o, pack, offset, err);

	while (object && o->n_chain > 0) {
		const struct link *link = &o->chain[--o->n_chain];
		struct git_object *made = apply(o, link, object, err);

		git_object_drop(object);
		object = made;
		if (object)
			keep(o, link->pack, link->offset, object);
	}
	*ret = object;
	return object ? CONTENT_OK : CONTENT_ERROR;
}

enum content_result git_objects_get(
    struct git_objects *o, const unsigned char *id, struct git_object **ret, struct err *err)
{
	uint32_t pack;
	uint64_t offset;

	if (find_packed(o->store, id, &pack, &offset))
		return get_packed(o, pack, offset, ret, err);
	return get_loose(o, id, ret, err);
}

bool git_objects_has(const struct git_objects *o, const unsigned char *id)
{
	return git_store_has(o->store, id);
}

/* ---- as content ---- */

static struct git_objects *objects_of(struct content *c)
{
	return container_of(c, struct git_objects, content);
}

static enum content_result objects_open(
    struct content *c, struct str name, uint32_t *ret_handle, uint64_t *ret_size, struct err *err)
{
	struct git_objects *o = objects_of(c);
	unsigned char id[GIT_ID_MAX];
	enum content_result result;
	uint32_t slot = 0;

	if (name.n != 2 * o->store->id_bytes || !git_oid_raw(name, id)) {
		(void)err_set(err, ERR_FORMAT, "that is no object id of this repository");
		return CONTENT_ERROR;
	}
	while (slot < OPEN_MAX && o->open[slot])
		slot++;
	if (slot == OPEN_MAX) {
		(void)err_set(err, ERR_LIMIT, "too many git objects are open at once");
		return CONTENT_ERROR;
	}
	result = git_objects_get(o, id, &o->open[slot], err);
	if (result == CONTENT_ERROR)
		(void)err_wrap(err, "git object %.12s", name.p);
	if (result != CONTENT_OK)
		return result;
	*ret_handle = slot;
	*ret_size = o->open[slot]->n;
	return CONTENT_OK;
}

static int objects_read(struct content *c, uint32_t handle, uint64_t offset, void *p, size_t n,
    size_t *ret_n, struct err *err)
{
	const struct git_object *object = objects_of(c)->open[handle];
	struct str part;

	(void)err;
	offset = MIN_OF(offset, (uint64_t)object->n);
	part = str_sub(git_object_str(object), (size_t)offset, n);
	if (part.n > 0)
		memcpy(p, part.p, part.n);
	*ret_n = part.n;
	return 0;
}

static void objects_close(struct content *c, uint32_t handle)
{
	struct git_objects *o = objects_of(c);

	git_object_drop(o->open[handle]);
	o->open[handle] = NULL;
}

/* ---- */

int git_objects_new(
    const struct git_store *store, struct content *loose, struct git_objects **ret, struct err *err)
{
	static const struct content_ops ops = {
	    .open = objects_open, .read = objects_read, .close = objects_close};
	struct git_objects *o = calloc(1, sizeof *o);

	if (!o)
		return err_nomem(err);
	o->content.ops = &ops;
	o->store = store;
	o->loose = loose;
	o->inflater = inflater_new();
	*ret = o;
	if (o->inflater)
		return 0;
	git_objects_free(o);
	*ret = NULL;
	return err_nomem(err);
}

void git_objects_free(struct git_objects *o)
{
	if (!o)
		return;
	for (size_t i = 0; i < KEPT_SLOTS; i++)
		empty(o, &o->kept[i]);
	for (size_t i = 0; i < OPEN_MAX; i++)
		git_object_drop(o->open[i]);
	inflater_free(o->inflater);
	free(o->chain);
	free(o);
}

const struct git_store *git_objects_store(const struct git_objects *o)
{
	return o->store;
}

struct inflater *git_objects_inflater(const struct git_objects *o)
{
	return o->inflater;
}

struct content *git_objects_content(struct git_objects *o)
{
	return &o->content;
}
