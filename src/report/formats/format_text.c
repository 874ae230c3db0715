/*
 * For a terminal: what blocks first, the line and the cure under each, one summary line
 * last. Columns are padded within a report, never cut.
 */
#include "base/utf8.h"
#include "report/format.h"

struct columns {
	size_t place, severity, rule;
};

struct ink {
	const char *block, *warn, *dim, *off;
};

static const struct ink plain = {"", "", "", ""};
static const struct ink colors = {"\033[1;31m", "\033[33m", "\033[2m", "\033[0m"};

static void add_cell(struct buf *out, struct str text, size_t width)
{
	size_t from = out->n;

	buf_add_safe(out, text);
	for (size_t used = out->n - MIN_OF(from, out->n); used < width; used++)
		buf_addc(out, ' ');
	buf_add(out, STR("  "));
}

static struct columns measure(const struct report *report, const struct report_opts *opts)
{
	struct columns c = {0, 0, 0};

	for (size_t i = 0; i < report->findings.n; i++) {
		const struct finding *f = &report->findings.p[i];
		struct buf text CLEANUP(buf_release) = BUF_INIT(KIB(8));

		if (!report_shows(f, opts))
			continue;
		if (f->n_places > 0)
			report_place_text(&f->places[0], &text);
		c.place = MAX_OF(c.place, MIN_OF(text.n, (size_t)40));
		c.severity = MAX_OF(c.severity, severity_word(f->severity).n);
		c.rule = MAX_OF(c.rule, MIN_OF(f->rule.n, (size_t)24));
	}
	for (size_t i = 0; i < report->not_covered.n; i++) {
		if (report->not_covered.p[i].verdict == VERDICT_BLOCKS)
			c.place =
			    MAX_OF(c.place, MIN_OF(report->not_covered.p[i].what.n, (size_t)40));
	}
	return c;
}

static struct str verdict_cell(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_BLOCKS:
		return STR("BLOCKS");
	case VERDICT_WARNS:
		return STR("warns");
	case VERDICT_EXCUSED:
		return STR("excused");
	case VERDICT_PASSES:
		break;
	}
	return STR("passes");
}

static const char *verdict_ink(const struct ink *ink, enum verdict verdict)
{
	if (verdict == VERDICT_BLOCKS)
		return ink->block;
	return verdict == VERDICT_WARNS ? ink->warn : ink->dim;
}

/* A line as it is shown: made safe, a tab as four blanks. Returns its columns. */
static size_t add_shown(struct buf *out, struct str line)
{
	struct buf shown CLEANUP(buf_release) = BUF_INIT(KIB(1));
	struct str rest = line, piece;

	while (str_cut(&rest, '\t', &piece)) {
		buf_add_safe(&shown, piece);
		if (rest.n > 0 || str_ends(line, STR("\t")))
			buf_add(&shown, STR("    "));
	}
	buf_add(out, buf_str(&shown));
	return utf8_count(buf_str(&shown));
}

/* The bytes of the first code points of a line; columns may be any number. */
static struct str first_columns(struct str line, uint32_t columns)
{
	size_t at = 0;

	for (uint32_t i = 0; i < columns && at < line.n; i++) {
		uint32_t rune;

		at += MAX_OF(utf8_decode(str_sub(line, at, line.n), &rune), (size_t)1);
	}
	return str_sub(line, 0, at);
}

/* The line and under it the part that is meant; only if the finding carries its line. */
static void add_source(struct buf *out, const struct finding *f, const struct ink *ink)
{
	struct buf marked CLEANUP(buf_release) = BUF_INIT(KIB(1));
	const struct place *at = &f->places[0];
	struct str before = first_columns(f->source_line, at->column ? at->column - 1 : 0);
	struct str through = f->source_line;
	size_t width;

	if (f->source_line.n == 0 || f->source_line.n > 160)
		return;
	if (at->end_line == at->line)
		through = first_columns(f->source_line, at->end_column ? at->end_column - 1 : 0);
	buf_addf(out, "%5u | ", at->line);
	width = add_shown(out, before);
	(void)add_shown(out, str_sub(f->source_line, before.n, f->source_line.n));
	buf_addf(out, "\n      | %s%*s", ink->dim, (int)width, "");
	width = through.n > before.n
		    ? add_shown(&marked, str_sub(through, before.n, through.n - before.n))
		    : 1;
	for (size_t i = 0; i < MAX_OF(width, (size_t)1); i++)
		buf_addc(out, '~');
	buf_add(out, str_of(ink->off));
	if (f->fix && f->fix->text.n > 0) {
		buf_add(out, STR("  "));
		buf_add_safe(out, f->fix->text);
	}
	buf_addc(out, '\n');
}

/* "and 5 more places (2 known): a.py:3, b/c.py:8 …; --format json lists them" */
static void add_more(struct buf *out, const struct finding *f, const char *more)
{
	const struct place *telling[REPORT_TELLING_PLACES];
	size_t n = report_telling_places(f, telling);

	buf_addf(out, "      %s", more);
	for (size_t i = 0; i < n; i++) {
		struct buf place CLEANUP(buf_release) = BUF_INIT(KIB(8));

		report_place_text(telling[i], &place);
		buf_add(out, i == 0 ? STR(": ") : STR(", "));
		buf_add_safe(out, buf_str(&place));
	}
	if (n > 0 && f->n_places + f->more_places > n + 1)
		buf_add(out, STR(" …"));
	buf_add(out, STR("; --format json lists them\n"));
}

static void add_details(struct buf *out, const struct report *report, const struct finding *f)
{
	struct buf layer CLEANUP(buf_release) = BUF_INIT(KIB(1));
	struct buf more CLEANUP(buf_release) = BUF_INIT(KIB(1));

	report_layer_text(report, f, &layer);
	if (layer.n > 0)
		buf_addf(out, "      %s\n", buf_cstr(&layer));
	if (f->source_line.n == 0 && f->fix && f->fix->text.n > 0) {
		buf_add(out, STR("      "));
		buf_add_safe(out, f->fix->text);
		buf_add(out, STR("   plimsoll explain "));
		buf_add_safe(out, f->rule);
		buf_addc(out, '\n');
	}
	report_more_places_text(f, &more);
	if (more.n > 0)
		add_more(out, f, buf_cstr(&more));
	if (f->waiver) {
		buf_add(out, STR("      excused by "));
		buf_add_safe(out, f->waiver->owner);
		buf_add(out, STR(": "));
		buf_add_safe(out, f->waiver->reason);
		buf_addc(out, '\n');
	} else if (f->request.n > 0) {
		buf_add(out, STR("      not excused: "));
		buf_add_safe(out, f->request);
		buf_addc(out, '\n');
	}
	if (!f->waiver && f->waiver_ended.n > 0) {
		buf_add(out, STR("      not excused: "));
		buf_add_safe(out, f->waiver_ended);
		buf_addc(out, '\n');
	}
}

static void add_finding(struct buf *out, const struct report *report, const struct finding *f,
    const struct columns *c, const struct ink *ink)
{
	struct buf place CLEANUP(buf_release) = BUF_INIT(KIB(8));

	if (f->n_places > 0)
		report_place_text(&f->places[0], &place);
	add_cell(out, place.n ? buf_str(&place) : STR("-"), c->place);
	buf_add(out, str_of(verdict_ink(ink, f->verdict)));
	add_cell(out, verdict_cell(f->verdict), 7);
	buf_add(out, str_of(ink->off));
	add_cell(out, severity_word(f->severity), c->severity);
	add_cell(out, f->rule, c->rule);
	add_cell(out, state_word(f->state), 5);
	buf_add_safe(out, f->message.n ? f->message : f->title);
	if (report_commit(f).n > 0) {
		buf_add(out, STR(", commit "));
		buf_add_safe(out, str_sub(report_commit(f), 0, 7));
	}
	buf_addc(out, '\n');
	if (f->n_places > 0)
		add_source(out, f, ink);
	add_details(out, report, f);
}

/* "PATH: ", but if the message says it itself. */
static void add_problem_path(struct buf *out, const struct problem *p)
{
	struct buf path CLEANUP(buf_release) = BUF_INIT(KIB(16));
	size_t at;

	report_path_text(&p->place.origin, &path);
	at = str_find(p->message, buf_str(&path));
	if (path.n == 0 ||
	    (at != STR_NPOS && str_starts(str_sub(p->message, at + path.n, 1), STR(":"))))
		return;
	buf_add_safe(out, buf_str(&path));
	buf_add(out, STR(": "));
}

/* After the first line a message quotes what a program printed. */
static void add_message(struct buf *out, struct str message)
{
	struct str line;

	if (str_cut(&message, '\n', &line))
		buf_add_safe(out, line);
	while (str_cut(&message, '\n', &line)) {
		buf_add(out, STR("\n    | "));
		buf_add_safe(out, line);
	}
}

/* What is not covered and does not block; what does stands with the findings that do. */
static void add_gaps(struct buf *out, const struct report *report, const struct report_opts *opts,
    const struct ink *ink)
{
	size_t shown = 0, total = report_count_other_gaps(report);

	for (size_t i = 0; i < report->not_covered.n; i++) {
		const struct not_covered *gap = &report->not_covered.p[i];

		if (gap->verdict == VERDICT_BLOCKS || report_gap_is_repeated(report, i) ||
		    (!opts->all && shown >= opts->max_blocking))
			continue;
		buf_add(out, STR("not covered     "));
		buf_add(out, str_of(verdict_ink(ink, gap->verdict)));
		buf_add(out, verdict_cell(gap->verdict));
		buf_add(out, str_of(ink->off));
		buf_add(out, STR("  "));
		buf_add_safe(out, gap->what);
		buf_add(out, STR(": "));
		report_gap_text(gap, out);
		buf_addc(out, '\n');
		shown++;
	}
	if (total > shown)
		buf_addf(out,
		    "not covered     … and %zu more: the same command with --all shows them\n",
		    total - shown);
}

static void add_problems(struct buf *out, const struct report *report,
    const struct report_opts *opts, const struct ink *ink)
{
	for (size_t i = 0; i < report->problems.n; i++) {
		const struct problem *p = &report->problems.p[i];

		buf_add(out, str_of(ink->block));
		buf_add(out, STR("could not read  "));
		buf_add(out, str_of(ink->off));
		add_problem_path(out, p);
		add_message(out, p->message);
		buf_addc(out, '\n');
	}
	add_gaps(out, report, opts, ink);
	for (size_t i = 0; i < report->stages.n; i++) {
		const struct stage_result *s = &report->stages.p[i];

		if (s->ran)
			continue;
		buf_add(out, STR("not run         "));
		buf_add(out, stage_word(s->stage));
		buf_add(out, STR(": "));
		buf_add_safe(out, s->why);
		buf_addc(out, '\n');
	}
}

/* What blocks because nothing judged it, like a finding. Returns how many are shown. */
static size_t add_blocking_gaps(struct buf *out, const struct report *report,
    const struct report_opts *opts, const struct columns *c, const struct ink *ink)
{
	size_t most = opts->all ? SIZE_MAX : opts->max_blocking, shown = 0;

	for (size_t i = 0; i < report->not_covered.n && shown < most; i++) {
		const struct not_covered *gap = &report->not_covered.p[i];

		if (gap->verdict != VERDICT_BLOCKS || report_gap_is_repeated(report, i))
			continue;
		add_cell(out, gap->what, c->place);
		buf_add(out, str_of(ink->block));
		add_cell(out, verdict_cell(gap->verdict), 7);
		buf_add(out, str_of(ink->off));
		buf_addf(out, "not covered, " STR_FMT ": ", STR_ARG(gap_kind_word(gap->kind)));
		report_gap_text(gap, out);
		buf_addc(out, '\n');
		shown++;
	}
	return shown;
}

static void write_text(const struct report *report, const struct report_opts *opts, struct buf *out)
{
	const struct ink *ink = opts->color ? &colors : &plain;
	struct columns c = measure(report, opts);
	size_t shown = add_blocking_gaps(out, report, opts, &c, ink);
	size_t hidden = report_count_gaps(report, VERDICT_BLOCKS) - shown;

	for (size_t i = 0; i < report->findings.n; i++) {
		const struct finding *f = &report->findings.p[i];

		if (!report_shows(f, opts))
			continue;
		if (!opts->all && shown >= opts->max_blocking) {
			hidden++;
			continue;
		}
		add_finding(out, report, f, &c, ink);
		shown++;
	}
	if (hidden > 0)
		buf_addf(out, "… and %zu more: the same command with --all shows them\n", hidden);
	add_problems(out, report, opts, ink);
	if (out->n > 0)
		buf_addc(out, '\n');
	if (report->policy.note.n > 0) {
		buf_add_safe(out, report->policy.note);
		buf_addc(out, '\n');
	}
	buf_add(out, str_of(report->exit_code ? ink->block : ""));
	report_summary(report, opts, out);
	buf_add(out, str_of(report->exit_code ? ink->off : ""));
	buf_addc(out, '\n');
	if (opts->trailer.n > 0) {
		buf_add_safe(out, opts->trailer);
		if (opts->image.n > 0) {
			buf_addc(out, ' ');
			buf_add_safe(out, opts->image);
		}
		buf_addc(out, '\n');
	}
}

const struct report_format format_text = {
    .name = "text",
    .title = "for people: what blocks first, with the line and the cure",
    .mime = "text/plain; charset=utf-8",
    .write = write_text,
};
