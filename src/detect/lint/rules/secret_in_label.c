#include "core/placeholder.h"
#include "detect/lint/rule.h"

/* "maintainer.auth.url" and the like are harmless by name; a version or a sentence is no secret. */
static bool is_secret(const struct docker_step *step, const struct docker_pair *pair)
{
	struct str value = pair->value.text;

	if (lint_has_login(value))
		return true;
	if (!lint_names_secret(pair->name.text) || value.n == 0)
		return false;
	if (str_chr(value, ' ') != STR_NPOS)
		return false;
	if (value.p[0] != '$')
		return !placeholder_is(value) && !lint_is_harmless(value);
	/* What the build or the file gives to a variable of any name. */
	return step->stage != NULL;
}

static void report(
    struct lint *l, const struct docker_instruction *in, const struct docker_pair *pair)
{
	lint_hide_line(l);
	lint_report(l, docker_range(in, pair->raw), pair->name.text, NULL,
	    "LABEL " STR_FMT " looks like a secret's and stays in the image",
	    STR_ARG(pair->name.text));
}

static void check_secret_in_label(struct lint *l, const struct docker_step *step)
{
	const struct docker_instruction *in = step->instruction;

	for (size_t i = 0; in->kind == DOCKER_LABEL && i < in->n_pairs; i++)
		if (is_secret(step, &in->pairs[i]))
			report(l, in, &in->pairs[i]);
}

const struct lint_rule rule_secret_in_label = {
    .id = "PL1037",
    .title = "a secret in LABEL",
    .why =
	"Labels stand in the image's configuration, for everyone who can pull it, and registries show them.",
    .fix = "leave it out; what a build step needs it gets with RUN --mount=type=secret",
    .threat = "credentials",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/build/building/secrets/",
	"https://docs.docker.com/reference/dockerfile/#label"},
    .clauses = {NIST("4.1.4"), PCI("8.6.2"), CIS("4.10")},
    .severity = SEVERITY_MEDIUM,
    .step = check_secret_in_label,
};
