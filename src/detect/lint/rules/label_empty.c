#include "detect/lint/lint.h"

static bool is_valid(struct str value)
{
	return value.n > 0;
}

static void check_label_empty(struct lint *l, const struct docker_step *step)
{
	lint_check_labels(l, step, LABEL_ANY, is_valid);
}

static void judge(struct lint *l, const struct hado_pass *pass)
{
	hado_check_labels(l, pass, LABEL_ANY, is_valid);
}

const struct lint_rule rule_label_empty = {
    .id = "DL3051",
    .title = "a label that the organisation asks for is empty",
    .why = "The organisation asks for this label, and what reads it (a catalogue, a "
	   "scanner, a person) finds it empty or cannot use it.",
    .fix = "say its value",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://github.com/opencontainers/image-spec/blob/main/annotations.md"},
    .severity = SEVERITY_LOW,
    .step = check_label_empty,
    .hadolint = {.pass = judge},
};
