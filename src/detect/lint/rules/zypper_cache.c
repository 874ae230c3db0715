#include "detect/lint/rule.h"

static void check_zypper_cache(struct lint *l, const struct docker_view *view)
{
	static const char *const managers[] = {"zypper", NULL};
	static const char *const folders[] = {"/var/cache/zypp", NULL};
	static const struct lint_cache cache = {managers, managers, folders};

	lint_check_cache(l, view, &cache);
}

static bool keeps(struct lint *l, const struct hado_step *step)
{
	static const char *const install[] = {"install", "in", NULL};
	static const char *const clean[] = {"clean", "cc", NULL};
	bool kept = false;

	(void)l;
	for (size_t i = 0; i < step->n_commands; i++) {
		const struct hado_command *c = &step->commands[i];

		if (!hado_is(c, "zypper"))
			continue;
		if (hado_has_any_arg(c, install))
			kept = true;
		if (hado_has_any_arg(c, clean))
			kept = false;
	}
	return kept && !hado_has_mount(step, "/var/cache/zypp");
}

const struct lint_rule rule_zypper_cache = {
    .id = "DL3036",
    .title = "the caches of zypper are kept",
    .why = "What zypper fetches is of no use in the image, makes it larger, and tells a "
	   "scanner of packages that are not there.",
    .fix = "end the same RUN with zypper clean, or use a cache mount on /var/cache/zypp",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://en.opensuse.org/SDB:Zypper_manual"},
    .severity = SEVERITY_LOW,
    .dockerfile = check_zypper_cache,
    .hadolint = {.step = keeps, .onbuild = true},
};
