#include "read/source/git/odb/families.h"

#include <stdlib.h>

enum {
	NOT_YET = 8,	/* no type is known yet … */
	ON_THE_WAY,	/* … it is being looked for */
	LOST,		/* malformed, or in a circle */
	COST_UNIT = 64, /* bytes */
	SHARD_OBJECTS = 4000,
	SHARDS_MAX = 1024,
	DIGIT_BITS = 16,
};
#define WHOLE	    UINT32_MAX	     /* instead of a base */
#define ELSEWHERE   (UINT32_MAX - 1) /* the base is in another pack, or loose */
#define MEMBERS_MAX (UINT32_MAX - 2)
#define ALIVE_BYTES GIB(1)

/* Members are numbered pack by pack, and by offset in each. */
struct git_families {
	struct git_objects *objects;
	const struct git_store *store;
	uint32_t n, n_shards;
	uint32_t *pack_first; /* n_packs + 1 of them */
	uint64_t *offset;
	uint32_t *at;	 /* in the pack's index */
	uint32_t *base;	 /* WHOLE and ELSEWHERE besides */
	uint32_t *first; /* n + 1: where the member's children begin in `children` */
	uint32_t *children;
	uint32_t *cost; /* of it and all that is made from it, in COST_UNIT */
	unsigned char *type;
	uint32_t *shard_first; /* n_shards + 1 */
	struct delta_pieces pieces;
	char *delta; /* scratch */
	size_t delta_cap;
};

uint32_t git_families_shards(const struct git_store *store)
{
	uint64_t n = git_store_packed(store) / SHARD_OBJECTS + 1;

	return (uint32_t)MIN_OF(n, (uint64_t)SHARDS_MAX);
}

/* ---- numbering ---- */

/* Sorts offsets, and `at` with them, by DIGIT_BITS at a time. */
static int sort_by_offset(uint64_t *offset, uint32_t *at, uint32_t n, struct err *err)
{
	uint64_t *offset_2 = calloc((size_t)n + 1, sizeof *offset_2), most = 0;
	uint32_t *at_2 = calloc((size_t)n + 1, sizeof *at_2);
	uint32_t *place = calloc((1 << DIGIT_BITS) + 1, sizeof *place);
	bool ok = offset_2 && at_2 && place;

	for (uint32_t i = 0; i < n; i++)
		most = MAX_OF(most, offset[i]);
	for (unsigned shift = 0; ok && shift < 64 && (shift == 0 || most >> shift > 0);
	    shift += DIGIT_BITS) {
		memset(place, 0, ((1 << DIGIT_BITS) + 1) * sizeof *place);
		for (uint32_t i = 0; i < n; i++)
			place[(offset[i] >> shift & 0xffff) + 1]++;
		for (uint32_t i = 1; i <= 1 << DIGIT_BITS; i++)
			place[i] += place[i - 1];
		for (uint32_t i = 0; i < n; i++) {
			uint32_t to = place[offset[i] >> shift & 0xffff]++;

			offset_2[to] = offset[i];
			at_2[to] = at[i];
		}
		memcpy(offset, offset_2, n * sizeof *offset);
		memcpy(at, at_2, n * sizeof *at);
	}
	free(offset_2);
	free(at_2);
	free(place);
	return ok ? 0 : err_nomem(err);
}

static int number_pack(struct git_families *f, size_t pack_at, struct err *err)
{
	const struct git_pack *pack = &f->store->packs.p[pack_at];
	uint32_t first = f->pack_first[pack_at];

	for (uint32_t i = 0; i < pack->n; i++) {
		f->at[first + i] = i;
		/* A malformed one gets an offset at which no entry can be. */
		if (!git_pack_offset(pack, i, &f->offset[first + i]))
			f->offset[first + i] = 0;
	}
	return sort_by_offset(&f->offset[first], &f->at[first], pack->n, err);
}

static uint32_t find_offset(const struct git_families *f, size_t pack, uint64_t offset)
{
	uint32_t low = f->pack_first[pack], high = f->pack_first[pack + 1];

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (f->offset[middle] == offset)
			return middle;
		if (f->offset[middle] < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return ELSEWHERE;
}

/* ---- bases ---- */

static void find_base(struct git_families *f, size_t pack_at, uint32_t member)
{
	const struct git_pack *pack = &f->store->packs.p[pack_at];
	struct git_pack_entry e;
	uint64_t offset;
	uint32_t at;

	f->type[member] = LOST;
	f->base[member] = WHOLE;
	if (!git_pack_entry(pack, f->offset[member], &e))
		return;
	f->type[member] = NOT_YET;
	if (e.type < GIT_OFS_DELTA)
		f->type[member] = (unsigned char)e.type;
	else if (e.type == GIT_OFS_DELTA)
		f->base[member] = find_offset(f, pack_at, e.base_offset);
	else if (git_pack_find(pack, e.base_id, &at) && git_pack_offset(pack, at, &offset))
		f->base[member] = find_offset(f, pack_at, offset);
	else
		f->base[member] = ELSEWHERE;
	/* Deltas by distance have their base in the same pack, or none at all. */
	if (e.type == GIT_OFS_DELTA && f->base[member] == ELSEWHERE)
		f->type[member] = LOST;
}

/* The type of what it is made from in the end; GIT_NONE if that is elsewhere. */
static void find_type(struct git_families *f, uint32_t member)
{
	unsigned char type;
	uint32_t at = member;

	while (f->type[at] == NOT_YET && f->base[at] < f->n) {
		f->type[at] = ON_THE_WAY;
		at = f->base[at];
	}
	type = f->type[at];
	if (type == NOT_YET)
		type = f->type[at] = GIT_NONE;
	if (type == ON_THE_WAY)
		type = LOST;
	for (at = member; f->type[at] == ON_THE_WAY; at = f->base[at])
		f->type[at] = type;
}

static void add_cost(uint32_t *cost, uint64_t more)
{
	*cost = (uint32_t)MIN_OF((uint64_t)*cost + more, (uint64_t)UINT32_MAX);
}

/* Bases come before their deltas, as git writes packs: any other order makes the shards less even,
 * not wrong. */
static void sum_costs(struct git_families *f, size_t pack)
{
	uint64_t end = f->store->packs.p[pack].data.n;

	for (uint32_t i = f->pack_first[pack + 1]; i-- > f->pack_first[pack];) {
		add_cost(&f->cost[i], (end - MIN_OF(end, f->offset[i])) / COST_UNIT + 4);
		end = f->offset[i];
		if (f->type[i] != LOST && f->base[i] < i)
			add_cost(&f->cost[f->base[i]], f->cost[i]);
	}
}

static bool is_root(const struct git_families *f, uint32_t member)
{
	return f->base[member] >= f->n && f->type[member] != LOST;
}

/* The dearest child is the last: it takes the place of its base, so that few are kept. */
static void dearest_last(struct git_families *f, uint32_t member)
{
	uint32_t *p = &f->children[f->first[member]], n = f->first[member + 1] - f->first[member],
		 dearest = 0;

	for (uint32_t i = 1; i < n; i++) {
		if (f->cost[p[i]] >= f->cost[p[dearest]])
			dearest = i;
	}
	if (n > 1) {
		uint32_t child = p[dearest];

		p[dearest] = p[n - 1];
		p[n - 1] = child;
	}
}

static void list_children(struct git_families *f)
{
	uint32_t n_children;

	for (uint32_t i = 0; i < f->n; i++) {
		if (f->base[i] < f->n && f->type[i] != LOST)
			f->first[f->base[i] + 1]++;
	}
	for (uint32_t i = 0; i < f->n; i++)
		f->first[i + 1] += f->first[i];
	/* first[i + 1] is where i's end; filled from behind, it is where they begin. */
	n_children = f->first[f->n];
	for (uint32_t i = f->n; i-- > 0;) {
		if (f->base[i] < f->n && f->type[i] != LOST)
			f->children[--f->first[f->base[i] + 1]] = i;
	}
	for (uint32_t i = 0; i < f->n; i++)
		f->first[i] = f->first[i + 1];
	f->first[f->n] = n_children;
}

/* Where each shard begins, so that all cost about the same. */
static void deal_out(struct git_families *f)
{
	uint64_t total = 1, sum = 0;
	uint32_t shard = 0;

	for (uint32_t i = 0; i < f->n; i++)
		total += is_root(f, i) ? f->cost[i] : 0;
	for (uint32_t i = 0; i < f->n; i++) {
		if (!is_root(f, i))
			continue;
		for (; shard < sum * f->n_shards / total; shard++)
			f->shard_first[shard + 1] = i;
		sum += f->cost[i];
	}
	while (shard < f->n_shards)
		f->shard_first[++shard] = f->n;
}

static int allocate(struct git_families *f, struct err *err)
{
	size_t n = (size_t)f->n + 1;

	f->offset = calloc(n, sizeof *f->offset);
	f->at = calloc(n, sizeof *f->at);
	f->base = calloc(n, sizeof *f->base);
	f->first = calloc(n, sizeof *f->first);
	f->children = calloc(n, sizeof *f->children);
	f->cost = calloc(n, sizeof *f->cost);
	f->type = calloc(n, sizeof *f->type);
	f->shard_first = calloc((size_t)f->n_shards + 1, sizeof *f->shard_first);
	if (f->offset && f->at && f->base && f->first && f->children && f->cost && f->type &&
	    f->shard_first)
		return 0;
	return err_nomem(err);
}

static int plan(struct git_families *f, struct err *err)
{
	size_t n_packs = f->store->packs.n;

	f->pack_first = calloc(n_packs + 1, sizeof *f->pack_first);
	if (!f->pack_first)
		return err_nomem(err);
	if (git_store_packed(f->store) > MEMBERS_MAX)
		return err_set(err, ERR_LIMIT, "more objects than can be counted");
	f->n = (uint32_t)git_store_packed(f->store);
	if (allocate(f, err) != 0)
		return -1;
	for (size_t p = 0; p < n_packs; p++) {
		f->pack_first[p + 1] = f->pack_first[p] + f->store->packs.p[p].n;
		if (number_pack(f, p, err) != 0)
			return -1;
		for (uint32_t i = f->pack_first[p]; i < f->pack_first[p + 1]; i++)
			find_base(f, p, i);
	}
	for (uint32_t i = 0; i < f->n; i++)
		find_type(f, i);
	for (size_t p = 0; p < n_packs; p++)
		sum_costs(f, p);
	list_children(f);
	for (uint32_t i = 0; i < f->n; i++)
		dearest_last(f, i);
	deal_out(f);
	return 0;
}

int git_families_new(
    struct git_objects *objects, uint32_t n_shards, struct git_families **ret, struct err *err)
{
	struct git_families *f = calloc(1, sizeof *f);

	if (!f)
		return err_nomem(err);
	f->objects = objects;
	f->store = git_objects_store(objects);
	f->n_shards = MAX_OF(n_shards, (uint32_t)1);
	if (plan(f, err) != 0) {
		git_families_free(f);
		return -1;
	}
	*ret = f;
	return 0;
}

void git_families_free(struct git_families *f)
{
	if (!f)
		return;
	free(f->pack_first);
	free(f->offset);
	free(f->at);
	free(f->base);
	free(f->first);
	free(f->children);
	free(f->cost);
	free(f->type);
	free(f->shard_first);
	delta_pieces_release(&f->pieces);
	free(f->delta);
	free(f);
}

/* ---- a visit ---- */

/* A member whose children are being visited. */
struct family_frame {
	uint32_t member, next; /* child */
	struct git_object *object;
	void *left;
};

struct family_visit {
	struct git_families *f;
	const struct git_family_visitor *visitor;
	size_t pack; /* of the family */
	struct family_frame *frames;
	size_t n, cap;
	uint64_t alive;
};

static const unsigned char *id_of(const struct family_visit *v, uint32_t member)
{
	return git_pack_id(&v->f->store->packs.p[v->pack], v->f->at[member]);
}

/* How many are made from it, as far as memory allows to count. */
static uint64_t count_others(const struct git_families *f, uint32_t member)
{
	uint64_t n = 0, cap = 64, left = 0;
	uint32_t *stack = calloc(cap, sizeof *stack);

	for (uint32_t at = member; stack;) {
		uint32_t more = f->first[at + 1] - f->first[at];

		if (left + more > cap) {
			uint32_t *grown = reallocarray(stack, (left + more) * 2, sizeof *stack);

			if (!grown)
				break;
			stack = grown;
			cap = (left + more) * 2;
		}
		memcpy(stack + left, &f->children[f->first[at]], more * sizeof *stack);
		left += more;
		if (left == 0)
			break;
		at = stack[--left];
		n++;
	}
	free(stack);
	return n;
}

static int tell_fault(
    struct family_visit *v, uint32_t member, const struct err *why, struct err *err)
{
	return v->visitor->fault(
	    v->visitor->arg, id_of(v, member), count_others(v->f, member), why, err);
}

static int push(struct family_visit *v, const struct family_frame *frame, struct err *err)
{
	if (v->n == v->cap) {
		size_t cap = MAX_OF(v->cap * 2, (size_t)64);
		struct family_frame *grown = reallocarray(v->frames, cap, sizeof *grown);

		if (!grown)
			return err_nomem(err);
		v->frames = grown;
		v->cap = cap;
	}
	v->frames[v->n++] = *frame;
	v->alive += frame->object->n;
	return 0;
}

static void release_frame(struct family_visit *v, struct family_frame *frame)
{
	if (frame->left)
		v->visitor->drop(v->visitor->arg, frame->left);
	v->alive -= frame->object->n;
	git_object_drop(frame->object);
}

static bool has_room(const struct family_visit *v, uint64_t n, struct err *why)
{
	if (!git_object_fits(v->f->store, n, why))
		return false;
	if (v->alive + n <= ALIVE_BYTES)
		return true;
	(void)err_set(why, ERR_LIMIT, "too many large objects are made from one another");
	return false;
}

static struct git_object *new_object(
    const struct family_visit *v, uint8_t type, uint64_t n, struct err *why)
{
	return has_room(v, n, why) ? git_object_new((enum git_type)type, (size_t)n, why) : NULL;
}

static int damaged(struct err *why)
{
	return err_set(why, ERR_FORMAT, "its compressed bytes are damaged");
}

static struct git_object *read_whole(struct family_visit *v, uint32_t member, struct err *why)
{
	const struct git_pack *pack = &v->f->store->packs.p[v->pack];
	struct git_object *object;
	struct git_pack_entry e;

	if (!git_pack_entry(pack, v->f->offset[member], &e)) {
		(void)err_set(why, ERR_FORMAT, "its entry in the pack is malformed");
		return NULL;
	}
	object = new_object(v, v->f->type[member], e.size, why);
	if (object &&
	    !git_pack_inflate(pack, &e, git_objects_inflater(v->f->objects), object->bytes)) {
		(void)damaged(why);
		git_object_drop(object);
		return NULL;
	}
	return object;
}

/* Into the scratch buffer. */
static int read_delta(struct family_visit *v, uint32_t member, struct str *ret, struct err *why)
{
	struct git_families *f = v->f;
	const struct git_pack *pack = &f->store->packs.p[v->pack];
	struct git_pack_entry e;

	if (!git_pack_entry(pack, f->offset[member], &e))
		return err_set(why, ERR_FORMAT, "its entry in the pack is malformed");
	if (!has_room(v, e.size, why))
		return -1;
	if (e.size >= f->delta_cap) {
		char *grown = realloc(f->delta, (size_t)e.size + 1);

		if (!grown)
			return err_nomem(why);
		f->delta = grown;
		f->delta_cap = (size_t)e.size + 1;
	}
	if (!git_pack_inflate(pack, &e, git_objects_inflater(f->objects), f->delta))
		return damaged(why);
	*ret = str_make(f->delta, (size_t)e.size);
	return 0;
}

static struct git_object *make_from(
    struct family_visit *v, uint32_t member, const struct git_object *base, struct err *why)
{
	struct git_object *object;
	struct str delta;
	uint64_t base_n, n;

	if (read_delta(v, member, &delta, why) != 0)
		return NULL;
	if (!delta_sizes(delta, &base_n, &n)) {
		(void)err_set(why, ERR_FORMAT, "a malformed delta");
		return NULL;
	}
	object = new_object(v, (uint8_t)base->type, n, why);
	if (object && delta_apply(delta, git_object_str(base), object->bytes, object->n,
			  &v->f->pieces, why) != 0) {
		git_object_drop(object);
		return NULL;
	}
	return object;
}

/* Shows it to the visitor, and pushes it if others are made from it. Takes the object. */
static int show(struct family_visit *v, uint32_t member, struct git_object *object,
    const struct family_frame *base, struct err *err)
{
	struct family_frame frame = {
	    .member = member, .next = v->f->first[member], .object = object};
	struct git_member m = {
	    .type = object->type, .id = id_of(v, member), .bytes = git_object_str(object)};
	bool pushed = false;
	int result = 0;

	if (base) {
		m.pieces = &v->f->pieces;
		m.base = base->left;
		m.base_bytes = git_object_str(base->object);
	}
	if (v->visitor->types & 1U << object->type)
		result = v->visitor->member(v->visitor->arg, &m, &frame.left, err);
	if (result == 0 && v->f->first[member] < v->f->first[member + 1]) {
		result = push(v, &frame, err);
		pushed = result == 0;
	}
	if (!pushed && frame.left)
		v->visitor->drop(v->visitor->arg, frame.left);
	if (!pushed)
		git_object_drop(object);
	return result;
}

/* The next child of the frame on top, which goes with its last. */
static int visit_child(struct family_visit *v, struct err *err)
{
	struct family_frame top = v->frames[v->n - 1];
	uint32_t child = v->f->children[top.next];
	struct err why = ERR_INIT;
	struct git_object *object = make_from(v, child, top.object, &why);
	int result;

	if (top.next + 1 == v->f->first[top.member + 1])
		v->n--;
	else
		v->frames[v->n - 1].next++;
	if (object)
		result = show(v, child, object, &top, err);
	else
		result = tell_fault(v, child, &why, err);
	if (top.next + 1 == v->f->first[top.member + 1])
		release_frame(v, &top);
	return result;
}

/* A delta whose base is in another pack, or loose. */
static int visit_stranger(struct family_visit *v, uint32_t member, struct err *err)
{
	struct git_pack_entry e;
	struct family_frame base = {.member = member};
	struct err why = ERR_INIT;
	struct git_object *object = NULL;
	int result;

	if (!git_pack_entry(&v->f->store->packs.p[v->pack], v->f->offset[member], &e) ||
	    e.type != GIT_REF_DELTA)
		(void)err_set(&why, ERR_FORMAT, "its entry in the pack is malformed");
	else if (git_objects_get(v->f->objects, e.base_id, &base.object, &why) == CONTENT_MISSING)
		(void)err_set(&why, ERR_NOT_FOUND, "the base of its delta is missing");
	else if (base.object)
		object = make_from(v, member, base.object, &why);
	result = object ? show(v, member, object, &base, err) : tell_fault(v, member, &why, err);
	git_object_drop(base.object);
	return result;
}

static int visit_family(struct family_visit *v, uint32_t root, struct err *err)
{
	struct err why = ERR_INIT;
	struct git_object *object;
	int result;

	if (v->f->base[root] == ELSEWHERE) {
		result = visit_stranger(v, root, err);
	} else {
		if (!(v->visitor->types & 1U << v->f->type[root]))
			return 0;
		object = read_whole(v, root, &why);
		result = object ? show(v, root, object, NULL, err) : tell_fault(v, root, &why, err);
	}
	while (result == 0 && v->n > 0)
		result = visit_child(v, err);
	return result;
}

static void visit_release(struct family_visit *v)
{
	while (v->n > 0)
		release_frame(v, &v->frames[--v->n]);
	free(v->frames);
}

/* Whose entry is malformed, or whose base is itself in the end. */
static int tell_lost(struct family_visit *v, struct err *err)
{
	struct git_families *f = v->f;
	struct err why = ERR_INIT;

	(void)err_set(&why, ERR_FORMAT, "its entry in the pack is malformed");
	for (v->pack = 0; v->pack < f->store->packs.n; v->pack++) {
		for (uint32_t i = f->pack_first[v->pack]; i < f->pack_first[v->pack + 1]; i++) {
			if (f->type[i] == LOST &&
			    v->visitor->fault(v->visitor->arg, id_of(v, i), 0, &why, err) != 0)
				return -1;
		}
	}
	return 0;
}

int git_families_visit(struct git_families *f, uint32_t shard,
    const struct git_family_visitor *visitor, struct err *err)
{
	struct family_visit v CLEANUP(visit_release) = {.f = f, .visitor = visitor};

	if (shard == 0 && tell_lost(&v, err) != 0)
		return -1;
	v.pack = 0;
	for (uint32_t i = f->shard_first[shard]; i < f->shard_first[shard + 1]; i++) {
		while (i >= f->pack_first[v.pack + 1])
			v.pack++;
		if (is_root(f, i) && visit_family(&v, i, err) != 0)
			return -1;
	}
	return 0;
}
