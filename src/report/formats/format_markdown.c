/*
 * The comment on a pull request: at most sixty lines, found again by its hidden marker and edited
 * in place. If there is room, what a line should be stands behind its finding. All text from
 * outside stands in code spans or is escaped, so that a file name cannot make a link, an image, a
 * mention or a heading.
 */
#include "base/utf8.h"
#include "report/format.h"

/* Together with the table and the headings these stay below sixty lines. */
enum {
	FINDINGS_SHOWN = 10,
	FOLDED_SHOWN = 10,
	PROBLEMS_SHOWN = 5,
	NOT_COVERED_SHOWN = 4,
	QUOTED_SHOWN = 10,
	LINES_MAX = 60,
	SUGGESTION_LINES = 3,
	SUGGESTION_EDITS = 4,
	SUGGESTION_BYTES = 500, /* a longer line may have been cut */
};
enum { CODE_BYTES = 200, REFERENCE_BYTES = 1024 };

/* A comment that is written, and how many lines may be shown as they should be. */
struct comment {
	struct buf *out;
	size_t suggestions;
};

/* Inside backticks: no backtick, no line end, no pipe that would end a table cell. */
static void add_code_of(struct buf *out, struct str text, size_t max_bytes)
{
	struct buf safe CLEANUP(buf_release) = BUF_INIT(KIB(16));

	buf_add_safe(&safe, str_sub(text, 0, max_bytes));
	buf_addc(out, '`');
	for (size_t i = 0; i < safe.n; i++)
		buf_addc(out, safe.p[i] == '`' || safe.p[i] == '|' ? '\'' : safe.p[i]);
	if (safe.n == 0)
		buf_addc(out, '-');
	buf_addc(out, '`');
}

static void add_code(struct buf *out, struct str text)
{
	add_code_of(out, text, CODE_BYTES);
}

/* What Markdown and HTML read is escaped. What a forge reads in the text that is left (a mention,
 * an issue's number) is broken by a blank of no width; what makes a bare link is an entity. */
static void add_text_byte(struct buf *out, struct str text, size_t at)
{
	struct str rest = str_sub(text, at, text.n);

	if (rest.p[0] == '<')
		buf_add(out, STR("&lt;"));
	else if (rest.p[0] == '&')
		buf_add(out, STR("&amp;"));
	else if (rest.p[0] == '@')
		buf_add(out, STR("@&#8203;"));
	else if (rest.p[0] == '#')
		buf_add(out, STR("\\#&#8203;"));
	else if (str_starts(rest, STR("://")))
		buf_add(out, STR("&#58;"));
	else if (rest.p[0] == '.' && at >= 3 && str_eq_nocase(str_sub(text, at - 3, 3), STR("www")))
		buf_add(out, STR("&#46;"));
	else {
		if (str_chr(STR("\\`*_{}[]()!|~>"), rest.p[0]) != STR_NPOS)
			buf_addc(out, '\\');
		buf_addc(out, rest.p[0]);
	}
}

static void add_whole_text(struct buf *out, struct str text)
{
	struct buf safe CLEANUP(buf_release) = BUF_INIT(KIB(16));

	buf_add_safe(&safe, text);
	for (size_t i = 0; i < safe.n; i++)
		add_text_byte(out, buf_str(&safe), i);
}

static void add_text(struct buf *out, struct str text)
{
	add_whole_text(out, str_excerpt(text, 300));
}

static void add_stage_row(
    struct buf *out, const struct report *report, const struct stage_result *stage)
{
	size_t blocks = 0, fresh = 0, known = 0;

	for (size_t i = 0; i < report->findings.n; i++) {
		const struct finding *f = &report->findings.p[i];

		if (f->stage != stage->stage)
			continue;
		blocks += f->verdict == VERDICT_BLOCKS;
		fresh += f->state == STATE_NEW;
		known += f->state == STATE_KNOWN;
	}
	for (size_t i = 0; i < report->not_covered.n; i++)
		blocks += report->not_covered.p[i].stage == stage->stage &&
			  report->not_covered.p[i].verdict == VERDICT_BLOCKS;
	buf_addf(out, "| " STR_FMT " | ", STR_ARG(stage_word(stage->stage)));
	if (!stage->ran) {
		buf_add(out, STR("not run: "));
		add_text(out, stage->why);
		buf_add(out, STR(" | | | |\n"));
		return;
	}
	buf_add(out, stage->failed ? STR("**error**")
		     : blocks	   ? STR("**blocked**")
				   : STR("passed"));
	buf_addf(out, " | %zu | %zu | %zu | %.1f s |\n", blocks, fresh, known,
	    (double)stage->duration_ms / 1000.0);
}

static void add_places(struct buf *out, const struct finding *f)
{
	struct buf place CLEANUP(buf_release) = BUF_INIT(KIB(8));
	struct buf more CLEANUP(buf_release) = BUF_INIT(KIB(1));
	const struct place *telling[REPORT_TELLING_PLACES];
	size_t n;

	if (f->n_places == 0)
		return;
	report_place_text(&f->places[0], &place);
	add_code(out, buf_str(&place));
	report_more_places_text(f, &more);
	if (more.n > 0)
		buf_addf(out, " %s", buf_cstr(&more));
	n = report_telling_places(f, telling);
	for (size_t i = 0; i < n; i++) {
		buf_clear(&place);
		report_place_text(telling[i], &place);
		buf_add(out, i == 0 ? STR(", such as ") : STR(", "));
		add_code(out, buf_str(&place));
	}
	buf_addc(out, ' ');
}

/* ---- what a line should be ---- */

/* The byte at which the 1-based column begins, or STR_NPOS. */
static size_t byte_of_column(struct str line, uint32_t column)
{
	size_t at = 0;

	for (uint32_t i = 1; i < column; i++) {
		uint32_t rune;
		size_t n;

		if (at >= line.n)
			return STR_NPOS;
		n = utf8_decode(str_sub(line, at, line.n), &rune);

		at += n > 0 ? n : 1;
	}
	return at;
}

/* Edits of one line, the first one first; false if they are of several, or not to be offered. */
static bool edits_of_line(
    const struct finding *f, const struct finding_edit *ret[SUGGESTION_EDITS], size_t *ret_n)
{
	size_t n = f->fix ? f->fix->n_edits : 0;

	if (n == 0 || n > SUGGESTION_EDITS || f->n_places == 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct finding_edit *e = &f->fix->edits[i];
		size_t at = i;

		if (e->level > EDIT_SUGGESTED || e->line == 0 || e->line != f->places[0].line ||
		    e->end_line != e->line || !str_eq(e->path, f->places[0].origin.path))
			return false;
		for (; at > 0 && ret[at - 1]->column > e->column; at--)
			ret[at] = ret[at - 1];
		ret[at] = e;
	}
	*ret_n = n;
	return true;
}

/* The line with its edits made. False if it cannot be shown to the byte: it is cut, has a secret,
 * or what would end the block. */
static bool edit_line(const struct finding *f, struct buf *out)
{
	struct buf safe CLEANUP(buf_release) = BUF_INIT(KIB(16));
	const struct finding_edit *edits[SUGGESTION_EDITS];
	struct str line = f->source_line, part;
	size_t n, at = 0, tabs = 0;

	if (!edits_of_line(f, edits, &n) || line.n >= SUGGESTION_BYTES ||
	    str_has(line, STR("[secret]")))
		return false;
	for (size_t i = 0; i < n; i++) {
		size_t from = byte_of_column(line, edits[i]->column);
		size_t end = byte_of_column(line, edits[i]->end_column);

		if (from < at || end < from || end > line.n)
			return false;
		buf_add(out, str_sub(line, at, from - at));
		buf_add(out, edits[i]->text);
		at = end;
	}
	buf_add(out, str_sub(line, at, line.n));
	line = buf_str(out);
	while (str_cut(&line, '\t', &part))
		buf_add_safe(&safe, part);
	line = buf_str(out);
	for (size_t i = 0; i < line.n; i++)
		tabs += line.p[i] == '\t';
	return safe.n + tabs == line.n && !str_has(line, STR("```"));
}

static void add_suggestion(struct comment *c, const struct finding *f)
{
	struct buf line CLEANUP(buf_release) = BUF_INIT(KIB(16));

	if (c->suggestions == 0 || f->waiver || !edit_line(f, &line))
		return;
	c->suggestions--;
	buf_addf(c->out, "  ```suggestion\n  %s\n  ```\n", buf_cstr(&line));
}

/* ---- */

static void add_finding(struct comment *c, const struct report *report, const struct finding *f)
{
	struct buf *out = c->out;
	struct buf layer CLEANUP(buf_release) = BUF_INIT(KIB(1));

	buf_add(out, STR("- "));
	add_places(out, f);
	buf_addf(out, "**" STR_FMT "** ", STR_ARG(severity_word(f->severity)));
	add_code(out, f->rule);
	buf_addf(out, " " STR_FMT ": ", STR_ARG(state_word(f->state)));
	add_text(out, f->message.n ? f->message : f->title);
	if (report_commit(f).n > 0) {
		buf_add(out, STR(", commit "));
		add_code(out, str_sub(report_commit(f), 0, 7));
	}
	report_layer_text(report, f, &layer);
	if (layer.n > 0) {
		buf_add(out, STR("; "));
		add_text(out, buf_str(&layer));
	}
	if (f->waiver) {
		buf_add(out, STR(" (excused by "));
		add_text(out, f->waiver->owner);
		if (f->waiver->until.n > 0) {
			buf_add(out, STR(" until "));
			add_text(out, f->waiver->until);
		}
		buf_addc(out, ')');
	} else if (f->request.n + f->waiver_ended.n > 0) {
		buf_add(out, STR(" (not excused: "));
		add_text(out, f->request);
		if (f->request.n > 0 && f->waiver_ended.n > 0)
			buf_add(out, STR("; "));
		add_text(out, f->waiver_ended);
		buf_addc(out, ')');
	}
	if (f->fix && f->fix->text.n > 0 && f->verdict == VERDICT_BLOCKS) {
		buf_add(out, STR(" → "));
		add_text(out, f->fix->text);
	}
	buf_addc(out, '\n');
	add_suggestion(c, f);
}

static void add_gap(struct buf *out, const struct not_covered *gap)
{
	struct buf why CLEANUP(buf_release) = BUF_INIT(KIB(8));

	buf_add(out, STR("- "));
	add_code(out, gap->what);
	buf_add(out, STR(" not covered, "));
	buf_add(out, gap_kind_word(gap->kind));
	buf_add(out, STR(": "));
	report_gap_text(gap, &why);
	add_text(out, buf_str(&why));
	buf_addc(out, '\n');
}

/* Those that block, or the others; returns how many are shown. */
static size_t add_gaps_of(struct buf *out, const struct report *report, bool blocking, size_t most)
{
	size_t shown = 0;

	for (size_t i = 0; i < report->not_covered.n && shown < most; i++) {
		const struct not_covered *gap = &report->not_covered.p[i];

		if ((gap->verdict == VERDICT_BLOCKS) != blocking ||
		    report_gap_is_repeated(report, i))
			continue;
		add_gap(out, gap);
		shown++;
	}
	return shown;
}

static size_t add_blocking(struct comment *c, const struct report *report)
{
	struct buf *out = c->out;
	size_t gaps = report_count_gaps(report, VERDICT_BLOCKS);
	size_t total = report_count(report, VERDICT_BLOCKS) + gaps, shown = 0;

	if (total == 0)
		return 0;
	buf_add(out, STR("\n**What blocks**\n\n"));
	shown = add_gaps_of(out, report, true, FINDINGS_SHOWN);
	for (size_t i = 0; i < report->findings.n && shown < FINDINGS_SHOWN; i++) {
		if (report->findings.p[i].verdict != VERDICT_BLOCKS)
			continue;
		add_finding(c, report, &report->findings.p[i]);
		shown++;
	}
	if (total > shown)
		buf_addf(
		    out, "- … and %zu more: `plimsoll check --all` lists them\n", total - shown);
	return shown;
}

static void add_rest(struct comment *c, const struct report *report, size_t max)
{
	struct buf *out = c->out;
	size_t total = 0, shown = 0;

	for (size_t i = 0; i < report->findings.n; i++) {
		enum verdict v = report->findings.p[i].verdict;

		total += (v == VERDICT_WARNS && report->findings.p[i].state == STATE_NEW) ||
			 v == VERDICT_EXCUSED;
	}
	if (total == 0)
		return;
	buf_addf(out, "\n<details><summary>%zu that do not block</summary>\n\n", total);
	for (size_t i = 0; i < report->findings.n && shown < max; i++) {
		const struct finding *f = &report->findings.p[i];

		if ((f->verdict != VERDICT_WARNS || f->state != STATE_NEW) &&
		    f->verdict != VERDICT_EXCUSED)
			continue;
		add_finding(c, report, f);
		shown++;
	}
	if (total > shown)
		buf_addf(out, "- … and %zu more\n", total - shown);
	buf_add(out, STR("\n</details>\n"));
}

/* What a program printed, behind the first line of a message. A fence ends at a line of backticks:
 * there are none. Returns how many lines that took. */
static size_t add_quoted(struct buf *out, struct str text)
{
	struct buf safe CLEANUP(buf_release) = BUF_INIT(KIB(16));
	struct str line;
	size_t lines = 0;

	buf_add(out, STR("  ```text\n"));
	for (; lines < QUOTED_SHOWN && str_cut(&text, '\n', &line); lines++) {
		buf_clear(&safe);
		buf_add_safe(&safe, str_sub(line, 0, CODE_BYTES));
		buf_add(out, STR("  "));
		for (size_t i = 0; i < safe.n; i++)
			buf_addc(out, safe.p[i] == '`' ? '\'' : safe.p[i]);
		buf_addc(out, '\n');
	}
	buf_add(out, STR("  ```\n"));
	return lines + 2;
}

static size_t add_problem(struct buf *out, const struct problem *problem, bool quote)
{
	struct str rest = problem->message, line = STR_NONE;

	(void)str_cut(&rest, '\n', &line);
	buf_add(out, STR("- "));
	buf_add(out, stage_word(problem->stage));
	buf_add(out, STR(": "));
	add_text(out, line);
	buf_addc(out, '\n');
	return quote && rest.n > 0 ? add_quoted(out, rest) : 0;
}

/* Returns how many of its lines are what a program printed. */
static size_t add_gaps(struct buf *out, const struct report *report)
{
	size_t warning = report_count_other_gaps(report); /* what blocks is shown above */
	size_t shown = 0, quoted = 0, i;

	if (report->problems.n + warning > 0)
		buf_add(out, STR("\n**What could not be judged**\n\n"));
	for (i = 0; i < report->problems.n && shown < PROBLEMS_SHOWN; i++, shown++) {
		size_t lines = add_problem(out, &report->problems.p[i], quoted == 0);

		/* They take the room of two problems and of the findings that do not block. */
		if (lines > 0)
			shown += 2;
		quoted += lines;
	}
	if (report->problems.n > i)
		buf_addf(out, "- … and %zu more\n", report->problems.n - i);
	i = add_gaps_of(out, report, false, NOT_COVERED_SHOWN);
	if (warning > i)
		buf_addf(out, "- … and %zu more not covered\n", warning - i);
	return quoted;
}

static void write_comment(
    const struct report *report, const struct report_opts *opts, struct comment *c)
{
	struct buf *out = c->out;
	struct buf summary CLEANUP(buf_release) = BUF_INIT(KIB(4));
	size_t quoted;

	if (opts->marker.n > 0)
		buf_addf(out, "<!-- " STR_FMT " -->\n", STR_ARG(opts->marker));
	buf_addf(
	    out, "### Plimsoll: " STR_FMT "\n\n", STR_ARG(report_verdict_word(report->verdict)));
	report_summary(report, opts, &summary);
	add_whole_text(out, buf_str(&summary));
	buf_add(out, STR("\n\n| stage | verdict | block | new | known | time |\n"
			 "|---|---|---|---|---|---|\n"));
	for (size_t i = 0; i < report->stages.n; i++)
		add_stage_row(out, report, &report->stages.p[i]);
	(void)add_blocking(c, report);
	quoted = add_gaps(out, report);
	add_rest(c, report, FOLDED_SHOWN - MIN_OF(quoted, (size_t)FOLDED_SHOWN));
	if (report->policy.note.n > 0) {
		buf_addc(out, '\n');
		add_text(out, report->policy.note);
		buf_addc(out, '\n');
	}
	if (opts->trailer.n > 0) {
		buf_addc(out, '\n');
		add_text(out, opts->trailer);
		if (opts->image.n > 0) {
			buf_addc(out, ' ');
			add_code_of(out, opts->image, REFERENCE_BYTES);
		}
		buf_addc(out, '\n');
	}
}

/* Lines as they should be are shown as far as there is room. */
static void write_markdown(
    const struct report *report, const struct report_opts *opts, struct buf *out)
{
	struct buf plain CLEANUP(buf_release) = BUF_INIT(MIB(16));
	struct comment comment = {.out = &plain};
	size_t lines = 0;

	write_comment(report, opts, &comment);
	for (size_t i = 0; i < plain.n; i++)
		lines += plain.p[i] == '\n';
	comment.out = out;
	comment.suggestions = lines < LINES_MAX ? (LINES_MAX - lines) / SUGGESTION_LINES : 0;
	write_comment(report, opts, &comment);
}

const struct report_format format_markdown = {
    .name = "markdown",
    .title = "the comment on a pull request, at most sixty lines",
    .mime = "text/markdown; charset=utf-8",
    .write = write_markdown,
};
