/*
 * What a build must know of a commit before it begins: what .plimsoll.yaml says, and which
 * images its Dockerfile starts from. Both texts are the branch's; they are read in a
 * sandboxed child, and what it answers is checked here again. Results live in the
 * report's arena.
 */
#ifndef ENGINE_SCAN_PROJECT_H
#define ENGINE_SCAN_PROJECT_H

#include "engine/scan.h"
#include "gate/project.h"
#include "read/syntax/dockerfile_dialect.h"

/* False in *ret_ok if the file cannot be used: the report says why (stage build). */
MUST_USE int scan_project(
    struct scan *scan, struct str text, bool *ret_ok, struct project *ret, struct err *err);

/* The files of a commit that have a Dockerfile's name, at most DOCKERFILES_FOUND. */
enum { DOCKERFILES_FOUND = 1000 };
MUST_USE int scan_dockerfiles(struct scan *scan, struct git_repo *repo,
    const struct git_oid *commit, struct str_list *ret_paths, struct err *err);

/* What is asked about the Dockerfile that a project builds. */
struct project_build {
	const struct project *project;
	struct str path; /* of the Dockerfile in the repository, for places */
	struct str dockerfile;
	struct docker_builder builder; /* that will read it */
	struct str own_registry;       /* that is published to: trusted beside the policy's */
};

struct project_bases {
	struct str_list references; /* as written, with ARGs resolved, each once */
	struct str shipped; /* the one whose layers are the lowest of the image's; empty: none */
	bool chained;	    /* a stage builds on another one */
};

/* The images that FROM, COPY --from and RUN --mount name in the stages up to the project's target.
 * False in *ret_ok if it cannot be built, and the report says why with the line: an image that
 * only the build would know, or of a registry that is not trusted, and what this builder would
 * read otherwise than the linter does, or refuse. */
MUST_USE int scan_bases(struct scan *scan, const struct project_build *build, bool *ret_ok,
    struct project_bases *ret, struct err *err);

#endif
