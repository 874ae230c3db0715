/* plimsoll policy: print the policy in force, or check one before it is committed. */
#include "cli/command.h"
#include "engine/policy_source.h"
#include "engine/rule_list.h"

struct policy_options {
	struct str policy;
	struct str rules;
};

static int show(struct cli *cli, const struct policy_options *o)
{
	struct policy_source source;
	struct err err = ERR_INIT;

	if (policy_source_read(o->policy, cli->arena, &source, &err) != 0)
		return command_fail(&err);
	return command_print(source.text);
}

static int check(struct cli *cli, const struct policy_options *o)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(KIB(16));
	char *rules = o->rules.n ? arena_cstr(cli->arena, o->rules) : NULL;
	struct policy_names names;
	struct policy policy;
	struct err err = ERR_INIT;

	if (rule_names(rules, cli->arena, &names, &err) != 0 ||
	    policy_source_load(o->policy, &names, cli->arena, &policy, &err) != 0)
		return command_fail(&err);
	buf_add_safe(&out, policy.source);
	buf_add(&out, STR(": the policy can be read"));
	if (policy.name.n > 0) {
		buf_add(&out, STR("; its name is "));
		buf_add_safe(&out, policy.name);
	}
	buf_addf(&out, ", mode " STR_FMT ", %zu waiver%s\n", STR_ARG(mode_word(policy.mode)),
	    policy.waivers.n, policy.waivers.n == 1 ? "" : "s");
	return command_print(buf_str(&out));
}

static int run_policy(struct cli *cli, int argc, char **argv)
{
	struct policy_options o = {0};
	const struct opt rows[] = {
	    OPT_TEXT_ROW('p', "policy", &o.policy, "POLICY",
		"a file, a folder or a git repository that holds policy.yaml; "
		"default: the built-in starter"),
	    OPT_TEXT_ROW('r', "rules", &o.rules, "FILE",
		"secret rules that the policy may name beside the built-in ones"),
	    OPT_END_ROW,
	};
	struct opt_list operands = {0};
	bool is_show;
	int code = command_options(cli, &command_policy, rows, argc, argv, &operands);

	if (code >= 0)
		return code;
	is_show = operands.n > 0 && str_eq(operands.p[0], STR("show"));
	if (!is_show && (operands.n == 0 || !str_eq(operands.p[0], STR("check"))))
		return command_misuse(&command_policy, "`show` or `check` is expected");
	if (operands.n + (o.policy.n > 0) > 2)
		return command_misuse(
		    &command_policy, "one file, folder or repository is expected");
	if (operands.n == 2)
		o.policy = operands.p[1];
	return is_show ? show(cli, &o) : check(cli, &o);
}

const struct command command_policy = {
    .name = "policy",
    .summary = "print the policy that holds here, or check one",
    .usage = "show|check [POLICY | --policy POLICY]",
    .about =
	"`show` prints the policy's text: the built-in `starter`, or the one that --policy names.\n"
	"`check` reads one and says whether it can be used, with line and column if it cannot.\n\n"
	"  plimsoll policy show > policy.yaml      a policy to begin with\n"
	"  plimsoll policy check policy.yaml",
    .run = run_policy,
};
