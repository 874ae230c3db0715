/*
 * Lint: Dockerfiles and ECS task definitions against the rules of rules.def. One unit at
 * a time, nothing is kept between calls, any thread with an arena and a sink of its own.
 * What cannot be parsed is a finding on its place, and the rest of the file is judged.
 */
#ifndef DETECT_LINT_LINT_H
#define DETECT_LINT_LINT_H

#include "core/sink.h"
#include "core/unit.h"
#include "detect/lint/rule.h"

struct lint_opts {
	struct str_list
	    trusted_registries; /* globs over "registry" or "registry/path"; empty: any */
};

enum lint_kind { LINT_NONE, LINT_DOCKERFILE, LINT_TASKDEF };

/* Whether a file of this name may be one to lint: cheap, before its bytes are read. */
bool lint_wants_path(struct str path);
/* A Dockerfile by name (Dockerfile, Dockerfile.x, x.dockerfile, Containerfile); a task definition
 * by content, also where its JSON is broken. */
enum lint_kind lint_recognise(struct str path, struct str bytes);

/* Tells findings to the sink; nothing for a unit that is neither kind. The arena holds temporaries.
 * -1: the sink refused, or limits and memory. */
MUST_USE int lint_unit(const struct unit *unit, const struct lint_opts *opts, struct arena *arena,
    struct sink *sink, struct err *err);

/* All rules, in the order of rules.def. */
const struct lint_rule *const *lint_rules(size_t *ret_n);

#endif
