/*
 * What a repository knows of a folder's files: its ignore files leave some out, and a submodule
 * that is not fetched is not there. Private to engine.
 */
#ifndef ENGINE_LEAVE_OUT_H
#define ENGINE_LEAVE_OUT_H

#include "engine/scan.h"
#include "read/source/dir/dir.h"

/* Takes what git ignores out of the list, and out of what could not be read. If git cannot be
 * asked, nothing is taken out and scan->warning says why: then too much is judged, never too
 * little. A repository above the folder that is somebody else's is not asked. */
void leave_out_ignored(
    struct scan *scan, const struct where *where, struct dir_list *list, struct arena *arena);
/* Reports as not covered, for each of the detectors' stages, every submodule that the repository's
 * index has at, below or above the folder and of which the list holds no file. */
MUST_USE int tell_submodules(struct scan *scan, const struct where *where,
    const struct dir_list *list, unsigned detectors, struct err *err);

#endif
