/*
 * The named byte ranges an image is made of: files of a layout folder, or members of one
 * tar archive whose headers are indexed first (bodies are gone over, not read). Memory is
 * the arena's; content is borrowed. One thread at a time.
 */
#ifndef READ_SOURCE_IMAGE_BLOBS_H
#define READ_SOURCE_IMAGE_BLOBS_H

#include "base/map.h"
#include "core/content.h"
#include "core/limits.h"
#include "read/codec/stream.h"

struct image_blobs {
	struct content *content;
	struct arena *arena;
	bool is_archive;
	uint32_t archive; /* its handle, with is_archive */
	struct map members;
};

/* archive empty: names are asked of content. ERR_NOT_FOUND if the archive is not there,
 * ERR_UNSUPPORTED if it is compressed as a whole. */
MUST_USE int blobs_open(struct content *content, struct str archive, const struct limits *limits,
    struct arena *arena, struct image_blobs **ret, struct err *err);
void blobs_close(struct image_blobs *blobs);

/* One blob, open: close it with blob_close. */
struct blob {
	struct image_blobs *blobs;
	uint32_t handle;
	uint64_t offset, size;
	bool is_own; /* the handle is this blob's alone */
};
MUST_USE enum content_result blob_open(
    struct image_blobs *blobs, struct str name, struct blob *ret, struct err *err);
/* For CLEANUP(blob_close) struct blob b = {0}. */
void blob_close(struct blob *blob);
bool blobs_have(struct image_blobs *blobs, struct str name);

/* The whole of a small one; ERR_LIMIT above max_bytes. */
MUST_USE enum content_result blobs_read(struct image_blobs *blobs, struct str name,
    size_t max_bytes, struct arena *arena, struct str *ret_bytes, struct err *err);
/* "blobs/sha256/<hex>"; ERR_FORMAT if digest is invalid, ERR_UNSUPPORTED for other algorithms. */
MUST_USE int blob_name(
    struct str digest, struct arena *arena, struct str *ret_name, struct err *err);
/* The blob of a digest, its size and digest checked; `what` is for the errors ("the manifest").
 * Missing is ERR_FORMAT. */
MUST_USE int blobs_read_digest(struct image_blobs *blobs, struct str digest, uint64_t size,
    const char *what, size_t max_bytes, struct arena *arena, struct str *ret_bytes,
    struct err *err);

#endif
