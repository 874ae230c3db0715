#include "detect/lint/rule.h"

static bool is_pinned(struct str package)
{
	return str_starts(package, STR(".")) || str_starts(package, STR("/")) ||
	       (str_chr(package, '@') != STR_NPOS && !str_ends(package, STR("@latest")) &&
		   !str_ends(package, STR("@none")));
}

/* A package of the standard library or of the module in the build's folder has no dot in its first
 * part; a pattern of packages is the module's own. */
static bool is_pinned_or_own(struct str package)
{
	struct str first = package, rest;

	(void)str_split(package, '/', &first, &rest);
	return is_pinned(package) || str_chr(first, '.') == STR_NPOS ||
	       str_ends(package, STR("...")) || str_ends(package, STR(".go"));
}

static const char *const valued[] = {
    "ldflags", "tags", "o", "mod", "C", "gcflags", "p", "race", NULL};

/* `-ldflags X` is one dash in Go. */
static bool has_value(struct str option)
{
	while (option.n > 0 && option.p[0] == '-')
		option = str_sub(option, 1, option.n);
	return lint_is_any(option, valued) && !str_eq(option, STR("race"));
}

static void check_go_pin(
    struct lint *l, const struct docker_step *step, const struct shell_command *c)
{
	static const char *const all[] = {"install", "get", NULL};
	bool run;

	(void)step;
	if (!shell_is(c, "go") || c->n_words < 3)
		return;
	run = str_eq(c->words[1].text, STR("run"));
	if (!run && !lint_is_any(c->words[1].text, all))
		return;
	for (size_t i = 2; i < c->n_words; i++) {
		struct str text = c->words[i].text;

		if (str_starts(text, STR("-"))) {
			i += has_value(text);
			continue;
		}
		if (!(c->words[i].flags & SHELL_WORD_EXPANDS) && !is_pinned_or_own(text)) {
			lint_word(l, c, &c->words[i], STR_FMT " is built in no particular version",
			    STR_ARG(text));
			return;
		}
		if (run)
			return;
	}
}

static bool has_unpinned(const struct hado_command *c)
{
	static const char *const all[] = {"install", "get", NULL};
	struct str word;
	size_t at = 0;
	bool run = hado_has_arg(c, "run"), behind = false;

	if (!hado_is(c, "go") || (!run && !hado_has_any_arg(c, all)))
		return false;
	while (hado_next_word(c, NULL, &at, &word)) {
		/* `go install tool`: what the module's own go.mod names. */
		if (behind && !is_pinned(word) && !str_eq(word, STR("tool")))
			return true;
		if (behind && run)
			return false;
		behind |= run ? str_eq(word, STR("run")) : lint_is_any(word, all);
	}
	return false;
}

const struct lint_rule rule_go_pin = {
    .id = "DL3062",
    .title = "a program of Go without a version",
    .why = "An image that is built tomorrow has other versions in it than today, and what "
	   "was tested is not what is shipped.",
    .fix = "name the version: go install example.com/tool@v1.2.3",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://go.dev/ref/mod#go-install"},
    .clauses = {PCI("6.3.2")},
    .severity = SEVERITY_INFO,
    .command = check_go_pin,
    .hadolint = {.command = has_unpinned, .onbuild = true},
};
