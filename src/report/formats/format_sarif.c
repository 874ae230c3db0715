/*
 * SARIF 2.1.0 (OASIS), for code scanning: rules with their help, results with region, fingerprint,
 * state against the target branch, suppressions, and the edits of safe and suggested fixes.
 */
#include "base/json.h"
#include "base/map.h"
#include "report/format.h"

enum { MEMORY_BYTES = 256 << 20 };

struct sarif {
	struct json_out j;
	const struct report *report;
	struct arena arena;
	struct map numbers; /* id to size_t *, its place in the list */
};

static void member_text(struct json_out *j, const char *key, struct str text)
{
	json_key(j, key);
	json_begin_object(j);
	json_member_str(j, "text", text.n > 0 ? text : STR("-"));
	json_end_object(j);
}

/* ---- rules ---- */

static const char *level_of_severity(enum severity severity)
{
	switch (severity) {
	case SEVERITY_CRITICAL:
	case SEVERITY_HIGH:
		return "error";
	case SEVERITY_MEDIUM:
	case SEVERITY_UNKNOWN:
		return "warning";
	case SEVERITY_LOW:
	case SEVERITY_INFO:
		return "note";
	}
	return "warning";
}

/* As code scanning ranks them, by the score ranges of CVSS. */
static const char *score_of(enum severity severity)
{
	static const char *const scores[] = {[SEVERITY_INFO] = "0.0",
	    [SEVERITY_LOW] = "3.0",
	    [SEVERITY_MEDIUM] = "5.5",
	    [SEVERITY_HIGH] = "8.0",
	    [SEVERITY_CRITICAL] = "9.5"};

	return (size_t)severity < ARRAY_LEN(scores) ? scores[severity] : NULL;
}

static void write_rule_properties(struct sarif *s, const struct finding *f)
{
	struct json_out *j = &s->j;
	const char *score = score_of(f->severity);

	json_key(j, "properties");
	json_begin_object(j);
	json_key(j, "tags");
	json_begin_array(j);
	json_str(j, STR("security"));
	json_str(j, stage_word(f->stage));
	if (f->threat.n > 0)
		json_str(j, f->threat);
	json_end_array(j);
	if (score)
		json_member_str(j, "security-severity", str_of(score));
	json_end_object(j);
}

static void write_rule(struct sarif *s, const struct finding *f)
{
	struct json_out *j = &s->j;

	json_begin_object(j);
	json_member_str(j, "id", f->rule);
	member_text(j, "shortDescription", f->title.n > 0 ? f->title : f->rule);
	if (f->fix && f->fix->text.n > 0)
		member_text(j, "help", f->fix->text);
	if (f->references.n > 0)
		json_member_str(j, "helpUri", f->references.p[0]);
	json_key(j, "defaultConfiguration");
	json_begin_object(j);
	json_member_str(j, "level", str_of(level_of_severity(f->severity)));
	json_end_object(j);
	write_rule_properties(s, f);
	json_end_object(j);
}

/* Each rule once, in the order of its first finding. */
static void write_rules(struct sarif *s)
{
	size_t n = 0;

	json_key(&s->j, "rules");
	json_begin_array(&s->j);
	for (size_t i = 0; i < s->report->findings.n; i++) {
		const struct finding *f = &s->report->findings.p[i];
		size_t *number;

		if (map_has(&s->numbers, f->rule))
			continue;
		number = arena_new(&s->arena, size_t);
		if (!number || !map_put(&s->numbers, f->rule, number))
			break;
		*number = n++;
		write_rule(s, f);
	}
	json_end_array(&s->j);
}

/* ---- places ---- */

/* A relative reference by RFC 3986: raw bytes that are not unreserved, and not '/', are escaped. */
static struct str uri_of(struct sarif *s, struct str path)
{
	static const char digits[] = "0123456789ABCDEF";
	char *out = arena_alloc(&s->arena, 3 * path.n + 1);
	size_t n = 0;

	for (size_t i = 0; out && i < path.n; i++) {
		unsigned char c = (unsigned char)path.p[i];

		if (byte_is_alnum(path.p[i]) || str_chr(STR("-._~/"), path.p[i]) != STR_NPOS) {
			out[n++] = path.p[i];
			continue;
		}
		out[n++] = '%';
		out[n++] = digits[c >> 4];
		out[n++] = digits[c & 15];
	}
	return str_make(out, n);
}

static void write_artifact(struct sarif *s, struct str path)
{
	json_key(&s->j, "artifactLocation");
	json_begin_object(&s->j);
	json_member_str(&s->j, "uri", uri_of(s, path));
	json_end_object(&s->j);
}

static void write_region(struct json_out *j, const char *key, uint32_t line, uint32_t column,
    uint32_t end_line, uint32_t end_column)
{
	json_key(j, key);
	json_begin_object(j);
	json_member_int(j, "startLine", line);
	if (column > 0)
		json_member_int(j, "startColumn", column);
	if (end_line >= line)
		json_member_int(j, "endLine", end_line);
	if (end_column > 0)
		json_member_int(j, "endColumn", end_column);
	json_end_object(j);
}

/* What is in no file (a layer's configuration, a commit's message) is a logical place. */
static void write_location(struct sarif *s, const struct place *place)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT(KIB(64));
	struct json_out *j = &s->j;

	json_begin_object(j);
	if (place->origin.path.n > 0) {
		json_key(j, "physicalLocation");
		json_begin_object(j);
		write_artifact(s, place->origin.path);
		if (place->line > 0)
			write_region(j, "region", place->line, place->column, place->end_line,
			    place->end_column);
		json_end_object(j);
	}
	report_place_text(place, &text);
	if (place->origin.path.n == 0 || place->origin.inner.n > 0 || place->origin.layer.n > 0) {
		json_key(j, "logicalLocations");
		json_begin_array(j);
		json_begin_object(j);
		json_member_str(j, "fullyQualifiedName", buf_str(&text));
		json_end_object(j);
		json_end_array(j);
	}
	json_end_object(j);
}

/* ---- results ---- */

static void write_edit(struct sarif *s, const struct finding_edit *edit)
{
	struct json_out *j = &s->j;

	json_begin_object(j);
	write_artifact(s, edit->path);
	json_key(j, "replacements");
	json_begin_array(j);
	json_begin_object(j);
	write_region(
	    j, "deletedRegion", edit->line, edit->column, edit->end_line, edit->end_column);
	if (edit->text.n > 0)
		member_text(j, "insertedContent", edit->text);
	json_end_object(j);
	json_end_array(j);
	json_end_object(j);
}

/* All edits of a finding are one fix. An unsafe one is left to those who ask for it. */
static void write_fix(struct sarif *s, const struct finding_fix *fix)
{
	struct json_out *j = &s->j;

	for (size_t i = 0; i < fix->n_edits; i++)
		if (fix->edits[i].level == EDIT_UNSAFE || fix->edits[i].line == 0)
			return;
	if (fix->n_edits == 0)
		return;
	json_key(j, "fixes");
	json_begin_array(j);
	json_begin_object(j);
	member_text(j, "description", fix->text);
	json_key(j, "artifactChanges");
	json_begin_array(j);
	for (size_t i = 0; i < fix->n_edits; i++)
		write_edit(s, &fix->edits[i]);
	json_end_array(j);
	json_end_object(j);
	json_end_array(j);
}

static void write_suppression(struct json_out *j, const struct finding *f)
{
	if (f->verdict != VERDICT_EXCUSED)
		return;
	json_key(j, "suppressions");
	json_begin_array(j);
	json_begin_object(j);
	json_member_str(j, "kind", f->waiver ? STR("external") : STR("inSource"));
	json_member_str(j, "status", STR("accepted"));
	json_member_str(j, "justification", f->waiver ? f->waiver->reason : f->request);
	json_end_object(j);
	json_end_array(j);
}

static struct str baseline_of(enum finding_state state)
{
	switch (state) {
	case STATE_NEW:
		return STR("new");
	case STATE_FIXED:
		return STR("absent");
	case STATE_KNOWN:
		return STR("unchanged");
	}
	return STR_NONE;
}

static struct str level_of(const struct finding *f)
{
	if (f->verdict == VERDICT_BLOCKS)
		return STR("error");
	if (f->verdict == VERDICT_PASSES)
		return STR("note");
	return str_of(level_of_severity(f->severity));
}

static void write_properties(struct json_out *j, const struct finding *f)
{
	json_key(j, "properties");
	json_begin_object(j);
	json_member_str(j, "stage", stage_word(f->stage));
	json_member_str(j, "severity", severity_word(f->severity));
	json_member_str(j, "verdict", verdict_word(f->verdict));
	if (f->package)
		json_member_str(j, "purl", f->package->purl);
	json_end_object(j);
}

static void write_result(struct sarif *s, const struct finding *f)
{
	const size_t *number = map_get(&s->numbers, f->rule);
	struct json_out *j = &s->j;

	json_begin_object(j);
	json_member_str(j, "ruleId", f->rule);
	if (number)
		json_member_int(j, "ruleIndex", (int64_t)*number);
	json_member_str(j, "level", level_of(f));
	member_text(j, "message", f->message.n > 0 ? f->message : f->title);
	json_key(j, "locations");
	json_begin_array(j);
	if (f->n_places > 0)
		write_location(s, &f->places[0]);
	json_end_array(j);
	if (f->n_places > 1) {
		json_key(j, "relatedLocations");
		json_begin_array(j);
		for (size_t i = 1; i < f->n_places; i++)
			write_location(s, &f->places[i]);
		json_end_array(j);
	}
	if (f->fingerprint.n > 0) {
		json_key(j, "partialFingerprints");
		json_begin_object(j);
		json_member_str(j, "plimsoll/v1", f->fingerprint);
		json_end_object(j);
	}
	json_member_str(j, "baselineState", baseline_of(f->state));
	if (f->fix)
		write_fix(s, f->fix);
	write_suppression(j, f);
	write_properties(j, f);
	json_end_object(j);
}

/* ---- the run ---- */

static void begin_notification(struct sarif *s, const char *level, struct str text)
{
	json_begin_object(&s->j);
	json_member_str(&s->j, "level", str_of(level));
	member_text(&s->j, "message", text);
}

/* What could not be read, and what was not covered. */
static void write_invocation(struct sarif *s)
{
	const struct report *r = s->report;
	struct buf text CLEANUP(buf_release) = BUF_INIT(KIB(64));
	struct json_out *j = &s->j;

	json_key(j, "invocations");
	json_begin_array(j);
	json_begin_object(j);
	json_member_bool(j, "executionSuccessful", r->verdict != REPORT_ERROR);
	json_member_int(j, "exitCode", r->exit_code);
	json_key(j, "toolExecutionNotifications");
	json_begin_array(j);
	for (size_t i = 0; i < r->problems.n; i++) {
		begin_notification(s, "error", r->problems.p[i].message);
		if (r->problems.p[i].place.origin.path.n > 0) {
			json_key(j, "locations");
			json_begin_array(j);
			write_location(s, &r->problems.p[i].place);
			json_end_array(j);
		}
		json_end_object(j);
	}
	for (size_t i = 0; i < r->not_covered.n; i++) {
		buf_clear(&text);
		buf_addf(&text, "not covered: " STR_FMT ": ", STR_ARG(r->not_covered.p[i].what));
		report_gap_text(&r->not_covered.p[i], &text);
		begin_notification(s, "warning", buf_str(&text));
		json_end_object(j);
	}
	json_end_array(j);
	json_end_object(j);
	json_end_array(j);
}

static void write_run(struct sarif *s)
{
	struct json_out *j = &s->j;

	json_begin_object(j);
	json_key(j, "tool");
	json_begin_object(j);
	json_key(j, "driver");
	json_begin_object(j);
	json_member_str(j, "name", STR("plimsoll"));
	json_member_str(j, "version", STR(PLIMSOLL_VERSION));
	write_rules(s);
	json_end_object(j);
	json_end_object(j);
	write_invocation(s);
	json_member_str(j, "columnKind", STR("unicodeCodePoints"));
	json_key(j, "results");
	json_begin_array(j);
	for (size_t i = 0; i < s->report->findings.n; i++)
		write_result(s, &s->report->findings.p[i]);
	json_end_array(j);
	json_end_object(j);
}

static void write_sarif(
    const struct report *report, const struct report_opts *opts, struct buf *out)
{
	struct sarif s = {.report = report};

	(void)opts;
	arena_init(&s.arena, MEMORY_BYTES);
	map_init(&s.numbers, &s.arena);
	json_out_init(&s.j, out, true);
	json_begin_object(&s.j);
	json_member_str(&s.j, "$schema", STR("https://json.schemastore.org/sarif-2.1.0.json"));
	json_member_str(&s.j, "version", STR("2.1.0"));
	json_key(&s.j, "runs");
	json_begin_array(&s.j);
	write_run(&s);
	json_end_array(&s.j);
	json_end_object(&s.j);
	buf_addc(out, '\n');
	if (!arena_ok(&s.arena))
		out->failed = true;
	arena_release(&s.arena);
}

const struct report_format format_sarif = {
    .name = "sarif",
    .title = "SARIF 2.1.0, for code scanning",
    .mime = "application/sarif+json",
    .write = write_sarif,
};
