/*
 * What a source's bake and Compose files say of how its Dockerfiles are built: asked of a reader
 * before any Dockerfile is judged. Private to engine and the commands.
 */
#ifndef ENGINE_SCAN_BUILDS_H
#define ENGINE_SCAN_BUILDS_H

#include "core/content.h"
#include "engine/scan.h"

struct build_file_name {
	struct str name; /* in the content */
	struct str path; /* what findings call it */
};

/* *ret is in the report's arena. A file that cannot be read says nothing here: it is a unit of the
 * scan too, which reports it. No more than so many ways of one Dockerfile, and so many in all. */
enum { BUILDS_OF_ONE = 64, BUILDS_MAX = 10000 };
MUST_USE int scan_builds(struct scan *scan, struct content *content,
    const struct build_file_name *files, size_t n, struct lint_builds *ret, struct err *err);

#endif
