/*
 * A tar archive, read once from front to back: v7, ustar, GNU (long names, base-256
 * numbers) and pax. Where readers differ it reads as the container runtimes do: links,
 * folders and devices have no body whatever their size says, and the archive ends at the
 * first two zero blocks, or where its bytes end between two entries.
 *
 * Thin form: sparse files (old GNU and pax), entry types that are no file system object,
 * and names with ".." or NUL are refused one by one (TAR_REFUSED) and the rest is read.
 * A global pax header that sets path, linkpath or size is refused as a whole, since
 * readers disagree about it.
 *
 * The stream is borrowed. One thread at a time.
 */
#ifndef READ_CODEC_TAR_H
#define READ_CODEC_TAR_H

#include "core/limits.h"
#include "read/codec/stream.h"

enum tar_kind {
	TAR_FILE,
	TAR_HARD_LINK,
	TAR_SYMLINK,
	TAR_CHAR_DEVICE,
	TAR_BLOCK_DEVICE,
	TAR_DIR,
	TAR_FIFO,
};

/* Slices are the reader's, good until the next tar_next. */
struct tar_entry {
	struct str path; /* no "./", "/", "//" or "/" at the end; empty is the root folder */
	struct str link; /* hard link: like path; symbolic link: as written */
	enum tar_kind kind;
	uint32_t mode;	 /* as st_mode: type and permissions */
	uint64_t size;	 /* of the body; 0 if there is none */
	uint64_t offset; /* of the body in the stream */
	uint32_t dev_major, dev_minor;
};

struct tar;

/* Uses limits->layer_entries, path_bytes and path_depth. */
MUST_USE int tar_open(
    struct stream *s, const struct limits *limits, struct tar **ret, struct err *err);
void tar_close(struct tar *t);
/* For CLEANUP(tar_cleanup) struct tar *t. */
void tar_cleanup(struct tar **t);

enum tar_result {
	TAR_ENTRY,
	TAR_REFUSED, /* err says why; ret->path is the name as far as it is known; go on */
	TAR_END,
	TAR_ERROR, /* err says why; nothing more can be read */
};
/* What is unread of the body before is skipped. */
MUST_USE enum tar_result tar_next(struct tar *t, struct tar_entry *ret, struct err *err);
/* Up to n bytes of the body; 0 at its end. ERR_FORMAT if the archive ends before. */
MUST_USE int tar_read(struct tar *t, void *p, size_t n, size_t *ret_n, struct err *err);

/* path without "./", "/" at the ends, "//" and "/./", written to `out` (cleared first). False if
 * it has a ".." component or a NUL. */
struct buf;
bool tar_path_normal(struct str path, struct buf *out);

#endif
