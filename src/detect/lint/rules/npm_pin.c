#include "detect/lint/rule.h"

static const char *const valued[] = {"loglevel", "registry", NULL};

static bool is_pinned(struct str package)
{
	static const char *const folders[] = {"/", "./", "../", "~/"};
	static const char *const ends[] = {".tar", ".tar.gz", ".tgz"};
	static const char *const gits[] = {"git://", "git+ssh://", "git+http://", "git+https://"};

	for (size_t i = 0; i < ARRAY_LEN(gits); i++)
		if (str_starts(package, str_of(gits[i])))
			return str_chr(package, '#') != STR_NPOS;
	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		if (str_starts(package, str_of(folders[i])))
			return true;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (str_ends(package, str_of(ends[i])))
			return true;
	/* "@scope/name@version" */
	return str_chr(str_sub(package, 1, package.n), '@') != STR_NPOS;
}

/* A folder of the build, and "name@latest", which is no version. */
static bool is_pinned_truly(struct str package)
{
	return is_pinned(package) && !str_ends(package, STR("@latest"));
}

static bool is_here(struct str package)
{
	return str_eq(package, STR(".")) || str_eq(package, STR("..")) || is_pinned_truly(package);
}

static void check_npm_pin(
    struct lint *l, const struct docker_step *step, const struct shell_command *c)
{
	static const char *const managers[] = {"npm", NULL};
	static const char *const verbs[] = {"install", "i", "add", NULL};
	static const char *const more_valued[] = {"loglevel", "registry", "prefix", "cache", "w",
	    "workspace", "omit", "include", "C", NULL};

	lint_check_pins(
	    l, step, c, &(const struct lint_pins){managers, verbs, more_valued, is_here});
}

static bool has_unpinned(const struct hado_command *c)
{
	struct str word;
	size_t at = 0;

	if (!hado_is(c, "npm") || !hado_next_word(c, valued, &at, &word) ||
	    !str_eq(word, STR("install")))
		return false;
	while (hado_next_word(c, valued, &at, &word))
		if (!is_pinned(word))
			return true;
	return false;
}

const struct lint_rule rule_npm_pin = {
    .id = "DL3016",
    .title = "a package of npm without a version",
    .why = "An image that is built tomorrow has other versions in it than today, and what "
	   "was tested is not what is shipped.",
    .fix = "name the version: npm install express@4.19.2, or run npm ci with a lock file",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://docs.npmjs.com/cli/commands/npm-install"},
    .clauses = {PCI("6.3.2")},
    .severity = SEVERITY_INFO,
    .command = check_npm_pin,
    .hadolint = {.command = has_unpinned, .onbuild = true},
};
