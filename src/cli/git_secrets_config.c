#include "cli/git_secrets_config.h"

#include "base/buf.h"
#include "base/os/fd.h"
#include "base/os/spawn.h"

#include <stdlib.h>
#include <unistd.h>

enum {
	ANSWER_BYTES = 4 << 20,
	CREDENTIALS_BYTES = 1 << 20,
	ALLOWED_BYTES = 4 << 20,
	GIT_MS = 60000,
	WORDS_MAX = 64,
};

/* ---- git ---- */

/* With the user's own environment and configuration, as git-secrets asks. */
static int run(const char *const *argv, struct buf *out, int *ret_status, struct err *err)
{
	struct buf errors CLEANUP(buf_release) = BUF_INIT(ANSWER_BYTES);
	struct spawn s = {.argv = argv,
	    .env = (const char *const *)environ,
	    .out = out,
	    .errors = &errors,
	    .timeout_ms = GIT_MS};
	struct spawn_result result;

	if (spawn_run(&s, &result, err) != 0)
		return err_wrap(err, "%s", argv[0]);
	*ret_status = result.status;
	if (result.status > 1 || result.status < 0)
		return err_set(err, ERR_CONFIG, "%s: " STR_FMT, argv[0],
		    STR_ARG(str_excerpt(str_trim(buf_str(&errors)), 300)));
	return 0;
}

int git_secrets_ask(const char *word, struct arena *arena, struct str *ret, struct err *err)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(ANSWER_BYTES);
	const char *argv[] = {"git", "rev-parse", word, NULL};
	int status;

	if (run(argv, &out, &status, err) != 0)
		return err_wrap(err, "this is no git repository that git would use");
	*ret = arena_str(arena, str_trim_right(buf_str(&out)));
	return arena_check(arena, err);
}

static int read_key(const char *key, bool global, struct arena *arena,
    struct git_secrets_list *list, struct err *err)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(ANSWER_BYTES);
	const char *argv[] = {"git", "config", "-z", global ? "--global" : "--get-all",
	    global ? "--get-all" : key, global ? key : NULL, NULL};
	struct str rest, value;
	int status;

	if (run(argv, &out, &status, err) != 0)
		return -1;
	rest = buf_str(&out);
	while (str_cut(&rest, '\0', &value)) {
		value = arena_str(arena, value);
		(void)vec_push(list, arena, value);
	}
	return arena_check(arena, err);
}

int git_secrets_show(bool global, struct arena *arena, struct str *ret, struct err *err)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(ANSWER_BYTES);
	const char *all[] = {"git", "config", "--get-regexp", "^secrets\\.", NULL};
	const char *own[] = {"git", "config", "--global", "--get-regexp", "^secrets\\.", NULL};
	int status;

	if (run(global ? own : all, &out, &status, err) != 0)
		return -1;
	*ret = arena_str(arena, buf_str(&out));
	return arena_check(arena, err);
}

/* ---- what is looked for ---- */

static int add_lines(
    struct str text, struct arena *arena, struct git_secrets_list *list, struct err *err)
{
	struct str line;

	while (str_cut(&text, '\n', &line)) {
		if (str_ends(line, STR("\r")))
			line.n--;
		/* A pattern of nothing would match everything. */
		if (str_trim(line).n == 0)
			continue;
		line = arena_str(arena, line);
		(void)vec_push(list, arena, line);
	}
	return arena_check(arena, err);
}

/* "git secrets --aws-provider [FILE]" is ours too, and no program. */
static bool is_aws_provider(char *const *words, size_t n, const char **ret_file)
{
	size_t at = n > 1 && strcmp(words[0], "git") == 0 ? 2 : 1;

	*ret_file = n > at + 1 ? words[at + 1] : NULL;
	return n > at && n <= at + 2 && strcmp(words[at], "--aws-provider") == 0;
}

static int run_provider(
    struct str command, struct arena *arena, struct git_secrets_list *list, struct err *err)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(ANSWER_BYTES);
	char *words[WORDS_MAX + 1] = {NULL};
	struct str rest = command, word;
	const char *file;
	size_t n = 0;
	int status;

	while (n < WORDS_MAX && str_cut(&rest, ' ', &word)) {
		word = str_trim(word);
		if (word.n > 0)
			words[n++] = arena_cstr(arena, word);
	}
	if (arena_check(arena, err) != 0)
		return -1;
	if (n == 0)
		return 0;
	if (is_aws_provider(words, n, &file)) {
		struct str text;

		return git_secrets_aws(file, arena, &text, err) != 0
			   ? -1
			   : add_lines(text, arena, list, err);
	}
	if (run((const char *const *)words, &out, &status, err) != 0)
		return err_wrap(err, "the provider " STR_FMT, STR_ARG(str_excerpt(command, 100)));
	return add_lines(buf_str(&out), arena, list, err);
}

static int add_allowed_file(struct arena *arena, struct git_secrets_list *list, struct err *err)
{
	struct git_secrets_list lines = {0};
	struct err ignored = ERR_INIT;
	struct str top, path, text;

	if (git_secrets_ask("--show-toplevel", arena, &top, &ignored) != 0 || top.n == 0)
		return 0;
	path = arena_fmt(arena, STR_FMT "/.gitallowed", STR_ARG(top));
	if (!path.p)
		return arena_err(arena, err);
	if (!file_exists(path.p))
		return 0;
	if (file_read(path.p, ALLOWED_BYTES, arena, &text, err) != 0 ||
	    add_lines(text, arena, &lines, err) != 0)
		return -1;
	for (size_t i = 0; i < lines.n; i++) {
		if (!str_starts(str_trim_left(lines.p[i]), STR("#")))
			(void)vec_push(list, arena, lines.p[i]);
	}
	return arena_check(arena, err);
}

int git_secrets_read(struct arena *arena, struct git_secrets_config *ret, struct err *err)
{
	struct git_secrets_list providers = {0}, patterns = {0}, allowed = {0};

	*ret = (struct git_secrets_config){.patterns = {0}};
	if (read_key("secrets.patterns", false, arena, &patterns, err) != 0 ||
	    read_key("secrets.providers", false, arena, &providers, err) != 0 ||
	    read_key("secrets.allowed", false, arena, &allowed, err) != 0)
		return -1;
	for (size_t i = 0; i < patterns.n; i++) {
		if (add_lines(patterns.p[i], arena, &ret->patterns, err) != 0)
			return -1;
	}
	for (size_t i = 0; i < allowed.n; i++) {
		if (add_lines(allowed.p[i], arena, &ret->allowed, err) != 0)
			return -1;
	}
	for (size_t i = 0; i < providers.n; i++) {
		if (run_provider(providers.p[i], arena, &ret->patterns, err) != 0)
			return -1;
	}
	return add_allowed_file(arena, &ret->allowed, err);
}

/* ---- what is registered ---- */

int git_secrets_add(const char *key, struct str value, bool global, struct arena *arena,
    bool *ret_added, struct err *err)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(ANSWER_BYTES);
	const char *text = arena_cstr(arena, value);
	const char *own[] = {"git", "config", "--global", "--add", key, text, NULL};
	const char *local[] = {"git", "config", "--add", key, text, NULL};
	struct git_secrets_list there = {0};
	int status;

	*ret_added = false;
	if (!text)
		return arena_err(arena, err);
	if (read_key(key, global, arena, &there, err) != 0)
		return -1;
	for (size_t i = 0; i < there.n; i++) {
		if (str_has(there.p[i], value))
			return 0;
	}
	*ret_added = true;
	return run(global ? own : local, &out, &status, err);
}

struct str git_secrets_literal(struct str text, struct arena *arena)
{
	char *p = arena_alloc(arena, 2 * text.n + 1);
	size_t n = 0;

	for (size_t i = 0; p && i < text.n; i++) {
		if (strchr("\\.|$(){}?+*^[]", text.p[i]) && text.p[i] != '\0')
			p[n++] = '\\';
		p[n++] = text.p[i];
	}
	return str_make(p, n);
}

/* ---- AWS ---- */

/* The value of "aws_access_key_id = AKIA…", without blanks and quotes. */
static void add_value(struct str line, struct arena *arena, struct buf *out)
{
	struct str name, value;
	char *p;
	size_t n = 0;

	if (!str_split(line, '=', &name, &value) ||
	    (!str_has(name, STR("aws_access_key_id")) &&
		!str_has(name, STR("aws_secret_access_key"))))
		return;
	p = arena_alloc(arena, value.n + 1);
	for (size_t i = 0; p && i < value.n; i++) {
		if (!byte_is_blank(value.p[i]) && value.p[i] != '"')
			p[n++] = value.p[i];
	}
	if (n == 0)
		return;
	buf_add(out, git_secrets_literal(str_make(p, n), arena));
	buf_addc(out, '\n');
}

int git_secrets_aws(const char *file, struct arena *arena, struct str *ret, struct err *err)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(ANSWER_BYTES);
	const char *home = getenv("HOME");
	struct str text, line;

	*ret = STR("");
	if (!file)
		file = home ? arena_fmt(arena, "%s/.aws/credentials", home).p : NULL;
	if (!file || !file_exists(file))
		return arena_check(arena, err);
	if (file_read(file, CREDENTIALS_BYTES, arena, &text, err) != 0)
		return -1;
	while (str_cut(&text, '\n', &line))
		add_value(line, arena, &out);
	if (!buf_ok(&out))
		return buf_err(&out, "credentials", err);
	*ret = arena_str(arena, buf_str(&out));
	return arena_check(arena, err);
}

/* An assignment to a name of one of these forms, with quotes or without. */
#define QUOTE	      "[\"']?"
#define ASSIGNS(name) QUOTE "([Aa][Ww][Ss]_?)?" name QUOTE "[[:space:]]*(=>?|:)[[:space:]]*" QUOTE

int git_secrets_register_aws(bool global, struct arena *arena, bool *ret_added, struct err *err)
{
	static const struct {
		const char *key, *value;
	} rows[] = {
	    {"secrets.providers", "git secrets --aws-provider"},
	    {"secrets.patterns", "(A3T[A-Z0-9]|A(KI|GP|ID|RO|IP|NP|NV|SI)A)[A-Z0-9]{16}"},
	    {"secrets.patterns",
		ASSIGNS(
		    "(SECRET_?|[Ss]ecret_?)?(ACCESS_?|[Aa]ccess_?)?(KEY|[Kk]ey)") "[A-Za-z0-9/+=]{40}" QUOTE},
	    {"secrets.patterns",
		ASSIGNS(
		    "(ACCOUNT|[Aa]ccount)(_?ID|_?[Ii]d)?") "[0-9]{4}-?[0-9]{4}-?[0-9]{4}" QUOTE},
	    /* AWS's documentation has these two in its examples. */
	    {"secrets.allowed", "AKIAIOSFODNN7EXAMPLE"},
	    {"secrets.allowed", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"},
	};

	*ret_added = false;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (git_secrets_add(
			rows[i].key, str_of(rows[i].value), global, arena, ret_added, err) != 0)
			return -1;
	}
	return 0;
}
