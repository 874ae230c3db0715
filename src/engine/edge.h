/*
 * The edge of the program: whatever is about to be printed, logged or stored passes here,
 * and a secret in it is replaced by [secret], whoever wrote the text (design 24). The
 * texts are hostile, so they are looked through in a sandboxed child; it answers with
 * places only, so that it can hide too much and never put words into a report. Generic
 * kinds are not looked for here: every digest would be one. Not for threads.
 *
 * What the linter quotes of a file is masked once the whole file is known (engine/mask.h).
 */
#ifndef ENGINE_EDGE_H
#define ENGINE_EDGE_H

#include "core/limits.h"
#include "core/report.h"
#include "detect/secret/secret.h"

struct edge {
	const struct limits *limits;
	bool no_sandbox;
	struct arena arena;
	struct secret_engine *own; /* the built-in rules, if the reader cannot make its own */
	const struct secret_engine *shared; /* a scan's built-in rules, while it has them */
	const struct secret_engine *given;  /* a user's rules beside them, or NULL */
};

void edge_init(struct edge *edge, const struct limits *limits);
void edge_release(struct edge *edge);

/* *ret is text itself, or a copy in the arena. -1 if it could not be looked through: then it
 * must not be shown. */
MUST_USE int edge_text(
    struct edge *edge, struct str text, struct arena *arena, struct str *ret, struct err *err);
/* The same for what has nobody to hand an error to: a text that could not be looked through is
 * replaced as a whole. */
struct str edge_line(struct edge *edge, struct str text, struct arena *arena);
/* All texts of a report that came from outside. Called after the gate judged it, for policies name
 * paths as they are. */
MUST_USE int edge_report(struct edge *edge, struct report *report, struct err *err);

#endif
