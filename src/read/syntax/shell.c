/*
 * Lists, pipelines, simple commands, redirections and here-documents, by the grammar of
 * POSIX (XCU 2.10) and what bash adds to it.
 */
#include "read/syntax/shell.h"

#include "read/syntax/shell_parse.h"

void shell_incomplete(struct shell_reader *r, size_t at)
{
	struct shell_script *script = r->work->script;
	uint32_t offset = placed_offset(r->source, at);

	if (script->incomplete)
		return;
	script->incomplete = true;
	script->incomplete_at.offset = offset;
	script->incomplete_at.end = placed_offset(r->source, r->source->text.n);
	if (script->incomplete_at.end < offset)
		script->incomplete_at.end = offset;
}

void shell_stop(struct shell_reader *r, size_t at)
{
	shell_incomplete(r, at);
	r->stopped = true;
}

void shell_mistake(struct shell_reader *r, size_t at)
{
	if (r->work->quiet == 0 && !r->stopped) {
		r->work->mistaken |= !r->work->script->incomplete;
		shell_incomplete(r, at);
	}
	r->stopped = true;
}

bool shell_may_try(struct shell_reader *r, struct shell_attempt *ret_attempt)
{
	const struct shell_script *script = r->work->script;

	if (r->work->retries_left == 0)
		return false;
	r->work->retries_left--;
	*ret_attempt = (struct shell_attempt){.at = r->at,
	    .commands = script->commands.n,
	    .pipes = script->pipes.n,
	    .pending = r->pending.n,
	    .words = r->work->words,
	    .stopped = r->stopped,
	    .incomplete = script->incomplete,
	    .pipefail = script->pipefail};
	return true;
}

void shell_take_back(struct shell_reader *r, const struct shell_attempt *attempt)
{
	struct shell_script *script = r->work->script;

	r->at = attempt->at;
	r->stopped = attempt->stopped;
	r->pending.n = MIN_OF(r->pending.n, attempt->pending);
	r->work->words = attempt->words;
	script->commands.n = attempt->commands;
	script->pipes.n = attempt->pipes;
	script->incomplete = attempt->incomplete;
	script->pipefail = attempt->pipefail;
}

/* ---- blanks ---- */

void shell_skip_blanks(struct shell_reader *r)
{
	while (r->at < r->end) {
		char c = r->p[r->at];

		if (c == '\\' && shell_peek(r, 1) == '\n') {
			r->at += 2;
		} else if (c == '#') {
			while (r->at < r->end && r->p[r->at] != '\n')
				r->at++;
		} else if (byte_is_blank(c) && c != '\n') {
			r->at++;
		} else {
			break;
		}
	}
}

bool shell_at(const struct shell_reader *r, const char *text)
{
	return shell_more(r) && str_starts(str_make(r->p + r->at, r->end - r->at), str_of(text));
}

bool shell_at_word(const struct shell_reader *r, const char *word)
{
	size_t n = strlen(word);

	return shell_at(r, word) && (r->end - r->at == n || shell_ends_word(r->p[r->at + n]));
}

bool shell_take_word(struct shell_reader *r, const char *word)
{
	if (!shell_at_word(r, word))
		return false;
	r->at += strlen(word);
	return true;
}

/* ---- here-documents ---- */

static struct str next_line(const struct shell_reader *r, size_t at, size_t *ret_next)
{
	struct str rest = str_make(r->p + at, r->end - at);
	size_t lf = str_chr(rest, '\n');
	struct str line = lf == STR_NPOS ? rest : str_sub(rest, 0, lf);

	*ret_next = at + line.n + (lf != STR_NPOS);
	while (str_ends(line, STR("\r")))
		line.n--;
	return line;
}

/* A shell reads it when it gets there: what is wrong in it does not end the script around it. */
static void heredoc_body(
    struct shell_reader *r, const struct shell_heredoc *doc, size_t start, size_t end)
{
	struct shell_reader inner = {.work = r->work,
	    .source = r->source,
	    .p = r->p,
	    .at = start,
	    .end = end,
	    .conditional = r->conditional};

	if (r->work->depth >= SHELL_DEPTH_MAX) {
		shell_incomplete(r, start);
		return;
	}
	r->work->depth++;
	r->work->quiet++;
	if (doc->runs)
		shell_read_list(&inner, SHELL_CLOSE_END);
	else if (doc->expand)
		shell_read_expanded(&inner, end);
	r->work->quiet--;
	r->work->depth--;
}

/* r->at is behind a newline: the bodies of what is pending follow. */
static void read_pending(struct shell_reader *r)
{
	for (size_t i = 0; i < r->pending.n && shell_more(r); i++) {
		struct shell_heredoc doc = r->pending.p[i];
		size_t start = r->at, end = start, next = start;
		bool ended = false;

		while (next < r->end && !ended) {
			struct str line;

			end = next;
			line = next_line(r, next, &next);
			while (doc.chomp && line.n > 0 && line.p[0] == '\t')
				line = str_sub(line, 1, line.n);
			ended = str_eq(line, doc.name);
		}
		if (!ended)
			end = r->end;
		heredoc_body(r, &doc, start, end);
		r->at = next;
	}
	r->pending.n = 0;
}

void shell_skip_newlines(struct shell_reader *r)
{
	for (;;) {
		shell_skip_blanks(r);
		if (!shell_more(r) || r->p[r->at] != '\n')
			return;
		r->at++;
		if (r->pending.n > 0)
			read_pending(r);
	}
}

/* ---- redirections ---- */

bool shell_at_any_word(const struct shell_reader *r)
{
	char c = shell_peek(r, 0);

	return shell_more(r) &&
	       (!shell_ends_word(c) ||
		   (!r->work->posix && (c == '<' || c == '>') && shell_peek(r, 1) == '('));
}

/* A number right before < or > is part of the redirection. */
static bool is_descriptor(const struct shell_reader *r, const struct shell_word *word)
{
	char c = shell_peek(r, 0);
	uint64_t ignored;

	return (c == '<' || c == '>') && str_to_u64(word->raw, &ignored);
}

/* The longest that fits; "" if none is here. */
static struct str redirection_at(const struct shell_reader *r)
{
	static const char *const operators[] = {
	    "<<<", "<<-", "&>>", "<<", ">>", "<&", ">&", ">|", "<>", "&>", "<", ">"};

	if (shell_at_any_word(r))
		return STR("");
	for (size_t i = 0; i < ARRAY_LEN(operators); i++) {
		const char *op = operators[i];
		bool only_bash = op[0] == '&' || strcmp(op, "<<<") == 0;

		if (shell_at(r, op) && !(only_bash && r->work->posix))
			return str_make(r->p + r->at, strlen(op));
	}
	return STR("");
}

bool shell_at_redirection(const struct shell_reader *r)
{
	return redirection_at(r).n > 0;
}

static void read_redirection(struct shell_reader *r, size_t serial)
{
	struct str op = redirection_at(r);
	struct shell_word target;

	r->at += op.n;
	shell_skip_blanks(r);
	if (!shell_at_any_word(r)) {
		shell_mistake(r, r->at);
		return;
	}
	if (!shell_read_word(r, &target) || r->stopped)
		return;
	if (is_descriptor(r, &target))
		shell_mistake(r, r->at);
	if (str_eq(op, STR("<<")) || str_eq(op, STR("<<-"))) {
		struct shell_heredoc doc = {.name = target.text,
		    .chomp = op.n == 3,
		    .expand =
			!(target.flags & SHELL_WORD_QUOTED) && str_eq(target.raw, target.text),
		    .serial = serial};

		vec_push(&r->pending, r->work->arena, doc);
	}
}

void shell_read_redirections(struct shell_reader *r)
{
	for (;;) {
		size_t start, n = 0;

		shell_skip_blanks(r);
		start = r->at;
		while (byte_is_digit(shell_peek(r, n)))
			n++;
		r->at += n;
		if (!shell_at_redirection(r)) {
			r->at = start;
			return;
		}
		read_redirection(r, 0);
	}
}

/* ---- simple commands ---- */

struct simple {
	size_t serial;
	bool redirected;
	VEC(struct shell_word) words;
	VEC(struct shell_word) assigns;
};

bool shell_is_name(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!byte_is_alnum(text.p[i]) && text.p[i] != '_')
			return false;
	return text.n > 0 && !byte_is_digit(text.p[0]);
}

/* NAME=…, NAME+=… or NAME[…]=… */
static bool is_assignment(const struct shell_word *word)
{
	struct str s = word->raw;
	size_t n = 0;

	while (n < s.n && (byte_is_alnum(s.p[n]) || s.p[n] == '_'))
		n++;
	if (n == 0 || n == s.n || byte_is_digit(s.p[0]))
		return false;
	if (s.p[n] == '[') {
		size_t close = str_chr(s, ']');

		n = close == STR_NPOS ? s.n : close + 1;
	}
	if (n < s.n && s.p[n] == '+')
		n++;
	return n < s.n && s.p[n] == '=';
}

static bool push_word(struct shell_reader *r, struct simple *c, struct shell_word word)
{
	if (++r->work->words > SHELL_WORDS_MAX) {
		shell_stop(r, (size_t)(word.raw.p - r->p));
		return false;
	}
	if (c->words.n == 0 && is_assignment(&word))
		return vec_push(&c->assigns, r->work->arena, word);
	return vec_push(&c->words, r->work->arena, word);
}

static void tell_simple(struct shell_reader *r, const struct simple *c, const struct shell_frame *f)
{
	struct shell_command command = {.words = c->words.p,
	    .n_words = c->words.n,
	    .assigns = c->assigns.p,
	    .n_assigns = c->assigns.n,
	    .source = r->source,
	    .join = f->join,
	    .depth = r->work->depth,
	    .condition = r->conditional > 0 || f->behind_or};

	if (c->words.n == 0)
		return;
	command.name = shell_base_name(c->words.p[0].text);
	/* A shell that is given no script runs its here-documents. */
	if (shell_is_shell(command.name) && !shell_arg(&command, 0) &&
	    !shell_has_flag(&command, "c"))
		for (size_t i = 0; i < r->pending.n; i++)
			if (r->pending.p[i].serial == c->serial)
				r->pending.p[i].runs = true;
	if (shell_is(&command, "shopt") && shell_has_arg(&command, "extglob"))
		r->work->extglob = true;
	shell_tell(r, &command);
}

/* Words of these may assign lists too. */
static bool declares(const struct simple *c)
{
	static const char *const names[] = {
	    "declare", "typeset", "local", "export", "readonly", "alias", "eval", "let"};

	if (c->words.n == 0)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq(c->words.p[0].raw, str_of(names[i])))
			return true;
	return false;
}

/* NAME ( ) behind a first word. */
static bool at_function(const struct shell_reader *r, const struct simple *c)
{
	size_t ahead = 1;

	if (c->words.n != 1 || c->assigns.n > 0 || c->redirected)
		return false;
	while (shell_peek(r, ahead) == ' ' || shell_peek(r, ahead) == '\t')
		ahead++;
	return shell_peek(r, ahead) == ')' && c->words.p[0].flags == 0 &&
	       (!r->work->posix || shell_is_name(c->words.p[0].raw));
}

/* One word or redirection; false behind the command's last. */
static bool read_simple_part(struct shell_reader *r, struct simple *c)
{
	struct shell_word word;

	shell_skip_blanks(r);
	if (!shell_more(r))
		return false;
	if (shell_at_redirection(r)) {
		c->redirected = true;
		read_redirection(r, c->serial);
		return true;
	}
	if (!shell_at_any_word(r))
		return false;
	r->arrays = !r->work->posix && declares(c);
	if (!shell_read_word(r, &word))
		return false;
	r->arrays = false;
	return is_descriptor(r, &word) || push_word(r, c, word);
}

void shell_read_simple(struct shell_reader *r, const struct shell_frame *f)
{
	struct simple c = {.serial = ++r->work->serials};
	size_t start = r->at;

	while (read_simple_part(r, &c))
		;
	if (shell_more(r) && r->p[r->at] == '(') {
		if (at_function(r, &c)) {
			while (shell_more(r) && r->p[r->at] != ')')
				r->at++;
			r->at++;
			shell_read_function_body(r, f);
			return;
		}
		shell_mistake(r, r->at);
	}
	if (c.words.n == 0 && c.assigns.n == 0 && !c.redirected)
		shell_mistake(r, start);
	tell_simple(r, &c, f);
}

/* ---- lists ---- */

static bool at_closer(const struct shell_reader *r)
{
	static const char *const words[] = {
	    "then", "else", "elif", "fi", "do", "done", "esac", "}"};

	if (r->p[r->at] == ')' || shell_at(r, ";;") || shell_at(r, ";&"))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (shell_at_word(r, words[i]))
			return true;
	return false;
}

void shell_read_command(struct shell_reader *r, const struct shell_frame *f)
{
	shell_skip_blanks(r);
	if (!shell_more(r) || at_closer(r) || shell_at_word(r, "!")) {
		shell_mistake(r, r->at);
		return;
	}
	if (!shell_read_compound(r, f) && !r->stopped)
		shell_read_simple(r, f);
}

/* `time` before more than a simple command. */
static void take_time(struct shell_reader *r)
{
	size_t start = r->at;

	if (r->work->posix || !shell_take_word(r, "time"))
		return;
	shell_skip_blanks(r);
	if (shell_take_word(r, "-p"))
		shell_skip_blanks(r);
	if (!shell_at(r, "(") && !shell_at_word(r, "{") && !shell_at_word(r, "if") &&
	    !shell_at_word(r, "for") && !shell_at_word(r, "while") && !shell_at_word(r, "!"))
		r->at = start;
}

static void read_pipeline(struct shell_reader *r, struct shell_frame *f)
{
	bool bang = false;

	shell_skip_blanks(r);
	take_time(r);
	while (!(bang && r->work->posix) && shell_take_word(r, "!")) {
		bang = true;
		shell_skip_blanks(r);
	}
	/* bash takes a lone "!". */
	if (bang && !r->work->posix &&
	    (!shell_more(r) || r->p[r->at] == '\n' || r->p[r->at] == ';'))
		return;
	shell_read_command(r, f);
	for (;;) {
		struct str bar;

		shell_skip_blanks(r);
		if (!shell_at(r, "|") || shell_at(r, "||"))
			return;
		bar = str_make(r->p + r->at, !r->work->posix && shell_peek(r, 1) == '&' ? 2 : 1);
		vec_push(&r->work->script->pipes, r->work->arena, placed_range(r->source, bar));
		r->at += bar.n;
		f->join = SHELL_PIPE;
		shell_skip_newlines(r);
		shell_read_command(r, f);
	}
}

static void read_and_or(struct shell_reader *r, struct shell_frame *f)
{
	read_pipeline(r, f);
	for (;;) {
		shell_skip_blanks(r);
		if (shell_at(r, "&&")) {
			f->join = SHELL_AND;
		} else if (shell_at(r, "||")) {
			f->join = SHELL_OR;
			f->behind_or = true;
		} else {
			return;
		}
		r->at += 2;
		shell_skip_newlines(r);
		read_pipeline(r, f);
	}
}

/* ; & or a newline (which is left to be skipped); false if the list ends. */
static bool read_separator(struct shell_reader *r, struct shell_frame *f)
{
	shell_skip_blanks(r);
	if (!shell_more(r))
		return false;
	f->behind_or = false;
	f->join = SHELL_NEXT;
	if (r->p[r->at] == '\n')
		return true;
	if (at_closer(r))
		return false;
	if (r->p[r->at] == '&')
		f->join = SHELL_BACKGROUND;
	else if (r->p[r->at] != ';')
		return false;
	r->at++;
	return true;
}

size_t shell_read_commands(struct shell_reader *r)
{
	struct shell_frame f = {.join = SHELL_FIRST};
	size_t n = 0;

	if (r->work->nest >= SHELL_NEST_MAX) {
		shell_stop(r, r->at);
		return 0;
	}
	r->work->nest++;
	do {
		shell_skip_newlines(r);
		if (!shell_more(r) || at_closer(r))
			break;
		read_and_or(r, &f);
		n++;
	} while (read_separator(r, &f));
	r->work->nest--;
	return n;
}

void shell_read_list(struct shell_reader *r, enum shell_closer closer)
{
	unsigned conditional = r->conditional;
	bool patterns = r->patterns, arrays = r->arrays;

	r->patterns = false;
	r->arrays = false;
	(void)shell_read_commands(r);
	r->conditional = conditional;
	r->patterns = patterns;
	r->arrays = arrays;
	if (r->stopped || !shell_ok(r))
		return;
	if (closer == SHELL_CLOSE_PAREN && r->at < r->end && r->p[r->at] == ')')
		r->at++;
	else if (closer == SHELL_CLOSE_PAREN || r->at < r->end)
		shell_mistake(r, r->at);
}

/* ---- the whole ---- */

/* A script inside a script is read once more: `sh -c "$(sh -c …)"` would double at each level. */
enum { REREAD_FACTOR = 4 };

void shell_begin(struct shell_work *work, size_t size)
{
	work->scratch = BUF_INIT(MIB(1) + 8 * size);
	work->reread_left = KIB(64) + REREAD_FACTOR * size;
	work->retries_left = SHELL_RETRIES_MAX;
}

int shell_finish(struct shell_reader *r, struct shell_script *ret_script, struct err *err)
{
	struct shell_work *work = r->work;

	if (!buf_ok(&work->scratch))
		shell_incomplete(r, r->at);
	buf_release(&work->scratch);
	*ret_script = *work->script;
	ret_script->limited = ret_script->incomplete && !work->mistaken;
	return arena_check(work->arena, err);
}

enum reading { READ_BASH, READ_POSIX, READ_AS_WRITTEN };

static int read_whole(const struct placed_text *source, enum reading reading, struct arena *arena,
    struct shell_script *ret_script, bool *ret_mistaken, struct err *err)
{
	struct shell_script script = {.source = source};
	struct shell_work work = {.arena = arena,
	    .script = &script,
	    .posix = reading == READ_POSIX,
	    .as_written = reading == READ_AS_WRITTEN};
	struct shell_reader r = {
	    .work = &work, .source = source, .p = source->text.p, .end = source->text.n};

	shell_begin(&work, source->text.n);
	shell_read_list(&r, SHELL_CLOSE_END);
	*ret_mistaken = work.mistaken;
	return shell_finish(&r, ret_script, err);
}

/* What bash refuses may still be a script to a shell that knows less. */
int shell_parse(const struct placed_text *source, struct arena *arena,
    struct shell_script *ret_script, struct err *err)
{
	struct shell_script second;
	bool mistaken, second_mistaken;

	if (read_whole(source, READ_BASH, arena, ret_script, &mistaken, err) != 0)
		return -1;
	if (!mistaken)
		return 0;
	if (read_whole(source, READ_POSIX, arena, &second, &second_mistaken, err) != 0)
		return -1;
	if (!second.incomplete)
		*ret_script = second;
	return 0;
}

int shell_parse_as_written(const struct placed_text *source, struct arena *arena,
    struct shell_script *ret_script, struct err *err)
{
	bool mistaken;

	return read_whole(source, READ_AS_WRITTEN, arena, ret_script, &mistaken, err);
}
