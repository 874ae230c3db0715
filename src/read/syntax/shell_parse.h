/*
 * Private to the shell reader: what its files share. One reader a source text; the
 * readers of scripts inside it share `work`.
 *
 * shell.c reads lists, pipelines and simple commands, shell_compound.c what has reserved
 * words, shell_word.c words, shell_command.c what a command runs in turn.
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
	unsigned nest;	    /* lists in lists; at most SHELL_NEST_MAX */
	unsigned quiet; /* in what a shell reads only when it gets there: no mark for mistakes */
	unsigned retries_left; /* texts that may still be read a second way */
	bool posix;	       /* as dash reads: nothing that only bash knows */
	bool as_written;       /* nothing is looked through: shell_parse_as_written */
	bool mistaken;	       /* a shell would refuse it; else what is not read is over a limit */
	bool executed;	       /* behind find -exec, where no other find is looked through */
	bool extglob;	       /* `shopt -s extglob` was met */
	bool too_long;	       /* the scratch buffer is full: all reading ends */
};

enum { SHELL_NEST_MAX = 128, SHELL_RETRIES_MAX = 64 };

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
	bool patterns;	/* words may hold ?( *( +( @( !( */
	bool arrays;	/* words may hold NAME=( */
	unsigned conditional;
	const struct placed_text *texts; /* exec form: of each of `words`; else NULL */
	const struct shell_word *words;
	VEC(struct shell_heredoc) pending;
};

/* How the next command of a list is joined to the one before. */
struct shell_frame {
	enum shell_join join;
	bool behind_or;
};

/* Whether all that was asked for could be stored; when not, reading ends and shell_finish says so.
 */
static inline bool shell_ok(const struct shell_reader *r)
{
	return !r->work->too_long && arena_ok(r->work->arena);
}
static inline bool shell_more(const struct shell_reader *r)
{
	return r->at < r->end && !r->stopped && shell_ok(r);
}
static inline char shell_peek(const struct shell_reader *r, size_t ahead)
{
	return ahead < r->end - r->at ? r->p[r->at + ahead] : '\0';
}

/* Limits: the script is marked as not read to its end, from byte `at` of the source. */
void shell_incomplete(struct shell_reader *r, size_t at);
/* The same, and all reading of this source ends there. */
void shell_stop(struct shell_reader *r, size_t at);
/* A mistake at byte `at`: all reading of this source ends there, and the script is marked there as
 * one that a shell would refuse. */
void shell_mistake(struct shell_reader *r, size_t at);

/* A text that may be read two ways: the first is tried, and taken back if it does not fit. */
struct shell_attempt {
	size_t at, commands, pipes, pending, words;
	bool stopped, incomplete, pipefail;
};
bool shell_may_try(struct shell_reader *r, struct shell_attempt *ret_attempt);
void shell_take_back(struct shell_reader *r, const struct shell_attempt *attempt);

/* A program's name without its folder; empty if it is not known. */
struct str shell_base_name(struct str text);

enum shell_closer { SHELL_CLOSE_END, SHELL_CLOSE_PAREN };
/* Reads commands up to the end of the source, or behind the ')' that closes it; anything else
 * there is a mistake. */
void shell_read_list(struct shell_reader *r, enum shell_closer closer);
/* Commands up to what closes a list: a closing word, ')', or ";;". Returns how many. */
size_t shell_read_commands(struct shell_reader *r);
void shell_read_command(struct shell_reader *r, const struct shell_frame *f);
void shell_read_simple(struct shell_reader *r, const struct shell_frame *f);
/* True if a compound command was read: with what it opens, closes and redirects. */
bool shell_read_compound(struct shell_reader *r, const struct shell_frame *f);
/* The body of a function whose name and () were read. */
void shell_read_function_body(struct shell_reader *r, const struct shell_frame *f);
/* Redirections behind a compound command. */
void shell_read_redirections(struct shell_reader *r);
bool shell_at_redirection(const struct shell_reader *r);

/* Blanks, continued lines and a comment. */
void shell_skip_blanks(struct shell_reader *r);
/* Those and newlines, with the here-documents behind them. */
void shell_skip_newlines(struct shell_reader *r);
/* The word stands here, unquoted and whole. */
bool shell_at_word(const struct shell_reader *r, const char *word);
bool shell_take_word(struct shell_reader *r, const char *word);
bool shell_at(const struct shell_reader *r, const char *text);
/* A word begins here, of whatever text. */
bool shell_at_any_word(const struct shell_reader *r);

/* The word at r->at; false if the arena is full. Commands in substitutions inside it are added
 * on the way. */
bool shell_read_word(struct shell_reader *r, struct shell_word *ret_word);
/* Text as in double quotes, up to `end`: only what substitutions in it run. */
void shell_read_expanded(struct shell_reader *r, size_t end);
/* Behind the ')' that closes the '(' at r->at, quotes and substitutions skipped over; what
 * substitutions run is added. True if it is (( … )): the last two close the first two. */
bool shell_skip_parens(struct shell_reader *r);
bool shell_ends_word(char c);
bool shell_is_name(struct str text);

/* Memory and budgets for a script of `size` bytes. */
void shell_begin(struct shell_work *work, size_t size);
/* The result, once all is read; releases what work holds. */
MUST_USE int shell_finish(struct shell_reader *r, struct shell_script *ret_script, struct err *err);

/* Adds a command, and what it runs by way of sudo, env, sh -c … */
void shell_tell(struct shell_reader *r, const struct shell_command *command);

#endif
