/*
 * Each struct's fields stand here once: a walker goes over them and either writes or
 * reads, so that neither side can forget one. A record is u32le tag, then its fields in
 * the walker's order: numbers and enums u32le (file offsets u64le), texts and lists
 * u32le count and that many bytes or items, a group u32le 0 or 1 and its fields.
 */
#include "core/wire.h"

#include "base/frame.h"

/* The version in the upper half: a store written by another one is refused. */
enum wire_tag {
	TAG_FINDING = 4 << 16 | 1,
	TAG_PACKAGE = 3 << 16 | 2,
	TAG_DISTRO = 1 << 16 | 3,
	TAG_PROBLEM = 2 << 16 | 4,
	TAG_GAP = 1 << 16 | 5,
};

struct wire {
	struct buf *out; /* writing, or NULL */
	struct rd in;	 /* reading */
	struct arena *arena;
	bool malformed;
	bool full; /* the arena is */
};

typedef void walk_fn(struct wire *w, void *item);

static bool wire_failed(const struct wire *w)
{
	return w->malformed || w->full;
}

static void walk_u32(struct wire *w, uint32_t *value)
{
	if (w->out)
		frame_u32(w->out, *value);
	else if (wire_failed(w) || !rd_u32le(&w->in, value))
		w->malformed = true;
}

static void walk_u64(struct wire *w, uint64_t *value)
{
	if (w->out)
		frame_u64(w->out, *value);
	else if (wire_failed(w) || !rd_u64le(&w->in, value))
		w->malformed = true;
}

static void walk_str(struct wire *w, struct str *s)
{
	if (w->out)
		frame_str(w->out, *s);
	else if (wire_failed(w) || !rd_str(&w->in, s))
		w->malformed = true;
}

/* A number from least to most; one read outside that is malformed. */
static int walk_range(struct wire *w, int value, int least, int most)
{
	uint32_t above = (uint32_t)value - (uint32_t)least;

	walk_u32(w, &above);
	if (w->out || wire_failed(w))
		return value;
	if (above <= (uint32_t)most - (uint32_t)least)
		return (int)above + least;
	w->malformed = true;
	return least;
}

static void walk_int(struct wire *w, int *value, int least, int most)
{
	int read = walk_range(w, *value, least, most);

	if (!w->out)
		*value = read;
}

static void walk_bool(struct wire *w, bool *value)
{
	int read = walk_range(w, *value, 0, 1);

	if (!w->out)
		*value = read != 0;
}

/* Any enum whose values are 0 to last. */
#define walk_enum(w, field, last)                                          \
	do {                                                               \
		int read = walk_range((w), (int)*(field), 0, (int)(last)); \
                                                                           \
		if (!(w)->out)                                             \
			*(field) = (__typeof__(*(field)))read;             \
	} while (0)

/* Items of item_size at `items`, none of which takes fewer than least_bytes on the wire: so
 * a count read is held against what is left before anything is allocated for it. Returns
 * where the items are. */
static void *walk_items(
    struct wire *w, void *items, size_t *n, size_t item_size, size_t least_bytes, walk_fn *walk)
{
	uint32_t count = (uint32_t)*n;

	walk_u32(w, &count);
	if (!w->out) {
		*n = 0;
		if (wire_failed(w) || count == 0)
			return NULL;
		if (count > rd_left(&w->in) / least_bytes) {
			w->malformed = true;
			return NULL;
		}
		items = arena_array(w->arena, count, item_size);
		if (!items) {
			w->full = true;
			return NULL;
		}
		*n = count;
	}
	for (size_t i = 0; i < *n && !wire_failed(w); i++)
		walk(w, (char *)items + i * item_size);
	return items;
}

/* What finding's optional groups are; a walker takes no const item, so one is copied. */
union wire_group {
	struct package package;
	struct finding_vulnerability vulnerability;
	struct finding_secret secret;
	struct finding_fix fix;
	struct finding_waiver waiver;
};

/* A group of fields that may be absent (NULL). Returns where it is. */
static const void *walk_group(struct wire *w, const void *group, size_t size, walk_fn *walk)
{
	bool present = group != NULL;
	union wire_group to_write;
	void *copy;

	walk_bool(w, &present);
	if (wire_failed(w) || !present)
		return NULL;
	if (w->out) {
		memcpy(&to_write, group, size);
		walk(w, &to_write);
		return group;
	}
	copy = arena_alloc(w->arena, size);
	if (!copy) {
		w->full = true;
		return NULL;
	}
	walk(w, copy);
	return copy;
}

enum { LEAST_STR = 4, LEAST_PLACE = 52, LEAST_EDIT = 32 };

static void walk_str_item(struct wire *w, void *item)
{
	walk_str(w, item);
}

static void walk_strs(struct wire *w, struct str_list *list)
{
	void *p = walk_items(w, list->p, &list->n, sizeof *list->p, LEAST_STR, walk_str_item);

	if (!w->out)
		list->p = p;
}

static void walk_origin(struct wire *w, struct origin *origin)
{
	walk_str(w, &origin->path);
	walk_str(w, &origin->inner);
	walk_str(w, &origin->encoding);
	walk_str(w, &origin->commit);
	walk_str(w, &origin->author);
	walk_str(w, &origin->ref);
	walk_str(w, &origin->layer);
	walk_str(w, &origin->instruction);
}

static void walk_place(struct wire *w, void *item)
{
	struct place *place = item;

	walk_origin(w, &place->origin);
	walk_str(w, &place->within);
	walk_u32(w, &place->line);
	walk_u32(w, &place->column);
	walk_u32(w, &place->end_line);
	walk_u32(w, &place->end_column);
}

static void walk_finding_place(struct wire *w, void *item)
{
	struct place *place = item;

	walk_place(w, place);
	walk_enum(w, &place->state, STATE_FIXED);
}

static void walk_package(struct wire *w, void *item)
{
	struct package *package = item;
	void *occurrences;

	walk_str(w, &package->type);
	walk_str(w, &package->distro);
	walk_str(w, &package->name);
	walk_str(w, &package->version);
	walk_str(w, &package->arch);
	walk_str(w, &package->source);
	walk_str(w, &package->source_version);
	walk_str(w, &package->purl);
	walk_str(w, &package->licence);
	walk_enum(w, &package->scope, SCOPE_COUNT - 1);
	walk_enum(w, &package->from_base, BASE_YES);
	walk_place(w, &package->place);
	occurrences = walk_items(w, package->occurrences, &package->n_occurrences,
	    sizeof *package->occurrences, LEAST_PLACE, walk_place);
	if (!w->out)
		package->occurrences = occurrences;
	walk_u32(w, &package->more_occurrences);
}

static void walk_distro(struct wire *w, void *item)
{
	struct distro *distro = item;

	walk_str(w, &distro->id);
	walk_str(w, &distro->version_id);
	walk_str(w, &distro->codename);
	walk_str(w, &distro->pretty);
}

static void walk_problem(struct wire *w, void *item)
{
	struct problem *problem = item;

	walk_enum(w, &problem->stage, STAGE_COUNT - 1);
	walk_enum(w, &problem->code, ERR_INTERRUPTED);
	walk_str(w, &problem->message);
	walk_place(w, &problem->place);
}

static void walk_gap(struct wire *w, void *item)
{
	struct not_covered *gap = item;

	walk_enum(w, &gap->stage, STAGE_COUNT - 1);
	walk_enum(w, &gap->kind, GAP_KIND_COUNT - 1);
	walk_str(w, &gap->what);
	walk_str(w, &gap->why);
	walk_u64(w, &gap->packages);
	walk_enum(w, &gap->verdict, VERDICT_BLOCKS);
}

static void walk_vulnerability(struct wire *w, void *item)
{
	struct finding_vulnerability *v = item;

	walk_str(w, &v->id);
	walk_strs(w, &v->aliases);
	walk_strs(w, &v->fixed);
	walk_enum(w, &v->severity, SEVERITY_CRITICAL);
	walk_str(w, &v->cvss_vector);
	walk_int(w, &v->cvss_tenths, -1, 100);
	walk_int(w, &v->kev, -1, 1);
	walk_int(w, &v->epss_per_mille, -1, 1000);
	walk_str(w, &v->range);
	walk_str(w, &v->feed);
}

static void walk_secret(struct wire *w, void *item)
{
	struct finding_secret *secret = item;

	walk_str(w, &secret->kind);
	walk_u32(w, &secret->length);
	walk_str(w, &secret->prefix);
	walk_str(w, &secret->hash);
	walk_bool(w, &secret->generic);
}

static void walk_edit(struct wire *w, void *item)
{
	struct finding_edit *edit = item;

	walk_str(w, &edit->path);
	walk_u64(w, &edit->offset);
	walk_u64(w, &edit->end);
	walk_str(w, &edit->text);
	walk_enum(w, &edit->level, EDIT_UNSAFE);
	walk_enum(w, &edit->importance, EDIT_IMPORTANCE_MAX);
}

static void walk_fix(struct wire *w, void *item)
{
	struct finding_fix *fix = item;
	void *edits;

	walk_str(w, &fix->text);
	edits = walk_items(w, fix->edits, &fix->n_edits, sizeof *fix->edits, LEAST_EDIT, walk_edit);
	if (!w->out)
		fix->edits = edits;
}

static void walk_waiver(struct wire *w, void *item)
{
	struct finding_waiver *waiver = item;

	walk_str(w, &waiver->owner);
	walk_str(w, &waiver->reason);
	walk_str(w, &waiver->until);
}

/* The texts and numbers of a finding; its groups and lists follow in walk_finding. */
static void walk_finding_head(struct wire *w, struct finding *finding)
{
	walk_str(w, &finding->rule);
	walk_enum(w, &finding->stage, STAGE_COUNT - 1);
	walk_u32(w, &finding->more_stages);
	walk_enum(w, &finding->weight, WEIGHT_ALWAYS);
	walk_u32(w, &finding->subject);
	walk_enum(w, &finding->severity, SEVERITY_CRITICAL);
	walk_str(w, &finding->peer_severity);
	walk_enum(w, &finding->state, STATE_FIXED);
	walk_enum(w, &finding->verdict, VERDICT_BLOCKS);
	walk_str(w, &finding->title);
	walk_str(w, &finding->message);
	walk_str(w, &finding->threat);
	walk_str(w, &finding->since);
	walk_str(w, &finding->identity);
	walk_str(w, &finding->fingerprint);
	walk_str(w, &finding->source_line);
	walk_str(w, &finding->request);
	walk_bool(w, &finding->asked_before);
	walk_str(w, &finding->waiver_ended);
}

static void walk_finding(struct wire *w, void *item)
{
	struct finding *finding = item;
	void *places;

	walk_finding_head(w, finding);
	places = walk_items(w, finding->places, &finding->n_places, sizeof *finding->places,
	    LEAST_PLACE, walk_finding_place);
	if (!w->out)
		finding->places = places;
	walk_u32(w, &finding->more_places);
	finding->package = walk_group(w, finding->package, sizeof *finding->package, walk_package);
	finding->vulnerability = walk_group(
	    w, finding->vulnerability, sizeof *finding->vulnerability, walk_vulnerability);
	finding->secret = walk_group(w, finding->secret, sizeof *finding->secret, walk_secret);
	finding->fix = walk_group(w, finding->fix, sizeof *finding->fix, walk_fix);
	finding->waiver = walk_group(w, finding->waiver, sizeof *finding->waiver, walk_waiver);
	walk_strs(w, &finding->references);
	walk_strs(w, &finding->compliance);
}

static void put(struct buf *b, enum wire_tag tag, void *item, walk_fn *walk)
{
	struct wire w = {.out = b};

	frame_u32(b, tag);
	walk(&w, item);
}

static int get(struct str payload, enum wire_tag tag, const char *what, void *item, walk_fn *walk,
    struct arena *arena, struct err *err)
{
	struct wire w = {.in = rd_of(payload), .arena = arena};
	uint32_t read_tag;

	if (!rd_u32le(&w.in, &read_tag) || read_tag != (uint32_t)tag)
		return err_set(err, ERR_FORMAT, "%s record: another kind or version", what);
	walk(&w, item);
	if (w.full)
		return arena_err(arena, err);
	if (w.malformed || rd_left(&w.in) > 0)
		return err_set(err, ERR_FORMAT, "%s record: malformed at byte %zu of %zu", what,
		    payload.n - rd_left(&w.in), payload.n);
	return 0;
}

void wire_put_finding(struct buf *b, const struct finding *finding)
{
	struct finding copy = *finding;

	put(b, TAG_FINDING, &copy, walk_finding);
}

void wire_put_package(struct buf *b, const struct package *package)
{
	struct package copy = *package;

	put(b, TAG_PACKAGE, &copy, walk_package);
}

void wire_put_distro(struct buf *b, const struct distro *distro)
{
	struct distro copy = *distro;

	put(b, TAG_DISTRO, &copy, walk_distro);
}

void wire_put_problem(struct buf *b, const struct problem *problem)
{
	struct problem copy = *problem;

	put(b, TAG_PROBLEM, &copy, walk_problem);
}

void wire_put_gap(struct buf *b, const struct not_covered *gap)
{
	struct not_covered copy = *gap;

	put(b, TAG_GAP, &copy, walk_gap);
}

int wire_get_finding(struct str payload, struct arena *arena, struct finding *ret, struct err *err)
{
	struct finding finding = {0};

	if (get(payload, TAG_FINDING, "finding", &finding, walk_finding, arena, err) != 0)
		return -1;
	*ret = finding;
	return 0;
}

int wire_get_package(struct str payload, struct arena *arena, struct package *ret, struct err *err)
{
	struct package package = {0};

	if (get(payload, TAG_PACKAGE, "package", &package, walk_package, arena, err) != 0)
		return -1;
	*ret = package;
	return 0;
}

int wire_get_distro(struct str payload, struct arena *arena, struct distro *ret, struct err *err)
{
	struct distro distro = {0};

	if (get(payload, TAG_DISTRO, "distro", &distro, walk_distro, arena, err) != 0)
		return -1;
	*ret = distro;
	return 0;
}

int wire_get_problem(struct str payload, struct arena *arena, struct problem *ret, struct err *err)
{
	struct problem problem = {0};

	if (get(payload, TAG_PROBLEM, "problem", &problem, walk_problem, arena, err) != 0)
		return -1;
	*ret = problem;
	return 0;
}

int wire_get_gap(struct str payload, struct arena *arena, struct not_covered *ret, struct err *err)
{
	struct not_covered gap = {0};

	if (get(payload, TAG_GAP, "gap", &gap, walk_gap, arena, err) != 0)
		return -1;
	*ret = gap;
	return 0;
}
