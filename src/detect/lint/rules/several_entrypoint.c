#include "detect/lint/rule.h"

static void check_several_entrypoint(struct lint *l, const struct docker_view *view)
{
	lint_check_second(l, view, DOCKER_ENTRYPOINT, STR("a second ENTRYPOINT"));
}

static void judge(struct lint *l, const struct hado_pass *pass)
{
	hado_report_second(l, pass, DOCKER_ENTRYPOINT);
}

const struct lint_rule rule_several_entrypoint = {
    .id = "DL4004",
    .alias = {"MultipleInstructionsDisallowed"},
    .title = "a second ENTRYPOINT in one stage",
    .why = "Only the last ENTRYPOINT counts; the one before it does nothing, and a reader "
	   "believes that it does.",
    .fix = "keep one ENTRYPOINT",
    .threat = "runtime",
    .since = "2026-11-23",
    .peer = "error",
    .references = {"https://docs.docker.com/reference/dockerfile/#entrypoint"},
    .severity = SEVERITY_MEDIUM,
    .dockerfile = check_several_entrypoint,
    .hadolint = {.pass = judge},
};
