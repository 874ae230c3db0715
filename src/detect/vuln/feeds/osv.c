/*
 * OSV records, schema 1.x, JSON or YAML: one record a file, a JSON array of them, or one a
 * YAML document. A distribution's record that bundles several CVEs (aliases or "upstream")
 * becomes one advisory for each, with the record's number as its alias.
 *
 * Refused: ranges of type GIT (a package's version says nothing about commits; a package that has
 * no other range is left out and counted), CVSS v4.0 scores (see cvss.h; database_specific.severity
 * is used instead).
 */
#include "base/clock.h"
#include "detect/vuln/cvss.h"
#include "detect/vuln/ecosystem.h"
#include "detect/vuln/feeds/feed.h"
#include "read/syntax/node.h"

enum { OSV_NESTING = 64, REFERENCES_MAX = 16, SUMMARY_BYTES = 160, ID_BYTES = 128 };

struct osv_reader {
	const struct feed_file *file;
	const struct feed_out *out;
	struct arena *arena;
	const struct syntax_tree *tree;
	const struct node *record;
	const char *why; /* a record that cannot be used: what is wrong with it */
	size_t why_at;
};

static bool is_json(struct str text)
{
	return text.n > 0 && (text.p[0] == '{' || text.p[0] == '[');
}

/* A key at the beginning of a line: top level in YAML. */
static bool has_line_key(struct str text, const char *key)
{
	struct str k = str_of(key);
	size_t at = str_find(text, k);

	while (at != STR_NPOS) {
		size_t next;

		if (at == 0 || text.p[at - 1] == '\n')
			return true;
		next = str_find(str_sub(text, at + k.n, text.n), k);
		at = next == STR_NPOS ? next : at + k.n + next;
	}
	return false;
}

static bool osv_recognises(const struct feed_file *file)
{
	struct str text = str_trim_left(file->bytes);

	if (is_json(text))
		return str_has(text, STR("\"id\"")) && str_has(text, STR("\"modified\"")) &&
		       (str_has(text, STR("\"affected\"")) || str_has(text, STR("\"withdrawn\"")));
	return has_line_key(text, "id:") && has_line_key(text, "modified:");
}

/* Remembers the first reason for which the record cannot be used. */
static void refuse(struct osv_reader *r, const struct node *at, const char *why)
{
	if (r->why)
		return;
	r->why = why;
	r->why_at = (at ? at : r->record)->offset;
}

static struct str scalar(const struct node *node)
{
	if (node_is(node, NODE_STRING) || node_is(node, NODE_NUMBER))
		return str_trim(node_text(node));
	return STR("");
}

static struct str scalar_of(const struct node *map, const char *key)
{
	return scalar(node_get(map, str_of(key)));
}

static bool is_cve(struct str id)
{
	return str_starts(id, STR("CVE-"));
}

/* The texts of a list node, of at most max of its items. */
static int read_texts(
    const struct node *list, size_t max, struct arena *arena, struct str_list *ret, struct err *err)
{
	struct str_list texts = {NULL, 0};
	size_t n = node_is(list, NODE_LIST) ? MIN_OF(list->n, max) : 0;

	if (n == 0)
		return 0;
	texts.p = arena_array(arena, n, sizeof *texts.p);
	if (!texts.p)
		return arena_err(arena, err);
	for (const struct node *item = list->first; item && texts.n < n; item = item->next) {
		struct str text = scalar(item);

		if (text.n > 0)
			texts.p[texts.n++] = text;
	}
	*ret = texts;
	return 0;
}

static int read_references(struct osv_reader *r, struct str_list *ret, struct err *err)
{
	const struct node *list = node_get(r->record, STR("references")), *item;
	struct str_list urls = {arena_array(r->arena, REFERENCES_MAX, sizeof(struct str)), 0};

	if (!urls.p)
		return arena_err(r->arena, err);
	for (item = node_first(list); item && urls.n < REFERENCES_MAX; item = item->next) {
		struct str url = scalar_of(item, "url");

		if (url.n > 0)
			urls.p[urls.n++] = url;
	}
	*ret = urls;
	return 0;
}

/* The summary, or the beginning of the details: one line, cut at a word. */
static struct str read_summary(const struct osv_reader *r)
{
	struct str text = scalar_of(r->record, "summary"), line = text;
	size_t cut;

	if (text.n == 0)
		text = line = scalar_of(r->record, "details");
	if (!str_cut(&text, '\n', &line) || line.n <= SUMMARY_BYTES)
		return str_trim(line);
	cut = str_find(line, STR(". "));
	if (cut != STR_NPOS && cut < SUMMARY_BYTES)
		return str_sub(line, 0, cut + 1);
	line = str_sub(line, 0, SUMMARY_BYTES);
	cut = str_rchr(line, ' ');
	return str_trim(str_sub(line, 0, cut == STR_NPOS ? line.n : cut));
}

static int64_t read_time(const struct osv_reader *r, const char *key)
{
	int64_t ms;

	return time_parse(scalar_of(r->record, key), &ms) && ms > 0 ? ms : 0;
}

struct severity_word {
	struct str word;
	enum severity severity;
};

/* GitHub's, Red Hat's and the plain words. */
static const struct severity_word severity_words[] = {
    {STR_INIT("critical"), SEVERITY_CRITICAL},
    {STR_INIT("high"), SEVERITY_HIGH},
    {STR_INIT("important"), SEVERITY_HIGH},
    {STR_INIT("moderate"), SEVERITY_MEDIUM},
    {STR_INIT("medium"), SEVERITY_MEDIUM},
    {STR_INIT("low"), SEVERITY_LOW},
    {STR_INIT("negligible"), SEVERITY_INFO},
};

/* Takes the best vector of a "severity" list: a v3 before a v2, the first of its kind. */
static void read_scores(const struct node *list, struct advisory *a)
{
	for (const struct node *item = node_first(list); item; item = item->next) {
		struct str vector = scalar_of(item, "score");
		bool better = a->cvss_tenths < 0 || (str_starts(vector, STR("CVSS:3")) &&
							!str_starts(a->cvss_vector, STR("CVSS:3")));
		int tenths;

		if (!better || !cvss_base_score(vector, &tenths))
			continue;
		a->cvss_vector = vector;
		a->cvss_tenths = tenths;
		a->severity = cvss_severity(vector, tenths);
	}
}

static void read_severity(const struct osv_reader *r, struct advisory *a)
{
	const struct node *affected = node_get(r->record, STR("affected"));

	read_scores(node_get(r->record, STR("severity")), a);
	for (const struct node *item = node_first(affected); item && a->cvss_tenths < 0;
	    item = item->next)
		read_scores(node_get(item, STR("severity")), a);
	a->peer_severity = scalar(node_path(r->record, "database_specific.severity"));
	if (a->cvss_tenths >= 0)
		return;
	for (size_t i = 0; i < ARRAY_LEN(severity_words); i++) {
		if (str_eq_nocase(a->peer_severity, severity_words[i].word))
			a->severity = severity_words[i].severity;
	}
}

struct event_word {
	struct str word;
	enum event_kind kind;
};

static const struct event_word event_words[] = {
    {STR_INIT("introduced"), EVENT_INTRODUCED},
    {STR_INIT("fixed"), EVENT_FIXED},
    {STR_INIT("last_affected"), EVENT_LAST_AFFECTED},
    {STR_INIT("limit"), EVENT_LIMIT},
};

static bool read_event(struct osv_reader *r, const struct node *node, struct advisory_event *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(event_words); i++) {
		const struct node *value = node_get(node, event_words[i].word);

		if (!value)
			continue;
		ret->kind = event_words[i].kind;
		ret->version = scalar(value);
		if (ret->version.n > 0)
			return true;
		break;
	}
	refuse(r, node, "a range event that names no version");
	return false;
}

static int read_ranges(struct osv_reader *r, const struct node *ranges,
    struct advisory_affected *affected, bool *ret_git, struct err *err)
{
	const struct node *range, *node;

	*ret_git = false;
	for (range = node_first(ranges); range; range = range->next) {
		bool begins = true;

		if (str_eq(scalar_of(range, "type"), STR("GIT"))) {
			*ret_git = true;
			continue;
		}
		for (node = node_first(node_get(range, STR("events"))); node; node = node->next) {
			struct advisory_event event = {.begins = begins};

			if (!read_event(r, node, &event))
				return 0;
			if (!vec_push(&affected->events, r->arena, event))
				return arena_err(r->arena, err);
			begins = false;
		}
	}
	return 0;
}

static int read_affected(
    struct osv_reader *r, const struct node *node, struct advisory *a, struct err *err)
{
	struct advisory_affected affected = {.status = STATUS_AFFECTED};
	const struct node *package = node_get(node, STR("package"));
	const struct node *versions = node_get(node, STR("versions"));
	struct str ecosystem = scalar_of(package, "ecosystem"), name = scalar_of(package, "name");
	bool git;

	if (!package) {
		a->left_out.nameless++;
		return 0;
	}
	if (ecosystem.n == 0 || name.n == 0) {
		refuse(r, node, "an affected package without ecosystem or name");
		return 0;
	}
	affected.ecosystem = ecosystem_key(ecosystem, r->arena);
	affected.package = ecosystem_package_name(affected.ecosystem, name, r->arena);
	if (!affected.ecosystem.p || !affected.package.p)
		return arena_err(r->arena, err);
	if (read_ranges(r, node_get(node, STR("ranges")), &affected, &git, err) != 0 ||
	    read_texts(versions, SIZE_MAX, r->arena, &affected.versions, err) != 0)
		return -1;
	if (affected.events.n == 0 && affected.versions.n == 0) {
		a->left_out.git_only += git;
		a->left_out.unversioned += !git;
		return 0;
	}
	return vec_push(&a->affected, r->arena, affected) ? 0 : arena_err(r->arena, err);
}

/* "PYSEC" of PYSEC-2020-43: whose record it is. */
static struct str publisher_of(struct str id)
{
	size_t dash = str_chr(id, '-');

	if (dash == STR_NPOS || dash > 12)
		return STR("OSV");
	for (size_t i = 0; i < dash; i++) {
		if (!byte_is_alpha(id.p[i]))
			return STR("OSV");
	}
	return str_sub(id, 0, dash);
}

static int read_record(struct osv_reader *r, struct advisory *a, struct err *err)
{
	const struct node *list = node_get(r->record, STR("affected")), *item;

	a->id = scalar_of(r->record, "id");
	a->cvss_tenths = -1;
	if (!node_is(r->record, NODE_MAP))
		refuse(r, NULL, "not an OSV record");
	if (a->id.n == 0 || a->id.n > ID_BYTES)
		refuse(r, NULL, "a record without a usable id");
	if (list && !node_is(list, NODE_LIST))
		refuse(r, list, "\"affected\" is not a list");
	if (r->why)
		return 0;
	a->feed = publisher_of(a->id);
	a->summary = read_summary(r);
	a->published_ms = read_time(r, "published");
	a->modified_ms = read_time(r, "modified");
	a->withdrawn_ms = read_time(r, "withdrawn");
	if (node_get(r->record, STR("withdrawn")) && a->withdrawn_ms == 0)
		refuse(r, NULL, "\"withdrawn\" is not a time");
	read_severity(r, a);
	if (read_texts(node_get(r->record, STR("aliases")), SIZE_MAX, r->arena, &a->aliases, err) !=
		0 ||
	    read_references(r, &a->references, err) != 0)
		return -1;
	for (item = node_first(list); item; item = item->next) {
		if (read_affected(r, item, a, err) != 0)
			return -1;
	}
	return 0;
}

static bool is_distribution(const struct advisory *a)
{
	return a->affected.n > 0 && ecosystem_is_distribution(a->affected.p[0].ecosystem);
}

/* What is left out of the record counts once. */
static int emit_as(
    struct osv_reader *r, const struct advisory *a, struct str cve, bool is_first, struct err *err)
{
	struct advisory one = *a;
	struct str alias = a->id;

	if (!is_first)
		memset(&one.left_out, 0, sizeof one.left_out);
	one.id = cve;
	one.aliases = (struct str_list){&alias, 1};
	return r->out->advisory(r->out->arg, &one, err);
}

/* The CVEs that a distribution's record stands for. */
static int bundled_cves(
    struct osv_reader *r, const struct advisory *a, struct str_list *ret, struct err *err)
{
	struct str_list upstream = {NULL, 0};
	const struct str_list *lists[] = {&a->aliases, &upstream};
	struct str_list cves;

	if (read_texts(node_get(r->record, STR("upstream")), SIZE_MAX, r->arena, &upstream, err) !=
	    0)
		return -1;
	cves.p = arena_array(r->arena, a->aliases.n + upstream.n, sizeof *cves.p);
	cves.n = 0;
	if (!cves.p)
		return arena_err(r->arena, err);
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		for (size_t j = 0; j < lists[i]->n; j++) {
			if (is_cve(lists[i]->p[j]))
				cves.p[cves.n++] = lists[i]->p[j];
		}
	}
	*ret = cves;
	return 0;
}

/* One advisory a CVE for a distribution's bundle, else the record as it is. */
static int emit(struct osv_reader *r, const struct advisory *a, struct err *err)
{
	struct str_list cves = {0};

	if (!is_distribution(a) || is_cve(a->id))
		return r->out->advisory(r->out->arg, a, err);
	if (bundled_cves(r, a, &cves, err) != 0)
		return -1;
	if (cves.n > FEED_PAIRS_MAX / a->affected.n)
		return r->out->problem(r->out->arg, r->record->offset,
		    "more CVEs and packages than a record has", err);
	for (size_t i = 0; i < cves.n; i++) {
		if (emit_as(r, a, cves.p[i], i == 0, err) != 0)
			return -1;
	}
	return cves.n ? 0 : r->out->advisory(r->out->arg, a, err);
}

/* A mistake of the text that lies within the record makes it unusable as a whole. */
static void refuse_broken(struct osv_reader *r)
{
	for (size_t i = 0; i < r->tree->problems.n; i++) {
		const struct syntax_problem *p = &r->tree->problems.p[i];

		if (p->offset < r->record->offset || p->offset > r->record->end || r->why)
			continue;
		r->why = p->what;
		r->why_at = p->offset;
	}
}

static int one_record(struct osv_reader *r, const struct node *record, struct err *err)
{
	struct advisory a = {.cvss_tenths = -1};

	r->record = record;
	r->why = NULL;
	refuse_broken(r);
	if (read_record(r, &a, err) != 0)
		return -1;
	if (r->why)
		return r->out->problem(r->out->arg, r->why_at, r->why, err);
	return emit(r, &a, err);
}

static int osv_read(
    const struct feed_file *file, const struct feed_out *out, struct arena *arena, struct err *err)
{
	struct syntax_tree tree;
	struct osv_reader r = {.file = file, .out = out, .arena = arena, .tree = &tree};
	bool json = is_json(str_trim_left(file->bytes));

	if (json ? json_tree(file->bytes, OSV_NESTING, arena, &tree, err)
		 : yaml_tree(file->bytes, OSV_NESTING, arena, &tree, err))
		return -1;
	if (tree.roots.n == 0)
		return out->problem(out->arg, 0, "nothing in it can be read", err);
	for (size_t i = 0; i < tree.roots.n; i++) {
		const struct node *root = tree.roots.p[i], *item;

		if (!node_is(root, NODE_LIST)) {
			if (one_record(&r, root, err) != 0)
				return -1;
			continue;
		}
		for (item = root->first; item; item = item->next) {
			if (one_record(&r, item, err) != 0)
				return -1;
		}
	}
	return 0;
}

const struct feed feed_osv = {
    .name = STR_INIT("osv"),
    .what = STR_INIT("Open Source Vulnerability records (JSON or YAML)"),
    .since = STR_INIT("2026-11-24"),
    .recognises = osv_recognises,
    .read = osv_read,
};
