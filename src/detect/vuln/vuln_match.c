/*
 * Packages are put into groups (one source package and version, one ecosystem); each group
 * is looked up once, its records are joined by their aliases, and each set of joined
 * records is one finding.
 */
#include "base/map.h"
#include "detect/vuln/ecosystem.h"
#include "detect/vuln/match.h"
#include "detect/vuln/range.h"

#include <stdlib.h>

/* Caps on what a damaged or hostile file can make us walk. */
enum {
	ENTRIES_MAX = 1 << 16,
	EVENTS_MAX = 1 << 16,
	TEXTS_MAX = 1 << 16,
	SET_MAX = 256,
	MESSAGE_MAX = 4096
};

struct vuln_group {
	struct str ecosystem;		      /* key */
	struct str name;		      /* as advisories have it */
	struct str version;		      /* that is compared */
	VEC(const struct package *) packages; /* requirement files first */
};

/* One record that holds the version. */
struct hit {
	struct db_advisory advisory;
	uint32_t index;
	enum advisory_status status;
	struct str fixed; /* empty: none known */
	struct str range;
	size_t joined; /* the first hit of its set; itself if it is that one */
};

struct matcher {
	const struct db *db;
	const struct inventory *inventory;
	const struct vuln_options *options;
	struct sink *sink;
	struct vuln_gaps *gaps;
	struct arena *arena;
	struct str distro;    /* "debian 12" */
	struct map group_of;  /* "ecosystem\nname\nversion" to struct vuln_group * */
	struct map gap_of;    /* "what\nwhy" to index + 1 into gaps */
	struct arena scratch; /* of one group */
	/* of one group */
	const struct version_scheme *scheme;
	VEC(struct hit) hits;
};

/* Maps here hold an index + 1; 0 is absent. */
static size_t as_index(const void *value)
{
	return (size_t)(uintptr_t)value;
}

/* ---- what could not be judged ---- */

static int add_gap(struct matcher *m, enum gap_kind kind, struct str what, struct str why,
    size_t packages, struct err *err)
{
	struct str key = arena_fmt(m->arena, STR_FMT "\n" STR_FMT, STR_ARG(what), STR_ARG(why));
	struct not_covered gap = {
	    .stage = STAGE_SCAN, .kind = kind, .what = what, .why = why, .packages = packages};
	size_t found;

	if (!key.p)
		return arena_err(m->arena, err);
	found = as_index(map_get(&m->gap_of, key));
	if (found > 0) {
		m->gaps->p[found - 1].packages += packages;
		return 0;
	}
	vec_push(m->gaps, m->arena, gap);
	map_put(&m->gap_of, key, (void *)(uintptr_t)m->gaps->n);
	return arena_check(m->arena, err);
}

static struct str distro_text(const struct matcher *m)
{
	const struct distro *d = &m->inventory->distro;
	struct str release = d->version_id.n ? d->version_id : d->codename;

	if (d->id.n == 0)
		return STR("packages of an unknown distribution");
	if (release.n == 0)
		return arena_fmt(m->arena, STR_FMT " of an unknown release", STR_ARG(d->id));
	return arena_fmt(m->arena, STR_FMT " " STR_FMT, STR_ARG(d->id), STR_ARG(release));
}

/* ---- groups ---- */

static bool is_deb(const struct package *p)
{
	return str_eq(p->type, STR("deb"));
}

static int add_to_group(
    struct matcher *m, const struct package *p, struct str ecosystem, struct err *err)
{
	struct str name = is_deb(p) && p->source.n > 0 ? p->source : p->name;
	struct str version = is_deb(p) && p->source_version.n > 0 ? p->source_version : p->version;
	struct str key;
	struct vuln_group *group;

	name = ecosystem_package_name(ecosystem, name, m->arena);
	if (!name.p)
		return arena_err(m->arena, err);
	key = arena_fmt(m->arena, STR_FMT "\n" STR_FMT "\n" STR_FMT, STR_ARG(ecosystem),
	    STR_ARG(name), STR_ARG(version));
	if (!key.p)
		return arena_err(m->arena, err);
	group = map_get(&m->group_of, key);
	if (!group) {
		group = arena_new(m->arena, struct vuln_group);
		if (!group || !map_put(&m->group_of, key, group))
			return arena_err(m->arena, err);
		*group = (struct vuln_group){ecosystem, name, version, {NULL, 0, 0}};
	}
	return vec_push(&group->packages, m->arena, p) ? 0 : arena_err(m->arena, err);
}

/* ---- one group ---- */

static int load_events(struct matcher *m, const struct db_list *list,
    struct advisory_event **ret_events, struct err *err)
{
	struct advisory_event *events;

	if (list->n > EVENTS_MAX)
		return err_set(err, ERR_DATABASE,
		    "the advisory database is damaged (a range of "
		    "%u events); build or fetch it again",
		    list->n);
	events = arena_array(&m->scratch, list->n, sizeof *events);
	if (!events)
		return arena_err(&m->scratch, err);
	for (uint32_t i = 0; i < list->n; i++) {
		if (db_event_at(m->db, list, i, &events[i], err) != 0)
			return -1;
	}
	*ret_events = events;
	return 0;
}

/* Whether the list of exact versions names it: as the scheme sees it, or byte for byte. */
static int is_listed(struct matcher *m, const struct db_list *versions, struct str version,
    bool *ret_listed, struct err *err)
{
	struct str listed;

	*ret_listed = false;
	if (versions->n > TEXTS_MAX)
		return err_set(err, ERR_DATABASE,
		    "the advisory database is damaged (a list of %u "
		    "versions); build or fetch it again",
		    versions->n);
	for (uint32_t i = 0; i < versions->n && !*ret_listed; i++) {
		if (db_text_at(m->db, versions, i, &listed, err) != 0)
			return -1;
		*ret_listed = str_eq(listed, version) ||
			      version_compare(m->scheme, listed, version) == VERSION_EQUAL;
	}
	return 0;
}

static struct str range_text(struct matcher *m, const struct range_hit *hit)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT(MESSAGE_MAX);

	range_describe(hit, &b);
	return buf_ok(&b) ? arena_str(&m->scratch, buf_str(&b)) : STR("one of its ranges");
}

static int entry_gap(
    struct matcher *m, const struct vuln_group *group, struct str id, struct err *err)
{
	struct str what =
	    arena_fmt(m->arena, STR_FMT " in " STR_FMT, STR_ARG(id), STR_ARG(group->name));

	if (!what.p)
		return arena_err(m->arena, err);
	return add_gap(m, GAP_PACKAGES, what,
	    STR("the advisory has a version that cannot be compared"), group->packages.n, err);
}

/* Adds a hit if the entry holds the group's version. */
static int judge_entry(struct matcher *m, const struct vuln_group *group,
    const struct db_entry *entry, struct err *err)
{
	struct hit hit = {.index = entry->advisory, .status = entry->status};
	struct advisory_event *events = NULL;
	struct range_hit range = {STR_NONE, STR_NONE, EVENT_FIXED, STR_NONE};
	enum range_answer answer;
	bool listed = false;

	if (db_advisory_at(m->db, entry->advisory, &hit.advisory, err) != 0)
		return -1;
	if (hit.advisory.withdrawn_ms != 0 && hit.advisory.withdrawn_ms <= m->options->now_ms)
		return 0;
	if (load_events(m, &entry->events, &events, err) != 0)
		return -1;
	answer = range_contains(m->scheme, events, entry->events.n, group->version, &range);
	if (answer != RANGE_INSIDE &&
	    is_listed(m, &entry->versions, group->version, &listed, err) != 0)
		return -1;
	if (answer == RANGE_UNKNOWN && !listed)
		return entry_gap(m, group, hit.advisory.id, err);
	if (answer != RANGE_INSIDE && !listed)
		return 0;
	hit.fixed = range.fixed;
	hit.range = answer == RANGE_INSIDE
			? range_text(m, &range)
			: arena_fmt(&m->scratch, "= " STR_FMT, STR_ARG(group->version));
	hit.joined = m->hits.n;
	vec_push(&m->hits, &m->scratch, hit);
	return arena_check(&m->scratch, err);
}

/* ---- joining by aliases ---- */

static size_t first_of(const struct matcher *m, size_t i)
{
	const struct hit *hits = m->hits.p;

	while (hits[i].joined != i) {
		m->hits.p[i].joined = hits[hits[i].joined].joined;
		i = hits[i].joined;
	}
	return i;
}

static int join_by_name(
    struct matcher *m, struct map *owners, struct str name, size_t i, struct err *err)
{
	size_t owner = as_index(map_get(owners, name));

	if (owner > 0) {
		size_t a = first_of(m, owner - 1), b = first_of(m, i);

		m->hits.p[MAX_OF(a, b)].joined = MIN_OF(a, b);
		return 0;
	}
	return map_put(owners, name, (void *)(uintptr_t)(i + 1)) ? 0 : arena_err(&m->scratch, err);
}

/* Not through a distribution's number: one DSA is an alias of several CVEs, which are not aliases
 * of each other. */
static bool joins(const struct hit *hit, struct str alias)
{
	struct str cve = STR("CVE-");

	return !str_starts(hit->advisory.id, cve) || str_starts(alias, cve) ||
	       str_starts(alias, STR("GHSA-")) || str_starts(alias, STR("PYSEC-"));
}

static int join_hits(struct matcher *m, struct err *err)
{
	struct map owners;
	struct str alias;

	map_init(&owners, &m->scratch);
	for (size_t i = 0; i < m->hits.n; i++) {
		const struct hit *hit = &m->hits.p[i];

		if (hit->advisory.aliases.n > TEXTS_MAX)
			return err_set(err, ERR_DATABASE,
			    "the advisory database is damaged (too many aliases); build or fetch "
			    "it again");
		if (join_by_name(m, &owners, hit->advisory.id, i, err) != 0)
			return -1;
		for (uint32_t j = 0; j < hit->advisory.aliases.n; j++) {
			if (db_text_at(m->db, &hit->advisory.aliases, j, &alias, err) != 0)
				return -1;
			if (joins(hit, alias) && join_by_name(m, &owners, alias, i, err) != 0)
				return -1;
		}
	}
	return 0;
}

/* ---- one finding ---- */

/* A small set of texts; what is beyond SET_MAX is left out. */
struct vuln_texts {
	struct str *p;
	size_t n, cap;
};

static int add_text(struct matcher *m, struct vuln_texts *texts, struct str text, struct err *err)
{
	if (texts->n >= SET_MAX)
		return 0;
	for (size_t i = 0; i < texts->n; i++) {
		if (str_eq(texts->p[i], text))
			return 0;
	}
	return vec_push(texts, &m->scratch, text) ? 0 : arena_err(&m->scratch, err);
}

static int text_order(const void *left, const void *right)
{
	const struct str *a = left, *b = right;

	return str_cmp(*a, *b);
}

struct verdict_parts {
	struct vuln_texts names, fixed, references;
	const struct hit *worst; /* whose severity counts */
	const struct hit *first;
	struct str cure; /* cures all of them; empty: none does */
	int kev;
};

static bool is_worse(const struct hit *a, const struct hit *b)
{
	if (a->advisory.severity != b->advisory.severity)
		return a->advisory.severity > b->advisory.severity;
	return a->advisory.cvss_tenths > b->advisory.cvss_tenths;
}

static int gather_lists(
    struct matcher *m, const struct hit *hit, struct verdict_parts *v, struct err *err)
{
	enum { REFERENCES_MAX = 8 };
	struct str text;

	for (uint32_t i = 0; i < hit->advisory.aliases.n; i++) {
		if (db_text_at(m->db, &hit->advisory.aliases, i, &text, err) != 0 ||
		    add_text(m, &v->names, text, err) != 0)
			return -1;
	}
	for (uint32_t i = 0; i < hit->advisory.references.n && v->references.n < REFERENCES_MAX;
	    i++) {
		if (db_text_at(m->db, &hit->advisory.references, i, &text, err) != 0 ||
		    add_text(m, &v->references, text, err) != 0)
			return -1;
	}
	return add_text(m, &v->names, hit->advisory.id, err);
}

static int gather(
    struct matcher *m, const struct hit *hit, struct verdict_parts *v, struct err *err)
{
	if (!v->first)
		v->first = hit;
	if (!v->worst || is_worse(hit, v->worst))
		v->worst = hit;
	v->kev = MAX_OF(v->kev, hit->advisory.kev);
	if (hit->fixed.n > 0 &&
	    (v->cure.n == 0 || version_compare(m->scheme, hit->fixed, v->cure) == VERSION_GREATER))
		v->cure = hit->fixed;
	if (hit->fixed.n > 0 && add_text(m, &v->fixed, hit->fixed, err) != 0)
		return -1;
	return gather_lists(m, hit, v, err);
}

/* CVE before all others, then the alphabet. */
static struct str best_id(const struct vuln_texts *names)
{
	for (size_t i = 0; i < names->n; i++) {
		if (str_starts(names->p[i], STR("CVE-")))
			return names->p[i];
	}
	return names->p[0];
}

static const char *no_cure(enum advisory_status status)
{
	switch (status) {
	case STATUS_NOT_PLANNED:
		return "no update planned by its publisher";
	case STATUS_END_OF_LIFE:
		return "no longer supported by its publisher";
	case STATUS_UNFIXED:
		return "no fixed version yet";
	case STATUS_AFFECTED:
		break;
	}
	return "no fixed version known";
}

/* ", in libssl3, openssl": the binary packages, if they are called otherwise. */
static void add_binaries(struct buf *b, const struct vuln_group *group)
{
	enum { NAMED = 6 };
	size_t named = 0;

	if (group->packages.n == 1 && str_eq(group->packages.p[0]->name, group->name))
		return;
	if (!is_deb(group->packages.p[0]))
		return;
	for (size_t i = 0; i < group->packages.n; i++) {
		if (i > 0 && str_eq(group->packages.p[i]->name, group->packages.p[i - 1]->name))
			continue;
		if (named == NAMED) {
			buf_addf(b, " and others");
			return;
		}
		buf_addf(
		    b, named++ ? ", " STR_FMT : " (" STR_FMT, STR_ARG(group->packages.p[i]->name));
	}
}

/* "flask-cors 3.0.8 → 3.0.9", "openssl 3.0.11-1 → 3.0.13-1 (libssl3, openssl)" */
static struct str message_of(
    struct matcher *m, const struct vuln_group *group, const struct verdict_parts *v)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT(MESSAGE_MAX);
	size_t before;

	buf_addf(&b, STR_FMT " " STR_FMT, STR_ARG(group->name), STR_ARG(group->version));
	if (v->cure.n > 0)
		buf_addf(&b, " \xe2\x86\x92 " STR_FMT, STR_ARG(v->cure));
	else
		buf_addf(&b, ", %s", no_cure(v->first->status));
	before = b.n;
	add_binaries(&b, group);
	if (b.n > before)
		buf_addc(&b, ')');
	return buf_ok(&b) ? arena_str(&m->scratch, buf_str(&b)) : group->name;
}

/* Each package's first place and then its others. */
static bool set_places(struct matcher *m, const struct vuln_group *group, struct finding *f)
{
	size_t n = 0;

	for (size_t i = 0; i < group->packages.n; i++)
		n += 1 + group->packages.p[i]->n_occurrences;
	f->places = arena_array(&m->scratch, n, sizeof *f->places);
	for (size_t i = 0; f->places && i < group->packages.n; i++) {
		const struct package *p = group->packages.p[i];

		f->places[f->n_places++] = p->place;
		for (size_t k = 0; k < p->n_occurrences; k++)
			f->places[f->n_places++] = p->occurrences[k];
		f->more_places += MIN_OF(p->more_occurrences, UINT32_MAX - f->more_places);
	}
	return f->places != NULL;
}

/* All names but the id. */
static struct str_list aliases_of(const struct vuln_texts *names, struct str id)
{
	struct str_list aliases = {names->p, 0};

	for (size_t i = 0; i < names->n; i++) {
		if (!str_eq(names->p[i], id))
			aliases.p[aliases.n++] = names->p[i];
	}
	return aliases;
}

static int tell_finding(
    struct matcher *m, const struct vuln_group *group, struct verdict_parts *v, struct err *err)
{
	const struct db_advisory *worst = &v->worst->advisory;
	struct finding_vulnerability vulnerability = {
	    .severity = worst->severity,
	    .cvss_vector = worst->cvss_vector,
	    .cvss_tenths = worst->cvss_tenths,
	    .kev = v->kev,
	    .epss_per_mille = -1,
	    .range = v->first->range,
	    .feed = v->first->advisory.feed,
	    .fixed = {v->fixed.p, v->fixed.n},
	};
	struct finding_fix fix = {STR_NONE, NULL, 0};
	struct finding f = {.stage = STAGE_SCAN, .severity = worst->severity};

	qsort(v->names.p, v->names.n, sizeof *v->names.p, text_order);
	vulnerability.id = arena_str(&m->scratch, best_id(&v->names));
	vulnerability.aliases = aliases_of(&v->names, vulnerability.id);
	f.rule = vulnerability.id;
	f.peer_severity = worst->peer_severity;
	f.title = v->first->advisory.summary;
	f.message = message_of(m, group, v);
	f.threat = STR("image");
	f.identity = arena_fmt(&m->scratch, "pkg:" STR_FMT "/" STR_FMT " " STR_FMT,
	    STR_ARG(group->packages.p[0]->type), STR_ARG(group->name), STR_ARG(f.rule));
	f.package = group->packages.p[0];
	f.vulnerability = &vulnerability;
	f.references = (struct str_list){v->references.p, v->references.n};
	if (v->cure.n > 0) {
		fix.text = arena_fmt(&m->scratch, "upgrade " STR_FMT " to " STR_FMT,
		    STR_ARG(group->name), STR_ARG(v->cure));
		f.fix = &fix;
	}
	if (!f.rule.p || !f.message.p || !f.identity.p || !set_places(m, group, &f) ||
	    (f.fix && !fix.text.p))
		return arena_err(&m->scratch, err);
	return sink_finding(m->sink, &f, err);
}

static int tell_joined(
    struct matcher *m, const struct vuln_group *group, size_t first, struct err *err)
{
	struct verdict_parts v = {.kev = -1};

	for (size_t i = first; i < m->hits.n; i++) {
		if (first_of(m, i) == first && gather(m, &m->hits.p[i], &v, err) != 0)
			return -1;
	}
	return tell_finding(m, group, &v, err);
}

static int judge_found(struct matcher *m, const struct vuln_group *group,
    const struct db_entries *entries, struct err *err)
{
	struct db_entry entry;

	if (entries->n > ENTRIES_MAX)
		return err_set(err, ERR_DATABASE,
		    "the advisory database is damaged (%u records of one package); build or "
		    "fetch it again",
		    entries->n);
	for (uint32_t i = 0; i < entries->n; i++) {
		if (db_entry_at(m->db, entries, i, &entry, err) != 0 ||
		    judge_entry(m, group, &entry, err) != 0)
			return -1;
	}
	if (join_hits(m, err) != 0)
		return -1;
	for (size_t i = 0; i < m->hits.n; i++) {
		if (m->hits.p[i].joined == i && tell_joined(m, group, i, err) != 0)
			return -1;
	}
	return 0;
}

/* Requirement files, which a person can edit, before what an installer wrote. */
static int place_order(const void *left, const void *right)
{
	const struct package *const *a = left, *const *b = right;
	bool a_line = (*a)->place.line > 0, b_line = (*b)->place.line > 0;

	if (!is_deb(*a) && a_line != b_line)
		return a_line ? -1 : 1;
	return package_compare(*a, *b);
}

static int version_gap(struct matcher *m, const struct vuln_group *group, struct err *err)
{
	struct str what =
	    arena_fmt(m->arena, STR_FMT " " STR_FMT, STR_ARG(group->name), STR_ARG(group->version));

	if (!what.p)
		return arena_err(m->arena, err);
	return add_gap(
	    m, GAP_PACKAGES, what, STR("the version cannot be compared"), group->packages.n, err);
}

static int judge_group(struct matcher *m, struct vuln_group *group, struct err *err)
{
	struct str what = is_deb(group->packages.p[0]) ? m->distro : group->ecosystem;
	struct db_ecosystem ecosystem;
	struct db_entries entries;
	enum db_result found;

	found = db_ecosystem_find(m->db, group->ecosystem, &ecosystem, err);
	if (found == DB_ERROR)
		return -1;
	if (found == DB_MISSING)
		return add_gap(m, GAP_RELEASE, what, STR("no advisories in this database"),
		    group->packages.n, err);
	m->scheme = version_scheme_find(ecosystem.scheme);
	if (!m->scheme)
		return add_gap(m, GAP_RELEASE, what, STR("its versions cannot be compared yet"),
		    group->packages.n, err);
	if (!m->scheme->valid(group->version))
		return version_gap(m, group, err);
	m->gaps->judged += group->packages.n;
	found = db_find(m->db, &ecosystem, group->name, &entries, err);
	if (found != DB_FOUND)
		return found == DB_ERROR ? -1 : 0;
	if (group->packages.n > 1)
		qsort(group->packages.p, group->packages.n, sizeof *group->packages.p, place_order);
	return judge_found(m, group, &entries, err);
}

static int make_groups(struct matcher *m, struct err *err)
{
	const struct inventory *inventory = m->inventory;

	for (size_t i = 0; i < inventory->packages.n; i++) {
		const struct package *p = &inventory->packages.p[i];
		struct str key = ecosystem_of_package(p, &inventory->distro, m->arena);
		struct str what = is_deb(p) ? m->distro : STR("packages of no type");

		if (!key.p)
			return arena_err(m->arena, err);
		if (key.n > 0 ? add_to_group(m, p, key, err)
			      : add_gap(m, GAP_RELEASE, what,
				    STR("it is not known which of its advisories apply"), 1, err))
			return -1;
	}
	return 0;
}

int vuln_match(const struct db *db, const struct inventory *inventory,
    const struct vuln_options *options, struct sink *sink, struct vuln_gaps *gaps,
    struct arena *arena, struct err *err)
{
	struct matcher m = {.db = db,
	    .inventory = inventory,
	    .options = options,
	    .sink = sink,
	    .gaps = gaps,
	    .arena = arena};
	int result;

	map_init(&m.group_of, arena);
	map_init(&m.gap_of, arena);
	arena_init(&m.scratch, arena->limit_bytes);
	m.distro = distro_text(&m);
	if (!m.distro.p)
		return arena_err(arena, err);
	result = make_groups(&m, err);
	for (size_t i = 0; i < m.group_of.n && result == 0; i++) {
		arena_clear(&m.scratch);
		memset(&m.hits, 0, sizeof m.hits);
		result = judge_group(&m, m.group_of.items[i].value, err);
	}
	arena_release(&m.scratch);
	return result;
}
