#include "detect/lint/rule.h"

static const char *const add[] = {"add", NULL};

static bool is_pinned(struct str package)
{
	return str_chr(package, '=') != STR_NPOS || str_chr(package, '~') != STR_NPOS ||
	       str_chr(package, '>') != STR_NPOS || str_chr(package, '<') != STR_NPOS ||
	       str_ends(package, STR(".apk"));
}

/* "!name" keeps it away, ".name" is a group, "name@tag" comes from one repository. */
static bool is_pinned_or_not_installed(struct str package)
{
	return is_pinned(package) || package.p[0] == '!';
}

static void check_apk_pin(
    struct lint *l, const struct docker_step *step, const struct shell_command *c)
{
	static const char *const managers[] = {"apk", NULL};
	static const char *const valued[] = {"t", "virtual", "repository", "X", "p", "root", "arch",
	    "keys-dir", "repositories-file", "cache-dir", "cache-max-age", "wait", "progress-fd",
	    "timeout", NULL};

	lint_check_pins(l, step, c,
	    &(const struct lint_pins){managers, add, valued, is_pinned_or_not_installed});
}

static bool has_unpinned(const struct hado_command *c)
{
	static const char *const managers[] = {"apk", NULL};
	static const char *const valued[] = {"t", "virtual", "repository", "X", NULL};

	return lint_is_unpinned(c, &(const struct lint_pins){managers, add, valued, is_pinned});
}

const struct lint_rule rule_apk_pin = {
    .id = "DL3018",
    .title = "a package of apk without a version",
    .why = "An image that is built tomorrow has other versions in it than today, and what "
	   "was tested is not what is shipped.",
    .fix = "name the version: apk add curl=8.5.0-r0, or a bound: curl~8.5",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://docs.docker.com/build/building/best-practices/"},
    .clauses = {PCI("6.3.2")},
    .severity = SEVERITY_INFO,
    .command = check_apk_pin,
    .hadolint = {.command = has_unpinned, .onbuild = true},
};
