#include "detect/lint/rule.h"

static void check_dnf_pin(
    struct lint *l, const struct docker_step *step, const struct shell_command *c)
{
	static const char *const managers[] = {"dnf", "microdnf", "tdnf", NULL};
	static const char *const install[] = {"install", "in", "reinstall", NULL};

	lint_check_pins(l, step, c,
	    &(const struct lint_pins){managers, install, lint_rpm_valued, lint_is_rpm_pinned});
}

static void judge(struct lint *l, const struct hado_pass *pass)
{
	static const char *const managers[] = {"dnf", "microdnf", NULL};
	static const char *const install[] = {"install", NULL};

	hado_check_rpm_pins(l, pass, managers, install);
}

const struct lint_rule rule_dnf_pin = {
    .id = "DL3041",
    .title = "a package of dnf without a version",
    .why = "An image that is built tomorrow has other versions in it than today, and what "
	   "was tested is not what is shipped.",
    .fix = "name the version: dnf install curl-7.76.1",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://dnf.readthedocs.io/en/latest/command_ref.html"},
    .clauses = {PCI("6.3.2")},
    .severity = SEVERITY_INFO,
    .command = check_dnf_pin,
    .hadolint = {.pass = judge, .onbuild = true},
};
