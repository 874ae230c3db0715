/*
 * Removing folders with system calls alone: nothing is allocated and no lock is taken, so
 * that a signal's handler may do it too. dir_remove (fd.h) is made of this.
 */
#ifndef BASE_OS_REMOVE_H
#define BASE_OS_REMOVE_H

#include "base/defs.h"

enum { DIR_ENTRIES_BYTES = 4096 };

/* The names in an open folder, without "." and "..". */
struct dir_entries {
	int fd;	   /* borrowed */
	int error; /* errno of what ended it, 0 at the end of the folder */
	size_t n, at;
	char bytes[DIR_ENTRIES_BYTES] __attribute__((aligned(8)));
};
/* From the first entry on. */
void dir_entries_init(struct dir_entries *d, int fd);
/* NULL at the end and on a failure (see error). Valid until the next call. */
const char *dir_next(struct dir_entries *d);

/* Removes all that lies below the open folder; never follows a symbolic link and never enters
 * another file system. -1 and errno. */
MUST_USE int dir_empty(int fd);

#endif
