#include "detect/lint/rule.h"

/* '*' at either end stands for any text; a pattern with a '/' is held against the whole name. */
static bool pattern_fits(struct str pattern, struct str text)
{
	bool open_start = str_starts(pattern, STR("*")), open_end = str_ends(pattern, STR("*"));
	struct str core = pattern;

	if (open_start)
		core = str_sub(core, 1, core.n);
	if (open_end && core.n > 0)
		core = str_sub(core, 0, core.n - 1);
	if (open_start && open_end)
		return str_has(text, core);
	if (open_start)
		return str_ends(text, core);
	return open_end ? str_starts(text, core) : str_eq(text, core);
}

static bool is_trusted(struct docker_reference ref, const struct str_list *trusted)
{
	struct str registry = ref.registry.n ? ref.registry : STR("docker.io");

	for (size_t i = 0; i < trusted->n; i++) {
		struct str pattern = trusted->p[i], host, path;

		if (!str_split(pattern, '/', &host, &path)) {
			if (pattern_fits(pattern, registry))
				return true;
		} else if (pattern_fits(host, registry) && pattern_fits(path, ref.repository)) {
			return true;
		}
	}
	return false;
}

static void check_image(struct lint *l, const struct docker_instruction *in,
    struct docker_reference ref, const struct str_list *trusted)
{
	struct str registry = ref.registry.n ? ref.registry : STR("docker.io");

	if (!is_trusted(ref, trusted))
		lint_instruction(
		    l, in, "the policy does not trust the registry " STR_FMT, STR_ARG(registry));
}

static void check_copy(struct lint *l, const struct docker_view *view,
    const struct docker_step *step, const struct str_list *trusted)
{
	const struct docker_flag *from = docker_flag_get(step->instruction, "from");

	if (!from || !from->has_value ||
	    docker_stage_find(view, from->value.text, step->stage->index) ||
	    (str_chr(from->value.text, '/') == STR_NPOS &&
		str_chr(from->value.text, ':') == STR_NPOS))
		return;
	check_image(l, step->instruction, docker_reference_split(from->value.text), trusted);
}

static void check_untrusted_registry(struct lint *l, const struct docker_view *view)
{
	struct str_list trusted = lint_trusted_registries(l);

	if (trusted.n == 0)
		return;
	for (size_t i = 0; i < view->n_stages; i++) {
		const struct docker_stage *s = &view->stages[i];

		if (!s->parent && !s->scratch)
			check_image(l, s->from, s->base, &trusted);
	}
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];

		if (lint_step_is(step, DOCKER_COPY) && step->stage)
			check_copy(l, view, step, &trusted);
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
