/*
 * What a user names on the command line: that it can be read at all, which repository it lies in,
 * and how its paths are written for him. Everything lives in the caller's arena.
 */
#ifndef ENGINE_WHERE_H
#define ENGINE_WHERE_H

#include "core/path_view.h"

struct where {
	const char *folder; /* to open: the folder that is named, or the one in which the file is */
	struct str file;    /* the file's name in there; empty: the folder is named */
	struct str unit;    /* the file's path inside, as its findings have it */
	const char *top;    /* of the repository, a real path; NULL: it lies in none */
	bool bare;	    /* `top` is the repository itself, without a work tree */
	struct path_view view;
};

/* `several`: it is one of several operands, whose paths must differ also outside a repository.
 * There a folder's files are named from the folder, and a file as the user names it. ERR_IO if
 * there is nothing or it cannot be looked at, ERR_UNSUPPORTED for devices, FIFOs and sockets. */
MUST_USE int where_find(
    struct str operand, bool several, struct arena *arena, struct where *ret, struct err *err);

#endif
