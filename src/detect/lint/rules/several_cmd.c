#include "detect/lint/rule.h"

static void check_several_cmd(struct lint *l, const struct docker_view *view)
{
	lint_check_second(l, view, DOCKER_CMD, STR("a second CMD"));
}

static void judge(struct lint *l, const struct hado_pass *pass)
{
	hado_report_second(l, pass, DOCKER_CMD);
}

const struct lint_rule rule_several_cmd = {
    .id = "DL4003",
    .alias = {"MultipleInstructionsDisallowed"},
    .title = "a second CMD in one stage",
    .why = "Only the last CMD counts; the one before it does nothing, and a reader "
	   "believes that it does.",
    .fix = "keep one CMD",
    .threat = "runtime",
    .since = "2026-11-23",
    .peer = "warning",
    .references = {"https://docs.docker.com/reference/dockerfile/#cmd"},
    .severity = SEVERITY_LOW,
    .dockerfile = check_several_cmd,
    .hadolint = {.pass = judge},
};
