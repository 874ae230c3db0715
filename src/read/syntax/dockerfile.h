/*
 * Dockerfiles as BuildKit reads them, instruction by instruction: what cannot be read is
 * one problem with its exact place, and everything else is parsed. Words are slices of
 * the instruction's joined text, which knows where in the file each byte stood although
 * continuations, comments and blank lines between are cut out. The file's text is
 * borrowed and must outlive the result; everything else is in the arena. Linear in the
 * text. Pure functions; rules ask the resolved view (read/syntax/dockerfile_view.h).
 *
 * Source: the Dockerfile reference and the documented behaviour of BuildKit's frontend
 * (continuations, heredocs, directives in the leading block only).
 */
#ifndef READ_SYNTAX_DOCKERFILE_H
#define READ_SYNTAX_DOCKERFILE_H

#include "core/place.h"
#include "read/syntax/shell_text.h"

/* Kind and keyword. */
#define DOCKER_KINDS(X)               \
	X(ADD, "ADD")                 \
	X(ARG, "ARG")                 \
	X(CMD, "CMD")                 \
	X(COPY, "COPY")               \
	X(ENTRYPOINT, "ENTRYPOINT")   \
	X(ENV, "ENV")                 \
	X(EXPOSE, "EXPOSE")           \
	X(FROM, "FROM")               \
	X(HEALTHCHECK, "HEALTHCHECK") \
	X(LABEL, "LABEL")             \
	X(MAINTAINER, "MAINTAINER")   \
	X(ONBUILD, "ONBUILD")         \
	X(RUN, "RUN")                 \
	X(SHELL, "SHELL")             \
	X(STOPSIGNAL, "STOPSIGNAL")   \
	X(USER, "USER")               \
	X(VOLUME, "VOLUME")           \
	X(WORKDIR, "WORKDIR")
enum docker_kind {
	DOCKER_UNKNOWN,
#define X(name, word) DOCKER_##name,
	DOCKER_KINDS(X)
#undef X
};

enum {
	DOCKER_PROBLEMS_MAX = 1000, /* then one last problem says that there are more */
	DOCKER_INSTRUCTIONS_MAX = 200000,
};

/* raw is a slice of the joined text (quotes and escapes as written); text is without them, and
 * the same slice if there are none. Variables are not expanded. */
struct docker_word {
	struct str raw, text;
	struct placed_text placed; /* of `text`, in exec form only: for scripts inside it */
};

/* --name=value, or --name (has_value false). Unknown flags are kept like known ones. */
struct docker_flag {
	struct str raw, name;
	struct docker_word value;
	bool has_value;
};

/* name=value of ENV, LABEL, ARG; ARG NAME has has_value false. */
struct docker_pair {
	struct str raw;
	struct docker_word name, value;
	bool has_value;
};

struct docker_heredoc {
	struct str raw;	 /* the word "<<-'EOF'" in the joined text */
	struct str name; /* without quotes */
	bool chomp;	 /* <<-: leading tabs of body and end are cut */
	bool expand;	 /* the name is not quoted */
	bool ended;	 /* false: the file ended first (also a problem) */
	struct str body; /* a slice of the file: whole lines, without the last one, the name */
};

struct docker_instruction {
	enum docker_kind kind;
	bool malformed;		 /* it has a problem; what could be read is there */
	bool exec_form;		 /* its arguments are a JSON list of strings: words hold them */
	bool legacy_pair;	 /* ENV NAME value, LABEL NAME value */
	bool empty_continuation; /* a blank line inside */
	struct placed_text text; /* joined, from the keyword on, without heredoc bodies */
	struct str keyword;	 /* as written; what follows are slices of text.text */
	struct str args;	 /* behind keyword and flags, no blanks at its ends */
	const struct docker_flag *flags;
	size_t n_flags;
	/* RUN, CMD, ENTRYPOINT and SHELL in shell form: none (args is the script). USER, WORKDIR,
	 * STOPSIGNAL, MAINTAINER: one. HEALTHCHECK: the words of its CMD in exec form. */
	const struct docker_word *words;
	size_t n_words;
	const struct docker_pair *pairs;
	size_t n_pairs;
	const struct docker_heredoc *heredocs;
	size_t n_heredocs;
	const struct docker_instruction *inner; /* of ONBUILD */
	uint32_t offset, end; /* in the file: from keyword to the last byte, bodies included */
	uint32_t head_end;    /* the same without heredoc bodies */
};

struct docker_problem {
	const char *what; /* a sentence part, static; never the input's text */
	const char *fix;  /* what to do, static; may be NULL */
	size_t offset, end;
	/* Index of the instruction it is about, or instructions.n if there is none. */
	size_t instruction;
};

/* "# name=value" of the leading block: syntax, escape, check. */
struct docker_directive {
	struct str name, value; /* slices of the file */
};

struct docker_comment {
	struct str text; /* a slice of the file: from '#' to the end of the line, without CR */
};

struct dockerfile {
	struct str text; /* the file */
	struct line_index lines;
	char escape;				     /* '\\' or '`' */
	VEC(struct docker_instruction) instructions; /* unknown ones too */
	VEC(struct docker_problem) problems;
	VEC(struct docker_directive) directives;
	VEC(struct docker_comment) comments; /* also those inside continuations */
};

/* Builders that know no here-documents take what stands behind them for instructions. */
enum docker_dialect { DOCKER_BUILDKIT, DOCKER_NO_HEREDOCS };

/* -1 only for limits and memory: a text over 4 GiB, more than DOCKER_INSTRUCTIONS_MAX
 * instructions, a full arena. */
MUST_USE int dockerfile_parse(
    struct str text, struct arena *arena, struct dockerfile *ret, struct err *err);
MUST_USE int dockerfile_parse_dialect(struct str text, enum docker_dialect dialect,
    struct arena *arena, struct dockerfile *ret, struct err *err);
/* The text of the first instruction, as the parser joins its lines; empty if there is none. */
MUST_USE int dockerfile_first(
    struct str text, struct arena *arena, struct str *ret_text, struct err *err);

/* Upper case; "?" for DOCKER_UNKNOWN. */
const char *docker_kind_word(enum docker_kind kind);
/* By the keyword without case; DOCKER_UNKNOWN if no instruction has it. */
enum docker_kind docker_kind_of(struct str keyword);
/* The first flag of that name, or NULL. */
const struct docker_flag *docker_flag_get(
    const struct docker_instruction *instruction, const char *name);
/* Where a slice of the instruction's joined text stands in the file. */
struct text_range docker_range(const struct docker_instruction *instruction, struct str part);

#endif
