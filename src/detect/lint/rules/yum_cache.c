#include "detect/lint/rule.h"

static const char *const managers[] = {"yum", NULL};
/* Where there is a dnf, yum is another name of it. */
static const char *const cleaners[] = {"yum", "dnf", NULL};
static const char *const folders[] = {"/var/cache/yum", NULL};

static void check_yum_cache(struct lint *l, const struct docker_view *view)
{
	lint_check_cache(l, view, &(struct lint_cache){managers, cleaners, folders});
}

/* Clean is `yum` with one of the words, or `rm` with one of its own, whatever it removes. */
static bool cleans(const struct hado_command *c)
{
	static const char *const words[] = {"clean", "all", NULL};
	static const char *const removed[] = {"-rf", "/var/cache/yum/*", NULL};

	return (hado_is(c, "yum") && hado_has_any_arg(c, words)) ||
	       (hado_is(c, "rm") && hado_has_any_arg(c, removed));
}

static bool keeps(struct lint *l, const struct hado_step *step)
{
	size_t installed = SIZE_MAX, cleaned = SIZE_MAX;

	(void)l;
	for (size_t i = step->n_commands; i-- > 0;) {
		if (hado_is(&step->commands[i], "yum") &&
		    hado_has_arg(&step->commands[i], "install"))
			installed = i;
		if (cleans(&step->commands[i]))
			cleaned = i;
	}
	return installed != SIZE_MAX && (cleaned == SIZE_MAX || cleaned < installed);
}

const struct lint_rule rule_yum_cache = {
    .id = "DL3032",
    .title = "the caches of yum are kept",
    .why = "What yum fetches to install a package stays in the layer, and a later RUN "
	   "cannot take it out again.",
    .fix = "end the same RUN with yum clean all, or use a cache mount",
    .threat = "image",
    .since = "2026-11-23",
    .peer = "warning",
    .references = {"https://docs.docker.com/build/building/best-practices/"},
    .severity = SEVERITY_LOW,
    .dockerfile = check_yum_cache,
    .hadolint = {.step = keeps, .onbuild = true},
};
