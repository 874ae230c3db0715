/*
 * Lists of commands: operators, reserved words, redirections, here-documents. One frame
 * a list; a list inside a substitution is a frame of its own.
 */
#include "read/syntax/shell.h"

#include "read/syntax/shell_parse.h"

enum { NEST_MAX = 256 };

/* What the next word of a list is. */
enum position {
	AT_COMMAND,   /* a command, or a reserved word */
	IN_COMMAND,   /* one more word of it */
	BEHIND,	      /* behind a compound command: only redirections */
	FOR_HEADER,   /* NAME in words … */
	CASE_WORD,    /* what case looks at */
	CASE_IN,      /* in */
	CASE_PATTERN, /* a pattern, or esac */
	FUNCTION,     /* a function's name */
	TESTING,      /* inside [[ ]] */
};

struct frame {
	enum position pos;
	enum shell_closer closer;
	bool closed;   /* its ')' was read */
	bool function; /* the next compound command is a function's body */
	enum shell_join join;
	bool behind_or;
	size_t serial; /* of the command under way */
	unsigned n_nest, n_header;
	char nest[NEST_MAX]; /* what is open: ( { i l c, upper case in a function's body */
	VEC(struct shell_word) words;
	VEC(struct shell_word) assigns;
};

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

/* ---- what is open ---- */

static void nest_push(struct shell_reader *r, struct frame *f, char what)
{
	if (f->n_nest == NEST_MAX) {
		shell_stop(r, r->at);
		return;
	}
	if (what == 'i' || what == 'l' || what == 'c' || f->function)
		r->conditional++;
	if (f->function && what != 'i' && what != 'l' && what != 'c')
		what = what == '(' ? 'P' : 'F';
	f->function = false;
	f->nest[f->n_nest++] = what;
}

static char nest_top(const struct frame *f)
{
	char top = f->n_nest > 0 ? f->nest[f->n_nest - 1] : '\0';

	return top == 'P' ? '(' : top == 'F' ? '{' : top;
}

static void nest_drop(struct shell_reader *r, struct frame *f)
{
	char top = f->nest[--f->n_nest];

	if (top != '(' && top != '{')
		r->conditional--;
}

/* Closes the innermost `what`; what else is open inside it was not closed. */
static bool nest_pop(struct shell_reader *r, struct frame *f, char what)
{
	unsigned n = f->n_nest;

	while (n > 0 && f->nest[n - 1] != what && f->nest[n - 1] != (what == '(' ? 'P' : 'F'))
		n--;
	if (n == 0) {
		shell_incomplete(r, r->at);
		return false;
	}
	if (n != f->n_nest)
		shell_incomplete(r, r->at);
	while (f->n_nest >= n)
		nest_drop(r, f);
	return true;
}

/* ---- commands ---- */

static void command_reset(struct shell_reader *r, struct frame *f)
{
	memset(&f->words, 0, sizeof f->words);
	memset(&f->assigns, 0, sizeof f->assigns);
	f->serial = ++r->work->serials;
}

static void heredocs_run(
    struct shell_reader *r, const struct frame *f, const struct shell_command *command)
{
	if (!shell_is_shell(command->name) || shell_arg(command, 0) || shell_has_flag(command, "c"))
		return;
	for (size_t i = 0; i < r->pending.n; i++)
		if (r->pending.p[i].serial == f->serial)
			r->pending.p[i].runs = true;
}

static void command_end(struct shell_reader *r, struct frame *f)
{
	struct shell_command command = {.words = f->words.p,
	    .n_words = f->words.n,
	    .assigns = f->assigns.p,
	    .n_assigns = f->assigns.n,
	    .source = r->source,
	    .join = f->join,
	    .depth = r->work->depth,
	    .condition = r->conditional > 0 || f->behind_or};

	if (f->words.n > 0) {
		command.name = shell_base_name(f->words.p[0].text);
		heredocs_run(r, f, &command);
		shell_tell(r, &command);
	}
	command_reset(r, f);
}

/* A separator: the command under way ends, and the next is joined so. */
static void join_next(struct shell_reader *r, struct frame *f, enum shell_join join)
{
	command_end(r, f);
	f->join = join;
	if (join == SHELL_OR)
		f->behind_or = true;
	else if (join == SHELL_NEXT || join == SHELL_BACKGROUND)
		f->behind_or = false;
	f->pos = AT_COMMAND;
}

/* ---- reserved words ---- */

static bool word_is(const struct shell_word *word, const char *text)
{
	return !(word->flags & SHELL_WORD_QUOTED) && str_eq(word->raw, str_of(text));
}

struct reserved {
	const char *word;
	char opens, closes;
	enum position then;
};

static const struct reserved reserved_words[] = {
    {"if",	   'i', 0,   AT_COMMAND},
    {"then",     0,	0,   AT_COMMAND},
    {"elif",     0,	0,   AT_COMMAND},
    {"else",     0,	0,   AT_COMMAND},
    {"fi",	   0,   'i', BEHIND	 },
    {"while",    'l', 0,   AT_COMMAND},
    {"until",    'l', 0,   AT_COMMAND},
    {"for",	    'l', 0,   FOR_HEADER},
    {"select",   'l', 0,   FOR_HEADER},
    {"do",	   0,   0,	 AT_COMMAND},
    {"done",     0,	'l', BEHIND	   },
    {"case",     'c', 0,   CASE_WORD },
    {"esac",     0,	'c', BEHIND	   },
    {"{",	  '{', 0,	  AT_COMMAND},
    {"}",	  0,   '{', BEHIND	},
    {"!",	  0,   0,	AT_COMMAND},
    {"function", 0,   0,   FUNCTION  },
};

static bool take_reserved(struct shell_reader *r, struct frame *f, const struct shell_word *word)
{
	for (size_t i = 0; i < ARRAY_LEN(reserved_words); i++) {
		const struct reserved *w = &reserved_words[i];

		if (!word_is(word, w->word))
			continue;
		if (w->opens)
			nest_push(r, f, w->opens);
		if (w->closes && !nest_pop(r, f, w->closes))
			return false;
		f->pos = w->then;
		f->n_header = 0;
		return true;
	}
	return false;
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

static bool push_word(struct shell_reader *r, struct frame *f, struct shell_word word)
{
	if (++r->work->words > SHELL_WORDS_MAX) {
		shell_stop(r, (size_t)(word.raw.p - r->p));
		return false;
	}
	if (f->words.n == 0 && is_assignment(&word)) {
		if (!vec_push(&f->assigns, r->work->arena, word))
			r->work->failed = true;
	} else if (!vec_push(&f->words, r->work->arena, word)) {
		r->work->failed = true;
	}
	return !r->work->failed;
}

static void take_command_word(
    struct shell_reader *r, struct frame *f, const struct shell_word *word)
{
	if (f->assigns.n == 0 && take_reserved(r, f, word))
		return;
	if (!push_word(r, f, *word) || f->words.n == 0)
		return;
	f->pos = word_is(word, "[[") ? TESTING : IN_COMMAND;
}

static void take_word(struct shell_reader *r, struct frame *f, const struct shell_word *word)
{
	switch (f->pos) {
	case AT_COMMAND:
		take_command_word(r, f, word);
		break;
	case IN_COMMAND:
		(void)push_word(r, f, *word);
		break;
	case TESTING:
		if (push_word(r, f, *word) && word_is(word, "]]"))
			f->pos = BEHIND;
		break;
	case FOR_HEADER:
		if (f->n_header++ == 1 && word_is(word, "do"))
			f->pos = AT_COMMAND;
		break;
	case CASE_WORD:
		f->pos = CASE_IN;
		break;
	case CASE_IN:
		f->pos = CASE_PATTERN;
		break;
	case CASE_PATTERN:
		if (word_is(word, "esac") && nest_pop(r, f, 'c'))
			f->pos = BEHIND;
		break;
	case FUNCTION:
		f->function = true;
		f->pos = AT_COMMAND;
		break;
	case BEHIND:
		/* "} then", "fi done": closing words may follow one another. */
		(void)take_reserved(r, f, word);
		break;
	}
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
	if (doc->runs)
		shell_read_list(&inner, SHELL_CLOSE_END);
	else if (doc->expand)
		shell_read_expanded(&inner, end);
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

static void heredoc_begin(
    struct shell_reader *r, const struct frame *f, const struct shell_word *word, bool chomp)
{
	struct shell_heredoc doc = {.name = word->text,
	    .chomp = chomp,
	    .expand = !(word->flags & SHELL_WORD_QUOTED) && str_eq(word->raw, word->text),
	    .serial = f->serial};

	if (!vec_push(&r->pending, r->work->arena, doc))
		r->work->failed = true;
}

/* ---- operators ---- */

/* The operator at r->at as a text, the longest that fits. */
static struct str operator_at(const struct shell_reader *r)
{
	static const char *const operators[] = {"<<<", "<<-", "&>>", ";;&", "&&", "||", "|&", ";;",
	    ";&", "<<", ">>", "<&", ">&", ">|", "<>", "&>", ";", "&", "|", "<", ">"};
	struct str rest = str_make(r->p + r->at, r->end - r->at);

	for (size_t i = 0; i < ARRAY_LEN(operators); i++)
		if (str_starts(rest, str_of(operators[i])))
			return str_sub(rest, 0, strlen(operators[i]));
	return STR("");
}

static void skip_blanks(struct shell_reader *r)
{
	for (; r->at < r->end; r->at++) {
		char c = r->p[r->at];

		if (c == '\\' && shell_peek(r, 1) == '\n')
			r->at++;
		else if (!byte_is_blank(c) || c == '\n')
			break;
	}
}

static void read_redirection(struct shell_reader *r, const struct frame *f, struct str operator)
{
	struct shell_word target;

	r->at += operator.n;
	skip_blanks(r);
	if (!shell_more(r) || (shell_ends_word(r->p[r->at]) && shell_peek(r, 1) != '(')) {
		shell_incomplete(r, r->at);
		return;
	}
	if (!shell_read_word(r, &target))
		return;
	if (str_eq(operator, STR("<<")) || str_eq(operator, STR("<<-")))
		heredoc_begin(r, f, &target, operator.n == 3);
}

static void read_pipe(struct shell_reader *r, struct frame *f, struct str operator)
{
	struct text_range range = placed_range(r->source, operator);

	if (!vec_push(&r->work->script->pipes, r->work->arena, range))
		r->work->failed = true;
	join_next(r, f, SHELL_PIPE);
}

static void read_operator(struct shell_reader *r, struct frame *f)
{
	struct str op = operator_at(r);

	if (str_has(op, STR("<")) || str_has(op, STR(">"))) {
		read_redirection(r, f, op);
		return;
	}
	r->at += op.n;
	if (f->pos == TESTING)
		return;
	if (op.n > 1 && op.p[0] == ';') {
		join_next(r, f, SHELL_NEXT);
		f->pos = nest_top(f) == 'c' ? CASE_PATTERN : AT_COMMAND;
	} else if (f->pos == CASE_PATTERN) {
		return;
	} else if (str_eq(op, STR("&&"))) {
		join_next(r, f, SHELL_AND);
	} else if (str_eq(op, STR("||"))) {
		join_next(r, f, SHELL_OR);
	} else if (op.p[0] == '|') {
		read_pipe(r, f, op);
	} else {
		join_next(r, f, op.p[0] == '&' ? SHELL_BACKGROUND : SHELL_NEXT);
	}
}

/* (( … )): arithmetic where it ends so, else two subshells. */
static bool read_arithmetic_command(struct shell_reader *r, struct frame *f)
{
	size_t start = r->at;
	size_t commands = r->work->script->commands.n, pipes = r->work->script->pipes.n;

	if (r->work->no_arithmetic)
		return false;
	shell_skip_parens(r);
	if (!r->stopped && r->at - start >= 4 && r->p[r->at - 2] == ')') {
		f->pos = f->pos == FOR_HEADER ? FOR_HEADER : BEHIND;
		return true;
	}
	if (r->stopped)
		return true;
	r->work->no_arithmetic = true;
	r->work->script->commands.n = commands;
	r->work->script->pipes.n = pipes;
	r->at = start;
	return false;
}

static void read_subshell(struct shell_reader *r, struct frame *f)
{
	if (f->words.n > 0 || f->assigns.n > 0) {
		shell_incomplete(r, r->at);
		command_end(r, f);
	}
	nest_push(r, f, '(');
	r->at++;
	f->join = SHELL_FIRST;
	f->pos = AT_COMMAND;
}

static void read_open(struct shell_reader *r, struct frame *f)
{
	size_t ahead = 1;

	if (f->pos == TESTING || f->pos == CASE_PATTERN) {
		r->at++;
		return;
	}
	while (byte_is_blank(shell_peek(r, ahead)))
		ahead++;
	if (shell_peek(r, ahead) == ')' && (f->words.n == 1 || f->function)) {
		command_reset(r, f);
		f->function = true;
		f->pos = AT_COMMAND;
		r->at += ahead + 1;
		return;
	}
	if (shell_peek(r, 1) == '(' && (f->pos == AT_COMMAND || f->pos == FOR_HEADER) &&
	    read_arithmetic_command(r, f))
		return;
	read_subshell(r, f);
}

static void read_close(struct shell_reader *r, struct frame *f)
{
	r->at++;
	if (f->pos == TESTING)
		return;
	if (f->pos == CASE_PATTERN) {
		f->pos = AT_COMMAND;
		f->join = SHELL_FIRST;
		return;
	}
	command_end(r, f);
	f->pos = BEHIND;
	if (memchr(f->nest, '(', f->n_nest) || memchr(f->nest, 'P', f->n_nest)) {
		(void)nest_pop(r, f, '(');
	} else if (f->closer == SHELL_CLOSE_PAREN) {
		f->closed = true;
	} else {
		shell_incomplete(r, r->at - 1);
		f->pos = AT_COMMAND;
	}
}

static void read_newline(struct shell_reader *r, struct frame *f)
{
	r->at++;
	if (f->pos != TESTING && f->pos != CASE_PATTERN && f->pos != CASE_IN)
		join_next(r, f, SHELL_NEXT);
	if (r->pending.n > 0)
		read_pending(r);
}

static void skip_comment(struct shell_reader *r)
{
	size_t n = str_chr(str_make(r->p + r->at, r->end - r->at), '\n');

	r->at = n == STR_NPOS ? r->end : r->at + n;
}

/* A number right before < or > is part of the redirection. */
static bool is_descriptor(const struct shell_reader *r, const struct shell_word *word)
{
	char c = shell_peek(r, 0);
	uint64_t ignored;

	return (c == '<' || c == '>') && str_to_u64(word->raw, &ignored);
}

static void read_token(struct shell_reader *r, struct frame *f)
{
	struct shell_word word;
	char c = r->p[r->at];

	if (c == '\n') {
		read_newline(r, f);
	} else if (c == '#') {
		skip_comment(r);
	} else if (c == '(') {
		read_open(r, f);
	} else if (c == ')') {
		read_close(r, f);
	} else if (shell_ends_word(c) && !((c == '<' || c == '>') && shell_peek(r, 1) == '(')) {
		read_operator(r, f);
	} else if (shell_read_word(r, &word) && !is_descriptor(r, &word)) {
		take_word(r, f, &word);
	}
}

void shell_read_list(struct shell_reader *r, enum shell_closer closer)
{
	struct frame f = {.closer = closer};
	unsigned conditional = r->conditional;

	command_reset(r, &f);
	for (;;) {
		skip_blanks(r);
		if (!shell_more(r) || f.closed)
			break;
		read_token(r, &f);
	}
	if (!f.closed)
		command_end(r, &f);
	if (f.n_nest > 0 || (closer == SHELL_CLOSE_PAREN && !f.closed))
		shell_incomplete(r, r->at);
	r->conditional = conditional;
}

/* A script inside a script is read once more: `sh -c "$(sh -c …)"` would double at each level. */
enum { REREAD_FACTOR = 4 };

void shell_begin(struct shell_work *work, size_t size)
{
	work->scratch = BUF_INIT(MIB(1) + 8 * size);
	work->reread_left = KIB(64) + REREAD_FACTOR * size;
}

int shell_finish(struct shell_reader *r, struct shell_script *ret_script, struct err *err)
{
	struct shell_work *work = r->work;
	bool too_long = !buf_ok(&work->scratch);

	buf_release(&work->scratch);
	if (work->failed && !too_long)
		return arena_err(work->arena, err);
	if (too_long)
		shell_incomplete(r, r->at);
	*ret_script = *work->script;
	return 0;
}

int shell_parse(const struct placed_text *source, struct arena *arena,
    struct shell_script *ret_script, struct err *err)
{
	struct shell_script script = {0};
	struct shell_work work = {.arena = arena, .script = &script};
	struct shell_reader r = {
	    .work = &work, .source = source, .p = source->text.p, .end = source->text.n};

	shell_begin(&work, source->text.n);
	shell_read_list(&r, SHELL_CLOSE_END);
	return shell_finish(&r, ret_script, err);
}
