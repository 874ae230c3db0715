/*
 * truffleHog 2's JSON: a line for each rule, file and commit, with the strings that were found.
 * They are not whole: the first characters of those that have a known beginning, and "[secret]".
 * What would hold them whole (diff, printDiff), and what is not known here (a commit's message, its
 * date), is empty.
 */
#include "base/json.h"
#include "base/map.h"
#include "report/format.h"

enum { ISSUES_BYTES = 256 << 20 };

struct issue_string {
	const struct finding *finding;
	struct issue_string *next;
};

struct issue {
	const struct finding *finding;
	const struct place *place;
	struct issue_string *first, *last;
};

struct issues {
	struct arena arena;
	struct map by_key; /* rule, commit and file, to struct issue * */
};

static void issues_release(struct issues *issues)
{
	arena_release(&issues->arena);
}

static void add_issue(struct issues *all, const struct finding *f, const struct place *place)
{
	struct str key = arena_fmt(&all->arena, STR_FMT "\n" STR_FMT "\n" STR_FMT,
	    STR_ARG(f->title), STR_ARG(place->origin.commit), STR_ARG(place->origin.path));
	struct issue *issue = key.p ? map_get(&all->by_key, key) : NULL;
	struct issue_string *string = arena_new(&all->arena, struct issue_string);

	if (!key.p || !string)
		return;
	string->finding = f;
	if (!issue) {
		issue = arena_new(&all->arena, struct issue);
		if (!issue || !map_put(&all->by_key, key, issue))
			return;
		*issue = (struct issue){f, place, string, string};
		return;
	}
	if (issue->last->finding == f)
		return;
	issue->last->next = string;
	issue->last = string;
}

static void member(struct json_out *j, const char *key, struct str text)
{
	json_key(j, key);
	json_str(j, text);
}

static void write_string(struct json_out *j, const struct finding *f)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT(KIB(1));

	buf_addf(&text, STR_FMT "[secret]", STR_ARG(f->secret->prefix));
	json_str(j, buf_str(&text));
}

/* Names are sorted, as truffleHog has them. */
static void write_issue(const struct issue *issue, struct buf *out)
{
	struct buf path CLEANUP(buf_release) = BUF_INIT(KIB(64));
	struct json_out j;

	report_path_text(&issue->place->origin, &path);
	json_out_init(&j, out, false);
	json_begin_object(&j);
	member(&j, "branch", issue->place->origin.ref);
	member(&j, "commit", STR_NONE);
	member(&j, "commitHash", issue->place->origin.commit);
	member(&j, "date", STR_NONE);
	member(&j, "diff", STR_NONE);
	member(&j, "path", buf_str(&path));
	member(&j, "printDiff", STR_NONE);
	member(&j, "reason", issue->finding->title);
	json_key(&j, "stringsFound");
	json_begin_array(&j);
	for (const struct issue_string *s = issue->first; s; s = s->next)
		write_string(&j, s->finding);
	json_end_array(&j);
	json_end_object(&j);
	buf_addc(out, '\n');
}

static void write_trufflehog2(
    const struct report *report, const struct report_opts *opts, struct buf *out)
{
	struct issues all CLEANUP(issues_release) = {0};

	arena_init(&all.arena, ISSUES_BYTES);
	map_init(&all.by_key, &all.arena);
	for (size_t i = 0; i < report->findings.n; i++) {
		const struct finding *f = &report->findings.p[i];
		bool told = f->secret && (opts->all || f->verdict >= VERDICT_WARNS);

		for (size_t k = 0; told && k < f->n_places; k++) {
			if (opts->all || f->places[k].state == STATE_NEW)
				add_issue(&all, f, &f->places[k]);
		}
	}
	out->failed |= !arena_ok(&all.arena);
	for (size_t i = 0; i < all.by_key.n; i++)
		write_issue(all.by_key.items[i].value, out);
}

const struct report_format format_trufflehog2 = {
    .name = "trufflehog2",
    .title = "truffleHog 2's JSON, a line an issue",
    .mime = "application/x-ndjson",
    .write = write_trufflehog2,
};
