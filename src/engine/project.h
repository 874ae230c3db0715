/*
 * What a build must know of a commit before it begins: what .plimsoll.yaml says, and which
 * images its Dockerfile starts from. Both texts are the branch's; they are read in a
 * sandboxed child, and what it answers is checked here again. Results live in the
 * report's arena.
 */
#ifndef ENGINE_PROJECT_H
#define ENGINE_PROJECT_H

#include "engine/scan.h"
#include "gate/project.h"

/* False in *ret_ok where the file cannot be used: the report says why (stage build). */
MUST_USE int scan_project(
    struct scan *scan, struct str text, bool *ret_ok, struct project *ret, struct err *err);

struct project_bases {
	struct str_list references; /* as written, with ARGs resolved, each once */
	struct str shipped; /* the one whose layers are the lowest of the image's; empty: none */
	bool chained;	    /* a stage builds on another one */
};

/* The images that FROM, COPY --from and RUN --mount name in the stages up to the project's target.
 * One that only the build would know is a problem of the report, and false in *ret_ok. `path` is
 * the Dockerfile's, for places. */
MUST_USE int scan_bases(struct scan *scan, const struct project *project, struct str path,
    struct str dockerfile, bool *ret_ok, struct project_bases *ret, struct err *err);

#endif
