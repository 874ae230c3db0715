/*
 * The simple commands of a shell script: what runs, with which words, and where each
 * word stands. A command extractor for the bash grammar, not a shell: it goes through
 * lists, pipes, subshells, groups, if, while, until, for, select, case, functions,
 * substitutions ($( ), backticks, <( )), here-documents given to a shell, `sh -c '…'`,
 * eval, and wrappers such as sudo, env, xargs or find -exec. It never fails on the text: what
 * cannot be read leaves a mark (`incomplete`) and everything before it. Linear in the text. All
 * memory is the arena's; the source text is borrowed.
 */
#ifndef READ_SYNTAX_SHELL_H
#define READ_SYNTAX_SHELL_H

#include "read/syntax/shell_text.h"

/* Substitutions, groups and scripts inside scripts, one in another; deeper ones are not read and
 * leave the mark. */
enum {
	SHELL_DEPTH_MAX = 48,
	SHELL_WORDS_MAX = 200000, /* in one script */
};

enum shell_word_flags {
	SHELL_WORD_QUOTED = 1 << 0,  /* some of it stood in quotes */
	SHELL_WORD_EXPANDS = 1 << 1, /* holds $NAME, ${…}, $( ), $(( )) or backticks */
	SHELL_WORD_GLOBS = 1 << 2,   /* holds an unquoted * ? or [ */
};

struct shell_word {
	struct str raw;	 /* as written: a slice of its command's source text */
	struct str text; /* quotes removed; "$X" and "${X}" as "${X}", $( ) and `…` as "$()" */
	unsigned flags;
};

/* How a command is joined to the one before it in its list. */
enum shell_join { SHELL_FIRST, SHELL_AND, SHELL_OR, SHELL_NEXT, SHELL_PIPE, SHELL_BACKGROUND };

struct shell_command {
	struct str name; /* of words[0], without its folder; empty if it is not literal */
	const struct shell_word *words; /* words[0] is the name */
	size_t n_words;
	const struct shell_word *assigns; /* NAME=value before the name */
	size_t n_assigns;
	const struct placed_text *source; /* what the words' raw slices are part of */
	enum shell_join join;
	unsigned depth; /* 0: at the top of the script */
	bool wrapped;	/* found behind sudo, env, xargs … : words are a tail of the wrapper's */
	bool condition; /* runs only sometimes: behind ||, in if, a loop, case or a function */
};

struct shell_script {
	const struct placed_text *source;   /* what was read; NULL: the words of an exec form */
	VEC(struct shell_command) commands; /* in the order in which they would run */
	VEC(struct text_range) pipes;	    /* each | and |& of the script, its place in the file */
	bool pipefail;			    /* `set -o pipefail` stands before the first pipe */
	bool incomplete;		    /* not all could be read */
	bool limited;			    /* since it is over a limit, not for a mistake */
	struct text_range incomplete_at;    /* where reading stopped */
};

/* -1 only if the arena is full (ERR_LIMIT, ERR_NOMEM). `source` must live as long as the
 * result. */
MUST_USE int shell_parse(const struct placed_text *source, struct arena *arena,
    struct shell_script *ret_script, struct err *err);
/* As bash reads it, and nothing is looked through: not sudo, env …, no script in a word. For those
 * who have to see what a peer sees. */
MUST_USE int shell_parse_as_written(const struct placed_text *source, struct arena *arena,
    struct shell_script *ret_script, struct err *err);
/* One command whose words are given, as an exec form has them; looks through `sh -c` and wrappers.
 * words[i].raw is a slice of `source`, texts[i] is its text with its place. All is borrowed and
 * must live as long as the result. */
MUST_USE int shell_parse_exec(const struct placed_text *source, const struct shell_word *words,
    const struct placed_text *texts, size_t n_words, struct arena *arena,
    struct shell_script *ret_script, struct err *err);

/* ---- asking a command ---- */

/* Inline, so that a rule's name is measured when it is compiled. */
static inline bool shell_is(const struct shell_command *command, const char *name)
{
	struct str wanted = str_of(name);

	return command->name.n == wanted.n && str_eq(command->name, wanted);
}
/* The i-th word after the name that is not an option ("-x", "--x"; after "--" all are arguments),
 * or NULL. The value of an option counts as an argument. */
const struct shell_word *shell_arg(const struct shell_command *command, size_t i);
/* Some argument is exactly this text. */
bool shell_has_arg(const struct shell_command *command, const char *text);
/* "--name", "--name=v"; for a name of one character "-n", also inside a cluster "-xyn". */
bool shell_has_flag(const struct shell_command *command, const char *name);
/* How often a one-character option is given: "-qq" is 2. */
unsigned shell_count_flag(const struct shell_command *command, char name);
/* The value of "--name=v" or "--name v"; false if the option is not there or has no value. */
bool shell_flag_value(const struct shell_command *command, const char *name, struct str *ret_value);
/* From the name's first to the last word's last byte. */
struct text_range shell_command_range(const struct shell_command *command);
struct text_range shell_word_range(
    const struct shell_command *command, const struct shell_word *word);
/* sh, bash, ash, dash, ksh, zsh, mksh, by basename. */
bool shell_is_shell(struct str name);

#endif
