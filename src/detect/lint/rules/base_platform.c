#include "detect/lint/rule.h"

static bool asks_for_windows(struct str platform)
{
	struct str os = platform, rest;

	(void)str_split(platform, '/', &os, &rest);
	return str_eq_nocase(os, STR("windows"));
}

static void check_base_platform(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_stages; i++) {
		const struct docker_stage *s = &view->stages[i];
		const struct docker_flag *flag = docker_flag_get(s->from, "platform");

		if (!flag || s->parent || !s->outside || s->platform.n == 0 ||
		    str_chr(s->platform, '$') != STR_NPOS ||
		    asks_for_windows(s->platform) == s->outside->windows)
			continue;
		lint_report(l, docker_range(s->from, flag->raw), s->image_text, NULL,
		    STR_FMT " is an image for %s, not for " STR_FMT, STR_ARG(s->image_text),
		    s->outside->windows ? "Windows" : "Linux", STR_ARG(s->platform));
	}
}

const struct lint_rule rule_base_platform = {
    .id = "InvalidBaseImagePlatform",
    .title = "the base image is for another platform",
    .why = "A registry may answer with an image of another platform than was asked for, and "
	   "nothing of it runs there. Judged if the base image's configuration is known, which "
	   "a file alone does not tell.",
    .fix = "name the platform that the image is for, or another image",
    .threat = "runtime",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/build-checks/invalid-base-image-platform/"},
    .severity = SEVERITY_MEDIUM,
    .dockerfile = check_base_platform,
};
