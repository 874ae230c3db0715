#include "detect/lint/rule.h"

/* By BuildKit's words, whole ones between '_'. PL1003 judges the values too, and is not off. */
static bool says_secret(struct str name)
{
	static const char *const secret[] = {"apikey", "auth", "credential", "credentials", "key",
	    "password", "pword", "passwd", "secret", "token"};
	static const char *const harmless[] = {"public", "file", "version"};
	struct str rest = name, word;
	bool found = false;

	while (str_cut(&rest, '_', &word)) {
		for (size_t i = 0; i < ARRAY_LEN(harmless); i++)
			if (str_eq_nocase(word, str_of(harmless[i])))
				return false;
		for (size_t i = 0; i < ARRAY_LEN(secret); i++)
			found |= str_eq_nocase(word, str_of(secret[i]));
	}
	return found;
}

static void check_secret_name(struct lint *l, const struct docker_step *step)
{
	const struct docker_instruction *in = step->instruction;

	if (in->kind != DOCKER_ENV && in->kind != DOCKER_ARG)
		return;
	for (size_t i = 0; i < in->n_pairs; i++)
		if (says_secret(in->pairs[i].name.text))
			lint_report(l, docker_range(in, in->pairs[i].name.raw),
			    in->pairs[i].name.text, NULL, STR_FMT " says that it holds a secret",
			    STR_ARG(in->pairs[i].name.text));
}

static bool is_listed(struct str name)
{
	static const char *const names[] = {"ANTHROPIC_API_KEY", "AWS_ACCESS_KEY_ID",
	    "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AZURE_CLIENT_SECRET", "DOCKER_PASSWORD",
	    "GITHUB_TOKEN", "NPM_TOKEN", "TRAVIS_OS_NAME", "VAULT_TOKEN", NULL};

	for (const char *const *one = names; *one; one++)
		if (str_eq_nocase(name, str_of(*one)))
			return true;
	return false;
}

static bool has_part(struct str name)
{
	static const char *const parts[] = {
	    "api_key", "client_key", "password", "private", "secret", "token", "username"};
	char lower[256];
	size_t n = MIN_OF(name.n, sizeof lower);

	for (size_t i = 0; i < n; i++)
		lower[i] = byte_lower(name.p[i]);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (str_has(str_make(lower, n), str_of(parts[i])))
			return true;
	return false;
}

static bool is_bad(struct lint *l, const struct hado_step *step)
{
	(void)l;
	for (size_t i = 0; i < step->in->n_pairs; i++) {
		struct str name = step->in->pairs[i].name.text;

		if ((step->in->kind == DOCKER_ENV || (step->in->kind == DOCKER_ARG && i == 0)) &&
		    (is_listed(name) || has_part(name)))
			return true;
	}
	return false;
}

const struct lint_rule rule_secret_name = {
    .id = "DL3064",
    .title = "a name in ARG or ENV that says it holds a secret",
    .why = "What ARG and ENV set stands in the image, and whoever pulls it reads it.",
    .fix = "give it to the container at run time, or to a build step with RUN "
	   "--mount=type=secret",
    .threat = "credentials",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://docs.docker.com/reference/dockerfile/#env"},
    .clauses = {NIST("4.1.4"), PCI("8.6.2"), CIS("4.10")},
    .severity = SEVERITY_LOW,
    .opt_in = true,
    .step = check_secret_name,
    .hadolint = {.step = is_bad, .onbuild = true},
};
