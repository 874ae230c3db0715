/*
 * What a file can be to the linter, one record a kind: how it is recognised, by name and by
 * content, and how it is read and judged by the rules that are about it. Private to lint.
 */
#ifndef DETECT_LINT_KIND_H
#define DETECT_LINT_KIND_H

#include "detect/lint/build_file.h"

enum lint_match { LINT_IS_NOT, LINT_MAY_BE, LINT_IS };

struct lint_kind {
	const char *name; /* as users read it: "Dockerfile" */
	/* Whether a file of this name may be one: cheap, before its bytes are read. */
	bool (*wants)(struct str path, const struct lint_opts *opts);
	/* Whether a file of this name is meant to be one, whatever is in it. */
	bool (*means)(struct str path, const struct lint_opts *opts);
	/* LINT_MAY_BE: it is one unless another kind is sure of it. The arena holds temporaries. */
	int (*recognise)(struct str path, struct str bytes, const struct lint_opts *opts,
	    struct arena *arena, enum lint_match *ret, struct err *err);
	/* Whether the rule is about files of this kind. */
	bool (*has_rule)(const struct lint_rule *rule);
	/* Reads the unit and runs the rules over it (lint_next_rule). -1: limits and memory, or the
	 * sink refused. */
	int (*judge)(struct lint *lint);
};

/* What a Dockerfile asks of Docker's build checks; texts are slices of it. */
struct check_directive {
	uint32_t line;		       /* 0: it has none */
	struct str skip, experimental; /* names, commas between, or "all" */
	bool error;		       /* what they find fails the build */
};
void check_directive_read(const struct dockerfile *file, struct check_directive *ret);
/* The next "key=value" of a directive's value. */
bool check_directive_next(struct str *rest, struct str *ret_key, struct str *ret_value);
/* Whether the rule is one of Docker's build checks, and one of that list. */
bool check_is(const struct lint_rule *rule);
bool check_is_listed(struct str list, const struct lint_rule *rule);

/* Where a text inside a file stands: `lines` and `columns` more, or, of a text whose lines are not
 * the file's, all of it at one place. */
struct lint_shift {
	bool whole;
	struct place at;
	uint32_t lines, columns;
};

/* One file being judged. */
struct lint {
	const struct unit *unit;
	const struct lint_opts *opts;
	const struct lint_kind *kind;
	const struct line_index *lines;	    /* set by the kind before the first rule */
	const struct dockerfile *file;	    /* NULL: requests in comments are not looked for */
	const struct hado_pragmas *pragmas; /* in hadolint's dialect */
	struct check_directive check;	    /* in ours */
	const struct lint_shift *shift;	    /* of a text inside a file; NULL: the file itself */
	struct map *seen; /* what was found in builds before; NULL: there is one */
	struct sink *sink;
	struct arena *arena;
	struct err *err;
	bool failed;
	/* the rule that runs, and its next finding */
	const struct lint_rule *rule;
	size_t next_rule;
	enum finding_weight weight;
	bool line_hidden;
	struct finding_edit edits[LINT_EDITS_MAX];
	size_t n_edits;
	uint32_t request_line; /* for which `request` was looked up, of this rule; 0: none yet */
	struct str request;
};

/* The next rule about this kind, which then reports; NULL behind the last and if reporting failed.
 */
const struct lint_rule *lint_next_rule(struct lint *lint);
/* Judges the Dockerfile that stands in a build file, as its target builds it. */
MUST_USE int lint_inner(
    struct lint *outer, const struct build_target *target, const struct syntax_tree *tree);
/* That rule reports, whatever was next. */
void lint_rule_begin(struct lint *lint, const struct lint_rule *rule);

#endif
