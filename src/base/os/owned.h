/*
 * What a process has outside of itself while it runs and must not leave behind: folders for
 * temporary files, and control groups. Each is locked (flock on the folder itself) as long as
 * its process lives, however that ends:
 *
 *   SIGINT, SIGTERM, SIGHUP   the handler ends the process's children, removes what is owned, and
 *                             lets the signal end the process; a signal that was ignored stays so
 *   SIGKILL, a crash          the kernel drops the lock; the next process that sweeps gets it, and
 *                             removes what nobody living owns
 *
 * The folder for temporary files is shared with others who may be hostile: only a folder of our
 * own user, with our mode and our form of name, and not a link, is ever swept, and its content
 * through its descriptor. Not for several threads: the list is the process's.
 */
#ifndef BASE_OS_OWNED_H
#define BASE_OS_OWNED_H

#include "base/arena.h"
#include "base/err.h"

enum owned_kind {
	OWNED_FOLDER, /* all that is in it goes too */
	OWNED_GROUP,  /* a control group: empty once its processes are gone */
};

/* Makes parent/<prefix><16 hex digits>, 0700, locked; its path lies in the arena. NULL and errno
 * if it cannot be made. */
const char *owned_make(
    const char *parent, const char *prefix, enum owned_kind kind, struct arena *arena);
/* Removes it and forgets it; a group only once its processes are gone, for which it waits a
 * second. Missing is fine. */
MUST_USE int owned_remove(const char *path, struct err *err);
/* Removes what owned_make made below parent and no living process owns. Nothing that cannot be
 * removed is an error: it may be another's. */
void owned_sweep(const char *parent, const char *prefix, enum owned_kind kind);

/* A new folder of one's own below base (NULL: $TMPDIR or /tmp). Removed with owned_remove. */
MUST_USE int tempdir_open(
    const char *base, struct arena *arena, const char **ret_path, struct err *err);
/* Sweeps $TMPDIR or /tmp. */
void tempdir_sweep(void);

#endif
