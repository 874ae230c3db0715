#include "core/placeholder.h"
#include "detect/lint/rule.h"

static bool is_literal(struct str value)
{
	return value.n >= 4 && str_chr(value, '$') == STR_NPOS && str_chr(value, '<') == STR_NPOS &&
	       str_chr(value, '%') == STR_NPOS && !placeholder_is_guessable(value) &&
	       !lint_is_harmless(value) && str_chr(value, ' ') == STR_NPOS &&
	       str_chr(value, '/') == STR_NPOS;
}

/* Options whose names say so, but of what is no secret itself. */
static bool is_pair(struct str text, struct str *ret_value)
{
	struct str name;

	while (text.n > 0 && text.p[0] == '-')
		text = str_sub(text, 1, text.n);
	return str_split(text, '=', &name, ret_value) && name.n > 0 &&
	       str_chr(name, ' ') == STR_NPOS && str_chr(name, '/') == STR_NPOS &&
	       str_chr(name, ':') == STR_NPOS && lint_names_secret(name);
}

/* "https://user:password@host" */
static bool has_login(struct str text)
{
	size_t at = str_find(text, STR("://"));
	struct str host, login, user, password;

	if (at == STR_NPOS)
		return false;
	host = str_sub(text, at + 3, text.n);
	at = str_chr(host, '/');
	host = str_sub(host, 0, at == STR_NPOS ? host.n : at);
	at = str_rchr(host, '@');
	if (at == STR_NPOS)
		return false;
	login = str_sub(host, 0, at);
	return str_split(login, ':', &user, &password) && is_literal(password);
}

/* "curl -u user:password", "curl -H 'Authorization: Bearer …'" */
static bool is_given_to_curl(const struct shell_command *c, const struct shell_word **ret_word)
{
	struct str value = STR_NONE, user, rest, type;

	if (!shell_is(c, "curl"))
		return false;
	*ret_word = lint_short_option(c, 'u', "AbcCdDeEFHhKmoPQrTtUwXxYyz", &value);
	if (*ret_word && str_split(value, ':', &user, &rest) && is_literal(rest))
		return true;
	*ret_word = lint_short_option(c, 'H', "AbcCdDeEFhKmoPQrTtUuwXxYyz", &value);
	if (!*ret_word || !str_starts_nocase(value, STR("authorization:")))
		return false;
	rest = str_trim(str_sub(value, 14, value.n));
	return str_split(rest, ' ', &type, &rest) && is_literal(str_trim(rest));
}

/* "echo root:password | chpasswd": the word before the pipe. */
static const struct shell_word *find_chpasswd(const struct docker_step *step, size_t i)
{
	const struct shell_command *c = &step->script->commands.p[i], *before;
	struct str user, password;

	if (i == 0 || !shell_is(c, "chpasswd") || c->join != SHELL_PIPE)
		return NULL;
	before = c - 1;
	for (size_t k = 1; k < before->n_words; k++)
		if (str_split(before->words[k].text, ':', &user, &password) && password.n > 0 &&
		    str_chr(password, '$') == STR_NPOS && !placeholder_is_plain(password))
			return &before->words[k];
	return NULL;
}

/* The finding says where, never what. */
static void report(struct lint *l, const struct shell_command *c, const struct shell_word *word,
    struct str identity, const char *message)
{
	lint_hide_line(l);
	lint_report(l, shell_word_range(c, word), identity, NULL, "%s", message);
}

static struct str name_of(struct str pair)
{
	size_t equals = str_chr(pair, '=');

	return equals == STR_NPOS ? pair : str_sub(pair, 0, equals);
}

static void check_word(struct lint *l, const struct shell_command *c, const struct shell_word *word)
{
	struct str value;

	if (str_chr(word->text, '\n') != STR_NPOS)
		return;
	if (is_pair(word->text, &value) && is_literal(value))
		report(l, c, word, name_of(word->text), "its name says that this is a secret");
	else if (has_login(word->text))
		report(l, c, word, STR("address"), "a password stands in this address");
}

/* A script in a word is a command of its own, and so is what sudo, env … run. */
static void check_words(
    struct lint *l, const struct docker_step *step, const struct shell_command *c)
{
	bool wraps = lint_is_wrapper(step, c);

	for (size_t i = 0; i < c->n_assigns && !c->wrapped; i++)
		check_word(l, c, &c->assigns[i]);
	if (shell_is_shell(c->name) || (wraps && !shell_is(c, "env")))
		return;
	for (size_t i = 1; i < c->n_words; i++) {
		if (wraps && str_chr(c->words[i].text, '=') == STR_NPOS)
			break;
		check_word(l, c, &c->words[i]);
	}
}

static void check_secret_in_run(struct lint *l, const struct docker_step *step)
{
	if (!lint_step_is(step, DOCKER_RUN) || !step->script)
		return;
	for (size_t i = 0; i < step->script->commands.n; i++) {
		const struct shell_command *c = &step->script->commands.p[i];
		const struct shell_word *word = find_chpasswd(step, i);

		check_words(l, step, c);
		if (word)
			report(l, c - 1, word, STR("chpasswd"),
			    "a password is set that everybody can read here");
		if (is_given_to_curl(c, &word))
			report(l, c, word, STR("curl"), "a login is given to curl");
	}
}

const struct lint_rule rule_secret_in_run = {
    .id = "PL1038",
    .title = "a secret in RUN",
    .why =
	"The command stands in the image's history as it is written here, for everyone who can pull it, and so does what it stores.",
    .fix = "give it to the step with RUN --mount=type=secret, or to the container at run time",
    .threat = "credentials",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/build/building/secrets/"},
    .clauses = {NIST("4.1.4"), PCI("8.6.2"), CIS("4.10")},
    .severity = SEVERITY_HIGH,
    .step = check_secret_in_run,
};
