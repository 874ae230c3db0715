#include "detect/lint/rule.h"

static bool is_target(struct str platform)
{
	return str_eq(platform, STR("$TARGETPLATFORM")) ||
	       str_eq(platform, STR("${TARGETPLATFORM}"));
}

/* The file itself says what it is worth. */
static bool is_set(const struct docker_view *view)
{
	const struct docker_value *value = map_get(&view->global_args, STR("TARGETPLATFORM"));

	return value && value->known;
}

static void offer_none(
    struct lint *l, const struct docker_instruction *from, struct text_range flag)
{
	struct text_range image = docker_range(from, from->words[0].raw);

	if (from->n_flags == 1 && image.offset == flag.end + 1)
		lint_edit(l, EDIT_SAFE, (struct text_range){flag.offset, image.offset}, STR_NONE);
}

static void check_platform_redundant(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_stages && !is_set(view); i++) {
		const struct docker_instruction *from = view->stages[i].from;
		const struct docker_flag *flag = docker_flag_get(from, "platform");
		struct text_range range;

		if (!flag || !is_target(flag->value.text) || from->n_words == 0)
			continue;
		range = docker_range(from, flag->raw);
		offer_none(l, from, range);
		lint_report(l, range, flag->raw, NULL,
		    "the platform that is built for is taken without --platform too");
	}
}

static bool is_redundant(struct lint *l, const struct hado_step *step)
{
	(void)l;
	return step->in->kind == DOCKER_FROM && is_target(step->from->platform);
}

const struct lint_rule rule_platform_redundant = {
    .id = "DL3065",
    .alias = {"RedundantTargetPlatform"},
    .title = "--platform says what holds without it",
    .why =
	"FROM takes the platform that is built for by itself; a flag makes a reader look for a reason that is not there.",
    .fix = "remove --platform",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://docs.docker.com/reference/build-checks/redundant-target-platform/"},
    .severity = SEVERITY_INFO,
    .dockerfile = check_platform_redundant,
    .hadolint = {.step = is_redundant},
};
