/*
 * An OCI layout folder (OCI image layout specification 1.0) as plimsoll-net writes and
 * reads it: blobs appear at once and only when their digest is right. One writer at a
 * time, held off by a lock on the folder that ends with the process. All paths are taken
 * below one open folder; no symbolic link is followed. The fault point "file-write" stands
 * for a full disk.
 */
#ifndef NET_BLOB_STORE_H
#define NET_BLOB_STORE_H

#include "base/hash.h"
#include "net/http.h"
#include "net/registry/registry_manifest.h"

struct blob_store {
	int dir_fd;
};

/* The folder exists. to_write: makes what a layout needs, takes the lock, and removes what an
 * interrupted writer left. */
MUST_USE int blob_store_open(
    struct blob_store *store, const char *path, bool to_write, struct err *err);
/* Usable as CLEANUP(blob_store_close). */
void blob_store_close(struct blob_store *store);

/* Whether the blob is there with that size and its digest is right; a wrong one counts as absent.
 */
bool blob_store_has(const struct blob_store *store, const struct descriptor *blob);
/* Opens a blob of exactly that size. ERR_FORMAT if it has another size, ERR_IO. */
MUST_USE int blob_store_open_blob(
    const struct blob_store *store, const struct descriptor *blob, int *ret_fd, struct err *err);
/* A small blob whole, its digest verified. */
MUST_USE int blob_store_read(const struct blob_store *store, struct str digest, size_t max_bytes,
    struct arena *arena, struct str *ret_bytes, struct err *err);
/* A small blob whose digest the caller has verified. */
MUST_USE int blob_store_put(
    const struct blob_store *store, struct str digest, struct str bytes, struct err *err);
/* oci-layout, and an index.json that names this one manifest. The last step. */
MUST_USE int blob_store_finish(
    const struct blob_store *store, const struct descriptor *manifest, struct err *err);

/* A blob on its way in: a sink for http_perform. Nothing is visible before blob_writer_commit. */
struct blob_writer {
	struct http_sink sink;
	const struct blob_store *store;
	const struct descriptor *blob; /* borrowed */
	int fd;
	uint64_t done_bytes;
	struct hasher hasher;
	void (*progress)(void *arg, const struct descriptor *blob, uint64_t done_bytes);
	void *progress_arg;
};
MUST_USE int blob_writer_open(struct blob_writer *w, const struct blob_store *store,
    const struct descriptor *blob, struct err *err);
/* ERR_FORMAT if size or digest is not the descriptor's: nothing is kept then. */
MUST_USE int blob_writer_commit(struct blob_writer *w, struct err *err);
/* Drops what was not committed. Usable as CLEANUP(blob_writer_release). */
void blob_writer_release(struct blob_writer *w);

/* A blob on its way out: a source for http_perform, which fails before its last bytes are handed
 * over if the digest is wrong. */
struct blob_reader {
	struct http_source source;
	const struct descriptor *blob;
	int fd;
	uint64_t done_bytes;
	struct hasher hasher;
	void (*progress)(void *arg, const struct descriptor *blob, uint64_t done_bytes);
	void *progress_arg;
};
MUST_USE int blob_reader_open(struct blob_reader *r, const struct blob_store *store,
    const struct descriptor *blob, struct err *err);
/* Usable as CLEANUP(blob_reader_release). */
void blob_reader_release(struct blob_reader *r);

#endif
