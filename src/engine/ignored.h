/*
 * What a repository's ignore files leave out of a folder's files. Private to engine.
 */
#ifndef ENGINE_IGNORED_H
#define ENGINE_IGNORED_H

#include "engine/scan.h"
#include "read/source/dir/dir.h"

/* Takes out of the list what git ignores, also of what could not be read. Nothing is taken out, and
 * scan->warning says why, where git cannot be asked: then too much is judged, never too little. No
 * repository, or one of somebody else's above the folder, is none. */
void leave_out_ignored(
    struct scan *scan, const struct where *where, struct dir_list *list, struct arena *arena);

#endif
