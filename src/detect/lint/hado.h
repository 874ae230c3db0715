/*
 * A Dockerfile as hadolint sees it, for verdicts to its letter: one list of instructions, each with
 * the line that it begins on, no stage graph, and a shell model of its own: everything is read as
 * bash, an exec form is its words joined by blanks, and nothing is looked through (sudo, env, an
 * absolute path are the command). What it makes of ONBUILD is a second list. Rules of the default
 * mode see struct docker_view instead. Pure values in the arena; the file is borrowed.
 *
 * Source: the behaviour of hadolint 2.15.1.
 */
#ifndef DETECT_LINT_HADO_H
#define DETECT_LINT_HADO_H

#include "read/syntax/dockerfile.h"

struct lint;

/* FROM's image: everything as written, no variable is resolved. */
struct hado_image {
	struct str text;
	struct str registry; /* only if it holds a '.' */
	struct str name, tag, digest, alias, platform;
	bool has_tag, has_digest;
};

/* Its words without quotes; "$X" and "${X}" are "${X}", and other pieces as far as they are
 * literal. */
struct hado_command {
	struct str name;
	const struct str *args; /* what stands behind its first word */
	size_t n_args;
};

struct hado_step {
	const struct docker_instruction *in;
	uint32_t line;		       /* of its first byte, 1-based */
	const struct hado_image *from; /* of the stage it stands in, FROM's own too; NULL: before */
	size_t stage;		       /* 0: before the first FROM */
	const struct hado_command *commands; /* of RUN; those whose name is known */
	size_t n_commands;
	struct str script; /* of RUN: what is given to the shell */
	bool pipes;	   /* of RUN: it has one */
	bool limited;	   /* of RUN: the script is over a limit of ours */
};

/* A comment that hadolint takes. */
struct hado_pragma {
	enum { HADO_NEXT_LINE, HADO_STAGE, HADO_GLOBAL, HADO_SHELL } scope;
	uint32_t line;	      /* its own */
	uint32_t first, last; /* the lines that it is about */
	struct str ids;	      /* as written, commas between; of HADO_SHELL the shell's name */
};
struct hado_pragmas {
	struct hado_pragma *p;
	size_t n, cap;
};

struct hado_pass {
	const struct dockerfile *file;
	const struct hado_step *steps;
	size_t n_steps;
	bool onbuild; /* the steps are what ONBUILD holds, and nothing else */
	const struct hado_pragmas *pragmas;
};

struct hado_file {
	struct hado_pass plain, onbuild;
	struct hado_pragmas pragmas;
};

MUST_USE int hado_read(
    const struct dockerfile *file, struct arena *arena, struct hado_file *ret, struct err *err);

/* A rule as hadolint has it: one of the three. A verdict is the rule's title at a line. */
struct hado_check {
	/* Bad is each RUN in which this is true of some command. */
	bool (*command)(const struct hado_command *command);
	/* Bad is each instruction of which this is true. */
	bool (*step)(struct lint *lint, const struct hado_step *step);
	/* Says it itself, by hado_report. */
	void (*pass)(struct lint *lint, const struct hado_pass *pass);
	bool onbuild; /* it looks, with a state of its own, at what ONBUILD holds too */
};

void hado_report(struct lint *lint, uint32_t line);
/* In other words. */
void hado_report_as(struct lint *lint, uint32_t line, struct str message);
/* The verdicts of the lint's rule. */
void hado_judge(struct lint *lint, const struct hado_pass *pass);
static inline bool hado_has(const struct hado_check *check)
{
	return check->command || check->step || check->pass;
}

/* Whether all of a comment, from its '#' on, is a pragma; scope and ids are set. */
bool hado_pragma_read(struct str comment, struct hado_pragma *ret);
/* Of the plain pass. */
MUST_USE int hado_pragmas_read(
    const struct hado_pass *pass, struct arena *arena, struct hado_pragmas *ret, struct err *err);
bool hado_is_excused(const struct hado_pragmas *pragmas, struct str rule, uint32_t line);

/* ---- asking a command; lists of words end in NULL ---- */

bool hado_is(const struct hado_command *command, const char *name);
bool hado_is_any(const struct hado_command *command, const char *const *names);
bool hado_has_arg(const struct hado_command *command, const char *arg);
bool hado_has_any_arg(const struct hado_command *command, const char *const *args);
/* "--name", "--name=v"; of "-abc" each letter is a flag: "a", "b", "c". */
bool hado_has_flag(const struct hado_command *command, const char *name);
bool hado_has_any_flag(const struct hado_command *command, const char *const *names);
/* How often: "-qq" has two "q". */
size_t hado_count_flag(const struct hado_command *command, const char *name);
/* The next argument that is not a flag, from *at on; one behind a flag of `valued` (NULL: none)
 * that has no '=' is passed over. False behind the last. */
bool hado_next_word(const struct hado_command *command, const char *const *valued, size_t *at,
    struct str *ret_word);

/* ---- asking a step ---- */

/* Whether what its stage leaves behind is kept: the stage reads like the last one, or another
 * begins with it. So is what stands in no stage, and under ONBUILD. */
bool hado_is_kept(const struct hado_pass *pass, const struct hado_step *step);

/* A RUN --mount of type cache or tmpfs whose target has `part` in it. */
bool hado_has_mount(const struct hado_step *run, const char *part);
/* By its end, as ".tar.gz". */
bool hado_is_archive(struct str path);
/* Whether a FROM before the step `at` has that alias; nothing has an empty one. */
bool hado_is_alias(const struct hado_pass *pass, size_t at, struct str name);
/* Its text, registry, name, tag and digest. */
struct hado_image hado_image_split(struct str text);
/* Says of each instruction of that kind but the first of its stage that it is bad. */
void hado_report_second(struct lint *lint, const struct hado_pass *pass, enum docker_kind kind);
/* Of a FROM: the FROM above whose name it builds on; n_steps: none. */
size_t hado_parent(const struct hado_pass *pass, size_t at);
/* A flag's value with its quotes trimmed; empty if there is none. */
struct str hado_flag(const struct hado_step *step, const char *name);

#endif
