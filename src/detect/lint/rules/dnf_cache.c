#include "detect/lint/rule.h"

static const char *const managers[] = {"dnf", "dnf5", "microdnf", "tdnf", NULL};
static const char *const folders[] = {
    "/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/tdnf", "/var/cache/yum", NULL};

static void check_dnf_cache(struct lint *l, const struct docker_view *view)
{
	lint_check_cache(l, view, &(struct lint_cache){managers, folders});
}

const struct lint_rule rule_dnf_cache = {
    .id = "DL3040",
    .title = "the caches of dnf are kept",
    .why = "What dnf fetches to install a package stays in the layer, and a later RUN "
	   "cannot take it out again.",
    .fix = "end the same RUN with dnf clean all, or use a cache mount",
    .threat = "image",
    .since = "2026-11-23",
    .peer = "warning",
    .references = {"https://docs.docker.com/build/building/best-practices/"},
    .severity = SEVERITY_LOW,
    .dockerfile = check_dnf_cache,
};
