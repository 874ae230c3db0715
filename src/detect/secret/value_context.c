/*
 * Names are read as words: "githubAPIToken", "GITHUB_API_TOKEN" and "github-api-token" have
 * the same three.
 */
#include "detect/secret/value_context.h"

#include "core/placeholder.h"

enum {
	NAME_BYTES_MAX = 64,
	BLANKS_MAX = 8,
	OPERATOR_MAX = 12,
	HOST_BYTES_MAX = 256,
	GUESS_MAX = 4,
	GUESS_LETTERS_MAX = 6,
};

/* ---- words ---- */

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c);
}

static bool has_any(struct str s, const char *set)
{
	for (size_t i = 0; i < s.n; i++) {
		if (is_one_of(s.p[i], set))
			return true;
	}
	return false;
}

/* Takes the next word off the front of *rest; digits belong to none. */
static bool next_word(struct str *rest, struct str *ret_word)
{
	size_t at = 0, end;

	while (at < rest->n && !byte_is_alpha(rest->p[at]))
		at++;
	for (end = at; end < rest->n && byte_is_alpha(rest->p[end]); end++) {
		bool up = is_upper(rest->p[end]);

		if (end == at)
			continue;
		if (up && !is_upper(rest->p[end - 1]))
			break;
		if (up && end + 1 < rest->n && byte_is_alpha(rest->p[end + 1]) &&
		    !is_upper(rest->p[end + 1]))
			break;
	}
	*ret_word = str_sub(*rest, at, end - at);
	*rest = str_sub(*rest, end, rest->n);
	return ret_word->n > 0;
}

static bool is_in(struct str word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq_nocase(word, str_of(list[i])))
			return true;
	}
	return false;
}

static bool has_word(struct str text, const char *const *list, size_t n)
{
	struct str rest = text, word;

	while (next_word(&rest, &word)) {
		if (is_in(word, list, n))
			return true;
	}
	return false;
}

/* ---- assignments ---- */

static const char *const secret_words[] = {"secret", "secrets", "token", "tokens", "key", "keys",
    "apikey", "accesskey", "secretkey", "authtoken", "accesstoken", "password", "passwd",
    "passphrase", "pass", "pwd", "auth", "oauth", "credential", "credentials", "pat", "bearer",
    "clientsecret", "appsecret"};

/* What a name with one of these holds is no secret, whatever else it says. */
static const char *const harmless_words[] = {"hash", "md", "sha", "checksum", "digest", "etag",
    "id", "ids", "commit", "rev", "ref", "revision", "integrity", "signature", "sig", "fingerprint",
    "nonce", "cnonce", "response", "opaque", "uuid", "guid", "url", "uri", "path", "file",
    "filename", "public", "pub", "version", "tree", "blob", "gist", "pixel", "build", "placeholder",
    "example", "test", "mock", "fake", "dummy"};

/* "<add key='facebookSecret' value='…'/>": the name stands before this one. */
static const char *const empty_names[] = {"value", "val", "content", "default", "text", "string"};

static bool is_name_byte(char c)
{
	return byte_is_alnum(c) || c == '_' || c == '-' || c == '.';
}

static char at(struct str text, size_t i)
{
	return i < text.n ? text.p[i] : '\0';
}

/* Quotes that open are closed; without them the value ends where a word would. */
static bool is_whole(struct str text, size_t start, size_t end)
{
	char before = start > 0 ? text.p[start - 1] : '\0', behind = at(text, end);

	if (!is_one_of(before, "\"'`"))
		return end >= text.n || byte_is_blank(behind) ||
		       is_one_of(behind, ",;)}]&<\"'\\#|`");
	if (behind == '\\')
		behind = at(text, end + 1);
	return behind == before;
}

/* Back over at most `max` bytes of `set`. */
static size_t back_over(struct str text, size_t from, const char *set, size_t max)
{
	size_t i = from;

	while (i > 0 && from - i < max && is_one_of(text.p[i - 1], set))
		i--;
	return i;
}

/* A commit's or an object's id, a UUID. */
static bool is_like_an_id(struct str value)
{
	size_t dashes = 0;

	for (size_t i = 0; i < value.n; i++) {
		dashes += value.p[i] == '-';
		if (!byte_is_digit(value.p[i]) && value.p[i] != '-' &&
		    (byte_lower(value.p[i]) < 'a' || byte_lower(value.p[i]) > 'f'))
			return false;
	}
	return (value.n == 40 && dashes == 0) || (value.n == 36 && dashes == 4);
}

/* "ENV NAME value", "aws configure set NAME value" */
static bool is_set_by_command(struct str text, size_t name)
{
	static const char *const commands[] = {
	    "arg", "env", "export", "set", "setenv", "setx", "put", "add"};
	size_t end = back_over(text, name, " \t", BLANKS_MAX), start = end;

	while (start > 0 && end - start < NAME_BYTES_MAX && byte_is_alpha(text.p[start - 1]))
		start--;
	return end < name &&
	       is_in(str_sub(text, start, end - start), commands, ARRAY_LEN(commands));
}

enum secret_worth secret_assignment_worth(struct str text, size_t from, size_t start, size_t end)
{
	size_t quote = back_over(text, start, "\"'`\\", 4);
	size_t blank = back_over(text, quote, " \t\r\n", BLANKS_MAX);
	size_t op = back_over(text, blank, "=:>,(|?+ \t[{", OPERATOR_MAX);
	size_t stop = back_over(text, op, "\"'`\\])", 4), name = stop;
	struct str between = str_sub(text, op, blank - op), names, whole;
	bool has_op = has_any(between, "=:>,(|?"), comma = has_any(between, ",");

	while (name > 0 && stop - name < NAME_BYTES_MAX && is_name_byte(text.p[name - 1]))
		name--;
	names = str_sub(text, name, stop - name);
	whole = str_sub(text, MIN_OF(from, name), start - MIN_OF(from, name));
	if (!is_whole(text, start, end) || str_empty(names))
		return WORTH_NOTHING;
	if (!has_op && names.p[0] != '-' && !is_set_by_command(text, name) && quote == start)
		return WORTH_NOTHING;
	if (comma && (name == 0 || !is_one_of(text.p[name - 1], "\"'`(\\")))
		return WORTH_NOTHING;
	if (is_in(names, empty_names, ARRAY_LEN(empty_names)))
		names = whole;
	if (has_word(names, harmless_words, ARRAY_LEN(harmless_words)))
		return WORTH_NOTHING;
	if (has_word(names, secret_words, ARRAY_LEN(secret_words)))
		return WORTH_FULL;
	return name <= from && !is_like_an_id(str_sub(text, start, end - start)) ? WORTH_WARNING
										 : WORTH_NOTHING;
}

enum secret_worth secret_name_behind_worth(struct str text, size_t start, size_t end, size_t to)
{
	struct str name = str_sub(text, end, to - end);

	if (!is_whole(text, start, end) ||
	    has_word(name, harmless_words, ARRAY_LEN(harmless_words)))
		return WORTH_NOTHING;
	return has_word(name, secret_words, ARRAY_LEN(secret_words)) ? WORTH_FULL : WORTH_NOTHING;
}

enum { CHANCE_RUN_MIN = 12, CHANCE_CHANGES_MIN = 3 };

/* Letters and digits in turn, as chance has them and names have not. */
static bool is_like_chance(struct str value)
{
	size_t run = 0, longest = 0, changes = 0;

	for (size_t i = 0; i < value.n; i++) {
		run = byte_is_alnum(value.p[i]) ? run + 1 : 0;
		longest = MAX_OF(longest, run);
		changes += i > 0 && byte_is_alnum(value.p[i]) && byte_is_alnum(value.p[i - 1]) &&
			   byte_is_digit(value.p[i]) != byte_is_digit(value.p[i - 1]);
	}
	return longest >= CHANCE_RUN_MIN && changes >= CHANCE_CHANGES_MIN;
}

/* "nextToken": a place in a list, or what makes a form's request one. */
static const char *const passing_words[] = {"next", "continuation", "page", "pagination", "cursor",
    "request", "change", "lifecycle", "csrf", "xsrf", "authenticity", "sync", "idempotency"};

/* "NAME=", "  - name: ", "export NAME=": nothing else stands on the line before the name. */
static bool begins_line(struct str text, size_t name)
{
	size_t line = name;

	while (line > 0 && name - line < NAME_BYTES_MAX && text.p[line - 1] != '\n')
		line--;
	for (size_t i = line; i < name; i++) {
		struct str word = str_sub(text, i, sizeof "export" - 1);

		if (str_eq(word, STR("export")))
			i += word.n - 1;
		else if (!byte_is_blank(text.p[i]) && text.p[i] != '-')
			return false;
	}
	return true;
}

enum secret_worth secret_setting_worth(struct str text, size_t from, size_t start, size_t end)
{
	struct str value = str_sub(text, start, end - start);
	size_t name = from;

	while (name > 0 && from - name < NAME_BYTES_MAX && is_name_byte(text.p[name - 1]))
		name--;
	if (!is_one_of(text.p[start - 1], "\"'`") && !begins_line(text, name))
		return WORTH_NOTHING;
	if (has_word(str_sub(text, name, start - name), passing_words, ARRAY_LEN(passing_words)) ||
	    (value.n == 36 && is_like_an_id(value)) || !is_like_chance(value))
		return WORTH_NOTHING;
	return secret_assignment_worth(text, from, start, end) == WORTH_FULL ? WORTH_FULL
									     : WORTH_NOTHING;
}

/* What may stand between a name and its value. */
static const char *const gap_words[] = {"value", "val", "default", "string", "str", "text",
    "content", "type", "sensitive", "nullable", "true", "false", "name", "id", "key", "keys",
    "access", "secret", "var", "const", "let", "final", "static", "char", "byte", "bytes", "any",
    "optional", "option", "is", "to", "as", "n", "r", "t", "u0022", "u003d", "quot", "property",
    "entry", "add", "set", "put", "simplevalue", "s", "b", "f", "binary", "data", "aws"};

static bool is_gap_word(struct str word)
{
	return is_in(word, gap_words, ARRAY_LEN(gap_words)) || str_eq_nocase(word, STR("3d")) ||
	       (word.n == 20 && (str_starts(word, STR("AKIA")) || str_starts(word, STR("ASIA"))));
}

/* The value of a description is anything. Returns where its quotes end. */
static size_t behind_description(struct str gap, size_t from)
{
	size_t open = str_chr(str_sub(gap, from, gap.n), '"'), close;

	if (open == STR_NPOS)
		return from;
	close = str_chr(str_sub(gap, from + open + 1, gap.n), '"');
	return close == STR_NPOS ? from : from + open + close + 2;
}

static bool is_gap(struct str gap)
{
	size_t i = 0, end;

	while (i < gap.n) {
		struct str word;

		for (end = i; end < gap.n && (byte_is_alnum(gap.p[end]) || gap.p[end] == '_');)
			end++;
		word = str_sub(gap, i, end - i);
		i = MAX_OF(end, i + 1);
		if (str_eq_nocase(word, STR("description")))
			i = behind_description(gap, end);
		else if (!str_empty(word) && !is_gap_word(word))
			return false;
	}
	return true;
}

enum secret_worth secret_named_worth(struct str text, size_t from, size_t start, size_t end)
{
	size_t name = from;
	char before = text.p[start - 1];
	bool escaped = start >= 3 && (str_eq_nocase(str_sub(text, start - 3, 3), STR("%3D")) ||
					 (text.p[start - 2] == '\\' && before == 'n'));

	while (name < start && is_name_byte(text.p[name]))
		name++;
	if (!is_whole(text, start, end) || is_name_byte(at(text, end)) ||
	    ((byte_is_alnum(before) || before == '/' || before == '+') && !escaped))
		return WORTH_NOTHING;
	if (has_word(str_sub(text, from, name - from), harmless_words, ARRAY_LEN(harmless_words)))
		return WORTH_NOTHING;
	return is_gap(str_sub(text, name, start - name)) ? WORTH_FULL : WORTH_NOTHING;
}

/* ---- URLs ---- */

struct value_url {
	struct str user, password, host;
	struct str port; /* what stands there, if it is letters and digits */
};

static bool ends_host(char c)
{
	return byte_is_blank(c) || is_one_of(c, ":/?#'\"<>`)],;&\\|");
}

static struct value_url url_of(struct str text, size_t from, size_t start, size_t end)
{
	struct str head = str_sub(text, from, start - from), rest;
	size_t slashes = str_find(head, STR("://")), n = 0;
	struct value_url u = {.password = str_sub(text, start, end - start)};

	if (slashes != STR_NPOS)
		u.user = str_sub(head, slashes + 3, head.n - MIN_OF(head.n, slashes + 4));
	rest = str_sub(text, end + 1, HOST_BYTES_MAX);
	if (str_starts(rest, STR("["))) {
		n = str_chr(rest, ']');
		u.host = str_sub(rest, 1, n == STR_NPOS ? 0 : n - 1);
		return u;
	}
	while (n < rest.n && !ends_host(rest.p[n]))
		n++;
	u.host = str_sub(rest, 0, n);
	if (n < rest.n && rest.p[n] == ':') {
		size_t port = n + 1;

		while (port < rest.n && byte_is_alnum(rest.p[port]))
			port++;
		u.port = str_sub(rest, n + 1, port - n - 1);
	}
	return u;
}

static bool is_number(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!byte_is_digit(s.p[i]))
			return false;
	}
	return s.n > 0;
}

/* Patterns ("[^:]+"), "host:443@…", an invalid host. */
static bool is_no_url(const struct value_url *u)
{
	if (has_any(u->user, "[]()\\^|*`") || has_any(u->password, "[]()\\^|`"))
		return true;
	if (str_empty(u->host) || is_number(u->host))
		return true;
	/* "host:port" */
	if (u->port.n > 0 && byte_is_alpha(u->port.p[0]))
		return true;
	return is_number(u->password) && u->password.n <= 5 &&
	       (str_has(u->user, STR(".")) || str_eq_nocase(u->user, STR("localhost")));
}

static bool is_below(struct str host, const char *domain)
{
	struct str d = str_of(domain);
	struct str end = str_sub(host, host.n - MIN_OF(host.n, d.n), d.n);

	return str_eq_nocase(end, d) && (host.n == d.n || host.p[host.n - d.n - 1] == '.');
}

/* RFC 2606 and 6761, and no more: whatever else a host is called, somebody may have it. */
static bool is_documentation(struct str host)
{
	static const char *const domains[] = {
	    "example.com", "example.org", "example.net", "example", "test", "invalid"};

	for (size_t i = 0; i < ARRAY_LEN(domains); i++) {
		if (is_below(host, domains[i]))
			return true;
	}
	return false;
}

/* This machine, or one name: a neighbour in a Compose file or a cluster. */
static bool is_near(struct str host)
{
	return is_below(host, "localhost") || str_starts(host, STR("127.")) ||
	       str_eq(host, STR("0.0.0.0")) || str_has(host, STR("::1")) ||
	       str_eq_nocase(host, STR("host.docker.internal")) ||
	       (!has_any(host, ".:$%{<") && !is_number(host));
}

static struct str until(struct str s, char c)
{
	size_t n = str_chr(s, c);

	return n == STR_NPOS ? s : str_sub(s, 0, n);
}

/* "user:xyz", "joe:joe", "u:admin" */
static bool is_guess(struct str password, struct str user)
{
	bool letters = password.n <= GUESS_LETTERS_MAX;

	for (size_t i = 0; i < password.n; i++)
		letters = letters && byte_is_alpha(password.p[i]);
	return letters || password.n <= GUESS_MAX || str_eq_nocase(password, user) ||
	       placeholder_is_weak(password);
}

enum secret_worth secret_url_worth(
    struct str text, size_t from, size_t start, size_t end, const char **ret_why)
{
	struct value_url u = url_of(text, from, start, end);
	struct str word = until(u.password, ';'); /* IMAP's and FTP's options stand behind it */
	bool guess;

	if (is_no_url(&u))
		return WORTH_NOTHING;
	if (placeholder_is_plain(u.password) || placeholder_is_plain(word))
		return WORTH_STAND_IN;
	guess = is_guess(word, u.user);
	if (guess && (is_near(u.host) || is_documentation(u.host) || has_any(u.host, "${%<")))
		return WORTH_STAND_IN;
	if (guess)
		*ret_why = "a password that everybody tries first";
	else if (is_documentation(u.host))
		*ret_why = "the host is one that documentation uses";
	else if (is_near(u.host))
		*ret_why = "the host is this machine, or a neighbour without a domain";
	else
		return WORTH_FULL;
	return WORTH_WARNING;
}

/* ---- paths ---- */

static const char *const test_words[] = {"test", "tests", "testing", "testdata", "testcase",
    "testcases", "testsuite", "testutil", "testutils", "testresources", "unittest", "unittests",
    "fixture", "fixtures", "mock", "mocks", "spec", "specs", "example", "examples", "sample",
    "samples", "dummy", "dummyserver", "fake", "fakes", "insecure", "integration", "snakeoil"};

static const char *const no_tests[] = {"latest", "contest", "attest", "greatest", "protest",
    "detest", "fastest", "closest", "nearest", "newest", "oldest"};

/* The folder of a project's manual, and of code that others published: keys in there are seen by
 * everybody already. */
bool secret_path_is_published(struct str path)
{
	static const char *const names[] = {"doc", "docs", "documentation", "guides", "vendor",
	    "node_modules", "third_party", "third-party", "site-packages", "dist-packages"};
	struct str rest = path, folder;

	while (str_split(rest, '/', &folder, &rest)) {
		if (is_in(folder, names, ARRAY_LEN(names)))
			return true;
	}
	return false;
}

/* Names of environments as well. */
static const char *const environment_words[] = {"test", "tests", "testing", "integration"};

static bool is_test_name(struct str name, bool deployed)
{
	struct str rest = name, word;

	while (next_word(&rest, &word)) {
		struct str end = str_sub(word, word.n - MIN_OF(word.n, (size_t)4), 4);

		if (deployed && is_in(word, environment_words, ARRAY_LEN(environment_words)))
			continue;
		if (is_in(word, test_words, ARRAY_LEN(test_words)))
			return true;
		if (!deployed && str_eq_nocase(end, STR("test")) &&
		    !is_in(word, no_tests, ARRAY_LEN(no_tests)))
			return true;
	}
	return false;
}

/* What is used, whatever the environment is called. */
static const char *const deployments[] = {"k8s", "kubernetes", "kustomize", "overlays", "deploy",
    "deploys", "deployment", "deployments", "terraform", "tofu", "pulumi", "ansible", "helm",
    "charts", "env", "envs", "environment", "environments", "cert", "certs", "secret", "secrets",
    "prod", "production", "staging", "infra", "infrastructure", "gitops", "manifests"};

static const char *const source_endings[] = {"go", "py", "js", "mjs", "cjs", "ts", "jsx", "tsx",
    "java", "kt", "scala", "groovy", "rb", "rs", "c", "cc", "cpp", "h", "hpp", "cs", "php", "pl",
    "swift", "ex", "exs", "clj"};

static bool is_source(struct str name)
{
	size_t dot = str_rchr(name, '.');

	return dot != STR_NPOS &&
	       is_in(str_sub(name, dot + 1, name.n), source_endings, ARRAY_LEN(source_endings));
}

/* Below a folder of deployments, "test" is the name of an environment; below a test's folder,
 * "certs" are the test's. */
bool secret_path_is_test(struct str path)
{
	struct str rest = path, part;
	bool deployed = false;

	while (str_cut(&rest, '/', &part)) {
		if (is_test_name(part, deployed && !(str_empty(rest) && is_source(part))))
			return true;
		/* Perl's and git's folder of tests. */
		if (str_eq(part, STR("t")) && !str_empty(rest))
			return true;
		deployed = deployed || is_in(part, deployments, ARRAY_LEN(deployments));
	}
	return false;
}
