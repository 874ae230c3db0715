/*
 * Where a repository's folders are, found without git and without obeying anything that
 * the repository says but these: .git files, commondir, and extensions.objectFormat.
 */
#ifndef READ_SOURCE_GIT_GIT_PLACE_H
#define READ_SOURCE_GIT_GIT_PLACE_H

#include "base/arena.h"

struct git_place {
	const char *path;    /* as it was given: for messages */
	const char *git_dir; /* where its HEAD and index are */
	const char *common;  /* where its objects and refs are */
	size_t hex_digits;   /* of an object id: 40 or 64 */
	bool bare;
};

/* path: a work tree's top, a bare repository, or a .git folder or file. ERR_NOT_FOUND if there is
 * none, ERR_UNSUPPORTED if its refs are kept in a reftable. */
MUST_USE int git_place_find(
    const char *path, struct arena *arena, struct git_place *ret, struct err *err);
/* A folder as git_place_find takes it, seen from inside: a linked work tree's part too. */
bool git_place_is_dir(struct arena *arena, const char *path);

/* Whether a folder of a git folder, by its path from there, holds objects: its own, or a
 * submodule's. */
bool git_place_is_objects(struct str folder);
/* The real path; NULL if there is none. */
const char *git_place_real(struct arena *arena, const char *path);

/* A value of a config file's text (git-config(1), "Syntax"), the last one; empty if there is none.
 * Names without case, no subsection, no include is followed. */
struct str git_config_value(struct str text, struct str section, struct str name);

#endif
