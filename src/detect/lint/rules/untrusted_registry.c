#include "detect/lint/rule.h"

/* A name whose variables have no value here may come from anywhere. */
static void check_image(struct lint *l, const struct docker_instruction *in, struct str raw,
    struct str text, bool known)
{
	struct docker_reference ref = docker_reference_split(text);
	struct str registry = ref.registry.n ? ref.registry : STR("docker.io");

	if (!known && (ref.registry.n == 0 || str_chr(ref.registry, '$') != STR_NPOS))
		lint_report(l, docker_range(in, raw), text,
		    "give its ARG a default that names a trusted registry",
		    "which registry " STR_FMT " comes from cannot be told", STR_ARG(text));
	else if (!lint_is_trusted(l, ref))
		lint_report(l, docker_range(in, raw), text, NULL,
		    "the policy does not trust the registry " STR_FMT, STR_ARG(registry));
}

static void check_untrusted_registry(struct lint *l, const struct docker_view *view)
{
	if (lint_trusted_registries(l).n == 0)
		return;
	for (size_t i = 0; i < view->n_stages; i++) {
		const struct docker_stage *s = &view->stages[i];

		if (!s->parent && !s->scratch && s->image.raw.n > 0)
			check_image(l, s->from, s->image.raw, s->image_text, s->image_known);
	}
	for (size_t i = 0; i < view->sources.n; i++) {
		const struct docker_source *source = &view->sources.p[i];

		if (!source->stage && source->name.n > 0)
			check_image(
			    l, source->step->instruction, source->raw, source->name, source->known);
	}
}

const struct lint_rule rule_untrusted_registry = {
    .id = "DL3026",
    .title = "the image comes from a registry that the policy does not trust",
    .why = "Whoever owns the registry decides what this image is made of.",
    .fix = "take the image from a trusted registry, or ask the security team to trust this "
	   "one (trusted-registries in the policy)",
    .threat = "image",
    .since = "2026-11-23",
    .peer = "error",
    .references = {"https://www.cisecurity.org/benchmark/docker"},
    .severity = SEVERITY_HIGH,
    .dockerfile = check_untrusted_registry,
};
