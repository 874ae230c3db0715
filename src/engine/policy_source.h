/*
 * Where a policy comes from: a YAML file, a folder with policy.yaml, or a git repository
 * (bare or not) whose HEAD, or the revision after '@', holds policy.yaml. A repository's
 * policy is read from the commit, not from the work tree, and the commit is recorded.
 */
#ifndef ENGINE_POLICY_SOURCE_H
#define ENGINE_POLICY_SOURCE_H

#include "gate/policy.h"

struct policy_source {
	struct str text;
	struct str name;   /* for people */
	struct str file;   /* the same with the file in it, for what is wrong on a line */
	struct str commit; /* empty if it is not a repository */
};

/* An empty `where` is the built-in starter. ERR_CONFIG if there is no policy. */
MUST_USE int policy_source_read(
    struct str where, struct arena *arena, struct policy_source *ret, struct err *err);
/* And parsed; `names` is what it may name (engine/rule_list.h). */
MUST_USE int policy_source_load(struct str where, const struct policy_names *names,
    struct arena *arena, struct policy *ret, struct err *err);

#endif
