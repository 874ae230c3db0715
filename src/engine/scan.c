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

/* Findings are the same thing on both sides where rule, place and identity agree: their
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

int scan_compare(
    struct report *report, const struct report *before, enum stage stage, struct err *err)
{
	struct arena arena CLEANUP(arena_release);
	struct map known;

	report->compared = true;
	arena_init(&arena, MIB(64));
	map_init(&known, &arena);
	for (size_t i = 0; i < before->findings.n; i++) {
		struct known *one = arena_new(&arena, struct known);

		if (!one || !map_put(&known, before->findings.p[i].fingerprint, one))
			return arena_err(&arena, err);
		one->asked = before->findings.p[i].request.n > 0;
	}
	for (size_t i = 0; i < report->findings.n; i++) {
		struct finding *f = &report->findings.p[i];

		if (f->stage != stage)
			continue;
		if (!take_known(&known, f) && f->weight == WEIGHT_COMPARED)
			f->weight = WEIGHT_FULL;
	}
	for (size_t i = 0; i < before->findings.n; i++) {
		const struct finding *f = &before->findings.p[i];
		const struct known *one = map_get(&known, f->fingerprint);

		if (f->stage == stage && !one->taken && add_fixed(report, f, err) != 0)
			return -1;
	}
	return 0;
}
