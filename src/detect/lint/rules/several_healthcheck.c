#include "detect/lint/rule.h"

static void check_several_healthcheck(struct lint *l, const struct docker_view *view)
{
	lint_check_second(l, view, DOCKER_HEALTHCHECK, STR("a second HEALTHCHECK"));
}

static void judge(struct lint *l, const struct hado_pass *pass)
{
	hado_report_second(l, pass, DOCKER_HEALTHCHECK);
}

const struct lint_rule rule_several_healthcheck = {
    .id = "DL3012",
    .alias = {"MultipleInstructionsDisallowed"},
    .title = "a second HEALTHCHECK in one stage",
    .why = "Only the last HEALTHCHECK counts; the one before it checks nothing, and a reader "
	   "believes that it does.",
    .fix = "keep one HEALTHCHECK",
    .threat = "runtime",
    .since = "2026-11-27",
    .peer = "error",
    .references = {"https://docs.docker.com/reference/dockerfile/#healthcheck"},
    .severity = SEVERITY_LOW,
    .dockerfile = check_several_healthcheck,
    .hadolint = {.pass = judge},
};
