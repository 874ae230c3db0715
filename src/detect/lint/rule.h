/*
 * A lint rule: one file of rules/, one line of rules.def, one const record that carries
 * its documentation. Its check reads a file that was resolved once for all rules and
 * reports through the functions below; it allocates nothing and keeps nothing.
 */
#ifndef DETECT_LINT_RULE_H
#define DETECT_LINT_RULE_H

#include "core/finding.h"
#include "read/syntax/dockerfile_view.h"
#include "read/syntax/node.h"

struct lint; /* one file being judged, by one rule */

enum { LINT_REFERENCES_MAX = 3 };

struct lint_rule {
	const char *id;
	const char *title; /* what is wrong, in a few words */
	const char *why, *fix;
	const char *threat; /* host, image, denial-of-service, credentials, breakout or runtime */
	const char *since;  /* the date it came */
	const char *peer;   /* the severity word of the peer that has it too; "" where none has */
	const char *references[LINT_REFERENCES_MAX];
	enum severity severity;
	void (*dockerfile)(struct lint *lint, const struct docker_view *view);
	void (*taskdef)(struct lint *lint, const struct syntax_tree *tree);
};

/* ---- for checks; errors stick to the lint and end it ---- */

/* Bytes [offset, end) of the file are wrong. `identity` says what they are without saying where:
 * the instruction's text, a path of keys. fix may be NULL: then the rule's own. */
void lint_report(struct lint *lint, struct text_range range, struct str identity, const char *fix,
    const char *message, ...) PRINTF_LIKE(5, 6);
/* The whole first line of an instruction, or all of it where it has one; its text is the identity.
 */
void lint_instruction(struct lint *lint, const struct docker_instruction *in, const char *message,
    ...) PRINTF_LIKE(3, 4);
/* One command of a RUN. */
void lint_command(struct lint *lint, const struct docker_step *step,
    const struct shell_command *command, const char *message, ...) PRINTF_LIKE(4, 5);
/* A value of a task definition. */
void lint_node(struct lint *lint, const struct node *node, const char *message, ...)
    PRINTF_LIKE(3, 4);

/* The policy's list; empty: every registry is trusted. */
struct str_list lint_trusted_registries(const struct lint *lint);

/* Walk: for each step of every stage, or of the stages that the image needs. */
static inline bool lint_step_is(const struct docker_step *step, enum docker_kind kind)
{
	return step->instruction->kind == kind;
}

/* The containers of a task definition: members of containerDefinitions wherever it stands, of a
 * bare list, or a bare container. Call again with the last one; NULL begins and ends. */
const struct node *lint_next_container(const struct syntax_tree *tree, const struct node *last);

/* Package managers: `yum install`, `apt-get -y install` … with any of these words as the first
 * argument that is no option. */
bool lint_installs(const struct shell_command *command);

#endif
