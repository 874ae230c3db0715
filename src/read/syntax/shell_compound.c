/*
 * Compound commands: groups, subshells, if, loops, case, functions, (( )) and [[ ]].
 */
#include "read/syntax/shell_parse.h"

/* The word, behind blanks and newlines; else it is a mistake. */
static void expect(struct shell_reader *r, const char *word)
{
	shell_skip_newlines(r);
	if (!shell_take_word(r, word))
		shell_mistake(r, r->at);
}

/* A list that must not be empty. */
static void read_some(struct shell_reader *r)
{
	if (shell_read_commands(r) == 0)
		shell_mistake(r, r->at);
}

/* A word of which only what its substitutions run counts. */
static void expect_word(struct shell_reader *r)
{
	struct shell_word ignored;

	shell_skip_blanks(r);
	if (!shell_at_any_word(r))
		shell_mistake(r, r->at);
	else
		(void)shell_read_word(r, &ignored);
}

static void read_group(struct shell_reader *r)
{
	read_some(r);
	expect(r, "}");
}

static bool is_operand_byte(char c)
{
	return byte_is_alnum(c) || c == '_' || c == '.' || c == ':' || (unsigned char)c >= 0x80;
}

/* Whether two words stand side by side with no operator between: an expression never has that, a
 * command mostly. /bin/sh may be a shell that has no (( )). */
static bool is_command(const char *p, size_t n)
{
	bool gap = false;

	for (size_t i = 1; i < n; i++) {
		if (byte_is_blank(p[i]))
			gap |= is_operand_byte(p[i - 1]);
		else if (gap && is_operand_byte(p[i]))
			return true;
		else
			gap = false;
	}
	return false;
}

/* (( … )) if it also ends in )), and no command is in it; else two subshells. */
static void read_parens(struct shell_reader *r)
{
	struct shell_attempt attempt;
	size_t from = r->at;

	if (shell_peek(r, 1) == '(' && !r->work->posix && shell_may_try(r, &attempt)) {
		if (shell_skip_parens(r) && !r->stopped && !is_command(r->p + from, r->at - from))
			return;
		shell_take_back(r, &attempt);
	}
	r->at++;
	read_some(r);
	if (shell_at(r, ")"))
		r->at++;
	else
		shell_mistake(r, r->at);
}

/* ---- if and loops ---- */

static void read_if(struct shell_reader *r)
{
	do {
		read_some(r);
		expect(r, "then");
		read_some(r);
	} while (shell_take_word(r, "elif"));
	if (shell_take_word(r, "else"))
		read_some(r);
	expect(r, "fi");
}

static void read_do(struct shell_reader *r)
{
	expect(r, "do");
	read_some(r);
	expect(r, "done");
}

/* Behind "for NAME in": words up to a ; or a newline. */
static void read_for_words(struct shell_reader *r)
{
	struct shell_word ignored;

	for (;;) {
		shell_skip_blanks(r);
		if (!shell_at_any_word(r))
			break;
		if (!shell_read_word(r, &ignored))
			return;
	}
	if (!shell_at(r, ";") && !shell_at(r, "\n"))
		shell_mistake(r, r->at);
}

static void read_for_header(struct shell_reader *r)
{
	shell_skip_blanks(r);
	if (shell_at(r, "((") && !r->work->posix) {
		if (!shell_skip_parens(r))
			shell_mistake(r, r->at);
		shell_skip_blanks(r);
	} else {
		expect_word(r);
		shell_skip_newlines(r);
		if (shell_take_word(r, "in"))
			read_for_words(r);
	}
	if (shell_at(r, ";") && !shell_at(r, ";;"))
		r->at++;
}

static void read_for(struct shell_reader *r)
{
	read_for_header(r);
	shell_skip_newlines(r);
	/* bash takes a group in the place of do and done. */
	if (!r->work->posix && shell_take_word(r, "{"))
		read_group(r);
	else
		read_do(r);
}

/* ---- case ---- */

static void read_patterns(struct shell_reader *r)
{
	bool patterns = r->patterns;

	if (shell_at(r, "("))
		r->at++;
	r->patterns = true;
	for (;;) {
		expect_word(r);
		shell_skip_blanks(r);
		if (!shell_at(r, "|") || shell_at(r, "||"))
			break;
		r->at++;
	}
	r->patterns = patterns;
	if (shell_at(r, ")"))
		r->at++;
	else
		shell_mistake(r, r->at);
}

static void read_case(struct shell_reader *r)
{
	expect_word(r);
	expect(r, "in");
	for (;;) {
		shell_skip_newlines(r);
		if (!shell_more(r) || shell_at_word(r, "esac"))
			break;
		read_patterns(r);
		(void)shell_read_commands(r);
		/* The last item may do without an end. */
		if (shell_at(r, ";;&") && !r->work->posix)
			r->at += 3;
		else if (shell_at(r, ";;") || (shell_at(r, ";&") && !r->work->posix))
			r->at += 2;
		else
			break;
	}
	expect(r, "esac");
}

/* ---- [[ ]] ---- */

struct test_words {
	VEC(struct shell_word) words;
	unsigned depth;
};

static void read_test_or(struct shell_reader *r, struct test_words *t);

static bool test_word(struct shell_reader *r, struct test_words *t, struct shell_word *ret_word)
{
	shell_skip_newlines(r);
	if (!shell_at_any_word(r) || shell_at_word(r, "]]")) {
		shell_mistake(r, r->at);
		return false;
	}
	if (!shell_read_word(r, ret_word) || r->stopped)
		return false;
	return vec_push(&t->words, r->work->arena, *ret_word);
}

/* What stands behind =~: parentheses and bars are its own, blanks outside them end it. */
static void read_regex(struct shell_reader *r, struct test_words *t)
{
	struct shell_word word;
	size_t start;

	shell_skip_blanks(r);
	start = r->at;
	while (shell_more(r) && !byte_is_blank(r->p[r->at])) {
		char c = r->p[r->at];

		if (c == '(')
			(void)shell_skip_parens(r);
		else if (c == '|' || c == '<' || c == '>')
			r->at++;
		else if (shell_ends_word(c))
			break;
		else if (!shell_read_word(r, &word))
			return;
	}
	if (r->at == start)
		shell_mistake(r, start);
	word = (struct shell_word){str_make(r->p + start, r->at - start),
	    str_make(r->p + start, r->at - start), SHELL_WORD_GLOBS};
	vec_push(&t->words, r->work->arena, word);
}

static bool is_unary(struct str word)
{
	return word.n == 2 && word.p[0] == '-' &&
	       str_chr(STR("abcdefghkLnNoOGprRsStuvwxz"), word.p[1]) != STR_NPOS;
}

static bool is_binary(struct str word)
{
	static const char *const operators[] = {
	    "=", "==", "!=", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"};

	for (size_t i = 0; i < ARRAY_LEN(operators); i++)
		if (str_eq(word, str_of(operators[i])))
			return true;
	return false;
}

/* WORD, -x WORD, WORD op WORD. */
static void read_test_primary(struct shell_reader *r, struct test_words *t)
{
	struct shell_word word;

	if (!test_word(r, t, &word))
		return;
	if (is_unary(word.raw)) {
		(void)test_word(r, t, &word);
		return;
	}
	shell_skip_newlines(r);
	if (shell_at_word(r, "]]") || shell_at(r, "&&") || shell_at(r, "||") || shell_at(r, ")"))
		return;
	if (shell_at(r, "<") || shell_at(r, ">")) {
		r->at++;
	} else if (!test_word(r, t, &word)) {
		return;
	} else if (str_eq(word.raw, STR("=~"))) {
		read_regex(r, t);
		return;
	} else if (!is_binary(word.raw)) {
		shell_mistake(r, r->at);
		return;
	}
	(void)test_word(r, t, &word);
}

static void read_test_not(struct shell_reader *r, struct test_words *t)
{
	shell_skip_newlines(r);
	while (shell_take_word(r, "!"))
		shell_skip_newlines(r);
	if (!shell_at(r, "(")) {
		read_test_primary(r, t);
		return;
	}
	if (++t->depth > SHELL_NEST_MAX) {
		shell_stop(r, r->at);
		return;
	}
	r->at++;
	read_test_or(r, t);
	shell_skip_newlines(r);
	if (shell_at(r, ")"))
		r->at++;
	else
		shell_mistake(r, r->at);
	t->depth--;
}

/* Which binds closer matters to nobody here. */
static void read_test_or(struct shell_reader *r, struct test_words *t)
{
	for (;;) {
		read_test_not(r, t);
		shell_skip_newlines(r);
		if (!shell_at(r, "&&") && !shell_at(r, "||"))
			return;
		r->at += 2;
	}
}

static void read_test(struct shell_reader *r, const struct shell_frame *f)
{
	struct test_words t = {.depth = 0};
	struct shell_word name = {.raw = str_make(r->p + r->at, 2)};
	struct shell_command command = {
	    .source = r->source, .join = f->join, .depth = r->work->depth};
	bool patterns = r->patterns;

	name.text = name.raw;
	r->at += 2;
	vec_push(&t.words, r->work->arena, name);
	r->patterns = true;
	read_test_or(r, &t);
	r->patterns = patterns;
	shell_skip_newlines(r);
	if (!shell_take_word(r, "]]"))
		shell_mistake(r, r->at);
	if (r->stopped || !shell_ok(r))
		return;
	command.name = name.text;
	command.words = t.words.p;
	command.n_words = t.words.n;
	command.condition = r->conditional > 0 || f->behind_or;
	shell_tell(r, &command);
}

/* ---- functions ---- */

/* A compound command; dash takes any. */
void shell_read_function_body(struct shell_reader *r, const struct shell_frame *f)
{
	r->conditional++;
	shell_skip_newlines(r);
	if (r->work->posix)
		shell_read_command(r, f);
	else if (!shell_more(r) || !shell_read_compound(r, f))
		shell_mistake(r, r->at);
	r->conditional--;
}

static void read_function(struct shell_reader *r, const struct shell_frame *f)
{
	expect_word(r);
	shell_skip_blanks(r);
	if (shell_at(r, "(")) {
		r->at++;
		shell_skip_blanks(r);
		if (shell_at(r, ")"))
			r->at++;
		else
			shell_mistake(r, r->at);
	}
	shell_read_function_body(r, f);
}

static void read_coprocess(struct shell_reader *r, const struct shell_frame *f)
{
	struct shell_attempt attempt;
	struct shell_word ignored;

	/* A name may stand before a compound command. */
	shell_skip_blanks(r);
	if (shell_at_any_word(r) && shell_may_try(r, &attempt)) {
		bool named = shell_read_word(r, &ignored) && shell_is_name(ignored.raw);

		shell_skip_blanks(r);
		if (!named || (!shell_at_word(r, "{") && !shell_at(r, "(")))
			shell_take_back(r, &attempt);
	}
	shell_read_command(r, f);
}

/* ---- which ---- */

enum { POSIX_OPENERS = 6 }; /* the rest only bash reserves */
enum compound { NOT_COMPOUND, GROUP, IF, WHILE, FOR, CASE, FUNCTION, COPROCESS };

static enum compound take_opener(struct shell_reader *r)
{
	static const struct {
		const char *word;
		enum compound compound;
	} openers[] = {
	    {"{", GROUP},
	    {"if", IF},
	    {"while", WHILE},
	    {"until", WHILE},
	    {"for", FOR},
	    {"case", CASE},
	    {"select", FOR},
	    {"function", FUNCTION},
	    {"coproc", COPROCESS},
	};

	for (size_t i = 0; i < ARRAY_LEN(openers); i++)
		if ((i < POSIX_OPENERS || !r->work->posix) && shell_take_word(r, openers[i].word))
			return openers[i].compound;
	return NOT_COMPOUND;
}

static void read_opened(struct shell_reader *r, enum compound compound, const struct shell_frame *f)
{
	bool sometimes = compound == IF || compound == WHILE || compound == FOR || compound == CASE;

	r->conditional += sometimes || f->behind_or;
	switch (compound) {
	case GROUP:
		read_group(r);
		break;
	case IF:
		read_if(r);
		break;
	case WHILE:
		read_some(r);
		read_do(r);
		break;
	case FOR:
		read_for(r);
		break;
	case CASE:
		read_case(r);
		break;
	case FUNCTION:
		read_function(r, f);
		break;
	case COPROCESS:
		read_coprocess(r, f);
		break;
	case NOT_COMPOUND:
		break;
	}
	r->conditional -= sometimes || f->behind_or;
}

bool shell_read_compound(struct shell_reader *r, const struct shell_frame *f)
{
	if (shell_at(r, "(")) {
		r->conditional += f->behind_or;
		read_parens(r);
		r->conditional -= f->behind_or;
	} else if (shell_at_word(r, "[[") && !r->work->posix) {
		read_test(r, f);
	} else {
		enum compound compound = take_opener(r);

		if (compound == NOT_COMPOUND)
			return false;
		read_opened(r, compound, f);
	}
	shell_read_redirections(r);
	return true;
}
