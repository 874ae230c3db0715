#include "detect/lint/rule.h"

static const char *const install[] = {"install", NULL};

/* It says which it wants: without what is only recommended, or with it. */
static bool is_said(const struct shell_command *c)
{
	static const char *const settings[] = {"APT::Install-Recommends=false",
	    "APT::Install-Recommends=0", "APT::Install-Recommends=true",
	    "APT::Install-Recommends=1"};

	for (size_t i = 1; i < c->n_words; i++) {
		struct str text = c->words[i].text;

		for (size_t k = 0; k < ARRAY_LEN(settings); k++)
			if (str_ends_nocase(text, str_of(settings[k])))
				return true;
	}
	return shell_has_flag(c, "no-install-recommends") ||
	       shell_has_flag(c, "install-recommends");
}

static void check_apt_recommends(
    struct lint *l, const struct docker_step *step, const struct shell_command *c)
{
	static const char *const valued[] = {"t", "target-release", "o", "option", "c", NULL};
	static const char *const managers[] = {"apt-get", "apt", NULL};
	const struct shell_word *word;
	struct text_range at;
	size_t i = 0;

	(void)step;
	if (!lint_is_any(c->name, managers) || is_said(c) ||
	    !lint_next_operand(c, install, valued, &i, &word))
		return;
	at = shell_word_range(c, word);
	at.end = at.offset;
	lint_edit(l, EDIT_SAFE, at, STR("--no-install-recommends "));
	lint_command(l, c, "what is only recommended is installed too");
}

static bool is_rich(const struct hado_command *c)
{
	return hado_is(c, "apt-get") && hado_has_arg(c, "install") &&
	       !hado_has_flag(c, "no-install-recommends") &&
	       !hado_has_arg(c, "APT::Install-Recommends=false");
}

const struct lint_rule rule_apt_recommends = {
    .id = "DL3015",
    .title = "apt-get installs what is only recommended",
    .why = "What nobody asked for makes the image larger, and each package more is one "
	   "more that may have a hole.",
    .fix = "add --no-install-recommends",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "info",
    .references = {"https://docs.docker.com/build/building/best-practices/#apt-get"},
    .clauses = {NIST("4.1.2"), PCI("2.2.4"), CIS("4.3")},
    .severity = SEVERITY_INFO,
    .command = check_apt_recommends,
    .hadolint = {.command = is_rich, .onbuild = true},
};
