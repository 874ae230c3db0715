#include "core/report.h"

#include "core/report_places.h"
#include "core/wire.h"

#include <stdlib.h>

void report_init(struct report *r, size_t memory_bytes, size_t findings_max)
{
	*r = (struct report){.findings_max = findings_max};
	arena_init(&r->arena, memory_bytes);
	arena_init(&r->scratch, memory_bytes);
	map_init(&r->seen, &r->arena);
	map_init(&r->gaps, &r->arena);
	map_init(&r->ordinals, &r->arena);
	map_init(&r->secrets, &r->arena);
	map_init(&r->named, &r->arena);
}

void report_release(struct report *r)
{
	arena_release(&r->arena);
	arena_release(&r->scratch);
	*r = (struct report){0};
}

static int copy_str(struct arena *arena, struct str from, struct str *ret_copy, struct err *err)
{
	struct str copy;

	if (str_empty(from)) {
		*ret_copy = STR_NONE;
		return 0;
	}
	copy = arena_str(arena, from);
	if (!copy.p)
		return arena_err(arena, err);
	*ret_copy = copy;
	return 0;
}

/* ---- the sink ---- */

/* What is the same but for its place in the file. */
static void add_kin(struct buf *b, uint32_t subject, const struct finding *f)
{
	report_key_number(b, subject);
	report_key_text(b, f->rule);
	report_key_text(b, f->identity);
	report_key_text(b, f->n_places > 0 ? f->places[0].origin.path : STR_NONE);
	report_key_text(b, f->n_places > 0 ? f->places[0].origin.inner : STR_NONE);
}

static int next_ordinal(struct report *r, struct str kin, uint32_t *ret_ordinal, struct err *err)
{
	uint32_t *next = map_get(&r->ordinals, kin);

	if (!next) {
		next = arena_new(&r->arena, uint32_t);
		if (!next || !map_put(&r->ordinals, kin, next))
			return arena_err(&r->arena, err);
	}
	*ret_ordinal = (*next)++;
	return 0;
}

static int tell_full(struct report *r, enum stage stage, struct err *err)
{
	struct problem problem = {.stage = stage, .code = ERR_LIMIT};

	problem.message = arena_fmt(&r->arena,
	    "more than %zu findings; the rest is not shown: look at what causes so many, or check "
	    "smaller parts by themselves",
	    r->findings_max);
	if (!problem.message.p || !vec_push(&r->problems, &r->arena, problem))
		return arena_err(&r->arena, err);
	r->full = true;
	return 0;
}

static const struct path_view *view_of(const struct report_sink *s)
{
	static const struct path_view plain;

	return s->subject < s->report->subjects.n ? &s->report->subjects.p[s->subject].view
						  : &plain;
}

static bool is_same_list(struct str_list a, struct str_list b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (!str_eq(a.p[i], b.p[i]))
			return false;
	return true;
}

static bool is_same_rule(const struct finding *a, const struct finding *b)
{
	return str_eq(a->rule, b->rule) && str_eq(a->title, b->title) &&
	       str_eq(a->threat, b->threat) && str_eq(a->since, b->since) &&
	       str_eq(a->peer_severity, b->peer_severity) &&
	       is_same_list(a->references, b->references) &&
	       is_same_list(a->compliance, b->compliance);
}

static bool is_same_fix(const struct finding_fix *a, const struct finding_fix *b)
{
	return a && b && a->n_edits == 0 && b->n_edits == 0 && str_eq(a->text, b->text);
}

/* What all findings of a rule say is in the report once: of many in a row, the first has it. */
static int copy_finding(
    struct report *r, const struct finding *finding, struct finding *ret_copy, struct err *err)
{
	const struct finding *last = r->findings.n > 0 ? &r->findings.p[r->findings.n - 1] : NULL;
	struct finding own = *finding;
	bool same_rule = last && is_same_rule(last, finding);
	bool same_fix = last && is_same_fix(last->fix, finding->fix);

	if (same_rule) {
		own.rule = own.title = own.threat = own.since = own.peer_severity = STR_NONE;
		own.references = own.compliance = (struct str_list){0};
	}
	if (same_fix)
		own.fix = NULL;
	if (finding_copy(&own, &r->arena, ret_copy, err) != 0)
		return -1;
	if (same_rule) {
		ret_copy->rule = last->rule;
		ret_copy->title = last->title;
		ret_copy->threat = last->threat;
		ret_copy->since = last->since;
		ret_copy->peer_severity = last->peer_severity;
		ret_copy->references = last->references;
		ret_copy->compliance = last->compliance;
	}
	if (same_fix)
		ret_copy->fix = last->fix;
	return 0;
}

static int add_finding(
    struct report_sink *s, const struct finding *finding, struct str kin, struct err *err)
{
	struct report *r = s->report;
	struct finding copy;
	uint32_t ordinal = 0;

	if (copy_finding(r, finding, &copy, err) != 0)
		return -1;
	copy.subject = s->subject;
	if (next_ordinal(r, kin, &ordinal, err) != 0)
		return -1;
	if (str_empty(copy.fingerprint) &&
	    finding_set_fingerprint(&copy, ordinal, &r->arena, err) != 0)
		return -1;
	return vec_push(&r->findings, &r->arena, copy) ? 0 : arena_err(&r->arena, err);
}

/* ---- one secret, all its places ---- */

static int join_secret(
    struct report_sink *s, struct finding *f, const struct finding *other, struct err *err)
{
	enum finding_state before = f->n_places > 0 ? f->state : other->state;

	/* What is said of the gravest place is said of the secret. */
	if (other->severity > f->severity &&
	    copy_str(&s->report->arena, other->message, &f->message, err) != 0)
		return -1;
	/* Asked to be left alone in one place is not asked in all. */
	if (other->request.n == 0)
		f->request = STR_NONE;
	f->weight = MIN_OF(f->weight, other->weight);
	f->stage = MIN_OF(f->stage, other->stage);
	f->subject = MIN_OF(f->subject, s->subject);
	f->severity = MAX_OF(f->severity, other->severity);
	f->verdict = MAX_OF(f->verdict, other->verdict);
	if (other->weight < f->weight) { /* what weighs most says what there is to say */
		f->weight = other->weight;
		if (copy_str(&s->report->arena, other->message, &f->message, err) != 0)
			return -1;
	}
	if (report_add_places(s->report, f, other, err) != 0)
		return -1;
	f->state = MIN_OF(before, report_gathered_state(f));
	return 0;
}

static int first_of_secret(
    struct report_sink *s, const struct finding *finding, struct str fingerprint, struct err *err)
{
	struct report *r = s->report;
	uint32_t *index = arena_new(&r->arena, uint32_t);
	struct finding bare = *finding, copy;

	bare.n_places = 0;
	bare.more_places = 0;
	if (!index)
		return arena_err(&r->arena, err);
	if (finding_copy(&bare, &r->arena, &copy, err) != 0)
		return -1;
	*index = (uint32_t)r->findings.n;
	copy.subject = s->subject;
	copy.fingerprint = fingerprint;
	if (report_add_places(r, &copy, finding, err) != 0)
		return -1;
	copy.state = report_gathered_state(&copy);
	if (!map_put(&r->secrets, fingerprint, index) || !vec_push(&r->findings, &r->arena, copy))
		return arena_err(&r->arena, err);
	return 0;
}

static int take_secret(struct report_sink *s, const struct finding *finding, struct err *err)
{
	struct report *r = s->report;
	struct finding named = *finding;
	const uint32_t *index;

	if (str_empty(named.fingerprint) && finding_set_fingerprint(&named, 0, &r->arena, err) != 0)
		return -1;
	index = map_get(&r->secrets, named.fingerprint);
	if (index)
		return join_secret(s, &r->findings.p[*index], finding, err);
	if (r->full)
		return 0;
	if (r->findings.n >= r->findings_max)
		return tell_full(r, finding->stage, err);
	if (copy_str(&r->arena, named.fingerprint, &named.fingerprint, err) != 0)
		return -1;
	return first_of_secret(s, finding, named.fingerprint, err);
}

/* Findings have moved. */
static void index_secrets(struct report *r)
{
	for (size_t i = 0; i < r->findings.n; i++) {
		uint32_t *index = r->findings.p[i].secret
				      ? map_get(&r->secrets, r->findings.p[i].fingerprint)
				      : NULL;

		if (index)
			*index = (uint32_t)i;
	}
}

static int take_shown(struct report_sink *s, const struct finding *finding, struct err *err)
{
	struct report *r = s->report;
	struct buf b CLEANUP(buf_release) = BUF_INIT(WIRE_MAX_BYTES);
	struct str kin, key;

	if (finding->secret)
		return take_secret(s, finding, err);
	if (r->full)
		return 0;
	if (r->findings.n >= r->findings_max)
		return tell_full(r, finding->stage, err);
	add_kin(&b, s->subject, finding);
	if (report_make_key(r, &b, &kin, err) != 0)
		return -1;
	if (finding->n_places > 0)
		report_key_place(&b, finding->places);
	if (report_make_key(r, &b, &key, err) != 0)
		return -1;
	if (map_has(&r->seen, key))
		return 0;
	if (!map_put(&r->seen, key, r))
		return arena_err(&r->arena, err);
	return add_finding(s, finding, kin, err);
}

static int take_finding(struct sink *sink, const struct finding *finding, struct err *err)
{
	struct report_sink *s = container_of(sink, struct report_sink, sink);
	struct finding shown = *finding;

	arena_clear(&s->report->scratch);
	if (path_view_apply_finding(view_of(s), &shown, &s->report->scratch, err) != 0)
		return -1;
	return take_shown(s, &shown, err);
}

static int take_package(struct sink *sink, const struct package *package, struct err *err)
{
	struct report *r = container_of(sink, struct report_sink, sink)->report;
	struct package copy;

	if (package_copy(package, &r->arena, &copy, err) != 0)
		return -1;
	return vec_push(&r->inventory.packages, &r->arena, copy) ? 0 : arena_err(&r->arena, err);
}

static int take_distro(struct sink *sink, const struct distro *distro, struct err *err)
{
	struct report *r = container_of(sink, struct report_sink, sink)->report;
	struct distro copy = {0};

	if (copy_str(&r->arena, distro->id, &copy.id, err) != 0 ||
	    copy_str(&r->arena, distro->version_id, &copy.version_id, err) != 0 ||
	    copy_str(&r->arena, distro->codename, &copy.codename, err) != 0 ||
	    copy_str(&r->arena, distro->pretty, &copy.pretty, err) != 0)
		return -1;
	r->inventory.distro = copy;
	return 0;
}

static int take_problem(struct sink *sink, const struct problem *problem, struct err *err)
{
	struct report *r = container_of(sink, struct report_sink, sink)->report;
	struct problem copy = *problem;
	struct origin *origin = &copy.place.origin;

	if (copy_str(&r->arena, problem->message, &copy.message, err) != 0 ||
	    place_copy(&problem->place, &r->arena, &copy.place, err) != 0 ||
	    path_view_apply(view_of(container_of(sink, struct report_sink, sink)), &origin->path,
		&r->arena, err) != 0)
		return -1;
	return vec_push(&r->problems, &r->arena, copy) ? 0 : arena_err(&r->arena, err);
}

/* Whether what a gap is about is a file. */
static bool is_path(enum gap_kind kind)
{
	return kind == GAP_LFS_POINTER || kind == GAP_SUBMODULE || kind == GAP_SPECIAL_FILE ||
	       kind == GAP_TOO_LARGE || kind == GAP_UNREADABLE;
}

static int take_gap(struct sink *sink, const struct not_covered *gap, struct err *err)
{
	const struct report_sink *s = container_of(sink, struct report_sink, sink);
	struct not_covered shown = *gap;

	if (is_path(gap->kind) &&
	    path_view_apply(view_of(s), &shown.what, &s->report->arena, err) != 0)
		return -1;
	return report_add_not_covered(s->report, &shown, err);
}

static int take_place(
    struct sink *sink, const struct finding_id *of, const struct place *place, struct err *err)
{
	const struct report_sink *s = container_of(sink, struct report_sink, sink);

	return report_add_place(s->report, s->subject, of, place, err);
}

void report_sink_init(struct report_sink *s, struct report *r, uint32_t subject)
{
	static const struct sink_ops ops = {.finding = take_finding,
	    .package = take_package,
	    .distro = take_distro,
	    .problem = take_problem,
	    .gap = take_gap,
	    .place = take_place};

	*s = (struct report_sink){.sink = {.ops = &ops}, .report = r, .subject = subject};
}

/* ---- what the engine adds ---- */

int report_add_subject(
    struct report *r, const struct subject *subject, uint32_t *ret_index, struct err *err)
{
	struct subject copy = *subject;

	if (copy_str(&r->arena, subject->kind, &copy.kind, err) != 0 ||
	    copy_str(&r->arena, subject->name, &copy.name, err) != 0 ||
	    copy_str(&r->arena, subject->digest, &copy.digest, err) != 0 ||
	    copy_str(&r->arena, subject->platform, &copy.platform, err) != 0 ||
	    copy_str(&r->arena, subject->view.prefix, &copy.view.prefix, err) != 0 ||
	    copy_str(&r->arena, subject->view.shown, &copy.view.shown, err) != 0 ||
	    copy_str(&r->arena, subject->view.top, &copy.view.top, err) != 0)
		return -1;
	if (!vec_push(&r->subjects, &r->arena, copy))
		return arena_err(&r->arena, err);
	*ret_index = (uint32_t)r->subjects.n - 1;
	return 0;
}

int report_add_stage(struct report *r, const struct stage_result *stage, struct err *err)
{
	struct stage_result copy = *stage;

	if (copy_str(&r->arena, stage->why, &copy.why, err) != 0)
		return -1;
	return vec_push(&r->stages, &r->arena, copy) ? 0 : arena_err(&r->arena, err);
}

int report_add_not_covered(struct report *r, const struct not_covered *nc, struct err *err)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT(WIRE_MAX_BYTES);
	struct not_covered copy = *nc;
	struct str key;

	report_key_number(&b, (uint32_t)nc->stage);
	report_key_number(&b, (uint32_t)nc->kind);
	report_key_text(&b, nc->what);
	report_key_text(&b, nc->why);
	if (report_make_key(r, &b, &key, err) != 0)
		return -1;
	if (map_has(&r->gaps, key))
		return 0;
	if (!map_put(&r->gaps, key, r))
		return arena_err(&r->arena, err);
	if (copy_str(&r->arena, nc->what, &copy.what, err) != 0 ||
	    copy_str(&r->arena, nc->why, &copy.why, err) != 0)
		return -1;
	return vec_push(&r->not_covered, &r->arena, copy) ? 0 : arena_err(&r->arena, err);
}

/* ---- one report into another ---- */

int report_replay(const struct report *from, struct sink *sink, struct err *err)
{
	for (size_t i = 0; i < from->findings.n; i++) {
		if (sink_finding(sink, &from->findings.p[i], err) != 0)
			return -1;
	}
	for (size_t i = 0; i < from->inventory.packages.n; i++) {
		if (sink_package(sink, &from->inventory.packages.p[i], err) != 0)
			return -1;
	}
	if (from->inventory.distro.id.n > 0 && sink_distro(sink, &from->inventory.distro, err) != 0)
		return -1;
	for (size_t i = 0; i < from->problems.n; i++) {
		if (sink_problem(sink, &from->problems.p[i], err) != 0)
			return -1;
	}
	for (size_t i = 0; i < from->not_covered.n; i++) {
		if (sink_gap(sink, &from->not_covered.p[i], err) != 0)
			return -1;
	}
	return 0;
}

static int merge_subject(
    struct report *r, const struct report *from, uint32_t subject, struct err *err)
{
	struct subject *into = &r->subjects.p[subject];

	if (from->subjects.n == 0)
		return 0;
	if (from->subjects.p[0].digest.n > 0 &&
	    copy_str(&r->arena, from->subjects.p[0].digest, &into->digest, err) != 0)
		return -1;
	if (from->subjects.p[0].platform.n > 0 &&
	    copy_str(&r->arena, from->subjects.p[0].platform, &into->platform, err) != 0)
		return -1;
	return 0;
}

static int merge_database(struct report *r, const struct report *from, struct err *err)
{
	if (!from->database.used)
		return 0;
	r->database = from->database;
	return copy_str(&r->arena, from->database.digest, &r->database.digest, err);
}

int report_merge(struct report *r, const struct report *from, uint32_t subject, struct err *err)
{
	struct report_sink sink;

	r->compared |= from->compared;
	report_sink_init(&sink, r, subject);
	if (report_replay(from, &sink.sink, err) != 0 ||
	    merge_subject(r, from, subject, err) != 0 || merge_database(r, from, err) != 0)
		return -1;
	for (size_t i = 0; i < from->stages.n; i++) {
		if (report_add_stage(r, &from->stages.p[i], err) != 0)
			return -1;
	}
	return 0;
}

/* ---- order and conclusion ---- */

static int order_findings(const void *a, const void *b)
{
	return finding_compare(a, b);
}

static int order_packages(const void *a, const void *b)
{
	return package_compare(a, b);
}

static int order_problems(const void *left, const void *right)
{
	const struct problem *a = left, *b = right;
	int order;

	if (a->stage != b->stage)
		return a->stage < b->stage ? -1 : 1;
	order = str_cmp(a->place.origin.path, b->place.origin.path);
	if (order == 0 && a->place.line != b->place.line)
		return a->place.line < b->place.line ? -1 : 1;
	return order != 0 ? order : str_cmp(a->message, b->message);
}

static int order_gaps(const void *left, const void *right)
{
	const struct not_covered *a = left, *b = right;

	if (a->verdict != b->verdict)
		return a->verdict > b->verdict ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (str_cmp(a->what, b->what) != 0)
		return str_cmp(a->what, b->what);
	if (str_cmp(a->why, b->why) != 0)
		return str_cmp(a->why, b->why);
	return (a->stage > b->stage) - (a->stage < b->stage);
}

void report_sort(struct report *r)
{
	if (r->findings.n > 1)
		qsort(r->findings.p, r->findings.n, sizeof *r->findings.p, order_findings);
	index_secrets(r);
	report_forget_named(r);
	if (r->inventory.packages.n > 1)
		qsort(r->inventory.packages.p, r->inventory.packages.n,
		    sizeof *r->inventory.packages.p, order_packages);
	if (r->problems.n > 1)
		qsort(r->problems.p, r->problems.n, sizeof *r->problems.p, order_problems);
	if (r->not_covered.n > 1)
		qsort(r->not_covered.p, r->not_covered.n, sizeof *r->not_covered.p, order_gaps);
}

size_t report_count(const struct report *r, enum verdict verdict)
{
	size_t n = 0;

	for (size_t i = 0; i < r->findings.n; i++)
		n += r->findings.p[i].verdict == verdict;
	return n;
}

bool report_gap_is_repeated(const struct report *r, size_t index)
{
	const struct not_covered *a = &r->not_covered.p[index],
				 *b = &r->not_covered.p[index > 0 ? index - 1 : 0];

	return index > 0 && a->stage != b->stage && a->verdict == b->verdict &&
	       a->kind == b->kind && a->packages == b->packages && str_eq(a->what, b->what) &&
	       str_eq(a->why, b->why);
}

size_t report_count_gaps(const struct report *r, enum verdict verdict)
{
	size_t n = 0;

	for (size_t i = 0; i < r->not_covered.n; i++)
		n += r->not_covered.p[i].verdict == verdict && !report_gap_is_repeated(r, i);
	return n;
}

/* The exit codes that a problem can have, the gravest first. */
static unsigned problem_rank(enum err_code code)
{
	return code == ERR_CONFIG ? 3 : code == ERR_DATABASE ? 2 : 1;
}

void report_conclude(struct report *r)
{
	static const int exit_codes[] = {0, 4, 5, 3};
	unsigned gravest = 0;

	for (size_t i = 0; i < r->problems.n; i++)
		gravest = MAX_OF(gravest, problem_rank(r->problems.p[i].code));
	for (size_t i = 0; i < r->stages.n; i++)
		gravest = MAX_OF(gravest, r->stages.p[i].failed ? 1U : 0U);
	r->exit_code = exit_codes[gravest];
	r->verdict = gravest > 0 ? REPORT_ERROR : REPORT_PASSED;
	if (gravest == 0 &&
	    report_count(r, VERDICT_BLOCKS) + report_count_gaps(r, VERDICT_BLOCKS) > 0) {
		r->exit_code = 1;
		r->verdict = REPORT_BLOCKED;
	}
}
