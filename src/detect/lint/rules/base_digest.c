#include "detect/lint/rule.h"

static void check_base_digest(struct lint *l, const struct docker_view *view)
{
	static const struct str key = STR_INIT("org.opencontainers.image.base.digest");
	const struct docker_stage *built = view->built, *lowest = built ? built->lowest : NULL;
	const struct docker_label *label = built ? map_get(&built->labels, key) : NULL;
	struct str value;

	if (!label || lowest->scratch || !lowest->image_known)
		return;
	value = label->pair->value.text;
	if (value.n == 0 || str_chr(value, '$') != STR_NPOS || str_eq(value, lowest->base.digest))
		return;
	if (lowest->base.digest.n == 0)
		lint_report(l, docker_range(label->instruction, label->pair->raw), key, NULL,
		    "FROM names no digest: what it takes today need not be this one");
	else
		lint_report(l, docker_range(label->instruction, label->pair->raw), key, NULL,
		    "FROM takes another digest than the label says");
}

const struct lint_rule rule_base_digest = {
    .id = "PL1034",
    .title = "the label of the base image's digest is not its digest",
    .why =
	"Tools that look for newer bases believe org.opencontainers.image.base.digest: one that was written by hand and is not what FROM takes hides that the base is old, or says so wrongly.",
    .fix = "write the same digest in FROM and in the label, or let the builder write the label",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://github.com/opencontainers/image-spec/blob/main/annotations.md",
	"https://docs.docker.com/build/metadata/attestations/"},
    .clauses = {NIST("4.2.2")},
    .severity = SEVERITY_LOW,
    .dockerfile = check_base_digest,
};
