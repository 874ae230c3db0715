#include "report/format.h"

#define RECORDS	       "report/formats.def"
#define RECORDS_TYPE   struct report_format
#define RECORDS_PREFIX format
#define RECORDS_LIST   formats
#include "base/records.h"

enum { HOUR_MS = 60 * 60 * 1000 };

const struct report_format *const *report_formats(size_t *ret_n)
{
	*ret_n = ARRAY_LEN(formats);
	return formats;
}

const struct report_format *report_format_find(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		if (str_eq(name, str_of(formats[i]->name)))
			return formats[i];
	}
	return NULL;
}

void report_path_text(const struct origin *origin, struct buf *out)
{
	buf_add(out, origin->path);
	if (origin->inner.n > 0) {
		buf_addc(out, '!');
		buf_add(out, origin->inner);
	}
}

void report_place_text(const struct place *place, struct buf *out)
{
	if (place->origin.path.n > 0)
		report_path_text(&place->origin, out);
	else if (place->origin.commit.n > 0)
		buf_addf(out, "commit %.*s", (int)MIN_OF(place->origin.commit.n, (size_t)7),
		    place->origin.commit.p);
	else
		buf_addc(out, '-');
	if (place->line > 0)
		buf_addf(out, ":%u", place->line);
	if (place->line > 0 && place->column > 0)
		buf_addf(out, ":%u", place->column);
}

void report_gap_text(const struct not_covered *gap, struct buf *out)
{
	buf_add_safe(out, gap->why);
	if (gap->packages > 0)
		buf_addf(out, " (%llu package%s)", (unsigned long long)gap->packages,
		    gap->packages == 1 ? "" : "s");
}

size_t report_count_other_gaps(const struct report *report)
{
	size_t n = 0;

	for (size_t i = 0; i < report->not_covered.n; i++)
		n += report->not_covered.p[i].verdict != VERDICT_BLOCKS &&
		     !report_gap_is_repeated(report, i);
	return n;
}

struct str report_verdict_word(enum report_verdict verdict)
{
	switch (verdict) {
	case REPORT_PASSED:
		return STR("passed");
	case REPORT_BLOCKED:
		return STR("blocked");
	case REPORT_ERROR:
		break;
	}
	return STR("error");
}

bool report_shows(const struct finding *finding, const struct report_opts *opts)
{
	if (opts->all)
		return true;
	return finding->verdict >= VERDICT_WARNS && finding->state == STATE_NEW;
}

static size_t count_known(const struct report *report)
{
	size_t n = 0;

	for (size_t i = 0; i < report->findings.n; i++)
		n += report->findings.p[i].state == STATE_KNOWN;
	return n;
}

static size_t count_new(const struct report *report, enum verdict verdict)
{
	size_t n = 0;

	for (size_t i = 0; i < report->findings.n; i++) {
		const struct finding *f = &report->findings.p[i];

		n += f->verdict == verdict && (f->state == STATE_NEW || verdict == VERDICT_BLOCKS);
	}
	return n;
}

/* The first waiver that ends, so that the line can say until when. */
static struct str earliest_until(const struct report *report)
{
	struct str until = STR_NONE;

	for (size_t i = 0; i < report->findings.n; i++) {
		const struct finding_waiver *w = report->findings.p[i].waiver;

		if (w && w->until.n > 0 && (until.n == 0 || str_cmp(w->until, until) < 0))
			until = w->until;
	}
	return until;
}

/* Vulnerabilities that have a fixed version and no severity: no threshold holds them. */
static size_t count_unrated(const struct report *report)
{
	size_t n = 0;

	for (size_t i = 0; i < report->findings.n; i++) {
		const struct finding *f = &report->findings.p[i];

		n += f->vulnerability && f->vulnerability->fixed.n > 0 &&
		     f->severity == SEVERITY_UNKNOWN && f->state == STATE_NEW &&
		     (f->verdict == VERDICT_WARNS || f->verdict == VERDICT_PASSES);
	}
	return n;
}

static void summary_counts(const struct report *report, struct buf *out)
{
	size_t excused = report_count(report, VERDICT_EXCUSED);
	size_t known = count_known(report), unrated = count_unrated(report);
	struct str until = earliest_until(report);

	buf_addf(out, "%zu block, %zu warn",
	    count_new(report, VERDICT_BLOCKS) + report_count_gaps(report, VERDICT_BLOCKS),
	    count_new(report, VERDICT_WARNS));
	if (unrated > 0)
		buf_addf(out,
		    ", %zu fixable without a severity (a feed of OSV records that state one brings "
		    "it; block-unknown-severity blocks without)",
		    unrated);
	if (known > 0)
		buf_addf(out, ", %zu known (--all)", known);
	if (excused > 0)
		buf_addf(out, ", %zu excused", excused);
	if (excused > 0 && until.n > 0) {
		buf_add(out, STR(" until "));
		buf_add_safe(out, until);
	}
	if (report->problems.n > 0)
		buf_addf(out, ", %zu could not be read", report->problems.n);
}

/* "2 suppressions added here: 1 granted, 1 asked for", or nothing. What the target branch has too
 * is in the first number alone. */
static void summary_suppressions(const struct report *report, struct buf *out)
{
	const struct suppressions *s = &report->suppressions, *parts = s;
	size_t all = s->granted + s->asked + s->unused, added = all;
	const char *before = ": ";

	if (all == 0)
		return;
	buf_addf(out, ", %zu suppression%s", all, all == 1 ? "" : "s");
	if (report->compared) {
		parts = &report->suppressions_added;
		added = parts->granted + parts->asked + parts->unused;
		if (added == all)
			buf_add(out, STR(" added here"));
		else if (added > 0)
			buf_addf(out, ", %zu added here", added);
		else
			buf_add(out, STR(", none added here"));
	}
	if (parts->granted > 0)
		buf_addf(out, "%s%zu granted", before, parts->granted);
	if (parts->asked > 0)
		buf_addf(out, "%s%zu asked for", parts->granted ? ", " : before, parts->asked);
	if (parts->unused > 0)
		buf_addf(out, "%s%zu unused", parts->granted + parts->asked ? ", " : before,
		    parts->unused);
}

void report_summary(const struct report *report, const struct report_opts *opts, struct buf *out)
{
	const struct policy_info *policy = &report->policy;

	buf_add(out, report_verdict_word(report->verdict));
	if (report->not_covered.n > 0)
		buf_addf(out, ", %zu not covered", report->not_covered.n);
	buf_add(out, STR(": "));
	summary_counts(report, out);
	summary_suppressions(report, out);
	if (report->database.used)
		buf_addf(out, " · advisories %lld h old",
		    (long long)MAX_OF(
			(opts->now_ms - report->database.built_ms) / HOUR_MS, (int64_t)0));
	buf_add(out, STR(" · policy "));
	buf_add_safe(out, policy->commit.n ? str_sub(policy->commit, 0, 7) : policy->source);
	buf_addf(out, " · exit %d", report->exit_code);
}

struct str report_commit(const struct finding *finding)
{
	for (size_t i = 0; finding->secret && i < finding->n_places; i++) {
		if (finding->places[i].origin.commit.n > 0)
			return finding->places[i].origin.commit;
	}
	return STR_NONE;
}

void report_more_places_text(const struct finding *finding, struct buf *out)
{
	size_t layers = 0, known = 0, more = finding->more_places;

	for (size_t i = 1; i < finding->n_places; i++, more++) {
		layers += finding->places[i].origin.layer.n > 0;
		known += finding->places[i].state == STATE_KNOWN;
	}
	if (more == 0)
		return;
	buf_addf(out, "and %zu more place%s", more, more == 1 ? "" : "s");
	if (layers > 0)
		buf_addf(out, " (%zu in layers", layers);
	if (known > 0)
		buf_addf(out, "%s%zu known", layers > 0 ? ", " : " (", known);
	if (layers > 0 || known > 0)
		buf_addc(out, ')');
}

static bool same_file(const struct origin *a, const struct origin *b)
{
	return str_eq(a->path, b->path) && str_eq(a->inner, b->inner);
}

size_t report_telling_places(
    const struct finding *finding, const struct place *ret[REPORT_TELLING_PLACES])
{
	const struct place *places = finding->places;
	const struct origin *last = finding->n_places ? &places[0].origin : NULL;
	size_t n = 0;

	for (size_t i = 1; i < finding->n_places && n < REPORT_TELLING_PLACES; i++) {
		if (same_file(&places[i].origin, &places[0].origin) ||
		    same_file(&places[i].origin, last))
			continue;
		ret[n++] = &places[i];
		last = &places[i].origin;
	}
	if (n == 0 && finding->n_places > 1 && places[1].line != places[0].line)
		ret[n++] = &places[1];
	return n;
}

void report_layer_text(const struct report *report, const struct finding *finding, struct buf *out)
{
	const struct place *place = finding->n_places ? &finding->places[0] : NULL;

	(void)report;
	if (!place)
		return;
	if (place->origin.layer.n == 0) {
		/* A place of an image's configuration has no line. */
		if (place->origin.instruction.n > 0)
			buf_add_safe(out, str_excerpt(place->origin.instruction, 80));
		return;
	}
	buf_add(out, STR("in layer "));
	buf_add_safe(out, str_sub(place->origin.layer, place->origin.layer.n > 19 ? 7 : 0, 12));
	if (place->origin.instruction.n > 0) {
		buf_add(out, STR(" ("));
		buf_add_safe(out, str_excerpt(place->origin.instruction, 80));
		buf_addc(out, ')');
	}
	if (finding->package && finding->package->from_base == BASE_YES)
		buf_add(out, STR(", the base image's"));
	if (finding->package && finding->package->from_base == BASE_NO)
		buf_add(out, STR(", yours, not the base image's"));
}
