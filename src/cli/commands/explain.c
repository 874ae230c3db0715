/* plimsoll explain ID: what a rule holds against a line, and how to cure it. */
#include "base/log.h"
#include "cli/command.h"
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

static void write_rule(const struct rule_info *r, struct buf *out)
{
	buf_addf(out, STR_FMT ": " STR_FMT "\n", STR_ARG(r->id), STR_ARG(r->title));
	buf_addf(out,
	    "stage " STR_FMT ", severity " STR_FMT ", threat " STR_FMT ", since " STR_FMT "\n",
	    STR_ARG(stage_word(r->stage)), STR_ARG(severity_word(r->severity)), STR_ARG(r->threat),
	    STR_ARG(r->since));
	add_paragraph(out, "why", r->why);
	add_paragraph(out, "what to do", r->fix);
	for (size_t i = 0; i < r->references.n; i++)
		buf_addf(out, "%s  " STR_FMT "\n", i == 0 ? "\nreferences\n" : "",
		    STR_ARG(r->references.p[i]));
}

static int no_such_rule(const struct rule_list *list, struct str id, struct arena *arena)
{
	const char **names = arena_array(arena, list->n, sizeof *names);
	const char *near = NULL;

	for (size_t i = 0; names && i < list->n; i++)
		names[i] = arena_cstr(arena, list->p[i].id);
	if (names)
		near = opt_nearest(id, names, list->n);
	if (str_starts(id, STR("CVE-")) || str_starts(id, STR("GHSA-")))
		log_error("explain: " STR_FMT
			  " is an advisory, no rule; the report's references lead to it",
		    STR_ARG(id));
	else if (near)
		log_error(
		    "explain: no such rule: " STR_FMT "; did you mean %s?", STR_ARG(id), near);
	else
		log_error(
		    "explain: no such rule: " STR_FMT "; `plimsoll rules` lists them", STR_ARG(id));
	return EXIT_USAGE;
}

static int run_explain(struct cli *cli, int argc, char **argv)
{
	const struct opt rows[] = {OPT_END_ROW};
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct opt_list operands = {0};
	struct rule_list list = {0};
	struct err err = ERR_INIT;
	int code = command_options(cli, &command_explain, rows, argc, argv, &operands);

	if (code >= 0)
		return code;
	if (operands.n != 1)
		return command_misuse(&command_explain, "the id of one rule is expected");
	if (rule_list_all(&list, cli->arena, &err) != 0)
		return command_fail(&err);
	for (size_t i = 0; i < list.n; i++) {
		if (!str_eq_nocase(list.p[i].id, operands.p[0]))
			continue;
		write_rule(&list.p[i], &out);
		return command_print(buf_str(&out));
	}
	return no_such_rule(&list, operands.p[0], cli->arena);
}

const struct command command_explain = {
    .name = "explain",
    .summary = "what a rule holds against a line, and how to cure it",
    .usage = "ID",
    .about = "Tells why a rule exists, what to do, and where to read on.\n\n"
	     "  plimsoll explain DL3002\n"
	     "  plimsoll explain aws-access-key",
    .run = run_explain,
};
