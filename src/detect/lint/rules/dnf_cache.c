#include "detect/lint/rule.h"

static const char *const managers[] = {"dnf", "dnf5", "microdnf", "tdnf", NULL};
/* Where there is a dnf, yum is another name of it. */
static const char *const cleaners[] = {"dnf", "dnf5", "microdnf", "tdnf", "yum", NULL};
static const char *const folders[] = {
    "/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/tdnf", "/var/cache/yum", NULL};

static void check_dnf_cache(struct lint *l, const struct docker_view *view)
{
	lint_check_cache(l, view, &(struct lint_cache){managers, cleaners, folders});
}

static bool keeps(const struct hado_step *step, const char *manager)
{
	static const char *const install[] = {"install", "in", "upgrade", "up", "upgrade-minimal",
	    "up-min", "reinstall", "rei", NULL};
	static const char *const words[] = {"clean", "all", NULL};
	static const char *const removed[] = {"-rf", "/var/cache/libdnf5*", NULL};
	bool kept = false;

	for (size_t i = 0; i < step->n_commands; i++) {
		const struct hado_command *c = &step->commands[i];

		if ((hado_is(c, manager) && hado_has_any_arg(c, words)) ||
		    (hado_is(c, "rm") && hado_has_any_arg(c, removed)))
			kept = false;
		else if (hado_is(c, manager) && hado_has_any_arg(c, install))
			kept = true;
	}
	return kept;
}

static bool keeps_any(struct lint *l, const struct hado_step *step)
{
	(void)l;
	return (keeps(step, "dnf") || keeps(step, "microdnf")) &&
	       !hado_has_mount(step, "/var/cache/libdnf5") &&
	       !hado_has_mount(step, ".cache/libdnf5");
}

const struct lint_rule rule_dnf_cache = {
    .id = "DL3040",
    .title = "the caches of dnf are kept",
    .why = "What dnf fetches to install a package stays in the layer, and a later RUN "
	   "cannot take it out again.",
    .fix = "end the same RUN with dnf clean all (microdnf clean all), or use a cache mount",
    .threat = "image",
    .since = "2026-11-23",
    .peer = "warning",
    .references = {"https://docs.docker.com/build/building/best-practices/"},
    .severity = SEVERITY_LOW,
    .dockerfile = check_dnf_cache,
    .hadolint = {.step = keeps_any, .onbuild = true},
};
