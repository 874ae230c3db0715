#include "detect/lint/rule.h"

static bool names_xdebug(struct str word)
{
	struct str name = word, version;

	(void)str_split(word, '=', &name, &version);
	return str_eq(name, STR("xdebug")) || str_starts(name, STR("xdebug-")) ||
	       (str_starts(name, STR("php")) && str_ends(name, STR("-xdebug")));
}

/* What installs it; enabling it in the same stage is no second finding. What a condition guards is
 * mostly off. */
static void check_xdebug(
    struct lint *l, const struct docker_step *step, const struct shell_command *c)
{
	static const char *const programs[] = {"pecl", "install-php-extensions", NULL};

	if (!step->stage || !step->stage->shipped || lint_is_for_development(l, step->stage) ||
	    !(lint_is_any(c->name, programs) || lint_installs(c)) ||
	    shell_has_arg(c, "uninstall") || c->condition)
		return;
	for (size_t i = 1; i < c->n_words; i++)
		if (names_xdebug(c->words[i].text))
			lint_word(l, c, &c->words[i], "Xdebug is in the image");
}

const struct lint_rule rule_xdebug = {
    .id = "PL1046",
    .title = "a debugger for PHP in the image",
    .why =
	"Xdebug lets whoever reaches it stop the program, read its memory and run code in it; and each request is slower.",
    .fix = "install it in a stage of its own for development",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://xdebug.org/docs/install"},
    .clauses = {NIST("4.1.2"), PCI("2.2.4")},
    .severity = SEVERITY_LOW,
    .command = check_xdebug,
};
