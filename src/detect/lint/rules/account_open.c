#include "detect/lint/rule.h"

static bool is_root_number(struct str number)
{
	uint64_t value;

	return str_to_u64(number, &value) && value == 0;
}

static bool has_empty(const struct shell_command *c, char letter, const char *name)
{
	struct str value;
	const struct shell_word *word = lint_short_option(c, letter, "bcdefgGkKpsuRPZ", &value);

	return (word && value.n == 0) || (shell_flag_value(c, name, &value) && value.n == 0);
}

static void check_account_open(
    struct lint *l, const struct docker_step *step, const struct shell_command *c)
{
	bool changes = shell_is(c, "useradd") || shell_is(c, "usermod"),
	     adds = shell_is(c, "adduser");
	struct str number;

	if (lint_is_wrapper(step, c) || (step->stage && !step->stage->shipped))
		return;
	if (shell_is(c, "passwd") && (shell_has_flag(c, "d") || shell_has_flag(c, "delete")))
		lint_command(l, c, "this account has no password then");
	else if (changes && has_empty(c, 'p', "password"))
		lint_command(l, c, "this account has no password then");
	else if ((changes || adds) &&
		 ((lint_short_option(c, 'u', "bcdefgGhkKpsRPZ", &number) &&
		      is_root_number(number)) ||
		     (shell_flag_value(c, "uid", &number) && is_root_number(number))))
		lint_command(l, c, "this account has the number 0: it is root");
}

const struct lint_rule rule_account_open = {
    .id = "PL1043",
    .title = "an account without a password, or another root",
    .why =
	"Whoever gets into the container becomes that user without a password; a second user with the number 0 is root by another name.",
    .fix = "leave passwords locked, and give each user a number of its own",
    .threat = "host",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://www.cisecurity.org/benchmark/docker"},
    .clauses = {NIST("4.1.2"), PCI("8.3.1")},
    .severity = SEVERITY_HIGH,
    .command = check_account_open,
};
