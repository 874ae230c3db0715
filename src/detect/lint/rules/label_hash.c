#include "detect/lint/lint.h"

static bool is_valid(struct str value)
{
	for (size_t i = 0; i < value.n; i++)
		if (!byte_is_digit(value.p[i]) && !(value.p[i] >= 'a' && value.p[i] <= 'f'))
			return false;
	return value.n == 7 || value.n == 40;
}

static void check_label_hash(struct lint *l, const struct docker_step *step)
{
	lint_check_labels(l, step, LABEL_HASH, is_valid);
}

static void judge(struct lint *l, const struct hado_pass *pass)
{
	hado_check_labels(l, pass, LABEL_HASH, is_valid);
}

const struct lint_rule rule_label_hash = {
    .id = "DL3055",
    .title = "a label is not the hash of a commit",
    .why = "The organisation asks for this label, and what reads it (a catalogue, a "
	   "scanner, a person) finds it empty or cannot use it.",
    .fix = "say 7 or 40 hexadecimal digits in lower case",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://github.com/opencontainers/image-spec/blob/main/annotations.md"},
    .severity = SEVERITY_LOW,
    .step = check_label_hash,
    .hadolint = {.pass = judge},
};
