#include "detect/lint/lint.h"

static bool is_known(const struct lint_opts *opts, struct str key)
{
	for (size_t i = 0; i < opts->n_labels; i++)
		if (str_eq(opts->labels[i].key, key))
			return true;
	return false;
}

static void check_label_superfluous(struct lint *l, const struct docker_step *step)
{
	const struct docker_instruction *in = step->instruction;

	if (!lint_opts(l)->strict_labels || in->kind != DOCKER_LABEL)
		return;
	for (size_t i = 0; i < in->n_pairs; i++)
		if (!is_known(lint_opts(l), in->pairs[i].name.text))
			lint_report(l, docker_range(in, in->pairs[i].name.raw),
			    in->pairs[i].name.text, NULL, STR_FMT " is not in the schema",
			    STR_ARG(in->pairs[i].name.text));
}

static bool is_bad(struct lint *l, const struct hado_step *step)
{
	if (!lint_opts(l)->strict_labels || step->in->kind != DOCKER_LABEL)
		return false;
	for (size_t i = 0; i < step->in->n_pairs; i++)
		if (!is_known(lint_opts(l), step->in->pairs[i].name.text))
			return true;
	return false;
}

const struct lint_rule rule_label_superfluous = {
    .id = "DL3050",
    .title = "a label that the organisation does not know",
    .why = "Labels are strict here: a key that is not in the organisation's schema is a "
	   "mistake, or one that nobody reads.",
    .fix = "use a key of the schema, or add it there",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "info",
    .references = {"https://github.com/opencontainers/image-spec/blob/main/annotations.md"},
    .severity = SEVERITY_INFO,
    .step = check_label_superfluous,
    .hadolint = {.step = is_bad},
};
