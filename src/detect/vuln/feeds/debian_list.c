/*
 * The Debian security tracker's lists data/DSA/list and data/DLA/list:
 *
 *	[29 Mar 2023] DSA-5380-1 xorg-server - security update
 *		{CVE-2023-1393}
 *		[bullseye] - xorg-server 2:1.20.11-1+deb11u6
 *		[buster] - xorg-server <not-affected> (reason)
 *		NOTE: anything
 *
 * One advisory for each CVE, with the DSA as its alias; an entry without CVEs is one under
 * the DSA's own number. The lists state no severity. Refused: lines without a release,
 * which speak of unstable (they are read over), and data/CVE/list, another format.
 */
#include "base/clock.h"
#include "detect/vuln/ecosystem.h"
#include "detect/vuln/feeds/feed.h"

struct list_reader {
	const struct feed_file *file;
	const struct feed_out *out;
	struct arena *arena;
	bool in_entry;
	bool refused;	       /* a line of it */
	struct advisory entry; /* id is the DSA's */
	VEC(struct str) cves;
	VEC(struct advisory_affected) affected;
};

static struct str take_token(struct str *s)
{
	size_t n = 0;
	struct str token;

	*s = str_trim_left(*s);
	while (n < s->n && !byte_is_blank(s->p[n]))
		n++;
	token = str_sub(*s, 0, n);
	*s = str_sub(*s, n, s->n);
	return token;
}

/* "[29 Mar 2023] DSA-…" */
static bool is_header(struct str line)
{
	struct str rest, date;

	return str_starts(line, STR("[")) && str_split(line, ']', &date, &rest) && date.n == 12 &&
	       (str_starts(rest, STR(" DSA-")) || str_starts(rest, STR(" DLA-")));
}

static bool list_recognises(const struct feed_file *file)
{
	struct str rest = file->bytes, line;

	for (int i = 0; i < 16 && str_cut(&rest, '\n', &line); i++) {
		if (is_header(line))
			return true;
	}
	return false;
}

/* "29 Mar 2023"; 0 if it is not a date. */
static int64_t list_date(struct str text)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct str day = take_token(&text), month = take_token(&text), year = str_trim(text);
	struct str iso;
	char buffer[16];
	size_t at = month.n == 3 ? str_find(str_of(months), month) : STR_NPOS;
	int64_t ms;
	int n;

	if (at == STR_NPOS || at % 3 != 0 || day.n != 2 || year.n != 4)
		return 0;
	n = snprintf(buffer, sizeof buffer, STR_FMT "-%02zu-" STR_FMT, STR_ARG(year), at / 3 + 1,
	    STR_ARG(day));
	iso = str_make(buffer, n == 10 ? 10 : 0);
	return time_parse(iso, &ms) ? ms : 0;
}

static int complain(struct list_reader *r, struct str at, const char *what, struct err *err)
{
	size_t offset = at.p ? (size_t)(at.p - r->file->bytes.p) : 0;

	r->refused = true;
	return r->out->problem(r->out->arg, offset, what, err);
}

static int emit_one(struct list_reader *r, struct str id, struct str alias, struct err *err)
{
	struct advisory advisory = r->entry;
	struct str aliases[1] = {alias};
	struct str url = arena_fmt(
	    r->arena, "https://security-tracker.debian.org/tracker/" STR_FMT, STR_ARG(id));

	if (!url.p)
		return arena_err(r->arena, err);
	advisory.id = id;
	if (alias.n > 0)
		advisory.aliases = (struct str_list){aliases, 1};
	advisory.references = (struct str_list){&url, 1};
	advisory.affected.p = r->affected.p;
	advisory.affected.n = advisory.affected.cap = r->affected.n;
	return r->out->advisory(r->out->arg, &advisory, err);
}

/* Tells the entry that has been gathered; one without packages is for the count alone. */
static int end_entry(struct list_reader *r, struct err *err)
{
	if (!r->in_entry || (r->affected.n == 0 && r->refused))
		return 0;
	if (r->affected.n == 0)
		return emit_one(r, r->entry.id, STR_NONE, err);
	if (r->cves.n > FEED_PAIRS_MAX / r->affected.n)
		return complain(r, r->entry.id, "more CVEs and packages than an entry has", err);
	for (size_t i = 0; i < r->cves.n; i++) {
		if (emit_one(r, r->cves.p[i], r->entry.id, err) != 0)
			return -1;
	}
	return r->cves.n ? 0 : emit_one(r, r->entry.id, STR_NONE, err);
}

static int begin_entry(struct list_reader *r, struct str line, struct err *err)
{
	struct str date = STR_NONE, rest = STR_NONE, package;
	size_t dash;

	if (end_entry(r, err) != 0)
		return -1;
	r->in_entry = true;
	r->refused = false;
	r->cves.n = r->affected.n = 0;
	(void)str_split(line, ']', &date, &rest);
	r->entry = (struct advisory){.cvss_tenths = -1};
	r->entry.published_ms = r->entry.modified_ms = list_date(str_sub(date, 1, date.n));
	r->entry.id = take_token(&rest);
	r->entry.feed = str_sub(r->entry.id, 0, 3);
	rest = str_trim(rest);
	dash = str_find(rest, STR(" - "));
	if (dash == STR_NPOS) {
		r->entry.summary = rest;
		return 0;
	}
	package = str_trim(str_sub(rest, 0, dash));
	rest = str_trim(str_sub(rest, dash + 3, rest.n));
	r->entry.summary =
	    arena_fmt(r->arena, STR_FMT ": " STR_FMT, STR_ARG(package), STR_ARG(rest));
	return r->entry.summary.p ? 0 : arena_err(r->arena, err);
}

static int take_cves(struct list_reader *r, struct str line, struct err *err)
{
	struct str list = str_sub(line, 1, line.n), rest, cve;

	(void)str_split(list, '}', &list, &rest);
	for (;;) {
		cve = take_token(&list);
		if (cve.n == 0)
			return 0;
		if (!vec_push(&r->cves, r->arena, cve))
			return arena_err(r->arena, err);
	}
}

struct list_state {
	struct str word;
	bool affected;
	enum advisory_status status;
};

static const struct list_state states[] = {
    {STR_INIT("<not-affected>"), false, STATUS_AFFECTED},
    {STR_INIT("<undetermined>"), false, STATUS_AFFECTED},
    {STR_INIT("<unfixed>"), true, STATUS_UNFIXED},
    {STR_INIT("<postponed>"), true, STATUS_UNFIXED},
    {STR_INIT("<no-dsa>"), true, STATUS_NOT_PLANNED},
    {STR_INIT("<ignored>"), true, STATUS_NOT_PLANNED},
    {STR_INIT("<end-of-life>"), true, STATUS_END_OF_LIFE},
};

static const struct list_state *state_find(struct str word)
{
	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		if (str_eq(states[i].word, word))
			return &states[i];
	}
	return NULL;
}

static int add_affected(struct list_reader *r, struct str codename, struct str package,
    enum advisory_status status, struct str fixed, struct err *err)
{
	struct str release = release_of_codename(STR("debian"), codename);
	struct advisory_event begin = {EVENT_INTRODUCED, true, STR("0")};
	struct advisory_event end = {EVENT_FIXED, false, fixed};
	struct advisory_affected affected = {.package = package, .status = status};

	affected.ecosystem = arena_fmt(r->arena, "debian:" STR_FMT, STR_ARG(release));
	if (!affected.ecosystem.p || !vec_push(&affected.events, r->arena, begin) ||
	    (fixed.n > 0 && !vec_push(&affected.events, r->arena, end)) ||
	    !vec_push(&r->affected, r->arena, affected))
		return arena_err(r->arena, err);
	return 0;
}

/* "[bullseye] - xorg-server 2:1.20.11-1+deb11u6" */
static int take_release(struct list_reader *r, struct str line, struct err *err)
{
	struct str codename = STR_NONE, rest = STR_NONE, dash, package, version;
	const struct list_state *state;
	const struct version_scheme *deb = version_scheme_find(STR("deb"));

	if (!str_split(str_sub(line, 1, line.n), ']', &codename, &rest))
		return complain(r, line, "a release without its closing bracket", err);
	if (release_of_codename(STR("debian"), codename).n == 0)
		return complain(r, line, "a Debian release that is not known here", err);
	dash = take_token(&rest);
	package = take_token(&rest);
	version = take_token(&rest);
	if (!str_eq(dash, STR("-")) || package.n == 0 || version.n == 0)
		return complain(r, line, "a line without \"- package version\"", err);
	if (version.p[0] != '<') {
		if (!deb->valid(version))
			return complain(r, line, "not a Debian version", err);
		return str_eq(version, STR("0"))
			   ? 0
			   : add_affected(r, codename, package, STATUS_AFFECTED, version, err);
	}
	state = state_find(version);
	if (!state)
		return complain(r, line, "a state that is not known here", err);
	return state->affected ? add_affected(r, codename, package, state->status, STR_NONE, err)
			       : 0;
}

/* "NOTE: …" and other remarks: capital letters and a colon. */
static bool is_remark(struct str text)
{
	size_t n = 0;

	while (n < text.n && text.p[n] >= 'A' && text.p[n] <= 'Z')
		n++;
	return n > 0 && n < text.n && text.p[n] == ':';
}

static int take_line(struct list_reader *r, struct str line, struct err *err)
{
	struct str text = str_trim(line);

	if (is_header(line))
		return begin_entry(r, line, err);
	if (text.n == 0 || is_remark(text) || str_starts(text, STR("-")))
		return 0;
	if (!r->in_entry)
		return complain(r, line, "a line before the first DSA or DLA", err);
	if (text.p[0] == '{')
		return take_cves(r, text, err);
	if (text.p[0] == '[' && line.p[0] != '[')
		return take_release(r, text, err);
	return complain(r, line, "a line that is not part of a DSA or DLA entry", err);
}

static int list_read(
    const struct feed_file *file, const struct feed_out *out, struct arena *arena, struct err *err)
{
	struct list_reader r = {.file = file, .out = out, .arena = arena};
	struct str rest = file->bytes, line;

	while (str_cut(&rest, '\n', &line)) {
		if (take_line(&r, line, err) != 0)
			return -1;
	}
	return end_entry(&r, err);
}

const struct feed feed_debian_list = {
    .name = STR_INIT("debian-list"),
    .what = STR_INIT("the Debian security tracker's DSA and DLA lists"),
    .since = STR_INIT("2026-11-24"),
    .recognises = list_recognises,
    .read = list_read,
};
