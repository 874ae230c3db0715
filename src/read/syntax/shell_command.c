/*
 * One command: what it runs in turn (sudo, env, sh -c …), and the questions that rules
 * ask of it.
 */
#include "read/syntax/shell_parse.h"

enum { WRAPS_MAX = 16 };

/* Programs that run the command that follows their options. */
struct wrapper {
	const char *name;
	const char *valued;	 /* one-letter options that take the next word */
	unsigned operands;	 /* words before the command */
	const char *not_running; /* options with which it runs nothing */
};

static const struct wrapper wrappers[] = {
    {"sudo", "ugChprtTRDU", 0, "lvkK"},
    {"doas", "uC", 0, "L"},
    {"env", "uC", 0, ""},
    {"nice", "n", 0, ""},
    {"ionice", "cn", 0, "p"},
    {"nohup", "", 0, ""},
    {"time", "fo", 0, ""},
    {"exec", "a", 0, ""},
    {"command", "", 0, "vV"},
    {"builtin", "", 0, ""},
    {"busybox", "", 0, ""},
    {"eatmydata", "", 0, ""},
    {"xargs", "InPLdEsa", 0, ""},
    {"stdbuf", "ioe", 0, ""},
    {"timeout", "ks", 1, ""},
    {"gosu", "", 1, ""},
    {"su-exec", "", 1, ""},
    {"chroot", "", 1, ""},
    {"runuser", "ugG", 0, "c"},
};

static const struct wrapper *wrapper_of(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(wrappers); i++)
		if (str_eq(name, str_of(wrappers[i].name)))
			return &wrappers[i];
	return NULL;
}

static bool has_byte(const char *set, char c)
{
	return str_chr(str_of(set), c) != STR_NPOS;
}

static bool is_option(struct str text)
{
	return text.n > 1 && text.p[0] == '-';
}

static bool is_value(struct str text)
{
	size_t equals = str_chr(text, '=');

	return equals != STR_NPOS && equals > 0;
}

/* Index of the wrapped command's name; n_words if there is none. */
static size_t wrapped_at(const struct wrapper *w, const struct shell_command *command)
{
	size_t i = 1;

	while (i < command->n_words && is_option(command->words[i].text)) {
		struct str text = command->words[i++].text;
		char last = text.p[text.n - 1];

		if (str_eq(text, STR("--")))
			break;
		if (text.p[1] != '-' && has_byte(w->not_running, text.p[1]))
			return command->n_words;
		if (text.p[1] != '-' && has_byte(w->valued, last))
			i++;
	}
	while (i < command->n_words && is_value(command->words[i].text))
		i++;
	return i + w->operands;
}

struct str shell_base_name(struct str text)
{
	size_t slash = str_rchr(text, '/');
	struct str name = slash == STR_NPOS ? text : str_sub(text, slash + 1, text.n);

	return str_chr(name, '$') == STR_NPOS ? name : STR("");
}

/* ---- scripts in words ---- */

/* Quotes of the outer shell removed, each byte with its place; expansions stay as written. */
static void unquote_step(
    struct placed_builder *b, const struct shell_reader *r, struct str raw, char *quote, size_t *at)
{
	char c = raw.p[*at];
	char next = *at + 1 < raw.n ? raw.p[*at + 1] : '\0';
	size_t offset = (size_t)(raw.p - r->p);

	if (*quote == '\0' && (c == '\'' || c == '"')) {
		*quote = c;
	} else if (c == *quote) {
		*quote = '\0';
	} else {
		if (c == '\\' && *at + 1 < raw.n &&
		    (*quote == '\0' || (*quote == '"' && has_byte("\"\\$`", next))))
			(*at)++;
		placed_add(b, str_sub(raw, *at, 1), placed_offset(r->source, offset + *at));
	}
	(*at)++;
}

static bool word_script(
    struct shell_reader *r, const struct shell_word *word, struct placed_text *ret)
{
	struct str inside = str_sub(word->raw, 1, word->raw.n > 2 ? word->raw.n - 2 : 0);
	struct placed_builder b;
	struct err ignored = ERR_INIT;
	char quote = '\0';
	size_t at = 0;

	if (str_eq(word->raw, word->text) || str_eq(inside, word->text)) {
		*ret = placed_sub(r->source, str_eq(inside, word->text) ? inside : word->raw);
		return true;
	}
	placed_begin(&b, word->raw.n, r->work->arena);
	while (at < word->raw.n)
		unquote_step(&b, r, word->raw, &quote, &at);
	if (placed_done(&b, ret, &ignored) == 0)
		return true;
	arena_fail(r->work->arena, ERR_NOMEM);
	return false;
}

/* Reads word i of the command as a script. Of a script in a script a shell reads the outer one
 * first; around exec form there is no outer one. */
static void run_word(struct shell_reader *r, const struct shell_command *command, size_t i)
{
	struct placed_text *source = arena_new(r->work->arena, struct placed_text);
	struct shell_reader inner = {.work = r->work, .conditional = r->conditional};

	if (!source)
		return;
	if (r->work->depth >= SHELL_DEPTH_MAX) {
		shell_incomplete(r, r->at);
		return;
	}
	inner.source = source;
	if (r->texts)
		*source = r->texts[(size_t)(&command->words[i] - r->words)];
	else if (!word_script(r, &command->words[i], source))
		return;
	if (source->text.n > r->work->reread_left) {
		shell_incomplete(&inner, 0);
		return;
	}
	r->work->reread_left -= source->text.n;
	inner.p = source->text.p;
	inner.end = source->text.n;
	r->work->depth++;
	r->work->quiet += !r->texts;
	shell_read_list(&inner, SHELL_CLOSE_END);
	r->work->quiet -= !r->texts;
	r->work->depth--;
}

/* "-c", "-lc", "-euxc": the next word that is not an option is a script. */
static size_t script_word(const struct shell_command *command)
{
	bool found = false;

	for (size_t i = 1; i < command->n_words; i++) {
		struct str text = command->words[i].text;

		if (text.n > 1 && (text.p[0] == '-' || text.p[0] == '+')) {
			bool has_value = text.p[text.n - 1] == 'o' || text.p[text.n - 1] == 'O';

			found |=
			    text.p[0] == '-' && text.p[1] != '-' && str_chr(text, 'c') != STR_NPOS;
			i += has_value && text.p[1] != '-' ? 1 : 0;
		} else if (found || !shell_is(command, "su")) {
			return found ? i : 0;
		}
	}
	return 0;
}

static void tell_scripts(struct shell_reader *r, const struct shell_command *command)
{
	size_t script = 0;

	if (shell_is_shell(command->name) || shell_is(command, "su") ||
	    shell_is(command, "runuser"))
		script = script_word(command);
	else if (shell_is(command, "eval") && command->n_words == 2)
		script = 1;
	if (script > 0)
		run_word(r, command, script);
}

/* find … -exec COMMAND ';', once or several times. */
static void tell_executed(struct shell_reader *r, const struct shell_command *command)
{
	for (size_t i = 1; i < command->n_words; i++) {
		struct shell_command inner = *command;
		struct str text = command->words[i].text;
		size_t end = i + 1;

		if (!str_eq(text, STR("-exec")) && !str_eq(text, STR("-execdir")))
			continue;
		while (end < command->n_words && !str_eq(command->words[end].text, STR(";")) &&
		       !str_eq(command->words[end].text, STR("+")))
			end++;
		inner.words += i + 1;
		inner.n_words = end - (i + 1);
		if (inner.n_words == 0)
			continue;
		inner.name = shell_base_name(inner.words[0].text);
		inner.wrapped = true;
		r->work->executed = true;
		shell_tell(r, &inner);
		r->work->executed = false;
		i = end;
	}
}

void shell_tell(struct shell_reader *r, const struct shell_command *command)
{
	struct shell_script *script = r->work->script;
	struct shell_command inner = *command;

	for (int i = 0; i < WRAPS_MAX && inner.n_words > 0 && shell_ok(r); i++) {
		const struct wrapper *w = wrapper_of(inner.name);
		size_t at;

		if (script->pipes.n == 0 && shell_is(&inner, "set") &&
		    shell_has_arg(&inner, "pipefail"))
			script->pipefail = true;
		vec_push(&script->commands, r->work->arena, inner);
		if (r->work->as_written)
			break;
		tell_scripts(r, &inner);
		if (shell_is(&inner, "find") && !r->work->executed)
			tell_executed(r, &inner);
		at = w ? wrapped_at(w, &inner) : inner.n_words;
		if (at >= inner.n_words)
			break;
		inner.words += at;
		inner.n_words -= at;
		inner.name = shell_base_name(inner.words[0].text);
		inner.wrapped = true;
	}
}

int shell_parse_exec(const struct placed_text *source, const struct shell_word *words,
    const struct placed_text *texts, size_t n_words, struct arena *arena,
    struct shell_script *ret_script, struct err *err)
{
	struct shell_script script = {0};
	struct shell_work work = {.arena = arena, .script = &script};
	struct shell_reader r = {.work = &work,
	    .source = source,
	    .p = source->text.p,
	    .end = source->text.n,
	    .texts = texts,
	    .words = words};
	struct shell_command command = {.words = words, .n_words = n_words, .source = source};

	shell_begin(&work, source->text.n);
	if (n_words > 0) {
		command.name = shell_base_name(words[0].text);
		shell_tell(&r, &command);
	}
	return shell_finish(&r, ret_script, err);
}

/* ---- asking a command ---- */

bool shell_is_shell(struct str name)
{
	static const char *const shells[] = {"sh", "bash", "ash", "dash", "ksh", "mksh", "zsh"};

	for (size_t i = 0; i < ARRAY_LEN(shells); i++)
		if (str_eq(name, str_of(shells[i])))
			return true;
	return false;
}

const struct shell_word *shell_arg(const struct shell_command *command, size_t i)
{
	bool options = true;

	for (size_t at = 1; at < command->n_words; at++) {
		struct str text = command->words[at].text;

		if (options && str_eq(text, STR("--")))
			options = false;
		else if ((!options || !is_option(text)) && i-- == 0)
			return &command->words[at];
	}
	return NULL;
}

bool shell_has_arg(const struct shell_command *command, const char *text)
{
	for (size_t i = 1; i < command->n_words; i++)
		if (str_eq(command->words[i].text, str_of(text)))
			return true;
	return false;
}

/* "--name" or "--name=v". */
static bool is_long(struct str text, struct str name, struct str *ret_value)
{
	struct str value;

	if (!str_starts(text, STR("--")))
		return false;
	text = str_sub(text, 2, text.n);
	if (str_split(text, '=', &text, &value))
		*ret_value = value;
	return str_eq(text, name);
}

unsigned shell_count_flag(const struct shell_command *command, char name)
{
	unsigned count = 0;

	for (size_t i = 1; i < command->n_words; i++) {
		struct str text = command->words[i].text;

		if (str_eq(text, STR("--")))
			break;
		if (!is_option(text) || text.p[1] == '-')
			continue;
		for (size_t k = 1; k < text.n; k++)
			count += text.p[k] == name;
	}
	return count;
}

bool shell_has_flag(const struct shell_command *command, const char *name)
{
	struct str wanted = str_of(name), value;

	if (wanted.n == 1)
		return shell_count_flag(command, name[0]) > 0;
	for (size_t i = 1; i < command->n_words; i++) {
		struct str text = command->words[i].text;

		if (str_eq(text, STR("--")))
			break;
		if (is_long(text, wanted, &value))
			return true;
	}
	return false;
}

bool shell_flag_value(const struct shell_command *command, const char *name, struct str *ret_value)
{
	struct str wanted = str_of(name);

	for (size_t i = 1; i < command->n_words; i++) {
		struct str text = command->words[i].text, value = STR_NONE;
		bool is_it = wanted.n == 1 ? text.n == 2 && text.p[0] == '-' && text.p[1] == *name
					   : is_long(text, wanted, &value);

		if (str_eq(text, STR("--")))
			break;
		if (is_it && !value.p && i + 1 < command->n_words)
			value = command->words[i + 1].text;
		if (is_it && value.p) {
			*ret_value = value;
			return true;
		}
	}
	return false;
}

struct text_range shell_word_range(
    const struct shell_command *command, const struct shell_word *word)
{
	return placed_range(command->source, word->raw);
}

struct text_range shell_command_range(const struct shell_command *command)
{
	struct text_range first = shell_word_range(command, &command->words[0]);
	struct text_range last = shell_word_range(command, &command->words[command->n_words - 1]);

	return (struct text_range){first.offset, MAX_OF(first.end, last.end)};
}
