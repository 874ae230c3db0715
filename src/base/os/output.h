/*
 * Files that a user names, to write to or to read from: what stands under such a name may be
 * a device, a FIFO, a link, or one of the program's own descriptors (/dev/stdout, /dev/fd/3).
 * Only regular files are replaced; a link stays one. Files that the program itself keeps are
 * written with file_write (fd.h), which follows nothing.
 */
#ifndef BASE_OS_OUTPUT_H
#define BASE_OS_OUTPUT_H

#include "base/err.h"
#include "base/str.h"

/* What stands at path, or where its links lead, gets the bytes: a regular file, or one that is not
 * there yet, at once and by a rename in its own folder; a descriptor of this process as it is, so
 * that what was written to it before stays; anything else by being written to. A FIFO that nobody
 * reads is ERR_IO after a few seconds. */
MUST_USE int output_write(const char *path, struct str bytes, unsigned mode, struct err *err);

/* The number of the descriptor that path names, whatever links lead there; -1 if it names none. */
int path_descriptor(const char *path);

#endif
