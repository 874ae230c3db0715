/*
 * What .plimsoll.yaml says of a work tree as it lies on disk, so that it is judged before a run
 * sees it, and the Dockerfile that it names is linted as it would be built.
 */
#ifndef ENGINE_PROJECT_HERE_H
#define ENGINE_PROJECT_HERE_H

#include "engine/scan.h"

/* Of the repository that `where` lies in, or else of the folder that it is. *ret_build is NULL
 * if no file names an image, or if it cannot be used: then the report says why. Lives in the
 * report's arena. -1 if the report takes no more. */
MUST_USE int scan_project_here(struct scan *scan, const struct where *where,
    const struct lint_build **ret_build, struct err *err);

#endif
