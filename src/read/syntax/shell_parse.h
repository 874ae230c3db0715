/*
 * Private to the shell reader: what its files share. One reader a source text; the
 * readers of scripts inside it share `work`.
 */
#ifndef READ_SYNTAX_SHELL_PARSE_H
#define READ_SYNTAX_SHELL_PARSE_H

#include "base/buf.h"
#include "read/syntax/shell.h"

/* Shared by a script and all scripts inside it. */
struct shell_work {
	struct arena *arena;
	struct shell_script *script;
	struct buf scratch; /* the text of words under way, one behind another */
	size_t words;	    /* so far; at most SHELL_WORDS_MAX */
	size_t reread_left; /* bytes of scripts in words that may still be read */
	size_t serials;	    /* numbers of commands */
	unsigned depth;	    /* of recursion; at most SHELL_DEPTH_MAX */
	bool no_arithmetic; /* a (( )) turned out to be subshells: none is taken for arithmetic */
	bool failed;	    /* the arena is full: all reading ends */
};

/* A here-document whose body begins behind the next newline. */
struct shell_heredoc {
	struct str name;
	bool chomp, expand;
	bool runs;     /* its body is a script */
	size_t serial; /* of the command that it is given to */
};

struct shell_reader {
	struct shell_work *work;
	const struct placed_text *source;
	const char *p;	/* source->text.p */
	size_t at, end; /* in source->text */
	bool stopped;	/* nothing more of this source is read */
	unsigned conditional;
	const struct placed_text *texts; /* exec form: of each of `words`; else NULL */
	const struct shell_word *words;
	VEC(struct shell_heredoc) pending;
};

static inline bool shell_more(const struct shell_reader *r)
{
	return r->at < r->end && !r->stopped && !r->work->failed;
}
static inline char shell_peek(const struct shell_reader *r, size_t ahead)
{
	return ahead < r->end - r->at ? r->p[r->at + ahead] : '\0';
}

/* Marks the script as not read to its end, from byte `at` of the source. */
void shell_incomplete(struct shell_reader *r, size_t at);
/* Ends all reading of this source there. */
void shell_stop(struct shell_reader *r, size_t at);

/* A program's name without its folder; empty where it is not known. */
struct str shell_base_name(struct str text);

enum shell_closer { SHELL_CLOSE_END, SHELL_CLOSE_PAREN };
/* Reads commands up to the end of the source, or behind the ')' that closes it. */
void shell_read_list(struct shell_reader *r, enum shell_closer closer);

/* The word at r->at; false where the arena is full. Commands in substitutions inside it are told
 * on the way. */
bool shell_read_word(struct shell_reader *r, struct shell_word *ret_word);
/* Text as in double quotes, up to `end`: only what substitutions in it run. */
void shell_read_expanded(struct shell_reader *r, size_t end);
/* Behind the ')' that closes the '(' at r->at, quotes and substitutions skipped over; what
 * substitutions run is told. */
void shell_skip_parens(struct shell_reader *r);
bool shell_ends_word(char c);

/* Memory and budgets for a script of `size` bytes. */
void shell_begin(struct shell_work *work, size_t size);
/* The result, once all is read; releases what work holds. */
MUST_USE int shell_finish(struct shell_reader *r, struct shell_script *ret_script, struct err *err);

/* Adds a command, and what it runs by way of sudo, env, sh -c … */
void shell_tell(struct shell_reader *r, const struct shell_command *command);

#endif
