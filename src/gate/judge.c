#include "gate/judge.h"

#include "base/map.h"

enum { SUPPRESSION_BYTES = 256 << 20 };

static bool list_matches(const struct str_list *globs, struct str text)
{
	for (size_t i = 0; i < globs->n; i++) {
		if (glob_match(globs->p[i], text))
			return true;
	}
	return false;
}

static bool field_matches(struct str glob, struct str text)
{
	return glob.n == 0 || glob_match(glob, text);
}

/* A secret stands in many places: what is excused in one of them is not excused in the others. */
static bool path_matches(struct str glob, const struct finding *f)
{
	if (glob.n == 0)
		return true;
	for (size_t i = 0; i < f->n_places; i++) {
		if (!glob_match(glob, place_within(&f->places[i])))
			return false;
	}
	return f->more_places == 0 && (f->n_places > 0 || glob_match(glob, STR_NONE));
}

static bool finding_matches(const struct finding_match *m, const struct finding *f)
{
	struct str package = f->package ? f->package->name : STR_NONE;

	if (!path_matches(m->path, f) || !field_matches(m->package, package) ||
	    !field_matches(m->fingerprint, f->fingerprint))
		return false;
	if (field_matches(m->rule, f->rule))
		return true;
	for (size_t i = 0; f->vulnerability && i < f->vulnerability->aliases.n; i++) {
		if (glob_match(m->rule, f->vulnerability->aliases.p[i]))
			return true;
	}
	return false;
}

static bool threshold_blocks(const struct stage_policy *stage, const struct finding *f)
{
	const struct finding_vulnerability *v = f->vulnerability;

	if (v && stage->block_known_exploited && v->kev == 1)
		return true;
	if (v && stage->block_fixable_only && v->fixed.n == 0)
		return false;
	if (f->severity == SEVERITY_UNKNOWN)
		return stage->block_unknown_severity;
	return (int)f->severity >= stage->block_severity;
}

static enum verdict severity_verdict(
    const struct policy *policy, const struct stage_policy *stage, const struct finding *f)
{
	bool too_new = policy->rules_as_of.n > 0 && f->since.n > 0 &&
		       str_cmp(f->since, policy->rules_as_of) > 0;
	bool generic = f->secret && f->secret->generic;
	bool raised = f->weight == WEIGHT_RAISED;
	bool blocks =
	    raised || list_matches(&stage->block_rules, f->rule) || threshold_blocks(stage, f);

	if (f->weight == WEIGHT_ALWAYS)
		return VERDICT_BLOCKS;
	if (blocks && !generic && !too_new && (raised || f->weight == WEIGHT_FULL))
		return VERDICT_BLOCKS;
	if (blocks || (int)f->severity >= stage->warn_severity)
		return VERDICT_WARNS;
	return VERDICT_PASSES;
}

static bool mode_lets_pass(const struct stage_policy *stage, const struct finding *f)
{
	if (f->weight == WEIGHT_ALWAYS)
		return false;
	switch (stage->mode) {
	case MODE_OBSERVE:
		return true;
	case MODE_NEW:
		return f->state == STATE_KNOWN;
	case MODE_ALL:
		break;
	}
	return false;
}

static enum verdict stage_verdict(
    const struct policy *policy, enum stage stage, const struct finding *f)
{
	const struct stage_policy *own = &policy->stages[stage];
	enum verdict verdict = severity_verdict(policy, own, f);

	if (verdict == VERDICT_BLOCKS && mode_lets_pass(own, f))
		return VERDICT_WARNS;
	return verdict;
}

static int excuse(struct finding *f, struct str owner, struct str reason, struct str until,
    struct arena *arena, struct err *err)
{
	struct finding_waiver *waiver = arena_new(arena, struct finding_waiver);

	if (!waiver)
		return arena_err(arena, err);
	*waiver = (struct finding_waiver){owner, reason, until};
	f->waiver = waiver;
	f->verdict = VERDICT_EXCUSED;
	return 0;
}

static bool branch_may_excuse(const struct policy *policy, const struct finding *f)
{
	if (f->secret || f->vulnerability)
		return false;
	for (size_t i = 0; i < policy->excuses.n; i++) {
		const struct branch_excuse *e = &policy->excuses.p[i];

		if (glob_match(e->rule, f->rule) && (int)f->severity <= e->max_severity)
			return true;
	}
	return false;
}

/* The policy's waiver that is in force; a waiver that has ended is named. */
static int apply_waivers(const struct policy *policy, int64_t now_ms, struct arena *arena,
    struct finding *f, struct err *err)
{
	for (size_t i = 0; i < policy->waivers.n; i++) {
		const struct policy_waiver *w = &policy->waivers.p[i];

		if (!finding_matches(&w->match, f))
			continue;
		if (now_ms <= w->until_ms)
			return excuse(f, w->owner, w->reason, w->until, arena, err);
		f->waiver_ended = arena_fmt(arena, "the waiver of " STR_FMT " ended on " STR_FMT,
		    STR_ARG(w->owner), STR_ARG(w->until));
	}
	return arena_check(arena, err);
}

int judge_finding(const struct policy *policy, int64_t now_ms, struct arena *arena,
    struct finding *f, struct err *err)
{
	f->verdict = VERDICT_PASSES;
	if (f->state == STATE_FIXED)
		return 0;
	for (size_t i = 0; i < policy->ignores.n; i++) {
		if (finding_matches(&policy->ignores.p[i].match, f))
			return 0;
	}
	f->verdict = stage_verdict(policy, f->stage, f);
	for (int i = 0; i < STAGE_COUNT; i++) {
		if (f->more_stages & 1U << i)
			f->verdict = MAX_OF(f->verdict, stage_verdict(policy, (enum stage)i, f));
	}
	if (f->verdict == VERDICT_PASSES)
		return 0;
	if (f->request.n > 0 && branch_may_excuse(policy, f))
		return excuse(f, STR("branch"), f->request, STR_NONE, arena, err);
	return apply_waivers(policy, now_ms, arena, f, err);
}

enum verdict judge_gap(const struct policy *policy, const struct not_covered *gap)
{
	const struct stage_policy *stage = &policy->stages[gap->stage];

	return stage->mode == MODE_OBSERVE ? VERDICT_WARNS : stage->not_covered[gap->kind];
}

/* ---- what a branch excuses, or asks to be ---- */

static void count_suppression(struct suppressions *s, enum verdict verdict)
{
	s->granted += verdict == VERDICT_EXCUSED;
	s->asked += verdict == VERDICT_WARNS || verdict == VERDICT_BLOCKS;
	s->unused += verdict == VERDICT_PASSES;
}

/* A comment counts once for each rule that it names, with the gravest finding that it is about. */
static int gather_suppression(struct map *all, struct finding *f, struct err *err)
{
	struct str key =
	    arena_fmt(all->arena, STR_FMT "\n" STR_FMT, STR_ARG(f->rule), STR_ARG(f->request));
	const struct finding *seen;

	if (!key.p)
		return arena_err(all->arena, err);
	seen = map_get(all, key);
	if (seen && seen->verdict >= f->verdict)
		return 0;
	return map_put(all, key, f) ? 0 : arena_err(all->arena, err);
}

static int count_suppressions(struct report *report, struct err *err)
{
	struct arena arena CLEANUP(arena_release);
	struct map all;

	arena_init(&arena, SUPPRESSION_BYTES);
	map_init(&all, &arena);
	report->suppressions = report->suppressions_added = (struct suppressions){0};
	for (size_t i = 0; i < report->findings.n; i++) {
		struct finding *f = &report->findings.p[i];

		if (f->request.n > 0 && f->state != STATE_FIXED &&
		    gather_suppression(&all, f, err) != 0)
			return -1;
	}
	for (size_t i = 0; i < all.n; i++) {
		const struct finding *f = all.items[i].value;

		count_suppression(&report->suppressions, f->verdict);
		if (report->compared && !f->asked_before)
			count_suppression(&report->suppressions_added, f->verdict);
	}
	return 0;
}

static void judge_stages(struct report *report)
{
	for (size_t i = 0; i < report->stages.n; i++) {
		struct stage_result *stage = &report->stages.p[i];

		stage->verdict = stage->failed ? VERDICT_BLOCKS : VERDICT_PASSES;
		for (size_t k = 0; k < report->findings.n; k++) {
			const struct finding *f = &report->findings.p[k];

			if (f->stage == stage->stage)
				stage->verdict = MAX_OF(stage->verdict, f->verdict);
		}
		for (size_t k = 0; k < report->not_covered.n; k++) {
			const struct not_covered *gap = &report->not_covered.p[k];

			if (gap->stage == stage->stage)
				stage->verdict = MAX_OF(stage->verdict, gap->verdict);
		}
	}
}

int judge_report(
    const struct policy *policy, int64_t now_ms, struct report *report, struct err *err)
{
	for (size_t i = 0; i < report->findings.n; i++) {
		if (judge_finding(policy, now_ms, &report->arena, &report->findings.p[i], err) != 0)
			return -1;
	}
	if (count_suppressions(report, err) != 0)
		return -1;
	for (size_t i = 0; i < report->not_covered.n; i++)
		report->not_covered.p[i].verdict = judge_gap(policy, &report->not_covered.p[i]);
	report->policy = (struct policy_info){
	    policy->source, policy->commit, mode_word(policy->mode), policy->note};
	judge_stages(report);
	report_sort(report);
	report_conclude(report);
	return 0;
}
