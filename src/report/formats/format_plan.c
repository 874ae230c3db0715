/*
 * What to do about secrets that were committed: whom to ask, what to revoke, which commits
 * and refs hold them, and the commands that take them out. The values are not in it: who
 * rewrites knows them, or reads them at their places. Nothing is run.
 */
#include "report/format.h"

static bool is_wanted(const struct finding *f)
{
	return f->secret && f->verdict >= VERDICT_WARNS;
}

static void add_short(struct buf *out, struct str id)
{
	buf_add_safe(out, str_sub(id, 0, 12));
}

static void write_place(const struct place *p, struct buf *out)
{
	struct buf where CLEANUP(buf_release) = BUF_INIT(KIB(64));
	const struct origin *o = &p->origin;

	report_place_text(p, &where);
	buf_add(out, STR("  - "));
	buf_add_safe(out, buf_str(&where));
	if (o->commit.n > 0) {
		buf_add(out, STR(": commit "));
		add_short(out, o->commit);
	}
	if (o->author.n > 0) {
		buf_add(out, STR(" by "));
		buf_add_safe(out, o->author);
	}
	if (o->removed.n > 0) {
		buf_add(out, STR(", taken away by "));
		add_short(out, o->removed);
	} else if (o->ref.n > 0 && str_eq(o->reach, STR("reachable"))) {
		buf_add(out, STR(", still in "));
		buf_add_safe(out, o->ref);
	}
	if (o->reach.n > 0 && !str_eq(o->reach, STR("reachable"))) {
		buf_add(out, STR(", "));
		buf_add_safe(out, o->reach);
	}
	buf_addc(out, '\n');
}

static void write_secret(const struct finding *f, size_t number, struct buf *out)
{
	buf_addf(out, "\n%zu. ", number);
	buf_add_safe(out, f->title.n > 0 ? f->title : f->rule);
	buf_addf(out, " (%u characters, ", f->secret->length);
	buf_add_safe(out, f->rule);
	buf_add(out, STR(")\n  first: "));
	buf_add_safe(out, f->fix ? f->fix->text : STR("revoke it where it was issued"));
	buf_add(out, STR("\n  more: plimsoll explain "));
	buf_add_safe(out, f->rule);
	buf_add(out, STR("\n  it stands in\n"));
	for (size_t i = 0; i < f->n_places; i++)
		write_place(&f->places[i], out);
	if (f->more_places > 0)
		buf_addf(out, "  - and %u more places (--format json)\n", f->more_places);
}

/* What any of the places is. */
static bool any_place(const struct report *report, bool (*is)(const struct origin *origin))
{
	for (size_t i = 0; i < report->findings.n; i++) {
		const struct finding *f = &report->findings.p[i];

		for (size_t k = 0; is_wanted(f) && k < f->n_places; k++) {
			if (is(&f->places[k].origin))
				return true;
		}
	}
	return false;
}

static bool is_of_ref(const struct origin *o)
{
	return o->commit.n > 0 && (o->reach.n == 0 || str_eq(o->reach, STR("reachable")));
}

static bool is_in_message(const struct origin *o)
{
	return is_of_ref(o) && o->path.n == 0;
}

static bool is_lost(const struct origin *o)
{
	return str_eq(o->reach, STR("unreachable")) || str_eq(o->reach, STR("reflog")) ||
	       str_eq(o->reach, STR("index"));
}

static void write_commands(const struct report *report, struct buf *out)
{
	bool messages = any_place(report, is_in_message);

	if (any_place(report, is_of_ref)) {
		buf_add(out,
		    STR("\nThen, when they are revoked, take them out of the commits, in a fresh clone of its "
			"own:\n"
			"  umask 077; editor expressions.txt    # a line for each: THE VALUE==>REMOVED\n"
			"  git filter-repo --sensitive-data-removal --replace-text expressions.txt"));
		buf_add(out,
		    messages ? STR(" \\\n      --replace-message expressions.txt\n") : STR("\n"));
		buf_add(out,
		    STR("  rm expressions.txt\n"
			"  git push --force --mirror origin     # refs of pull requests stay: ask the forge\n"
			"Everybody clones anew: an old clone would bring them back. Forks keep theirs, and so do "
			"images\nand packages that were built from those commits.\n"));
	}
	if (any_place(report, is_lost))
		buf_add(out, STR("\nWhat no ref leads to goes with\n"
				 "  git reflog expire --expire=now --all && git gc --prune=now\n"));
	buf_add(out, STR("\nAt the end nothing may be left:\n  plimsoll secrets git .\n"));
}

static void write_plan(const struct report *report, const struct report_opts *opts, struct buf *out)
{
	size_t n = 0;

	(void)opts;
	for (size_t i = 0; i < report->findings.n; i++)
		n += is_wanted(&report->findings.p[i]);
	if (n == 0) {
		buf_add(out, STR("no secret to take out\n"));
		return;
	}
	buf_addf(out,
	    "%zu secret%s to revoke and take out. Revoking comes first: whoever has a clone has %s.\n",
	    n, n == 1 ? "" : "s", n == 1 ? "it" : "them");
	n = 0;
	for (size_t i = 0; i < report->findings.n; i++) {
		if (is_wanted(&report->findings.p[i]))
			write_secret(&report->findings.p[i], ++n, out);
	}
	write_commands(report, out);
	for (size_t i = 0; i < report->problems.n; i++) {
		buf_add(out, STR("\nnot looked at: "));
		buf_add_safe(out, report->problems.p[i].message);
		buf_addc(out, '\n');
	}
}

const struct report_format format_plan = {
    .name = "plan",
    .title = "what to do about secrets that were committed: whom to ask, commits, commands",
    .mime = "text/plain",
    .write = write_plan,
};
