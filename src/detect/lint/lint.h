/*
 * Lint: Dockerfiles and ECS task definitions against the rules of rules.def. One unit at
 * a time, nothing is kept between calls, any thread with an arena and a sink of its own.
 * What cannot be parsed is a finding on its place, and the rest of the file is judged.
 */
#ifndef DETECT_LINT_LINT_H
#define DETECT_LINT_LINT_H

#include "core/content.h"
#include "core/sink.h"
#include "core/unit.h"
#include "detect/lint/rule.h"

/* A file of a source that is built, and how: it is a Dockerfile whatever its name. */
struct lint_build {
	struct str path; /* as the source's units have it */
	enum docker_dialect dialect;
	struct docker_build how;
};
/* What bake and Compose files say is built, sorted by path; one Dockerfile may be built in several
 * ways, and is judged as each of them builds it. */
struct lint_builds {
	const struct lint_build *p;
	size_t n;
};

/* Whose verdicts: ours, or those of hadolint to its letter (detect/lint/hado.h). */
enum lint_dialect { LINT_OURS, LINT_HADOLINT };

/* What a label's value has to be, by the organisation's schema. */
enum lint_label_type {
	LABEL_TEXT,
	LABEL_URL,
	LABEL_SEMVER,
	LABEL_HASH,
	LABEL_RFC3339,
	LABEL_SPDX,
	LABEL_EMAIL,
};
struct lint_label {
	struct str key;
	enum lint_label_type type;
};

/* Other files of the source that a unit is of. */
struct lint_siblings {
	/* `path` from the unit's folder on, without "..", or, with a '/' before it, from the
	 * source's top. CONTENT_ERROR also if the source cannot say. */
	enum content_result (*read)(struct lint_siblings *siblings, struct str unit_path,
	    struct str path, struct arena *arena, struct str *ret_bytes, struct err *err);
};

/* ShellCheck, for a linter that can start nothing itself. */
enum { LINT_CHECKED_MAX = 64 };
struct lint_checker {
	unsigned first_file;
	/* Its JSON (json1) about at most LINT_CHECKED_MAX scripts: the i-th is the file
	 * "/dev/fd/N", N = first_file + i. ERR_NOT_FOUND: it is not installed. */
	int (*run)(struct lint_checker *checker, const struct str *scripts, size_t n,
	    struct arena *arena, struct str *ret_json, struct err *err);
};

struct lint_opts {
	enum lint_dialect dialect;
	const struct lint_label *labels; /* required of every image */
	size_t n_labels;
	bool strict_labels;		/* no others may be set */
	bool no_pragmas;		/* hadolint's comments excuse nothing */
	struct str_list opted;		/* ids: these of the rules that are off run too */
	struct lint_checker *checker;	/* NULL: the shell in RUN is not given to ShellCheck */
	struct lint_siblings *siblings; /* NULL: no other file can be asked for */
	struct str_list
	    trusted_registries; /* globs over "registry" or "registry/path"; empty: any */
	/* The user named this file: it is a Dockerfile even if discovery would pass it over. */
	bool named;
	const struct lint_build
	    *build; /* the source's own image; NULL: it is not known how it is built */
	struct lint_builds builds;
};

/* Both, in the arena; what is of one Dockerfile stays in the order that it came in. */
MUST_USE int lint_builds_add(
    struct lint_builds *builds, struct lint_builds more, struct arena *arena, struct err *err);
/* Those of one Dockerfile: the source's own alone if it is that. */
struct lint_builds lint_builds_of(const struct lint_opts *opts, struct str path);

/* Whether a file's name is a Dockerfile's, and not that of something made from one or for one. */
bool lint_is_dockerfile_name(struct str path);

struct lint_kind;					  /* what a file is, one of kinds.def */
const char *lint_kind_name(const struct lint_kind *kind); /* "Dockerfile", "task definition" */
/* What a rule is about. */
const struct lint_kind *lint_rule_kind(const struct lint_rule *rule);

/* Whether a file of this name is meant to be linted, whatever is in it: a Dockerfile's or a task
 * definition's name, or the file that is built. */
bool lint_means_path(struct str path, const struct lint_opts *opts);
/* Whether a file of this name may be one to lint: cheap, before its bytes are read. */
bool lint_wants_path(struct str path, const struct lint_opts *opts);
/*
 * A Dockerfile by name and content: Dockerfile, Dockerfile.x, x.dockerfile, Containerfile …, but
 * no template, backup, document or list of that name, and its first instruction, its lines joined
 * as the parser joins them, is FROM or ARG, whatever follows (in a file called exactly Dockerfile
 * or Containerfile also one of them misspelt), or it has none. Named, what has
 * such a name always is one, and so is any file that begins so. A task definition by content,
 * JSON or YAML, even if it does not parse: `containerDefinitions`, or the keys of a container
 * definition at its top or in a list there. The arena holds temporaries.
 */
MUST_USE int lint_recognise(struct str path, struct str bytes, const struct lint_opts *opts,
    struct arena *arena, const struct lint_kind **ret_kind, struct err *err);

/* Reports findings to the sink; nothing for a unit that is of no kind, and then *ret_kind is NULL:
 * a file that was named and that nobody takes is the caller's to report. The arena holds
 * temporaries. -1: the sink refused, limits and memory, or (ERR_CONFIG) the build's target is no
 * stage of the file. */
MUST_USE int lint_unit(const struct unit *unit, const struct lint_opts *opts, struct arena *arena,
    struct sink *sink, const struct lint_kind **ret_kind, struct err *err);

/* By its id or one of its aliases. */
bool lint_rule_is(const struct lint_rule *rule, struct str name);

/* All rules, in the order of rules.def. */
const struct lint_rule *const *lint_rules(size_t *ret_n);

#endif
