#include "detect/lint/rule.h"

static const char *const verbs[] = {"install", "i", NULL};

static bool is_pinned(struct str package)
{
	return str_chr(package, ':') != STR_NPOS;
}

static bool is_pinned_or_file(struct str package)
{
	return is_pinned(package) || str_ends(package, STR(".gem")) || str_eq(package, STR("--"));
}

static void check_gem_pin(
    struct lint *l, const struct docker_step *step, const struct shell_command *c)
{
	static const char *const managers[] = {"gem", NULL};
	static const char *const valued[] = {"v", "version", "i", "install-dir", "n", "bindir", "s",
	    "source", "P", "trust-policy", "p", "http-proxy", "platform", "build-root", NULL};

	if (!shell_has_flag(c, "v") && !shell_has_flag(c, "version") && !shell_has_arg(c, "-g") &&
	    !shell_has_flag(c, "file"))
		lint_check_pins(l, step, c,
		    &(const struct lint_pins){managers, verbs, valued, is_pinned_or_file});
}

/* Every option takes the word behind it along. */
static bool has_unpinned(const struct hado_command *c)
{
	bool exempt = hado_has_arg(c, "-v") || hado_has_arg(c, "--version");

	if (!hado_is(c, "gem") || !hado_has_any_arg(c, verbs))
		return false;
	for (size_t i = 0; i < c->n_args; i++)
		exempt |= str_starts(c->args[i], STR("--version="));
	for (size_t i = 0; !exempt && i < c->n_args && !str_eq(c->args[i], STR("--")); i++) {
		if (str_starts(c->args[i], STR("-")))
			i++;
		else if (!lint_is_any(c->args[i], verbs) && !is_pinned(c->args[i]))
			return true;
	}
	return false;
}

const struct lint_rule rule_gem_pin = {
    .id = "DL3028",
    .title = "a gem without a version",
    .why = "An image that is built tomorrow has other versions in it than today, and what "
	   "was tested is not what is shipped.",
    .fix = "name the version: gem install rails:7.1.3, or gem install rails -v 7.1.3",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://guides.rubygems.org/command-reference/#gem-install"},
    .clauses = {PCI("6.3.2")},
    .severity = SEVERITY_INFO,
    .command = check_gem_pin,
    .hadolint = {.command = has_unpinned, .onbuild = true},
};
