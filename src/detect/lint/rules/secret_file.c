#include "detect/lint/rule.h"

static const char *const names[] = {".env", ".git-credentials", ".my.cnf", ".netrc", ".pgpass",
    ".pypirc", ".vault-token", "credential.json", "credentials", "credentials.json",
    "credentials.xml", "id_dsa", "id_ecdsa", "id_ed25519", "id_rsa", "kubeconfig", "password.txt",
    ".npmrc", ".dockercfg", ".dockerconfigjson", ".htpasswd", "server.key", "tls.key", "ssl.key",
    "ca.key", "client.key", "private.key", "privkey.pem", "private.pem", "private-key.pem",
    "server-key.pem", "passwords.txt", "secret_token.rb", "secrets.yml", "secrets.yaml",
    "secrets.json", "terraform.tfstate", "master.key", NULL};
static const char *const folders[] = {".aws", ".azure", ".gnupg", ".kube", ".ssh", NULL};
static const char *const ends[] = {".agilekeychain", ".jks", ".kdbx", ".keychain", ".ovpn", ".p12",
    ".pfx", ".ppk", ".psafe3", ".private_key", ".tfstate"};

/* What Git keeps of a work tree: every version of every file. */
static bool is_history(struct str name)
{
	return str_eq(name, STR(".git"));
}

static bool holds_secrets(struct str path)
{
	struct str name;

	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	name = str_base_name(path);
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (str_ends_nocase(name, str_of(ends[i])))
			return true;
	return lint_is_any(name, names) || lint_is_any(name, folders) || is_history(name) ||
	       str_ends(path, STR(".docker/config.json"));
}

/* A file that is read here, and holds only settings. */
static bool holds_none(struct lint *l, struct str path)
{
	struct str bytes;

	return str_eq(str_base_name(path), STR(".npmrc")) &&
	       lint_sibling(l, path, &bytes) == CONTENT_OK && !str_has(bytes, STR("_auth")) &&
	       !str_has(bytes, STR("_password"));
}

/* In a stage that is not the image, a file goes no further by itself. */
static void check_secret_file(struct lint *l, const struct docker_step *step)
{
	const struct docker_instruction *in = step->instruction;

	if ((in->kind != DOCKER_COPY && in->kind != DOCKER_ADD) || docker_flag_get(in, "from") ||
	    (!step->onbuild && step->stage && !step->stage->shipped))
		return;
	for (size_t i = 0; i + 1 < in->n_words; i++)
		if (holds_secrets(in->words[i].text) && !holds_none(l, in->words[i].text))
			lint_report(l, docker_range(in, in->words[i].raw), in->words[i].text, NULL,
			    STR_FMT " is in the image then, for everyone who can pull it",
			    STR_ARG(in->words[i].text));
}

const struct lint_rule rule_secret_file = {
    .id = "PL1039",
    .title = "a file that holds secrets is copied into the image",
    .why = "Whoever can pull the image has the file, also if a later step removes it.",
    .fix =
	"leave it out, with .dockerignore too, and give it to a build step with RUN --mount=type=secret or to the container at run time",
    .threat = "credentials",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/build/building/secrets/",
	"https://docs.docker.com/build/concepts/context/#dockerignore-files"},
    .clauses = {NIST("4.1.4"), PCI("8.6.2"), CIS("4.10")},
    .severity = SEVERITY_MEDIUM,
    .step = check_secret_file,
};
