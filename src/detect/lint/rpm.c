/* Packages of rpm: how yum, dnf and zypper are given a version, by us and by hadolint. */
#include "detect/lint/rule.h"

const char *const lint_rpm_valued[] = {"c", "config", "d", "debuglevel", "e", "errorlevel",
    "enablerepo", "disablerepo", "repo", "repoid", "r", "from", "t", "type", "installroot",
    "releasever", "setopt", "x", "exclude", "forcearch", "root", "R", "C", "comment",
    "nogpgcheck-repo", NULL};

/* "name-version", "name-version-release", with a version that begins with a digit, and if there is
 * a release it does too: "java-11-openjdk" has none. Files, groups and globs over names have no
 * version that could be said. */
bool lint_is_rpm_pinned(struct str package)
{
	size_t dash = str_rchr(package, '-');
	struct str last, before;

	if (str_chr(package, '/') != STR_NPOS || package.p[0] == '@' ||
	    str_ends(package, STR(".rpm")))
		return true;
	if (dash == STR_NPOS || dash + 1 == package.n || !byte_is_digit(package.p[dash + 1])) {
		/* The version may be a variable of the build. */
		last = str_sub(package, dash == STR_NPOS ? 0 : dash + 1, package.n);
		return dash != STR_NPOS && str_starts(last, STR("${"));
	}
	before = str_sub(package, 0, dash);
	return before.n > 0;
}

/* In a pipe somebody may answer. */
void lint_check_answers(
    struct lint *l, const struct shell_command *c, const struct lint_answers *answers)
{
	const struct shell_word *verb = lint_verb(c, answers->verbs, lint_rpm_valued);
	struct text_range at;

	if (!verb || !lint_is_any(c->name, answers->managers) || c->join == SHELL_PIPE)
		return;
	for (const char *const *flag = answers->flags; *flag; flag++)
		if (shell_has_flag(c, *flag))
			return;
	at = shell_word_range(c, answers->before_verb ? &c->words[0] : verb);
	at.offset = at.end;
	lint_edit(l, EDIT_SAFE, at, str_of(answers->added));
	lint_command(l, c, STR_FMT " asks before it goes on", STR_ARG(c->name));
}

/* ---- as hadolint has it ---- */

bool hado_is_unanswered(const struct hado_command *c, const struct lint_answers *answers)
{
	return hado_is_any(c, answers->managers) && hado_has_any_arg(c, answers->verbs) &&
	       !hado_has_any_flag(c, answers->flags);
}

static bool is_version_byte(char c)
{
	return byte_is_alnum(c) || str_chr(STR(".~^_:+"), c) != STR_NPOS;
}

/* Behind the first '-' everything looks like a version, and one part begins with a digit. */
static bool looks_pinned(struct str package)
{
	struct str part;
	bool digit = false, first = true;

	if (str_chr(package, '-') == STR_NPOS)
		return false;
	if (str_ends(package, STR(".rpm")))
		return true;
	while (str_cut(&package, '-', &part)) {
		for (size_t i = 0; !first && i < part.n; i++)
			if (!is_version_byte(part.p[i]))
				return false;
		digit |= !first && part.n > 0 && byte_is_digit(part.p[0]);
		first = false;
	}
	return digit;
}

static bool sets(const struct docker_instruction *in, struct str package)
{
	for (size_t i = 0; i < in->n_pairs; i++) {
		struct str name = in->pairs[i].name.text;
		size_t at = str_find(package, name);

		while (name.n > 0 && at != STR_NPOS) {
			if (at >= 2 && package.p[at - 1] == '{' && package.p[at - 2] == '$' &&
			    at + name.n < package.n && package.p[at + name.n] == '}')
				return true;
			package = str_sub(package, at + 1, package.n);
			at = str_find(package, name);
		}
	}
	return false;
}

/* An ARG anywhere above, or an ENV of the stage or of that whose name it builds on. */
static bool is_known(const struct hado_pass *pass, size_t at, struct str package)
{
	size_t stage = pass->steps[at].stage;
	struct str parent = pass->steps[at].from ? pass->steps[at].from->text : STR_NONE;

	for (size_t i = at; i-- > 0;) {
		const struct hado_step *step = &pass->steps[i];
		bool here = step->stage == stage ||
			    (step->from && parent.n > 0 && str_eq(step->from->alias, parent));

		if ((step->in->kind == DOCKER_ARG || (step->in->kind == DOCKER_ENV && here)) &&
		    sets(step->in, package))
			return true;
	}
	return false;
}

static bool is_bad(const struct hado_pass *pass, size_t at, const struct hado_command *c,
    const char *const *install)
{
	bool module = hado_has_arg(c, "module");
	struct str word;
	size_t i = 0;

	while (hado_next_word(c, NULL, &i, &word)) {
		if (lint_is_any(word, install) || str_eq(word, STR("module")))
			continue;
		if (module && str_chr(word, ':') == STR_NPOS)
			return true;
		if (!module && (str_chr(word, '-') == STR_NPOS || str_chr(word, '$') == STR_NPOS
				       ? !looks_pinned(word)
				       : !is_known(pass, at, word)))
			return true;
	}
	return false;
}

void hado_check_rpm_pins(struct lint *l, const struct hado_pass *pass, const char *const *managers,
    const char *const *install)
{
	for (size_t i = 0; i < pass->n_steps; i++) {
		const struct hado_step *step = &pass->steps[i];
		bool bad = false;

		for (size_t k = 0; k < step->n_commands; k++) {
			const struct hado_command *c = &step->commands[k];

			bad |= hado_is_any(c, managers) && hado_has_any_arg(c, install) &&
			       !hado_has_arg(c, "group") && is_bad(pass, i, c, install);
		}
		if (bad)
			hado_report(l, step->line);
	}
}
