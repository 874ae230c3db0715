#include "detect/lint/rule.h"

static bool is_set(const struct docker_step *step, const struct shell_command *c)
{
	const struct docker_value *value = docker_value_get(step->stage, STR("COMPOSER_NO_DEV"));

	for (size_t i = 0; i < c->n_assigns; i++)
		if (str_starts(c->assigns[i].text, STR("COMPOSER_NO_DEV=")))
			return true;
	return value && !str_eq(value->text, STR("0"));
}

/* "composer install", "composer.phar install", "php composer.phar install" */
static bool is_install(const struct shell_command *c)
{
	static const char *const names[] = {"composer", "composer.phar", "php", NULL};
	static const char *const verbs[] = {"install", "i", NULL};

	if (!lint_is_any(c->name, names))
		return false;
	if (!shell_is(c, "php"))
		return lint_verb(c, verbs, NULL) != NULL;
	return c->n_words > 2 && str_starts(str_base_name(c->words[1].text), STR("composer")) &&
	       shell_has_arg(c, "install");
}

static void check_composer_dev(
    struct lint *l, const struct docker_step *step, const struct shell_command *c)
{
	if (!is_install(c) || shell_has_flag(c, "no-dev") || !step->stage ||
	    !step->stage->shipped || lint_is_for_development(l, step->stage) || is_set(step, c))
		return;
	lint_command(l, c, "what the project needs for development only is installed too");
}

const struct lint_rule rule_composer_dev = {
    .id = "PL1045",
    .title = "Composer installs what is for development",
    .why =
	"Test tools and debuggers come into the image with it: more that runs, more that has flaws, and some of it runs what a visitor sends.",
    .fix = "composer install --no-dev, or ENV COMPOSER_NO_DEV=1",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://getcomposer.org/doc/03-cli.md#install-i",
	"https://getcomposer.org/doc/03-cli.md#composer-no-dev"},
    .clauses = {NIST("4.1.2"), PCI("2.2.4")},
    .severity = SEVERITY_LOW,
    .command = check_composer_dev,
};
