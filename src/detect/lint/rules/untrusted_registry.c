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
		    "the registry that " STR_FMT " comes from is unknown until a build",
		    STR_ARG(text));
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

/* "*", "*end", "begin*", or all of it. */
static bool hado_matches(struct str pattern, struct str registry)
{
	if (str_starts(pattern, STR("*")))
		return str_ends(registry, str_sub(pattern, 1, pattern.n));
	if (str_ends(pattern, STR("*")))
		return str_starts(registry, str_sub(pattern, 0, pattern.n - 1));
	return str_eq(pattern, registry);
}

static bool hado_trusts(const struct lint *l, struct str registry)
{
	struct str_list trusted = lint_trusted_registries(l);

	for (size_t i = 0; i < trusted.n; i++)
		if (registry.n > 0 ? hado_matches(trusted.p[i], registry)
				   : hado_matches(trusted.p[i], STR("docker.io")) ||
					 hado_matches(trusted.p[i], STR("hub.docker.com")))
			return true;
	return false;
}

static bool hado_comes_untrusted(
    const struct lint *l, const struct hado_pass *pass, size_t at, struct str image)
{
	struct hado_image split = hado_image_split(image);

	return image.n > 0 && !str_eq(split.name, STR("scratch")) &&
	       !hado_is_alias(pass, at, image) && !hado_trusts(l, split.registry);
}

static bool hado_mounts_untrusted(const struct lint *l, const struct hado_pass *pass, size_t at)
{
	const struct docker_instruction *in = pass->steps[at].in;

	for (size_t i = 0; in->kind == DOCKER_RUN && i < in->n_flags; i++) {
		struct str mount = in->flags[i].value.text, type = STR("bind"), from;

		(void)docker_mount_option(mount, "type", &type);
		if (str_eq(in->flags[i].name, STR("mount")) &&
		    (str_eq(type, STR("bind")) || str_eq(type, STR("cache"))) &&
		    docker_mount_option(mount, "from", &from) &&
		    hado_comes_untrusted(l, pass, at, from))
			return true;
	}
	return false;
}

static void judge(struct lint *l, const struct hado_pass *pass)
{
	for (size_t i = 0; lint_trusted_registries(l).n > 0 && i < pass->n_steps; i++) {
		const struct hado_step *step = &pass->steps[i];
		struct str image = STR_NONE;

		if (step->in->kind == DOCKER_FROM)
			image = step->from->text;
		else if (step->in->kind == DOCKER_COPY)
			image = hado_flag(step, "from");
		if (hado_comes_untrusted(l, pass, i, image) || hado_mounts_untrusted(l, pass, i))
			hado_report(l, step->line);
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
    .clauses = {NIST("4.1.5"), CIS("4.2")},
    .severity = SEVERITY_HIGH,
    .dockerfile = check_untrusted_registry,
    .hadolint = {.pass = judge},
};
