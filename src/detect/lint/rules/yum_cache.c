#include "detect/lint/rule.h"

static const char *const managers[] = {"yum", NULL};
static const char *const folders[] = {"/var/cache/yum", NULL};

static void check_yum_cache(struct lint *l, const struct docker_view *view)
{
	lint_check_cache(l, view, &(struct lint_cache){managers, folders});
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
};
