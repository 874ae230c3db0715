/* Each record's fields stand here once, as core/wire_fields.h has it. */
#include "core/wire.h"

#include "core/wire_fields.h"

/* The version in the upper half: a store written by another one is refused. */
enum wire_tag {
	TAG_FINDING = 4 << 16 | 1,
	TAG_PACKAGE = 3 << 16 | 2,
	TAG_DISTRO = 1 << 16 | 3,
	TAG_PROBLEM = 2 << 16 | 4,
	TAG_GAP = 1 << 16 | 5,
	TAG_ADDED_PLACE = 1 << 16 | 6,
};

enum { LEAST_PLACE = 64, LEAST_EDIT = 48 };

static void walk_origin(struct wire *w, struct origin *origin)
{
	wire_str(w, &origin->path);
	wire_str(w, &origin->inner);
	wire_str(w, &origin->encoding);
	wire_str(w, &origin->commit);
	wire_str(w, &origin->author);
	wire_str(w, &origin->ref);
	wire_str(w, &origin->object);
	wire_str(w, &origin->reach);
	wire_str(w, &origin->removed);
	wire_str(w, &origin->layer);
	wire_str(w, &origin->instruction);
}

static void walk_place(struct wire *w, void *item)
{
	struct place *place = item;

	walk_origin(w, &place->origin);
	wire_str(w, &place->within);
	wire_u32(w, &place->line);
	wire_u32(w, &place->column);
	wire_u32(w, &place->end_line);
	wire_u32(w, &place->end_column);
}

static void walk_finding_place(struct wire *w, void *item)
{
	struct place *place = item;

	walk_place(w, place);
	wire_enum(w, &place->state, STATE_FIXED);
}

static void walk_package(struct wire *w, void *item)
{
	struct package *package = item;
	void *occurrences;

	wire_str(w, &package->type);
	wire_str(w, &package->distro);
	wire_str(w, &package->name);
	wire_str(w, &package->version);
	wire_str(w, &package->arch);
	wire_str(w, &package->source);
	wire_str(w, &package->source_version);
	wire_str(w, &package->purl);
	wire_str(w, &package->licence);
	wire_enum(w, &package->scope, SCOPE_COUNT - 1);
	wire_enum(w, &package->from_base, BASE_YES);
	walk_place(w, &package->place);
	occurrences = wire_items(w, package->occurrences, &package->n_occurrences,
	    sizeof *package->occurrences, LEAST_PLACE, walk_place);
	if (!w->out)
		package->occurrences = occurrences;
	wire_u32(w, &package->more_occurrences);
}

static void walk_distro(struct wire *w, void *item)
{
	struct distro *distro = item;

	wire_str(w, &distro->id);
	wire_str(w, &distro->version_id);
	wire_str(w, &distro->codename);
	wire_str(w, &distro->pretty);
}

static void walk_problem(struct wire *w, void *item)
{
	struct problem *problem = item;

	wire_enum(w, &problem->stage, STAGE_COUNT - 1);
	wire_enum(w, &problem->code, ERR_INTERRUPTED);
	wire_str(w, &problem->message);
	walk_place(w, &problem->place);
}

static void walk_gap(struct wire *w, void *item)
{
	struct not_covered *gap = item;

	wire_enum(w, &gap->stage, STAGE_COUNT - 1);
	wire_enum(w, &gap->kind, GAP_KIND_COUNT - 1);
	wire_str(w, &gap->what);
	wire_str(w, &gap->why);
	wire_u64(w, &gap->packages);
	wire_enum(w, &gap->verdict, VERDICT_BLOCKS);
}

static void walk_vulnerability(struct wire *w, void *item)
{
	struct finding_vulnerability *v = item;

	wire_str(w, &v->id);
	wire_strs(w, &v->aliases);
	wire_strs(w, &v->fixed);
	wire_enum(w, &v->severity, SEVERITY_CRITICAL);
	wire_str(w, &v->cvss_vector);
	wire_int(w, &v->cvss_tenths, -1, 100);
	wire_int(w, &v->kev, -1, 1);
	wire_int(w, &v->epss_per_mille, -1, 1000);
	wire_str(w, &v->range);
	wire_str(w, &v->feed);
}

static void walk_secret(struct wire *w, void *item)
{
	struct finding_secret *secret = item;

	wire_str(w, &secret->kind);
	wire_u32(w, &secret->length);
	wire_str(w, &secret->prefix);
	wire_str(w, &secret->hash);
	wire_bool(w, &secret->generic);
}

static void walk_edit(struct wire *w, void *item)
{
	struct finding_edit *edit = item;

	wire_str(w, &edit->path);
	wire_u64(w, &edit->offset);
	wire_u64(w, &edit->end);
	wire_u32(w, &edit->line);
	wire_u32(w, &edit->column);
	wire_u32(w, &edit->end_line);
	wire_u32(w, &edit->end_column);
	wire_str(w, &edit->text);
	wire_enum(w, &edit->level, EDIT_UNSAFE);
	wire_enum(w, &edit->importance, EDIT_IMPORTANCE_MAX);
}

static void walk_fix(struct wire *w, void *item)
{
	struct finding_fix *fix = item;
	void *edits;

	wire_str(w, &fix->text);
	edits = wire_items(w, fix->edits, &fix->n_edits, sizeof *fix->edits, LEAST_EDIT, walk_edit);
	if (!w->out)
		fix->edits = edits;
}

static void walk_waiver(struct wire *w, void *item)
{
	struct finding_waiver *waiver = item;

	wire_str(w, &waiver->owner);
	wire_str(w, &waiver->reason);
	wire_str(w, &waiver->until);
}

/* The texts and numbers of a finding; its groups and lists follow in walk_finding. */
static void walk_finding_head(struct wire *w, struct finding *finding)
{
	wire_str(w, &finding->rule);
	wire_enum(w, &finding->stage, STAGE_COUNT - 1);
	wire_u32(w, &finding->more_stages);
	wire_enum(w, &finding->weight, WEIGHT_RAISED);
	wire_u32(w, &finding->subject);
	wire_enum(w, &finding->severity, SEVERITY_CRITICAL);
	wire_str(w, &finding->peer_severity);
	wire_enum(w, &finding->state, STATE_FIXED);
	wire_enum(w, &finding->verdict, VERDICT_BLOCKS);
	wire_str(w, &finding->title);
	wire_str(w, &finding->message);
	wire_str(w, &finding->threat);
	wire_str(w, &finding->since);
	wire_str(w, &finding->identity);
	wire_str(w, &finding->fingerprint);
	wire_str(w, &finding->source_line);
	wire_str(w, &finding->request);
	wire_bool(w, &finding->asked_before);
	wire_str(w, &finding->waiver_ended);
}

static void walk_finding(struct wire *w, void *item)
{
	struct finding *finding = item;
	void *places;

	walk_finding_head(w, finding);
	places = wire_items(w, finding->places, &finding->n_places, sizeof *finding->places,
	    LEAST_PLACE, walk_finding_place);
	if (!w->out)
		finding->places = places;
	wire_u32(w, &finding->more_places);
	finding->package = wire_group(w, finding->package, sizeof *finding->package, walk_package);
	finding->vulnerability = wire_group(
	    w, finding->vulnerability, sizeof *finding->vulnerability, walk_vulnerability);
	finding->secret = wire_group(w, finding->secret, sizeof *finding->secret, walk_secret);
	finding->fix = wire_group(w, finding->fix, sizeof *finding->fix, walk_fix);
	finding->waiver = wire_group(w, finding->waiver, sizeof *finding->waiver, walk_waiver);
	wire_strs(w, &finding->references);
	wire_strs(w, &finding->compliance);
}

static void walk_added_place(struct wire *w, void *item)
{
	struct added_place *added = item;

	wire_str(w, &added->of.rule);
	wire_str(w, &added->of.identity);
	wire_str(w, &added->of.path);
	walk_finding_place(w, &added->place);
}

void wire_put_finding(struct buf *b, const struct finding *finding)
{
	struct finding copy = *finding;

	wire_put(b, TAG_FINDING, &copy, walk_finding);
}

void wire_put_package(struct buf *b, const struct package *package)
{
	struct package copy = *package;

	wire_put(b, TAG_PACKAGE, &copy, walk_package);
}

void wire_put_distro(struct buf *b, const struct distro *distro)
{
	struct distro copy = *distro;

	wire_put(b, TAG_DISTRO, &copy, walk_distro);
}

void wire_put_problem(struct buf *b, const struct problem *problem)
{
	struct problem copy = *problem;

	wire_put(b, TAG_PROBLEM, &copy, walk_problem);
}

void wire_put_gap(struct buf *b, const struct not_covered *gap)
{
	struct not_covered copy = *gap;

	wire_put(b, TAG_GAP, &copy, walk_gap);
}

int wire_get_finding(struct str payload, struct arena *arena, struct finding *ret, struct err *err)
{
	struct finding finding = {0};

	if (wire_get(payload, TAG_FINDING, "finding", &finding, walk_finding, arena, err) != 0)
		return -1;
	*ret = finding;
	return 0;
}

int wire_get_package(struct str payload, struct arena *arena, struct package *ret, struct err *err)
{
	struct package package = {0};

	if (wire_get(payload, TAG_PACKAGE, "package", &package, walk_package, arena, err) != 0)
		return -1;
	*ret = package;
	return 0;
}

int wire_get_distro(struct str payload, struct arena *arena, struct distro *ret, struct err *err)
{
	struct distro distro = {0};

	if (wire_get(payload, TAG_DISTRO, "distro", &distro, walk_distro, arena, err) != 0)
		return -1;
	*ret = distro;
	return 0;
}

int wire_get_problem(struct str payload, struct arena *arena, struct problem *ret, struct err *err)
{
	struct problem problem = {0};

	if (wire_get(payload, TAG_PROBLEM, "problem", &problem, walk_problem, arena, err) != 0)
		return -1;
	*ret = problem;
	return 0;
}

int wire_get_gap(struct str payload, struct arena *arena, struct not_covered *ret, struct err *err)
{
	struct not_covered gap = {0};

	if (wire_get(payload, TAG_GAP, "gap", &gap, walk_gap, arena, err) != 0)
		return -1;
	*ret = gap;
	return 0;
}

void wire_put_added_place(struct buf *b, const struct added_place *added)
{
	struct added_place copy = *added;

	wire_put(b, TAG_ADDED_PLACE, &copy, walk_added_place);
}

int wire_get_added_place(
    struct str payload, struct arena *arena, struct added_place *ret, struct err *err)
{
	struct added_place added = {0};

	if (wire_get(payload, TAG_ADDED_PLACE, "place", &added, walk_added_place, arena, err) != 0)
		return -1;
	*ret = added;
	return 0;
}
