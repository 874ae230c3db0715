/*
 * By shape (masks, runs, templates), then by words: a value that is nothing but words of a
 * list, run together or not, with a few digits between them.
 */
#include "core/placeholder.h"

enum {
	WORDY_BYTES_MAX = 64, /* a longer value is no word or two */
	DIGITS_MAX = 4,	      /* "password123" */
	MASK_RUN = 4,	      /* "sk_live_xxxx1234" */
	SEQUENCE_MIN = 4,     /* "1234" */
	PERIOD_MAX = 4,	      /* "abababab" */
};

/* Anywhere in the value. */
static const char *const markers[] = {"example", "changeme", "change_me", "change-me",
    "placeholder", "redacted", "replaceme", "replace_me", "replace-me", "replace-with",
    "replace_with", "your_", "your-", "yourpass", "yoursecret", "yourtoken", "yourkey",
    "yourapikey", "insert_", "insert-", "dummy", "notasecret", "not-a-secret", "not_a_secret",
    "notreal", "not-real", "fixme", "${", "$(", "{{", "{%", "<%", "%(", "#{", "process.env",
    "os.environ", "getenv(", "secrets.", "env."};

/* Of them those that a program fills in. */
static const char *const templates[] = {
    "${", "$(", "{{", "{%", "<%", "%(", "#{", "process.env", "os.environ", "getenv(", "secrets."};

/* The whole value is made of these. */
static const char *const stand_ins[] = {"a", "access", "abc", "abcd", "api", "auth", "bar", "base",
    "baz", "be", "blah", "bot", "cafebabe", "change", "changeit", "changeme", "changethis",
    "client", "code", "credential", "credentials", "database", "db", "deadbeef", "dev", "dummy",
    "empty", "enter", "example", "fake", "false", "fill", "fixme", "foo", "generate", "generated",
    "goes", "here", "hidden", "id", "in", "insert", "is", "it", "key", "keep", "login", "long",
    "masked", "me", "mock", "must", "my", "name", "new", "nil", "no", "none", "not", "null", "of",
    "old", "or", "pass", "passcode", "passphrase", "passwd", "password", "placeholder", "please",
    "private", "pw", "pwd", "pword", "qux", "random", "real", "redacted", "removed", "replace",
    "replaceme", "required", "sample", "secret", "secure", "set", "some", "something", "string",
    "super", "tbd", "the", "this", "to", "todo", "token", "true", "undefined", "unset", "use",
    "user", "username", "usr", "value", "very", "with", "xxx", "xyz", "xyzzy", "you", "your"};

/* With the stand-ins: what everybody tries first. */
static const char *const guesses[] = {"admin", "administrator", "airflow", "app", "backend",
    "cache", "cassandra", "debug", "default", "demo", "develop", "developer", "development",
    "django", "docker", "elastic", "flask", "grafana", "guest", "harbor", "hello", "jenkins",
    "keycloak", "laravel", "letmein", "local", "localhost", "mariadb", "master", "minio", "mongo",
    "mongodb", "monkey", "mysql", "nextcloud", "odoo", "oracle", "pg", "postgres", "postgresql",
    "prisma", "qwerty", "rabbit", "rabbitmq", "rails", "redis", "root", "rootpass", "sa", "server",
    "service", "sql", "strong", "symfony", "system", "temp", "test", "tester", "testing", "tmp",
    "toor", "vagrant", "web", "welcome", "wordpress", "world"};

static bool is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c);
}

static bool has_nocase(struct str s, struct str word)
{
	for (size_t i = 0; i + word.n <= s.n; i++) {
		if (str_eq_nocase(str_sub(s, i, word.n), word))
			return true;
	}
	return false;
}

static bool is_name_byte(char c)
{
	return byte_is_alnum(c) || c == '_';
}

static struct str unquote(struct str v)
{
	v = str_trim(v);
	while (v.n >= 2 && v.p[0] == v.p[v.n - 1] && is_one_of(v.p[0], "\"'`"))
		v = str_trim(str_sub(v, 1, v.n - 2));
	return v.n == 1 && is_one_of(v.p[0], "\"'`") ? STR_NONE : v;
}

/* ---- by shape ---- */

/* "<name>", "[name]", "{name}" and "%NAME%", whole or as a part of the value. */
static bool has_brackets(struct str v)
{
	size_t open = str_chr(v, '<'), close = str_rchr(v, '>');
	char first = v.p[0], last = v.p[v.n - 1];

	if (open != STR_NPOS && close != STR_NPOS && close > open + 1)
		return true;
	return (first == '{' && last == '}') || (first == '[' && last == ']') ||
	       (first == '%' && (v.n == 2 || last == '%')) ||
	       (v.n > 4 && str_starts(v, STR("__")) && str_ends(v, STR("__"))) ||
	       (v.n > 2 && first == '@' && last == '@');
}

/* "$NAME", "$1"; "$1$…" is a hash. */
static bool is_variable(struct str v)
{
	if (v.p[0] != '$' || v.n < 2 || (byte_is_digit(v.p[1]) && v.n > 2))
		return false;
	for (size_t i = 1; i < v.n; i++) {
		if (!is_name_byte(v.p[i]))
			return false;
	}
	return true;
}

/* Nothing but what people write over a value; "•" and "…" in UTF-8 among it. */
static bool is_mask(struct str v)
{
	for (size_t i = 0; i < v.n; i++) {
		if (!is_one_of(v.p[i], "xX0*.-_#?\xe2\x80\xa2\xa6"))
			return false;
	}
	return true;
}

static bool is_run(struct str v)
{
	size_t run = 0, longest = 0;

	for (size_t i = 0; i < v.n; i++) {
		run = i > 0 && byte_lower(v.p[i]) == byte_lower(v.p[i - 1]) ? run + 1 : 1;
		longest = MAX_OF(longest, run);
		if (run >= MASK_RUN && is_one_of(v.p[i], "xX*.#"))
			return true;
	}
	return longest * 2 > v.n;
}

/* "12345678", "abcdef", "987654": how much of the value counts up or down. */
static bool is_sequence(struct str v)
{
	size_t covered = 0, from = 0;
	int step = 0;

	for (size_t i = 1; i <= v.n; i++) {
		int by = i < v.n ? byte_lower(v.p[i]) - byte_lower(v.p[i - 1]) : 0;

		if (i < v.n && v.p[i] == '0' && v.p[i - 1] == '9')
			by = 1;
		if (i < v.n && (by == 1 || by == -1) && (i == from + 1 || by == step)) {
			step = by;
			continue;
		}
		if (i - from >= SEQUENCE_MIN)
			covered += i - from;
		from = i;
	}
	return covered > 0 && covered * 4 >= v.n * 3;
}

static bool is_periodic(struct str v)
{
	for (size_t period = 1; period <= PERIOD_MAX && v.n >= 2 * PERIOD_MAX; period++) {
		size_t i = period;

		while (i < v.n && v.p[i] == v.p[i - period])
			i++;
		if (i == v.n)
			return true;
	}
	return false;
}

static bool has_one_of(struct str v, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (has_nocase(v, str_of(list[i])))
			return true;
	}
	return false;
}

/* ---- by words ---- */

struct words {
	const char *const *list[2];
	size_t n[2];
};

static size_t digits_at(struct str v, size_t at)
{
	size_t n = 0;

	while (at + n < v.n && byte_is_digit(v.p[at + n]))
		n++;
	return n;
}

/* reach[i]: the value's first i bytes are words, digits and what stands between words. */
static void step_words(const struct words *words, struct str v, size_t at, bool *reach)
{
	size_t digits = digits_at(v, at);

	if (is_one_of(v.p[at], "-_. /:+,!@#?"))
		reach[at + 1] = true;
	if (digits > 0 && digits <= DIGITS_MAX && (at == 0 || !byte_is_digit(v.p[at - 1])))
		reach[at + digits] = true;
	for (size_t list = 0; list < ARRAY_LEN(words->list); list++) {
		for (size_t i = 0; i < words->n[list]; i++) {
			struct str word = str_of(words->list[list][i]);

			if (word.n <= v.n - at && str_eq_nocase(str_sub(v, at, word.n), word))
				reach[at + word.n] = true;
		}
	}
}

static bool is_made_of(const struct words *words, struct str v)
{
	bool reach[WORDY_BYTES_MAX + 1] = {true};

	if (v.n > WORDY_BYTES_MAX)
		return false;
	for (size_t at = 0; at < v.n; at++) {
		if (reach[at])
			step_words(words, v, at, reach);
	}
	return reach[v.n];
}

static bool is_stand_in_word(struct str word)
{
	for (size_t i = 0; i < ARRAY_LEN(stand_ins); i++) {
		if (str_eq_nocase(word, str_of(stand_ins[i])))
			return true;
	}
	return false;
}

/* "password", "my-secret-token": words of the list, each by itself. */
static bool is_words(struct str v)
{
	size_t from = 0;

	for (size_t i = 0; i <= v.n; i++) {
		if (i < v.n && !is_one_of(v.p[i], "-_. "))
			continue;
		if (i > from && !is_stand_in_word(str_sub(v, from, i - from)))
			return false;
		from = i + 1;
	}
	return true;
}

/* "yourpassword", "mySecretToken" */
static bool is_yours(const struct words *words, struct str v)
{
	for (size_t i = 0; i < v.n; i++) {
		if (byte_is_digit(v.p[i]))
			return false;
	}
	return (str_starts_nocase(v, STR("your")) || str_starts_nocase(v, STR("my"))) &&
	       is_made_of(words, v);
}

bool placeholder_is_plain(struct str value)
{
	static const struct words words = {{stand_ins, NULL}, {ARRAY_LEN(stand_ins), 0}};
	struct str v = unquote(value);

	return str_empty(v) || has_brackets(v) || is_variable(v) || is_mask(v) || is_run(v) ||
	       has_one_of(v, templates, ARRAY_LEN(templates)) || is_words(v) || is_yours(&words, v);
}

bool placeholder_is(struct str value)
{
	static const struct words words = {{stand_ins, NULL}, {ARRAY_LEN(stand_ins), 0}};
	struct str v = unquote(value);

	return str_empty(v) || has_brackets(v) || is_variable(v) || is_mask(v) || is_run(v) ||
	       is_sequence(v) || is_periodic(v) || has_one_of(v, markers, ARRAY_LEN(markers)) ||
	       is_made_of(&words, v);
}

/* "p@ssw0rd" to "password". */
static char plain_letter(char c)
{
	static const char leet[] = "@a0o1i3e4a5s$s7t";

	for (size_t i = 0; i + 1 < sizeof leet; i += 2) {
		if (leet[i] == c)
			return leet[i + 1];
	}
	return c;
}

/* Leaves out what a marker alone makes a stand-in. */
static bool is_weak(const struct words *words, struct str v)
{
	char plain[WORDY_BYTES_MAX];

	if (is_sequence(v) || is_periodic(v) || is_made_of(words, v))
		return true;
	if (v.n > sizeof plain)
		return false;
	for (size_t i = 0; i < v.n; i++)
		plain[i] = plain_letter(v.p[i]);
	return is_made_of(words, str_make(plain, v.n));
}

bool placeholder_is_guessable(struct str value)
{
	static const struct words words = {
	    {stand_ins, guesses}, {ARRAY_LEN(stand_ins), ARRAY_LEN(guesses)}};
	struct str v = unquote(value);

	return placeholder_is(v) || is_weak(&words, v);
}

bool placeholder_is_weak(struct str value)
{
	static const struct words words = {
	    {stand_ins, guesses}, {ARRAY_LEN(stand_ins), ARRAY_LEN(guesses)}};
	struct str v = unquote(value);

	return placeholder_is_plain(v) || is_weak(&words, v);
}
