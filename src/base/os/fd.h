/*
 * File descriptors: whole reads with a cap, whole writes, and files that appear at once
 * or not at all. All descriptors are close-on-exec.
 */
#ifndef BASE_OS_FD_H
#define BASE_OS_FD_H

#include "base/arena.h"
#include "base/buf.h"

#define CLEANUP_FD CLEANUP(fd_cleanup)
/* Closes *fd if it is not negative, and sets it to -1. */
void fd_cleanup(int *fd);

/* Opens without following a final symbolic link if nofollow is set, and without waiting for
 * anybody at the other end of a FIFO: look with fstat before reading. -1 and ERR_IO. */
int fd_open_read(const char *path, bool nofollow, struct err *err);
/* write(2), but that a pipe nobody reads is EPIPE and never a signal, whatever the program does
 * about SIGPIPE. */
MUST_USE long fd_write_some(int fd, struct str bytes);
/* All n bytes, through EINTR and short writes. A closed pipe is ERR_IO with EPIPE in `sys`. */
MUST_USE int fd_write_all(int fd, struct str bytes, struct err *err);
/* Up to n bytes; fewer only at the end of the file. */
MUST_USE int fd_read_full(int fd, void *p, size_t n, size_t *ret_n, struct err *err);
MUST_USE int fd_pread_full(
    int fd, uint64_t offset, void *p, size_t n, size_t *ret_n, struct err *err);
/* Appends the rest of fd; ERR_LIMIT if out's cap is reached. */
MUST_USE int fd_read_to_end(int fd, struct buf *out, struct err *err);

/* A file to read. Devices, FIFOs and sockets, which could keep the program waiting for ever, are
 * ERR_IO, unless the path names a descriptor of this process (/dev/stdin). */
MUST_USE int file_open_read(const char *path, struct err *err);
/* Its bytes in the arena; ERR_LIMIT above max_bytes, ERR_IO if it cannot be read. */
MUST_USE int file_read(const char *path, size_t max_bytes, struct arena *arena,
    struct str *ret_bytes, struct err *err);
/* Writes path by way of a temporary file beside it, synced and renamed, for files that the program
 * keeps itself: a link is replaced, a device or FIFO is ERR_IO. What a user names is written with
 * output_write (output.h). Parent must exist.
 * Faults of tests: see base/fault.h, points "file-write" and "file-sync". */
MUST_USE int file_write(const char *path, struct str bytes, unsigned mode, struct err *err);
struct stat;
/* The same in the place of a regular file that `was` is of: the new one has its mode and owner
 * before it has its name. ERR_IO if it is another user's and cannot be given to them. */
MUST_USE int file_replace(
    const char *path, struct str bytes, const struct stat *was, struct err *err);
/* "a FIFO", "a device" …, of st_mode. */
const char *file_kind(unsigned mode);
bool file_exists(const char *path);
/* mkdir -p; existing folders are fine. */
MUST_USE int dir_make(const char *path, unsigned mode, struct err *err);
/* rm -rf that never follows a symbolic link and never leaves the folder. Missing is fine. */
MUST_USE int dir_remove(const char *path, struct err *err);

#endif
