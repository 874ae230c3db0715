/*
 * The stable report, docs/report.schema.json: keys that are absent are unknown, never
 * empty texts. Every finding is in it, whatever its verdict.
 */
#include "base/clock.h"
#include "base/json.h"
#include "report/format.h"

static void member_list(struct json_out *j, const char *key, const struct str_list *list)
{
	if (list->n == 0)
		return;
	json_key(j, key);
	json_begin_array(j);
	for (size_t i = 0; i < list->n; i++)
		json_str(j, list->p[i]);
	json_end_array(j);
}

static void member_uint(struct json_out *j, const char *key, uint32_t value)
{
	if (value > 0)
		json_member_int(j, key, value);
}

static void member_time(struct json_out *j, const char *key, int64_t ms)
{
	char text[TIME_TEXT_SIZE];

	time_format(ms, text);
	json_member_str(j, key, str_of(text));
}

static void write_spot(struct json_out *j, const struct place *p)
{
	json_member_str(j, "path", p->origin.path);
	json_member_str(j, "inner", p->origin.inner);
	json_member_str(j, "encoding", p->origin.encoding);
	member_uint(j, "line", p->line);
	member_uint(j, "column", p->column);
	member_uint(j, "end_line", p->end_line);
	member_uint(j, "end_column", p->end_column);
	json_member_str(j, "commit", p->origin.commit);
	json_member_str(j, "author", p->origin.author);
	json_member_str(j, "ref", p->origin.ref);
	json_member_str(j, "object", p->origin.object);
	json_member_str(j, "reach", p->origin.reach);
	json_member_str(j, "removed", p->origin.removed);
	json_member_str(j, "layer", p->origin.layer);
	json_member_str(j, "instruction", p->origin.instruction);
}

static void write_place(struct json_out *j, const struct place *p)
{
	json_begin_object(j);
	write_spot(j, p);
	json_end_object(j);
}

/* Of a secret each place says for itself whether it is new. */
static void write_places(struct json_out *j, const struct finding *f)
{
	json_key(j, "places");
	json_begin_array(j);
	for (size_t i = 0; i < f->n_places; i++) {
		json_begin_object(j);
		write_spot(j, &f->places[i]);
		if (f->secret)
			json_member_str(j, "state", state_word(f->places[i].state));
		json_end_object(j);
	}
	json_end_array(j);
	member_uint(j, "more_places", f->more_places);
}

static void write_package(struct json_out *j, const struct package *p)
{
	json_begin_object(j);
	json_member_str(j, "name", p->name);
	json_member_str(j, "version", p->version);
	json_member_str(j, "purl", p->purl);
	json_member_str(j, "source", p->source);
	json_member_str(j, "source_version", p->source_version);
	json_member_str(j, "licence", p->licence);
	if (p->scope != SCOPE_UNKNOWN)
		json_member_str(j, "scope", package_scope_word(p->scope));
	if (p->from_base != BASE_UNKNOWN)
		json_member_bool(j, "from_base", p->from_base == BASE_YES);
	if (p->n_occurrences > 0) {
		json_key(j, "occurrences");
		json_begin_array(j);
		for (size_t i = 0; i < p->n_occurrences; i++)
			write_place(j, &p->occurrences[i]);
		json_end_array(j);
	}
	member_uint(j, "more_occurrences", p->more_occurrences);
	json_end_object(j);
}

static void write_vulnerability(struct json_out *j, const struct finding_vulnerability *v)
{
	json_begin_object(j);
	json_member_str(j, "id", v->id);
	member_list(j, "aliases", &v->aliases);
	member_list(j, "fixed", &v->fixed);
	json_member_str(j, "severity", severity_word(v->severity));
	json_member_str(j, "cvss_vector", v->cvss_vector);
	if (v->cvss_tenths >= 0) {
		json_key(j, "cvss");
		json_tenths(j, v->cvss_tenths);
	}
	if (v->kev >= 0)
		json_member_bool(j, "kev", v->kev == 1);
	if (v->epss_per_mille >= 0)
		json_member_int(j, "epss_per_mille", v->epss_per_mille);
	json_member_str(j, "range", v->range);
	json_member_str(j, "feed", v->feed);
	json_end_object(j);
}

static void write_fix(struct json_out *j, const struct finding_fix *fix)
{
	json_begin_object(j);
	json_member_str(j, "text", fix->text);
	if (fix->n_edits > 0) {
		json_key(j, "edits");
		json_begin_array(j);
		for (size_t i = 0; i < fix->n_edits; i++) {
			const struct finding_edit *e = &fix->edits[i];

			json_begin_object(j);
			json_member_str(j, "path", e->path);
			json_member_int(j, "offset", (int64_t)e->offset);
			json_member_int(j, "end", (int64_t)e->end);
			member_uint(j, "line", e->line);
			member_uint(j, "column", e->column);
			member_uint(j, "end_line", e->end_line);
			member_uint(j, "end_column", e->end_column);
			json_key(j, "text");
			json_str(j, e->text);
			json_member_str(j, "level", edit_level_word(e->level));
			json_member_int(j, "importance", e->importance);
			json_end_object(j);
		}
		json_end_array(j);
	}
	json_end_object(j);
}

static void write_groups(struct json_out *j, const struct finding *f)
{
	if (f->package) {
		json_key(j, "package");
		write_package(j, f->package);
	}
	if (f->vulnerability) {
		json_key(j, "vulnerability");
		write_vulnerability(j, f->vulnerability);
	}
	if (f->secret) {
		json_key(j, "secret");
		json_begin_object(j);
		json_member_str(j, "kind", f->secret->kind);
		json_member_int(j, "length", f->secret->length);
		json_member_str(j, "prefix", f->secret->prefix);
		json_member_str(j, "hash", f->secret->hash);
		json_member_bool(j, "generic", f->secret->generic);
		json_end_object(j);
	}
	if (f->fix) {
		json_key(j, "fix");
		write_fix(j, f->fix);
	}
	if (f->waiver) {
		json_key(j, "waiver");
		json_begin_object(j);
		json_member_str(j, "owner", f->waiver->owner);
		json_member_str(j, "reason", f->waiver->reason);
		json_member_str(j, "until", f->waiver->until);
		json_end_object(j);
	}
}

static void write_finding(struct json_out *j, const struct finding *f)
{
	json_begin_object(j);
	json_member_str(j, "rule", f->rule);
	json_member_str(j, "stage", stage_word(f->stage));
	json_member_int(j, "subject", f->subject);
	json_member_str(j, "severity", severity_word(f->severity));
	json_member_str(j, "peer_severity", f->peer_severity);
	json_member_str(j, "state", state_word(f->state));
	json_member_str(j, "verdict", verdict_word(f->verdict));
	json_member_str(j, "title", f->title);
	json_member_str(j, "message", f->message);
	json_member_str(j, "threat", f->threat);
	json_member_str(j, "fingerprint", f->fingerprint);
	write_places(j, f);
	write_groups(j, f);
	json_member_str(j, "request", f->request);
	json_member_str(j, "waiver_ended", f->waiver_ended);
	member_list(j, "references", &f->references);
	member_list(j, "compliance", &f->compliance);
	json_end_object(j);
}

static void write_stages(struct json_out *j, const struct report *r)
{
	json_key(j, "stages");
	json_begin_array(j);
	for (size_t i = 0; i < r->stages.n; i++) {
		const struct stage_result *s = &r->stages.p[i];

		if (!s->ran)
			continue;
		json_begin_object(j);
		json_member_str(j, "name", stage_word(s->stage));
		json_member_str(j, "verdict", s->failed ? STR("error") : verdict_word(s->verdict));
		json_member_int(j, "duration_ms", s->duration_ms);
		json_end_object(j);
	}
	json_end_array(j);
	json_key(j, "not_run");
	json_begin_array(j);
	for (size_t i = 0; i < r->stages.n; i++) {
		const struct stage_result *s = &r->stages.p[i];

		if (s->ran)
			continue;
		json_begin_object(j);
		json_member_str(j, "stage", stage_word(s->stage));
		json_member_str(j, "why", s->why);
		json_end_object(j);
	}
	json_end_array(j);
}

static void write_not_covered(struct json_out *j, const struct report *r)
{
	json_key(j, "not_covered");
	json_begin_array(j);
	for (size_t i = 0; i < r->not_covered.n; i++) {
		json_begin_object(j);
		json_member_str(j, "stage", stage_word(r->not_covered.p[i].stage));
		json_member_str(j, "kind", gap_kind_word(r->not_covered.p[i].kind));
		json_member_str(j, "what", r->not_covered.p[i].what);
		json_member_str(j, "verdict", verdict_word(r->not_covered.p[i].verdict));
		json_member_str(j, "why", r->not_covered.p[i].why);
		json_member_int(j, "packages", (int64_t)r->not_covered.p[i].packages);
		json_end_object(j);
	}
	json_end_array(j);
}

static void write_suppressions(struct json_out *j, const char *key, const struct suppressions *s)
{
	json_key(j, key);
	json_begin_object(j);
	json_member_int(j, "granted", (int64_t)s->granted);
	json_member_int(j, "asked", (int64_t)s->asked);
	json_member_int(j, "unused", (int64_t)s->unused);
	json_end_object(j);
}

static void write_subject(struct json_out *j, const struct report *r, size_t at)
{
	const struct subject *s = &r->subjects.p[at];

	json_begin_object(j);
	json_member_str(j, "kind", s->kind);
	json_member_str(j, "name", s->name);
	json_member_str(j, "digest", s->digest);
	json_member_str(j, "platform", s->platform);
	json_key(j, "children");
	json_begin_array(j);
	for (size_t i = 0; i < r->subjects.n; i++) {
		if (r->subjects.p[i].parent == at + 1)
			json_uint(j, i);
	}
	json_end_array(j);
	json_end_object(j);
}

static void write_context(struct json_out *j, const struct report *r)
{
	json_key(j, "subjects");
	json_begin_array(j);
	for (size_t i = 0; i < r->subjects.n; i++)
		write_subject(j, r, i);
	json_end_array(j);
	json_key(j, "policy");
	json_begin_object(j);
	json_member_str(j, "source", r->policy.source);
	json_member_str(j, "commit", r->policy.commit);
	json_member_str(j, "mode", r->policy.mode);
	json_member_str(j, "note", r->policy.note);
	json_end_object(j);
	if (r->database.used) {
		json_key(j, "database");
		json_begin_object(j);
		json_member_str(j, "digest", r->database.digest);
		member_time(j, "built", r->database.built_ms);
		json_end_object(j);
	}
}

static void write_problems(struct json_out *j, const struct report *r)
{
	json_key(j, "errors");
	json_begin_array(j);
	for (size_t i = 0; i < r->problems.n; i++) {
		const struct problem *p = &r->problems.p[i];

		json_begin_object(j);
		json_member_str(j, "stage", stage_word(p->stage));
		json_member_str(j, "kind", str_of(err_code_name(p->code)));
		json_member_str(j, "message", p->message);
		json_key(j, "place");
		write_place(j, &p->place);
		json_end_object(j);
	}
	json_end_array(j);
}

static void write_packages(struct json_out *j, const struct report *r)
{
	const struct inventory *inventory = &r->inventory;

	if (inventory->packages.n == 0)
		return;
	json_key(j, "inventory");
	json_begin_object(j);
	json_member_str(j, "distro", inventory->distro.id);
	json_member_str(j, "distro_version", inventory->distro.version_id);
	json_member_int(j, "packages", (int64_t)inventory->packages.n);
	json_end_object(j);
}

static void write_json(const struct report *report, const struct report_opts *opts, struct buf *out)
{
	struct json_out j;

	json_out_init(&j, out, true);
	json_begin_object(&j);
	json_member_str(&j, "schema", STR("plimsoll-report/1"));
	json_key(&j, "tool");
	json_begin_object(&j);
	json_member_str(&j, "name", STR("plimsoll"));
	json_member_str(&j, "version", STR(PLIMSOLL_VERSION));
	json_end_object(&j);
	member_time(&j, "time", opts->now_ms);
	json_member_str(&j, "verdict", report_verdict_word(report->verdict));
	json_member_int(&j, "exit_code", report->exit_code);
	write_context(&j, report);
	write_stages(&j, report);
	write_not_covered(&j, report);
	write_suppressions(&j, "suppressions", &report->suppressions);
	if (report->compared)
		write_suppressions(&j, "suppressions_added", &report->suppressions_added);
	write_packages(&j, report);
	json_key(&j, "findings");
	json_begin_array(&j);
	for (size_t i = 0; i < report->findings.n; i++)
		write_finding(&j, &report->findings.p[i]);
	json_end_array(&j);
	write_problems(&j, report);
	json_end_object(&j);
	buf_addc(out, '\n');
}

const struct report_format format_json = {
    .name = "json",
    .title = "stable, with a schema: docs/report.schema.json",
    .mime = "application/json",
    .write = write_json,
};
