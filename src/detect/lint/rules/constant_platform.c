#include "detect/lint/rule.h"

/* "linux/arm64" says it in the stage's name: that is meant. */
static bool says_so(struct str name, struct str platform)
{
	struct str part;

	while (str_cut(&platform, '/', &part))
		if (part.n > 1 && str_has(name, part))
			return true;
	return false;
}

static void check_constant_platform(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_stages; i++) {
		const struct docker_stage *s = &view->stages[i];
		const struct docker_flag *flag = docker_flag_get(s->from, "platform");

		if (flag && flag->has_value && str_chr(flag->value.text, '$') == STR_NPOS &&
		    !says_so(s->name, flag->value.text))
			lint_report(l, docker_range(s->from, flag->raw), flag->raw, NULL,
			    "the stage is built for " STR_FMT " alone", STR_ARG(flag->value.text));
	}
}

static bool is_constant(struct lint *l, const struct hado_step *step)
{
	struct str platform = hado_flag(step, "platform");

	(void)l;
	return step->in->kind == DOCKER_FROM && platform.n > 0 &&
	       !str_has(platform, STR("BUILDPLATFORM")) &&
	       !str_has(platform, STR("TARGETPLATFORM"));
}

const struct lint_rule rule_constant_platform = {
    .id = "DL3029",
    .title = "a stage is built for one platform alone",
    .why = "With a constant --platform every build of the file makes an image of that "
	   "platform, whatever platform it was asked for.",
    .fix = "leave --platform out, or say $BUILDPLATFORM or $TARGETPLATFORM",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://docs.docker.com/reference/dockerfile/#from"},
    .severity = SEVERITY_LOW,
    .alias = {"FromPlatformFlagConstDisallowed"},
    .dockerfile = check_constant_platform,
    .hadolint = {.step = is_constant},
};
