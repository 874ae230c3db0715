/*
 * What every command that reports has in common: its options, the policy, the rules, the
 * database, one scan into one report, the verdict and the printing of it.
 */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "cli/command.h"
#include "engine/scan.h"

struct session_options {
	struct opt_list formats; /* "text", "json=report.json" … */
	struct str policy;
	struct str rules; /* secret rules instead of the built-in ones */
	struct str database;
	/* Of `secrets`, what other scanners' files say. */
	struct str ignore_file, baseline, include_paths, exclude_paths, allow;
	bool entropy;
	bool all;
	bool no_shellcheck;
	bool no_sandbox;
};

#define SESSION_ROWS(o)                                                                                                                 \
	OPT_GROUP_ROW("Policy and report"),                                                                                             \
	    OPT_TEXT_ROW('p', "policy", &(o)->policy, "POLICY",                                                                         \
		"a file, a folder or a git repository (with @REVISION) that holds policy.yaml; "                                        \
		"default: the built-in starter"),                                                                                       \
	    OPT_LIST_ROW('f', "format", &(o)->formats, "FORMAT[=FILE]",                                                                 \
		"text, json, markdown, sarif, junit, check-dockerfile, plan, gitleaks or trufflehog2, to stdout or a file of its own; " \
		"may be given "                                                                                                         \
		"several times; default: text"),                                                                                        \
	    OPT_FLAG_ROW('a', "all", &(o)->all,                                                                                         \
		"show also what passes or is known, and more than the first ten"),                                                      \
	    OPT_FLAG_ROW(0, "no-sandbox", &(o)->no_sandbox,                                                                             \
		"read hostile bytes in this process, for debugging only")

/* Of the commands that lint. */
#define SESSION_SHELLCHECK_ROW(o) \
	OPT_FLAG_ROW(             \
	    0, "no-shellcheck", &(o)->no_shellcheck, "do not give the shell in RUN to ShellCheck")

enum session_needs {
	SESSION_SECRETS = 1 << 0,
	SESSION_DATABASE = 1 << 1,
	SESSION_MASK =
	    1 << 2, /* secret rules, unless the reader can make its own of the built-in ones */
};

struct session {
	struct cli *cli;
	const struct session_options *options;
	struct report report;
	struct policy policy;
	struct secret_engine *secrets;
	struct db *database;
	struct scan scan;
	const char *top; /* of what is looked at; NULL: not known */
};

/* Loads what the command needs. session_close ends it, after a failure too. */
MUST_USE int session_open(struct session *s, struct cli *cli, const struct session_options *options,
    unsigned needs, struct err *err);
void session_close(struct session *s);
/* A subject of the report, and the scan is about it from here on. */
MUST_USE int session_subject(struct session *s, const char *kind, struct str name, struct err *err);
/* The same for what an operand names, and where it lies. What cannot be read is a problem of
 * `stage` and leaves ret->folder NULL; -1 only if the report takes no more. */
MUST_USE int session_place(struct session *s, enum stage stage, const char *kind,
    struct str operand, bool several, struct where *ret, struct err *err);
/* Judges, prints in every format that was asked for, and returns the exit code. */
int session_finish(struct session *s);
/* Each --format is known, and each file has one report. Nothing is opened. */
MUST_USE int session_check_formats(
    const struct session_options *options, struct arena *arena, struct err *err);
/* Prints a judged report, with what it quotes masked; trailer and image as report_opts has them. 0,
 * or EXIT_INCOMPLETE if it cannot be written. */
int session_print(struct cli *cli, const struct session_options *options, struct report *report,
    struct str trailer, struct str image);

#endif
