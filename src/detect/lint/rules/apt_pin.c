#include "detect/lint/rule.h"

/* name=version, name/release, or a file; "name-" removes it. */
static bool is_pinned(struct str package)
{
	return str_chr(package, '=') != STR_NPOS || str_chr(package, '/') != STR_NPOS ||
	       str_ends(package, STR(".deb"));
}

static bool is_pinned_or_removed(struct str package)
{
	return is_pinned(package) || str_ends(package, STR("-"));
}

static const char *const install[] = {"install", NULL};
static const char *const valued[] = {"t", "target-release", NULL};

static void check_apt_pin(
    struct lint *l, const struct docker_step *step, const struct shell_command *c)
{
	static const char *const managers[] = {"apt-get", "apt", "aptitude", NULL};
	static const char *const more_valued[] = {
	    "t", "target-release", "o", "option", "c", "config-file", NULL};

	lint_check_pins(l, step, c,
	    &(const struct lint_pins){managers, install, more_valued, is_pinned_or_removed});
}

static bool has_unpinned(const struct hado_command *c)
{
	static const char *const managers[] = {"apt-get", NULL};

	return lint_is_unpinned(c, &(const struct lint_pins){managers, install, valued, is_pinned});
}

const struct lint_rule rule_apt_pin = {
    .id = "DL3008",
    .title = "a package of apt without a version",
    .why = "An image that is built tomorrow has other versions in it than today, and what "
	   "was tested is not what is shipped.",
    .fix = "name the version: apt-get install curl=7.88.1-10+deb12u8",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://docs.docker.com/build/building/best-practices/#apt-get"},
    .clauses = {PCI("6.3.2")},
    .severity = SEVERITY_INFO,
    .command = check_apt_pin,
    .hadolint = {.command = has_unpinned, .onbuild = true},
};
