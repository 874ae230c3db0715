#include "detect/lint/rule.h"

static const char *const install[] = {"install", "in", NULL};
static const char *const managers[] = {"zypper", NULL};

static bool is_pinned(struct str package)
{
	return str_chr(package, '=') != STR_NPOS || str_chr(package, '>') != STR_NPOS ||
	       str_chr(package, '<') != STR_NPOS || str_ends(package, STR(".rpm"));
}

/* "-name" and "!name" are removed, "pattern:x" and "patch:x" have no version. */
static bool is_pinned_or_other(struct str package)
{
	return is_pinned(package) || package.p[0] == '!' ||
	       (str_chr(package, ':') != STR_NPOS && !str_starts(package, STR("package:")));
}

static void check_zypper_pin(
    struct lint *l, const struct docker_step *step, const struct shell_command *c)
{
	lint_check_pins(l, step, c,
	    &(const struct lint_pins){managers, install, lint_rpm_valued, is_pinned_or_other});
}

static bool has_unpinned(const struct hado_command *c)
{
	return lint_is_unpinned(c, &(const struct lint_pins){managers, install, NULL, is_pinned});
}

const struct lint_rule rule_zypper_pin = {
    .id = "DL3037",
    .title = "a package of zypper without a version",
    .why = "An image that is built tomorrow has other versions in it than today, and what "
	   "was tested is not what is shipped.",
    .fix = "name the version: zypper install curl=8.6.0, or a bound",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://en.opensuse.org/SDB:Zypper_manual"},
    .clauses = {PCI("6.3.2")},
    .severity = SEVERITY_INFO,
    .command = check_zypper_pin,
    .hadolint = {.command = has_unpinned, .onbuild = true},
};
