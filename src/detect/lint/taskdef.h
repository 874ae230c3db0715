/*
 * Task definitions: what is one, read, and its containers. Private to lint. Pure values in
 * the arena.
 */
#ifndef DETECT_LINT_TASKDEF_H
#define DETECT_LINT_TASKDEF_H

#include "detect/lint/rule.h"

/* By name, first byte and a key that must be there: cheap, before anything is parsed. */
bool taskdef_may_be(struct str path, struct str bytes);
/* "task-definition.json", "taskdef.prod.json", "container_definitions.yaml". */
bool taskdef_is_name(struct str name);
/* As JSON, or as YAML if the name says so. */
MUST_USE int taskdef_read(struct str path, struct str bytes, struct arena *arena,
    struct syntax_tree *ret, struct err *err);
/* By the keys at the top: those of a task or container definition and, if they alone leave it
 * open, no others. */
bool taskdef_is(struct str name, const struct syntax_tree *tree);

#endif
