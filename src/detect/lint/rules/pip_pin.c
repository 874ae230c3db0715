#include "detect/lint/rule.h"

static const char *const valued[] = {"abi", "b", "build", "e", "editable", "extra-index-url", "f",
    "find-links", "i", "index-url", "implementation", "no-binary", "only-binary", "platform",
    "prefix", "progress-bar", "proxy", "python", "python-version", "root", "root-user-action",
    "src", "t", "target", "trusted-host", "upgrade-strategy", NULL};

static bool is_remote(struct str package)
{
	static const char *const schemes[] = {"git:", "git+file:", "git+https:", "git+ssh:",
	    "git+http:", "git+git:", "hg+file:", "hg+http:", "hg+https:", "hg+ssh:",
	    "hg+static-http:", "svn:", "svn+svn:", "svn+http:", "svn+https:", "svn+ssh:",
	    "bzr+http:", "bzr+https:", "bzr+ssh:", "bzr+sftp:", "bzr+ftp:", "bzr+lp:"};

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
		if (str_starts(package, str_of(schemes[i])))
			return true;
	return false;
}

static bool is_pinned(struct str package)
{
	static const char *const operators[] = {"==", ">=", "<=", "<", ">", "!=", "~="};

	for (size_t i = 0; i < ARRAY_LEN(operators); i++)
		if (str_has(package, str_of(operators[i])))
			return true;
	if (is_remote(package))
		return str_chr(package, '@') != STR_NPOS;
	return str_ends(package, STR(".whl")) || str_ends(package, STR(".tar.gz")) ||
	       str_chr(package, '/') != STR_NPOS;
}

/* A folder with extras, "name @ URL" (one word of three), or nothing that is fetched. */
static bool is_pinned_or_here(struct str package)
{
	return is_pinned(package) || str_starts(package, STR(".")) || str_eq(package, STR("@"));
}

static bool is_exempt(const struct shell_command *c)
{
	return shell_has_flag(c, "r") || shell_has_flag(c, "requirement") ||
	       shell_has_flag(c, "c") || shell_has_flag(c, "constraint") ||
	       shell_has_flag(c, "no-index") || shell_has_flag(c, "e") ||
	       shell_has_flag(c, "editable");
}

static void check_pip_pin(
    struct lint *l, const struct docker_step *step, const struct shell_command *c)
{
	static const char *const install[] = {"install", NULL};
	struct shell_command pip;

	if (lint_pip(c, &pip) && !is_exempt(&pip))
		lint_check_pins(l, step, &pip,
		    &(const struct lint_pins){NULL, install, valued, is_pinned_or_here});
}

static bool has_unpinned(const struct hado_command *c)
{
	struct str word;
	size_t at = 0;
	bool behind = false;

	if (!hado_is_pip_install(c) || hado_has_arg(c, "-r") || hado_has_arg(c, "--requirement") ||
	    hado_has_arg(c, ".") || hado_has_flag(c, "c") || hado_has_flag(c, "constraint"))
		return false;
	while (hado_next_word(c, valued, &at, &word)) {
		if (behind && !is_pinned(word))
			return true;
		behind |= str_eq(word, STR("install"));
	}
	return false;
}

const struct lint_rule rule_pip_pin = {
    .id = "DL3013",
    .title = "a package of pip without a version",
    .why = "An image that is built tomorrow has other versions in it than today, and what "
	   "was tested is not what is shipped.",
    .fix = "name the version: pip install flask==3.0.3, or install from a requirements or "
	   "lock file",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://pip.pypa.io/en/stable/topics/repeatable-installs/"},
    .clauses = {PCI("6.3.2")},
    .severity = SEVERITY_INFO,
    .command = check_pip_pin,
    .hadolint = {.command = has_unpinned, .onbuild = true},
};
