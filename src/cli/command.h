/*
 * A command: one file of commands/, one line of commands.def, one const record from which
 * --help is printed. A command returns its exit code (design part 7); it writes results
 * to stdout and diagnostics to stderr through log.h.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "base/clock.h"
#include "base/opt.h"
#include "core/limits.h"
#include "engine/edge.h"

struct cli {
	struct arena *arena; /* the process's */
	const struct clock *clock;
	const struct limits *limits;
	struct edge *edge; /* what hides secrets in all that is printed */
	bool color;	   /* stdout is a terminal that wants it */
};

enum exit_code {
	EXIT_PASSED = 0,
	EXIT_BLOCKED = 1,
	EXIT_USAGE = 2,
	EXIT_CONFIG = 3,
	EXIT_INCOMPLETE = 4,
	EXIT_DATABASE = 5,
};

struct command {
	const char *name;
	const char *summary; /* one line, for `plimsoll --help` */
	const char *usage;   /* behind the name: "[OPTION…] [PATH]" */
	const char *about;   /* a paragraph or two for --help, with an example */
	/* The options over a fresh struct of the command's own; NULL-terminated as opt.h has it. */
	int (*run)(struct cli *cli, int argc, char **argv);
};

#define RECORDS	       "cli/commands.def"
#define RECORDS_TYPE   struct command
#define RECORDS_PREFIX command
#include "base/records.h"

const struct command *command_find(struct str name);
const struct command *const *command_list(size_t *ret_n);

/* Parses argv by the rows. Returns -1 to go on; else the exit code (help was printed, or a
 * mistake reported). */
int command_options(struct cli *cli, const struct command *command, const struct opt *rows,
    int argc, char **argv, struct opt_list *ret_operands);
/* Reports err on stderr and returns its exit code. */
int command_fail(const struct err *err);
/* "plimsoll NAME: …" and how to get help; returns EXIT_USAGE. */
int command_misuse(const struct command *command, const char *what);
/* All of text to stdout. Returns 0, or EXIT_INCOMPLETE if it cannot be written. */
int command_print(struct str text);

#endif
