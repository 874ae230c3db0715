/* plimsoll explain ID: what a rule holds against a line and how to cure it; what a database knows
 * of a vulnerability. */
#include "base/clock.h"
#include "base/log.h"
#include "cli/advisory_text.h"
#include "cli/command.h"
#include "core/advisory_id.h"
#include "engine/rule_list.h"

static void add_paragraph(struct buf *out, const char *head, struct str text)
{
	size_t column = 0;
	struct str word;

	if (text.n == 0)
		return;
	buf_addf(out, "\n%s\n ", head);
	while (str_cut(&text, ' ', &word)) {
		if (column > 0 && column + word.n + 1 > 88) {
			buf_add(out, STR("\n "));
			column = 0;
		}
		buf_addc(out, ' ');
		buf_add(out, word);
		column += word.n + 1;
	}
	buf_addc(out, '\n');
}

static void add_list(struct buf *out, const char *title, const struct str_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		buf_addf(out, "%s%s%s  " STR_FMT "\n", i == 0 ? "\n" : "", i == 0 ? title : "",
		    i == 0 ? "\n" : "", STR_ARG(list->p[i]));
}

static void write_rule(const struct rule_info *r, struct buf *out)
{
	buf_addf(out, STR_FMT ": " STR_FMT "\n", STR_ARG(r->id), STR_ARG(r->title));
	buf_addf(out,
	    "stage " STR_FMT ", severity " STR_FMT ", threat " STR_FMT ", since " STR_FMT "\n",
	    STR_ARG(stage_word(r->stage)), STR_ARG(severity_word(r->severity)), STR_ARG(r->threat),
	    STR_ARG(r->since));
	if (r->opt_in)
		buf_add(out, STR("off, unless the policy names it in a list of `block`\n"));
	for (size_t i = 0; i < r->aliases.n; i++)
		buf_addf(out, "%s" STR_FMT, i == 0 ? "elsewhere called " : ", ",
		    STR_ARG(r->aliases.p[i]));
	if (r->aliases.n > 0)
		buf_addc(out, '\n');
	if (!str_eq(r->why, r->opens))
		add_paragraph(out, "why", r->why);
	add_paragraph(out, "what it opens", r->opens);
	add_paragraph(out, "what to do", r->fix);
	add_paragraph(out, "how to revoke it, and have another", r->revoke);
	add_list(out, "references", &r->references);
	add_list(out, "clauses", &r->clauses);
}

static int no_such_rule(const struct rule_list *list, struct str id, struct arena *arena)
{
	const char **names = arena_array(arena, list->n, sizeof *names);
	const char *near = NULL, *closest = NULL;

	for (size_t i = 0; names && i < list->n; i++)
		names[i] = arena_cstr(arena, list->p[i].id);
	if (names) {
		near = opt_nearest(id, names, list->n);
		closest = opt_closest(id, names, list->n);
	}
	if (advisory_id_begins(id))
		log_error("explain: no such advisory: " STR_FMT
			  "; their ids look like " ADVISORY_ID_EXAMPLES,
		    STR_ARG(id));
	else if (near)
		log_error(
		    "explain: no such rule: " STR_FMT "; did you mean %s?", STR_ARG(id), near);
	else if (closest)
		log_error("explain: no such rule: " STR_FMT
			  "; the nearest is %s (`plimsoll rules` lists them)",
		    STR_ARG(id), closest);
	else
		log_error(
		    "explain: no such rule: " STR_FMT "; `plimsoll rules` lists them", STR_ARG(id));
	return EXIT_USAGE;
}

/* ---- vulnerabilities ---- */

static int without_database(struct str id, struct buf *out)
{
	buf_addf(out, STR_FMT ": a vulnerability, not a rule\n", STR_ARG(id));
	add_paragraph(out, "what it is",
	    STR("A known flaw of a package. `plimsoll scan` and the scan stage of `plimsoll run` report it "
		"under this id if an image has a version that is affected."));
	add_paragraph(out, "what to do",
	    STR("Name the advisory database, with --db: it says which packages and versions are affected, "
		"what cures it, and how grave it is. `plimsoll db build --output advisories.db FEED…` "
		"makes one, from OSV records, Debian's lists and CISA's catalogue."));
	add_paragraph(out, "in a policy",
	    STR("Its id stands for a rule: in `block` of the scan stage, in `ignore` and in `waivers`."));
	return command_print(buf_str(out));
}

static int explain_advisory(struct cli *cli, struct str id, struct str database, struct buf *out)
{
	struct db *db CLEANUP(db_cleanup) = NULL;
	char *path = arena_cstr(cli->arena, database);
	char built[TIME_TEXT_SIZE];
	struct err err = ERR_INIT;
	struct db_info info;
	bool found = false;

	if (database.n == 0)
		return without_database(id, out);
	if (!path) {
		(void)arena_err(cli->arena, &err);
		return command_fail(&err);
	}
	if (db_open(path, &db, &err) != 0 || db_info(db, &info, &err) != 0)
		return command_fail(&err);
	time_format(info.built_ms, built);
	buf_addf(out, STR_FMT " in %s, built %s\n", STR_ARG(id), path, built);
	if (advisory_write(db, id, cli->arena, out, &found, &err) != 0)
		return command_fail(&err);
	if (found)
		return command_print(buf_str(out));
	log_error("explain: %s, built %s, has no advisory " STR_FMT
		  "; build it again if its feeds are older than that",
	    path, built, STR_ARG(id));
	return EXIT_INCOMPLETE;
}

static bool is_called(const struct rule_info *r, struct str name)
{
	bool called = str_eq_nocase(r->id, name);

	for (size_t i = 0; !called && i < r->aliases.n; i++)
		called = str_eq_nocase(r->aliases.p[i], name);
	return called;
}

static int run_explain(struct cli *cli, int argc, char **argv)
{
	struct str database = STR_NONE, id;
	char spelt[64];
	const struct opt rows[] = {
	    OPT_TEXT_ROW('d', "db", &database, "FILE",
		"the advisory database in which a vulnerability is looked up"),
	    OPT_END_ROW,
	};
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct opt_list operands = {0};
	struct rule_list list = {0};
	struct err err = ERR_INIT;
	int code = command_options(cli, &command_explain, rows, argc, argv, &operands);

	if (code >= 0)
		return code;
	if (operands.n != 1)
		return command_misuse(
		    &command_explain, "the id of one rule or vulnerability is expected");
	if (rule_list_all(&list, cli->arena, &err) != 0)
		return command_fail(&err);
	for (size_t i = 0; i < list.n; i++) {
		if (!is_called(&list.p[i], operands.p[0]))
			continue;
		if (out.n > 0)
			buf_addc(&out, '\n');
		write_rule(&list.p[i], &out);
	}
	if (out.n > 0)
		return command_print(buf_str(&out));
	if (advisory_id_spell(operands.p[0], spelt, sizeof spelt, &id))
		return explain_advisory(cli, id, database, &out);
	return no_such_rule(&list, operands.p[0], cli->arena);
}

const struct command command_explain = {
    .name = "explain",
    .summary = "what a rule holds against a line, what is known of a vulnerability",
    .usage = "[--db FILE] ID",
    .about = "Says why a rule exists, what to do, and where to read on. Of a vulnerability: which\n"
	     "packages and versions the database says are affected, and what cures it.\n\n"
	     "  plimsoll explain DL3002\n"
	     "  plimsoll explain aws-access-key\n"
	     "  plimsoll explain CVE-2020-25032 --db advisories.db",
    .run = run_explain,
};
