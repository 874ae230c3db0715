/* plimsoll rules: every rule there is, from the records the rules themselves carry. */
#include "base/json.h"
#include "cli/command.h"
#include "engine/rule_list.h"

static void write_text(const struct rule_list *list, struct buf *out)
{
	size_t width = 0;

	for (size_t i = 0; i < list->n; i++)
		width = MAX_OF(width, list->p[i].id.n);
	for (size_t i = 0; i < list->n; i++) {
		const struct rule_info *r = &list->p[i];

		buf_addf(out, "%-*.*s  %-8.*s  %-8.*s  " STR_FMT "\n", (int)width, STR_ARG(r->id),
		    STR_ARG(stage_word(r->stage)), STR_ARG(severity_word(r->severity)),
		    STR_ARG(r->title));
	}
}

static void write_list(struct json_out *j, const char *key, const struct str_list *list)
{
	json_key(j, key);
	json_begin_array(j);
	for (size_t i = 0; i < list->n; i++)
		json_str(j, list->p[i]);
	json_end_array(j);
}

static void write_json(const struct rule_list *list, struct buf *out)
{
	struct json_out j;

	json_out_init(&j, out, true);
	json_begin_array(&j);
	for (size_t i = 0; i < list->n; i++) {
		const struct rule_info *r = &list->p[i];

		json_begin_object(&j);
		json_member_str(&j, "id", r->id);
		json_member_str(&j, "stage", stage_word(r->stage));
		json_member_str(&j, "severity", severity_word(r->severity));
		json_member_str(&j, "title", r->title);
		json_member_str(&j, "why", r->why);
		json_member_str(&j, "fix", r->fix);
		json_member_str(&j, "opens", r->opens);
		json_member_str(&j, "revoke", r->revoke);
		json_member_str(&j, "threat", r->threat);
		json_member_str(&j, "since", r->since);
		if (r->opt_in)
			json_member_bool(&j, "opt_in", true);
		write_list(&j, "references", &r->references);
		write_list(&j, "clauses", &r->clauses);
		json_end_object(&j);
	}
	json_end_array(&j);
	buf_addc(out, '\n');
}

static int run_rules(struct cli *cli, int argc, char **argv)
{
	struct str format = STR("text");
	const struct opt rows[] = {
	    OPT_TEXT_ROW('f', "format", &format, "FORMAT", "text or json; default: text"),
	    OPT_END_ROW,
	};
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(16));
	struct opt_list operands = {0};
	struct rule_list list = {0};
	struct err err = ERR_INIT;
	int code = command_options(cli, &command_rules, rows, argc, argv, &operands);

	if (code >= 0)
		return code;
	if (operands.n > 0)
		return command_misuse(&command_rules, "no operand is expected");
	if (rule_list_all(&list, cli->arena, &err) != 0)
		return command_fail(&err);
	if (str_eq(format, STR("json")))
		write_json(&list, &out);
	else if (str_eq(format, STR("text")))
		write_text(&list, &out);
	else
		return command_misuse(&command_rules, "--format is text or json");
	return command_print(buf_str(&out));
}

const struct command command_rules = {
    .name = "rules",
    .summary = "every rule, with its severity",
    .usage = "[--format text|json]",
    .about = "Lists the rules of this program. `plimsoll explain ID` says more about one.",
    .run = run_rules,
};
