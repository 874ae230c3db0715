#include "engine/scan.h"

#include "base/map.h"

struct scan_stage scan_stage_begin(const struct scan *scan, enum stage stage)
{
	return (struct scan_stage){stage, scan->clock->mono_ms(scan->clock)};
}

int scan_stage_end(const struct scan *scan, const struct scan_stage *stage, struct err *err)
{
	struct stage_result result = {.stage = stage->stage, .ran = true};

	result.duration_ms = scan->clock->mono_ms(scan->clock) - stage->from_ms;
	for (size_t i = 0; i < scan->report->problems.n; i++)
		result.failed |= scan->report->problems.p[i].stage == stage->stage;
	return report_add_stage(scan->report, &result, err);
}

/* A finding that the target branch has. */
struct known {
	bool taken; /* it is still there */
	bool asked; /* a comment asks to ignore it */
};

/* Findings are the same thing on both sides if rule, place and identity agree: their
 * fingerprint. A key that stands several times on one side counts as often. */
static bool take_known(struct map *all, struct finding *f)
{
	struct known *known = map_get(all, f->fingerprint);

	if (!known)
		return false;
	known->taken = true;
	f->asked_before = known->asked;
	f->state = STATE_KNOWN;
	return true;
}

static int add_fixed(struct report *report, const struct finding *gone, struct err *err)
{
	struct finding copy;

	if (finding_copy(gone, &report->arena, &copy, err) != 0)
		return -1;
	copy.state = STATE_FIXED;
	return vec_push(&report->findings, &report->arena, copy) ? 0
								 : arena_err(&report->arena, err);
}

struct comparison {
	struct report *report;
	const struct report *before;
	enum stage stage;
	scan_gone_fn *gone;
	void *arg;
	struct arena arena;
	struct map known;  /* fingerprint to struct known * */
	struct map moving; /* rule and identity to struct known_list *, of files that are gone */
};

struct known_list {
	VEC(struct known *) list;
	size_t taken;
};

static void comparison_release(struct comparison *c)
{
	arena_release(&c->arena);
}

static struct str kin_of(const struct finding *f, struct arena *arena)
{
	return arena_fmt(arena, STR_FMT "\n" STR_FMT, STR_ARG(f->rule), STR_ARG(f->identity));
}

static int learn_known(struct comparison *c, struct err *err)
{
	for (size_t i = 0; i < c->before->findings.n; i++) {
		struct known *one = arena_new(&c->arena, struct known);

		if (!one || !map_put(&c->known, c->before->findings.p[i].fingerprint, one))
			return arena_err(&c->arena, err);
		one->asked = c->before->findings.p[i].request.n > 0;
	}
	return 0;
}

static int learn_moving(struct comparison *c, struct err *err)
{
	for (size_t i = 0; i < c->before->findings.n; i++) {
		const struct finding *f = &c->before->findings.p[i];
		struct known *one = map_get(&c->known, f->fingerprint);
		struct known_list *list;
		struct str kin;

		if (f->stage != c->stage || one->taken || f->n_places == 0 ||
		    !c->gone(c->arg, place_within(&f->places[0])))
			continue;
		kin = kin_of(f, &c->arena);
		list = kin.p ? map_get(&c->moving, kin) : NULL;
		if (!list) {
			list = arena_new(&c->arena, struct known_list);
			if (!list || !kin.p || !map_put(&c->moving, kin, list))
				return arena_err(&c->arena, err);
		}
		if (!vec_push(&list->list, &c->arena, one))
			return arena_err(&c->arena, err);
	}
	return 0;
}

static bool take_moved(struct comparison *c, struct finding *f, struct str kin)
{
	struct known_list *list = map_get(&c->moving, kin);
	struct known *one;

	if (!list || list->taken == list->list.n)
		return false;
	one = list->list.p[list->taken++];
	one->taken = true;
	f->asked_before = one->asked;
	f->state = STATE_KNOWN;
	return true;
}

/* What is not there under its own path may have come with a file that was moved. */
static int compare_all(struct comparison *c, struct err *err)
{
	struct report *r = c->report;

	for (size_t i = 0; i < r->findings.n; i++) {
		if (r->findings.p[i].stage == c->stage)
			(void)take_known(&c->known, &r->findings.p[i]);
	}
	if (c->gone && learn_moving(c, err) != 0)
		return -1;
	for (size_t i = 0; i < r->findings.n; i++) {
		struct finding *f = &r->findings.p[i];
		struct str kin = kin_of(f, &c->arena);

		if (!kin.p)
			return arena_err(&c->arena, err);
		if (f->stage == c->stage && f->state != STATE_KNOWN && !take_moved(c, f, kin) &&
		    f->weight == WEIGHT_COMPARED)
			f->weight = WEIGHT_FULL;
	}
	return 0;
}

int scan_compare(struct report *report, const struct report *before, enum stage stage,
    scan_gone_fn *gone, void *arg, struct err *err)
{
	struct comparison c CLEANUP(comparison_release) = {
	    .report = report, .before = before, .stage = stage, .gone = gone, .arg = arg};

	report->compared = true;
	arena_init(&c.arena, MIB(128));
	map_init(&c.known, &c.arena);
	map_init(&c.moving, &c.arena);
	if (learn_known(&c, err) != 0 || compare_all(&c, err) != 0)
		return -1;
	for (size_t i = 0; i < before->findings.n; i++) {
		const struct finding *f = &before->findings.p[i];
		const struct known *one = map_get(&c.known, f->fingerprint);

		if (f->stage == stage && !one->taken && add_fixed(report, f, err) != 0)
			return -1;
	}
	return 0;
}

struct str scan_secret_id(const struct finding *f, struct arena *arena)
{
	return arena_fmt(arena, STR_FMT "\n" STR_FMT, STR_ARG(f->rule), STR_ARG(f->secret->hash));
}

static void know_layers(struct finding *f)
{
	bool all = true;

	for (size_t i = 0; i < f->n_places; i++) {
		if (f->places[i].origin.layer.n > 0)
			f->places[i].state = STATE_KNOWN;
		all &= f->places[i].state == STATE_KNOWN;
	}
	if (all)
		f->state = STATE_KNOWN;
}

int scan_compare_layers(struct report *report, const struct report *before, struct err *err)
{
	struct arena arena CLEANUP(arena_release);
	struct map known;

	arena_init(&arena, MIB(64));
	map_init(&known, &arena);
	for (size_t i = 0; i < before->findings.n; i++) {
		struct finding *f = &before->findings.p[i];
		struct str id = f->secret ? scan_secret_id(f, &arena) : STR_NONE;

		if (f->secret && (!id.p || !map_put(&known, id, f)))
			return arena_err(&arena, err);
	}
	for (size_t i = 0; i < report->findings.n; i++) {
		struct finding *f = &report->findings.p[i];
		struct str id = f->secret ? scan_secret_id(f, &arena) : STR_NONE;

		if (f->secret && !id.p)
			return arena_err(&arena, err);
		if (f->secret && map_has(&known, id))
			know_layers(f);
	}
	return 0;
}
