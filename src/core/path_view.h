/*
 * How the paths of a source are written for whoever asked. Inside, a file is named from the
 * top of its repository, so that fingerprints and a policy's globs are the same wherever
 * somebody stands; a report names it from where the user stands. Slices are borrowed.
 */
#ifndef CORE_PATH_VIEW_H
#define CORE_PATH_VIEW_H

#include "core/finding.h"

/* All empty: paths are shown as they are. Each text is empty or ends in '/', but that a single
 * file may be shown under another name. */
struct path_view {
	struct str prefix; /* the folder that was named, from the repository's top: "sub/" */
	struct str shown;  /* the same folder as the user sees it: "../x/sub/" */
	struct str top;	   /* the repository's top as the user sees it: "../x/" */
};

bool path_view_is_plain(const struct path_view *view);
/* *path becomes what is shown, in the arena. An empty path stays empty. */
MUST_USE int path_view_apply(
    const struct path_view *view, struct str *path, struct arena *arena, struct err *err);
/* The place keeps its path in `within`. */
MUST_USE int path_view_apply_place(
    const struct path_view *view, struct place *place, struct arena *arena, struct err *err);
/* Its places, edits and request, in lists of its own; the places keep their paths in `within`. */
MUST_USE int path_view_apply_finding(
    const struct path_view *view, struct finding *finding, struct arena *arena, struct err *err);

#endif
