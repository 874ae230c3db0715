/*
 * dockerfile_lint's verdicts: one Dockerfile against a set of its rules. The file is read as
 * BuildKit reads it, so that what is valid is no mistake; an instruction is matched as its joined
 * lines, and what a here-document holds as a part of them.
 *
 * Source: the behaviour of dockerfile_lint 0.3.4. What is otherwise here stands in
 * docs/dockerfile-lint.md.
 */
#ifndef PEER_DLINT_H
#define PEER_DLINT_H

#include "peer/dlint_rules.h"

enum dlint_kind {
	DLINT_OF_RULE,	 /* a rule of the rule file */
	DLINT_OF_NEEDED, /* an instruction that is missing */
	DLINT_OF_FILE,	 /* the file itself, or a name and value */
};

struct dlint_finding {
	enum dlint_kind kind;
	enum dlint_level level;
	struct str label, message, description, content;
	struct dlint_reference reference;
	struct str instruction, count; /* of what is missing */
	bool inverse;
	int line; /* from 1; -1: a label that is missing; 0: the file */
};

struct dlint_result {
	VEC(struct dlint_finding) findings[DLINT_LEVELS]; /* in the order of the file */
	VEC(struct str) ignored;			  /* instructions that a comment excused */
};

/* *ret is in the arena; texts are slices of bytes or of the rules. A rule that takes too long is an
 * error of its own, and off for the rest of this file. -1: limits and memory. */
MUST_USE int dlint_judge(struct dlint_rules *rules, struct str bytes, struct arena *arena,
    struct dlint_result *ret, struct err *err);

#endif
