/*
 * Words: quotes, expansions, substitutions.
 */
#include "read/syntax/shell_parse.h"

/* The text of the word under way. While it is the same as what is written nothing is copied. */
struct word_text {
	size_t start; /* of the word in the source */
	size_t mark;  /* where its text begins in the scratch buffer */
	bool copied;
	unsigned flags;
};

static void read_dollar(struct shell_reader *r, struct word_text *w, bool quoted);
static void read_double_quoted(struct shell_reader *r, struct word_text *w);

bool shell_ends_word(char c)
{
	return byte_is_blank(c) || c == ';' || c == '&' || c == '|' || c == '<' || c == '>' ||
	       c == '(' || c == ')';
}

static bool is_name_byte(char c)
{
	return byte_is_alnum(c) || c == '_';
}

static bool deeper(struct shell_reader *r)
{
	if (r->work->depth >= SHELL_DEPTH_MAX) {
		shell_stop(r, r->at);
		return false;
	}
	r->work->depth++;
	return true;
}

/* From here on the text differs from what is written. */
static void word_copies(struct shell_reader *r, struct word_text *w)
{
	if (!w->copied)
		buf_add(&r->work->scratch, str_make(r->p + w->start, r->at - w->start));
	w->copied = true;
}

static void word_add(struct shell_reader *r, struct word_text *w, struct str s)
{
	if (w->copied)
		buf_add(&r->work->scratch, s);
}

/* Takes n bytes as they are written. */
static void word_take(struct shell_reader *r, struct word_text *w, size_t n)
{
	n = MIN_OF(n, r->end - r->at);
	word_add(r, w, str_make(r->p + r->at, n));
	r->at += n;
}

static void read_escape(struct shell_reader *r, struct word_text *w)
{
	word_copies(r, w);
	r->at++;
	if (!shell_more(r))
		return;
	if (r->p[r->at] == '\n')
		r->at++;
	else
		word_take(r, w, 1);
}

static void read_single_quoted(struct shell_reader *r, struct word_text *w)
{
	size_t start = r->at;
	size_t n;

	word_copies(r, w);
	w->flags |= SHELL_WORD_QUOTED;
	r->at++;
	n = str_chr(str_make(r->p + r->at, r->end - r->at), '\'');
	if (n == STR_NPOS) {
		shell_mistake(r, start);
		return;
	}
	word_take(r, w, n);
	r->at++;
}

/* $'…': of its escapes those that stand for one printable byte are decoded. */
static void read_ansi_quoted(struct shell_reader *r, struct word_text *w)
{
	size_t start = r->at;

	word_copies(r, w);
	w->flags |= SHELL_WORD_QUOTED;
	r->at += 2;
	while (shell_more(r) && r->p[r->at] != '\'') {
		char next = shell_peek(r, 1);

		if (r->p[r->at] == '\\' && (next == '\\' || next == '\'' || next == '"'))
			r->at++;
		else if (r->p[r->at] == '\\')
			word_take(r, w, 1);
		word_take(r, w, 1);
	}
	if (shell_more(r))
		r->at++;
	else
		shell_mistake(r, start);
}

/* What `…` holds, its end found first: an inner one is written \`. A shell reads it when it gets
 * there. */
static void read_backticks(struct shell_reader *r, struct word_text *w)
{
	size_t start = r->at, close = r->at + 1;
	struct shell_reader inner = *r;

	word_copies(r, w);
	w->flags |= SHELL_WORD_EXPANDS;
	while (close < r->end && r->p[close] != '`')
		close += r->p[close] == '\\' ? 2 : 1;
	if (close >= r->end) {
		shell_mistake(r, start);
		return;
	}
	if (!deeper(r))
		return;
	memset(&inner.pending, 0, sizeof inner.pending);
	inner.at = start + 1;
	inner.end = close;
	r->work->quiet++;
	shell_read_list(&inner, SHELL_CLOSE_END);
	r->work->quiet--;
	r->at = close + 1;
	r->work->depth--;
	word_add(r, w, STR("$()"));
}

/* In double quotes ' is a quote only if a pattern is cut off or replaced. */
static bool quotes_in_braces(const struct shell_reader *r, size_t at, bool quoted)
{
	if (!quoted)
		return true;
	while (at < r->end && (is_name_byte(r->p[at]) || r->p[at] == '!' || r->p[at] == '['))
		at++;
	return at < r->end && str_chr(STR("#%/^,"), r->p[at]) != STR_NPOS;
}

/* One step inside ${…}. */
static void read_braces_step(struct shell_reader *r, struct word_text *inside, bool quotes)
{
	char c = r->p[r->at];

	if (c == '\\')
		r->at = MIN_OF(r->at + 2, r->end);
	else if (c == '"')
		read_double_quoted(r, inside);
	else if (c == '\'' && quotes)
		read_single_quoted(r, inside);
	else if (c == '$')
		read_dollar(r, inside, !quotes);
	else if (c == '`')
		read_backticks(r, inside);
	else
		r->at++;
}

/* ${…}: up to its '}', quotes and expansions inside it read. */
static void read_braces(struct shell_reader *r, struct word_text *w, bool quoted)
{
	size_t start = r->at;
	struct word_text inside = {.start = start, .mark = r->work->scratch.n};
	bool quotes = quotes_in_braces(r, start + 2, quoted);

	if (!deeper(r))
		return;
	r->at += 2;
	/* "${#}" and "${#-x}" do not begin a comment. */
	while (shell_more(r) && r->p[r->at] != '}')
		read_braces_step(r, &inside, quotes);
	/* What was copied on the way was only the inside's. */
	if (inside.copied)
		r->work->scratch.n = inside.mark;
	r->work->depth--;
	if (!shell_more(r)) {
		shell_mistake(r, start);
		return;
	}
	r->at++;
	word_add(r, w, str_make(r->p + start, r->at - start));
}

static void read_substitution(struct shell_reader *r, struct word_text *w)
{
	word_copies(r, w);
	if (!deeper(r))
		return;
	r->at += 2;
	shell_read_list(r, SHELL_CLOSE_PAREN);
	r->work->depth--;
	word_add(r, w, STR("$()"));
}

/* $(( … )) if it also ends in )); else $( with a subshell in it. */
static void read_arithmetic(struct shell_reader *r, struct word_text *w)
{
	struct shell_attempt attempt;
	bool arithmetic;

	if (!shell_may_try(r, &attempt)) {
		read_substitution(r, w);
		return;
	}
	word_copies(r, w);
	if (!deeper(r))
		return;
	r->at++;
	arithmetic = shell_skip_parens(r) && !r->stopped;
	r->work->depth--;
	if (arithmetic) {
		word_add(r, w, STR("$()"));
		return;
	}
	shell_take_back(r, &attempt);
	read_substitution(r, w);
}

static void read_name(struct shell_reader *r, struct word_text *w)
{
	char first = shell_peek(r, 1);
	size_t n = 1;

	word_copies(r, w);
	r->at++;
	if (byte_is_alpha(first) || first == '_')
		while (is_name_byte(shell_peek(r, n)))
			n++;
	word_add(r, w, STR("${"));
	word_take(r, w, n);
	word_add(r, w, STR("}"));
}

/* A '$' and what it begins. */
static void read_dollar(struct shell_reader *r, struct word_text *w, bool quoted)
{
	char next = shell_peek(r, 1);

	if (next == '\'' && !quoted && !r->work->posix) {
		read_ansi_quoted(r, w);
	} else if (next == '"' && !quoted) {
		word_copies(r, w);
		r->at++;
		read_double_quoted(r, w);
	} else if (next == '(') {
		w->flags |= SHELL_WORD_EXPANDS;
		if (shell_peek(r, 2) == '(')
			read_arithmetic(r, w);
		else
			read_substitution(r, w);
	} else if (next == '{') {
		w->flags |= SHELL_WORD_EXPANDS;
		read_braces(r, w, quoted);
	} else if (is_name_byte(next) || (next && str_chr(STR("@*#?$!-"), next) != STR_NPOS)) {
		w->flags |= SHELL_WORD_EXPANDS;
		read_name(r, w);
	} else {
		word_take(r, w, 1);
	}
}

/* One step inside double quotes. */
static void read_quoted_step(struct shell_reader *r, struct word_text *w)
{
	char c = r->p[r->at];
	size_t run = 1;

	if (c == '\\') {
		char next = shell_peek(r, 1);

		if (next == '"' || next == '\\' || next == '$' || next == '`' || next == '\n')
			read_escape(r, w);
		else
			word_take(r, w, 2);
	} else if (c == '$') {
		read_dollar(r, w, true);
	} else if (c == '`') {
		read_backticks(r, w);
	} else {
		while (run < r->end - r->at && r->p[r->at + run] != '\\' &&
		       r->p[r->at + run] != '$' && r->p[r->at + run] != '`' &&
		       r->p[r->at + run] != '"')
			run++;
		word_take(r, w, run);
	}
}

static void read_double_quoted(struct shell_reader *r, struct word_text *w)
{
	size_t start = r->at;

	word_copies(r, w);
	w->flags |= SHELL_WORD_QUOTED;
	r->at++;
	while (shell_more(r) && r->p[r->at] != '"')
		read_quoted_step(r, w);
	if (!shell_more(r)) {
		shell_mistake(r, start);
		return;
	}
	r->at++;
}

void shell_read_expanded(struct shell_reader *r, size_t end)
{
	struct word_text w = {.start = r->at, .mark = r->work->scratch.n};
	size_t saved = r->end;

	r->end = MIN_OF(end, saved);
	while (shell_more(r)) {
		if (r->p[r->at] == '"') {
			r->at++;
			w.start = r->at;
			continue;
		}
		w.copied = false;
		w.start = r->at;
		read_quoted_step(r, &w);
		r->work->scratch.n = w.mark;
	}
	r->end = saved;
}

bool shell_skip_parens(struct shell_reader *r)
{
	struct word_text w = {.start = r->at, .mark = r->work->scratch.n};
	size_t start = r->at, open = 0, second = 0;

	do {
		char c = r->p[r->at];

		w.copied = false;
		w.start = r->at;
		if (c == '\\')
			r->at = MIN_OF(r->at + 2, r->end);
		else if (c == '\'')
			read_single_quoted(r, &w);
		else if (c == '"')
			read_double_quoted(r, &w);
		else if (c == '$')
			read_dollar(r, &w, false);
		else if (c == '`')
			read_backticks(r, &w);
		else
			r->at++;
		open += c == '(';
		open -= c == ')';
		if (c == ')' && open == 1 && second == 0)
			second = r->at;
		r->work->scratch.n = w.mark;
	} while (shell_more(r) && open > 0);
	if (open > 0)
		shell_mistake(r, start);
	return open == 0 && second > 0 && second + 1 == r->at && r->p[start + 1] == '(';
}

/* A '(' behind one of ? * + @ !, in a pattern. */
static bool opens_pattern(const struct shell_reader *r, size_t start)
{
	char before = r->at > start ? r->p[r->at - 1] : '\0';

	return r->p[r->at] == '(' && (r->patterns || r->work->extglob) && before &&
	       str_chr(STR("?*+@!"), before) != STR_NPOS;
}

/* A '(' behind NAME= or NAME+=, with or without an index. */
static bool opens_array(const struct shell_reader *r, size_t start)
{
	struct str before = str_make(r->p + start, r->at - start);
	size_t bracket;

	if (r->p[r->at] != '(' || !r->arrays || !str_ends(before, STR("=")))
		return false;
	bracket = str_chr(before, '[');
	before.n--;
	before.n -= str_ends(before, STR("+"));
	if (bracket != STR_NPOS && str_ends(before, STR("]")))
		before.n = bracket;
	return shell_is_name(before);
}

/* NAME=( words ): words, newlines and comments up to its ')'. */
static void read_array(struct shell_reader *r, struct word_text *w)
{
	size_t start = r->at;
	bool arrays = r->arrays;
	struct shell_word ignored;

	word_copies(r, w);
	if (!deeper(r))
		return;
	r->arrays = false;
	r->at++;
	for (;;) {
		shell_skip_newlines(r);
		if (!shell_more(r) || r->p[r->at] == ')')
			break;
		if (!shell_at_any_word(r))
			shell_mistake(r, r->at);
		else if (!shell_read_word(r, &ignored))
			break;
	}
	r->arrays = arrays;
	r->work->depth--;
	if (shell_more(r))
		r->at++;
	else
		shell_mistake(r, start);
}

/* One step of an unquoted word; false if the word ends. */
static bool read_word_step(struct shell_reader *r, struct word_text *w)
{
	char c = r->p[r->at];

	if ((c == '<' || c == '>') && shell_peek(r, 1) == '(' && !r->work->posix) {
		w->flags |= SHELL_WORD_EXPANDS;
		read_substitution(r, w);
	} else if (opens_array(r, w->start)) {
		read_array(r, w);
	} else if (opens_pattern(r, w->start)) {
		word_copies(r, w);
		(void)shell_skip_parens(r);
		w->flags |= SHELL_WORD_GLOBS;
	} else if (shell_ends_word(c)) {
		return false;
	} else if (c == '\\') {
		read_escape(r, w);
	} else if (c == '\'') {
		read_single_quoted(r, w);
	} else if (c == '"') {
		read_double_quoted(r, w);
	} else if (c == '$') {
		read_dollar(r, w, false);
	} else if (c == '`') {
		read_backticks(r, w);
	} else {
		if (c == '*' || c == '?' || c == '[')
			w->flags |= SHELL_WORD_GLOBS;
		word_take(r, w, 1);
	}
	return true;
}

bool shell_read_word(struct shell_reader *r, struct shell_word *ret_word)
{
	struct buf *scratch = &r->work->scratch;
	struct word_text w = {.start = r->at, .mark = scratch->n};

	while (shell_more(r) && read_word_step(r, &w))
		;
	if (r->stopped)
		r->at = MIN_OF(r->at, r->end);
	ret_word->raw = str_make(r->p + w.start, r->at - w.start);
	ret_word->text = ret_word->raw;
	ret_word->flags = w.flags;
	if (w.copied && buf_ok(scratch))
		ret_word->text =
		    arena_str(r->work->arena, str_make(scratch->p + w.mark, scratch->n - w.mark));
	if (buf_ok(scratch))
		scratch->n = w.mark;
	else
		r->work->too_long = true;
	return shell_ok(r);
}
