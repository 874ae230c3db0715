#include "core/placeholder.h"
#include "detect/lint/rule.h"

/* Options whose names say so, but of what is no secret itself; npm's login for a registry. */
static bool is_pair(struct str text, struct str *ret_value)
{
	static const struct str npm = STR_INIT(":_authToken=");
	size_t at = str_find(text, npm);
	struct str name;

	if (at != STR_NPOS) {
		*ret_value = str_sub(text, at + npm.n, text.n);
		return true;
	}
	while (text.n > 0 && text.p[0] == '-')
		text = str_sub(text, 1, text.n);
	return str_split(text, '=', &name, ret_value) && name.n > 0 &&
	       str_chr(name, ' ') == STR_NPOS && str_chr(name, '/') == STR_NPOS &&
	       str_chr(name, ':') == STR_NPOS && lint_names_secret(name);
}

/* "curl -u user:password", "curl -H 'Authorization: Bearer …'" */
static bool is_given_to_curl(const struct shell_command *c, const struct shell_word **ret_word)
{
	struct str value = STR_NONE, user, rest, type;

	if (!shell_is(c, "curl"))
		return false;
	*ret_word = lint_short_option(c, 'u', "AbcCdDeEFHhKmoPQrTtUwXxYyz", &value);
	if (*ret_word && str_split(value, ':', &user, &rest) && lint_is_secret(rest))
		return true;
	*ret_word = lint_short_option(c, 'H', "AbcCdDeEFhKmoPQrTtUuwXxYyz", &value);
	if (!*ret_word || !str_starts_nocase(value, STR("authorization:")))
		return false;
	rest = str_trim(str_sub(value, 14, value.n));
	return str_split(rest, ' ', &type, &rest) && lint_is_secret(str_trim(rest));
}

/* What a program takes for a secret behind an option of one letter. */
struct secret_option {
	const char *programs[12]; /* NULL-terminated */
	char letter;
	const char *valued; /* its other one-letter options that take a value */
	const char *verb;   /* only with this word; NULL: always */
	bool attached;	    /* never in the next word */
};

static const struct secret_option secret_options[] = {
    {{"mysql", "mysqladmin", "mysqldump", "mysqlimport", "mariadb", "mariadb-admin", "mariadb-dump",
	 "mysqlcheck"},
	'p', "hueDPSrV", NULL, true},
    {{"docker", "podman", "buildah", "skopeo", "nerdctl", "oras", "helm", "az", "cf", "oc"}, 'p',
	"u", "login", false},
    {{"sshpass"}, 'p', "fd", NULL, false},
    {{"redis-cli"}, 'a', "hpsurnixd", NULL, false},
    {{"mongo", "mongosh", "mongodump", "mongorestore", "mongoimport"}, 'p', "hudco", NULL, false},
};

static const struct shell_word *find_letter(const struct shell_command *c)
{
	for (size_t i = 0; i < ARRAY_LEN(secret_options); i++) {
		const struct secret_option *o = &secret_options[i];
		const struct shell_word *word;
		struct str value;

		if (!lint_is_any(c->name, o->programs) || (o->verb && !shell_has_arg(c, o->verb)))
			continue;
		word = lint_short_option(c, o->letter, o->valued, &value);
		if (!word || !lint_is_secret(value))
			return NULL;
		return o->attached && word->text.p[word->text.n - 1] == o->letter ? NULL : word;
	}
	return NULL;
}

/* "--password VALUE"; some programs ask for it, or take a hash. */
static const struct shell_word *find_option(const struct shell_command *c)
{
	static const char *const names[] = {"--password", "--passwd", "--token", "--secret",
	    "--api-key", "--apikey", "--auth-token", "--access-token", "--client-secret",
	    "--passphrase", "--db-password", "--admin-password", "--root-password", "--secret-key",
	    "--registry-token", NULL};
	static const char *const others[] = {"useradd", "usermod", "adduser", "passwd", "su", NULL};

	if (lint_is_any(c->name, others) || lint_is_any(c->name, secret_options[0].programs))
		return NULL;
	for (size_t i = 0; i + 1 < c->n_words; i++)
		if (lint_is_any(c->words[i].text, names) && c->words[i + 1].text.n > 0 &&
		    c->words[i + 1].text.p[0] != '-' && lint_is_secret(c->words[i + 1].text))
			return &c->words[i + 1];
	return NULL;
}

/* "htpasswd -b FILE USER PASSWORD" */
static const struct shell_word *find_htpasswd(const struct shell_command *c)
{
	const struct shell_word *last = c->n_words > 3 ? &c->words[c->n_words - 1] : NULL;

	return last && shell_is(c, "htpasswd") && shell_has_flag(c, "b") &&
		       lint_is_secret(last->text)
		   ? last
		   : NULL;
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
	if (is_pair(word->text, &value) && lint_is_secret(value))
		report(l, c, word, name_of(word->text), "its name says that this is a secret");
	else if (lint_has_login(word->text))
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
	/* A CMD may hold options alone. */
	for (size_t i = c->n_words > 0 && str_starts(c->words[0].text, STR("-")) ? 0 : 1;
	    i < c->n_words; i++) {
		if (wraps && str_chr(c->words[i].text, '=') == STR_NPOS)
			break;
		check_word(l, c, &c->words[i]);
	}
}

static void check_command(struct lint *l, const struct docker_step *step, size_t i)
{
	const struct shell_command *c = &step->script->commands.p[i];
	const struct shell_word *word = find_chpasswd(step, i);

	check_words(l, step, c);
	if (word)
		report(l, c - 1, word, STR("chpasswd"),
		    "a password is set that everybody can read here");
	if (is_given_to_curl(c, &word))
		report(l, c, word, STR("curl"), "a login is given to curl");
	if (lint_is_wrapper(step, c))
		return;
	word = find_letter(c);
	if (!word)
		word = find_option(c);
	if (!word)
		word = find_htpasswd(c);
	if (word)
		report(l, c, word, c->name.n > 0 ? c->name : STR("option"),
		    "a password or a token is given to the program");
}

static void check_secret_in_run(struct lint *l, const struct docker_step *step)
{
	const enum docker_kind kind = step->instruction->kind;

	if ((kind != DOCKER_RUN && kind != DOCKER_CMD && kind != DOCKER_ENTRYPOINT &&
		kind != DOCKER_HEALTHCHECK) ||
	    !step->script)
		return;
	for (size_t i = 0; i < step->script->commands.n; i++)
		check_command(l, step, i);
}

const struct lint_rule rule_secret_in_run = {
    .id = "PL1038",
    .title = "a secret in a command",
    .why =
	"The command stands in the image's history, or in its configuration, as it is written here, for everyone who can pull it, and so does what it stores.",
    .fix = "give it to the step with RUN --mount=type=secret, or to the container at run time",
    .threat = "credentials",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/build/building/secrets/"},
    .clauses = {NIST("4.1.4"), PCI("8.6.2"), CIS("4.10")},
    .severity = SEVERITY_HIGH,
    .step = check_secret_in_run,
};
