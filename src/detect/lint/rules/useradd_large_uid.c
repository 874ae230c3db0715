#include "detect/lint/rule.h"

static struct str uid_of(const struct docker_step *step, const struct shell_command *c)
{
	struct str uid = STR_NONE;
	const struct docker_value *value;

	if (!shell_flag_value(c, "u", &uid) && !shell_flag_value(c, "uid", &uid))
		return STR_NONE;
	if (!str_starts(uid, STR("${")) || uid.n < 4)
		return uid;
	value = docker_value_get(step->stage, str_sub(uid, 2, uid.n - 3));
	return value && value->known ? value->text : STR_NONE;
}

static void check_useradd_large_uid(
    struct lint *l, const struct docker_step *step, const struct shell_command *c)
{
	struct str uid;
	uint64_t number;

	if (!shell_is(c, "useradd") || shell_has_flag(c, "l") || shell_has_flag(c, "no-log-init"))
		return;
	uid = uid_of(step, c);
	if (str_to_u64(uid, &number) && number >= 100000)
		lint_command(l, c, "the user id " STR_FMT " makes large log files", STR_ARG(uid));
}

static bool is_bad(const struct hado_command *c)
{
	static const char *const uid[] = {"u", "uid", NULL};
	static const char *const quiet[] = {"l", "no-log-init", NULL};
	bool is_long = false;

	for (size_t i = 0; i + 1 < c->n_args; i++)
		is_long |= str_eq(c->args[i], STR("-u")) && c->args[i + 1].n > 5;
	return hado_is(c, "useradd") && hado_has_any_flag(c, uid) && !hado_has_any_flag(c, quiet) &&
	       is_long;
}

const struct lint_rule rule_useradd_large_uid = {
    .id = "DL3046",
    .title = "a large user id makes large log files",
    .why = "useradd writes to /var/log/lastlog and faillog at the place of the id: with an "
	   "id of six digits they become huge, and the layer with them.",
    .fix = "add -l (--no-log-init)",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://docs.docker.com/build/building/best-practices/#user"},
    .severity = SEVERITY_LOW,
    .command = check_useradd_large_uid,
    .hadolint = {.command = is_bad, .onbuild = true},
};
