#include "detect/lint/rule.h"

bool lint_is_wrapper(const struct docker_step *step, const struct shell_command *command)
{
	const struct shell_command *next = command + 1;

	return next < step->script->commands.p + step->script->commands.n && next->wrapped &&
	       next->words > command->words &&
	       next->words + next->n_words == command->words + command->n_words;
}

static size_t last_without_case(struct str text, struct str what)
{
	for (size_t i = text.n; i-- > 0;)
		if (str_starts_nocase(str_sub(text, i, text.n), what))
			return i;
	return STR_NPOS;
}

/* In the middle of a text: "gpgcheck=0" and not "repo_gpgcheck=0"; of sed's "s/a=0/a=1/" what
 * stands last counts. */
static bool stands_inside(struct str text, struct str what)
{
	size_t equals = str_chr(what, '=');
	struct str key = str_sub(what, 0, equals == STR_NPOS ? what.n : equals + 1);
	size_t at = last_without_case(text, key);

	return at != STR_NPOS && str_starts_nocase(str_sub(text, at, text.n), what) &&
	       (at == 0 || (text.p[at - 1] != '_' && !byte_is_alnum(text.p[at - 1])));
}

static bool is_given(const struct shell_command *c, size_t i, const struct lint_switch *s)
{
	struct str text = c->words[i].text, word = str_of(s->word), rest;
	bool joined;

	if (s->inside)
		return !shell_is_shell(c->name) && !shell_is(c, "su") && !shell_is(c, "eval") &&
		       stands_inside(text, word);
	if (!str_starts_nocase(text, word))
		return false;
	rest = str_sub(text, word.n, text.n);
	joined = rest.n > 0 && rest.p[0] == '=';
	if (!s->value)
		return rest.n == 0 || joined;
	if (joined)
		return str_eq_nocase(str_sub(rest, 1, rest.n), str_of(s->value));
	return rest.n == 0 && i + 1 < c->n_words &&
	       str_eq_nocase(c->words[i + 1].text, str_of(s->value));
}

static bool is_setting(const struct lint_switches *all, struct str name, struct str value)
{
	for (size_t i = 0; i < all->n_settings; i++) {
		const struct lint_setting *s = &all->settings[i];

		if (str_eq_nocase(name, str_of(s->name)))
			return s->values ? lint_is_any(value, s->values) : value.n > 0;
	}
	return false;
}

static bool sets(const struct lint_switches *all, struct str pair)
{
	struct str name, value;

	return str_split(pair, '=', &name, &value) && is_setting(all, name, value);
}

static void check_variables(
    struct lint *l, const struct shell_command *c, const struct lint_switches *all)
{
	for (size_t i = 0; i < c->n_assigns && !c->wrapped; i++)
		if (sets(all, c->assigns[i].text))
			lint_word(l, c, &c->assigns[i], STR_FMT ": %s", STR_ARG(c->assigns[i].text),
			    all->consequence);
	if (!shell_is(c, "export") && !shell_is(c, "env"))
		return;
	for (size_t i = 1; i < c->n_words; i++)
		if (sets(all, c->words[i].text))
			lint_word(l, c, &c->words[i], STR_FMT ": %s", STR_ARG(c->words[i].text),
			    all->consequence);
}

/* A program that asks this machine itself. */
static bool asks_itself(const struct shell_command *c)
{
	for (size_t i = 1; i < c->n_words; i++)
		if (str_has(c->words[i].text, STR("://localhost")) ||
		    str_has(c->words[i].text, STR("://127.")))
			return true;
	return false;
}

static void check_word(
    struct lint *l, const struct shell_command *c, size_t i, const struct lint_switches *all)
{
	for (size_t k = 0; k < all->n_switches; k++) {
		const struct lint_switch *s = &all->switches[k];

		if ((s->programs && !lint_is_any(c->name, s->programs)) || !is_given(c, i, s))
			continue;
		if (s->inside)
			lint_word(l, c, &c->words[i], "%s: %s", s->word, all->consequence);
		else
			lint_word(l, c, &c->words[i], STR_FMT " %s%s%s: %s", STR_ARG(c->name),
			    s->word, s->value ? " " : "", s->value ? s->value : "",
			    all->consequence);
		return;
	}
}

static void check_letters(
    struct lint *l, const struct shell_command *c, const struct lint_switches *all)
{
	for (size_t k = 0; k < all->n_switches; k++) {
		const struct lint_switch *s = &all->switches[k];
		const struct shell_word *word = NULL;
		struct str ignored;

		if (s->letter && lint_is_any(c->name, s->programs))
			word = lint_short_option(c, s->letter, s->valued, &ignored);
		if (word)
			lint_word(l, c, word, STR_FMT " %s: %s", STR_ARG(c->name), s->word,
			    all->consequence);
	}
}

static void check_pairs(
    struct lint *l, const struct docker_step *step, const struct lint_switches *all)
{
	const struct docker_instruction *in = step->instruction;

	for (size_t i = 0; i < in->n_pairs; i++) {
		const struct docker_pair *pair = &in->pairs[i];

		if (is_setting(all, pair->name.text, pair->value.text))
			lint_report(l, docker_range(in, pair->raw), pair->name.text, NULL,
			    "%s " STR_FMT ": %s", docker_kind_word(in->kind),
			    STR_ARG(pair->name.text), all->consequence);
	}
}

void lint_check_switches(
    struct lint *l, const struct docker_step *step, const struct lint_switches *all)
{
	if (lint_step_is(step, DOCKER_ENV) || lint_step_is(step, DOCKER_ARG))
		check_pairs(l, step, all);
	if (!lint_step_is(step, DOCKER_RUN) || !step->script)
		return;
	for (size_t i = 0; i < step->script->commands.n; i++) {
		const struct shell_command *c = &step->script->commands.p[i];

		check_variables(l, c, all);
		if (lint_is_wrapper(step, c) || asks_itself(c))
			continue;
		for (size_t k = 1; k < c->n_words; k++)
			check_word(l, c, k, all);
		check_letters(l, c, all);
	}
}
