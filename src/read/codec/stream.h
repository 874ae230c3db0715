/*
 * Pull filters: a stream gives bytes when asked for them and takes its own from the
 * stream below. A stream owns what is below it: closing the top closes all. Each
 * function that puts a filter on top takes `struct stream **s` and replaces *s; if it
 * fails, *s is as before. One thread at a time.
 */
#ifndef READ_CODEC_STREAM_H
#define READ_CODEC_STREAM_H

#include "base/hash.h"
#include "core/content.h"

struct stream;

struct stream_ops {
	/* At least one byte and at most n (n > 0); *ret_n is 0 at the end and stays 0. */
	int (*pull)(struct stream *s, void *p, size_t n, size_t *ret_n, struct err *err);
	/* Goes over up to n bytes unread; *ret_n less than n only at the end. NULL: it is pulled.
	 */
	int (*skip)(struct stream *s, uint64_t n, uint64_t *ret_n, struct err *err);
	/* Frees s itself; the stream below is closed by stream_close. */
	void (*close)(struct stream *s);
};

struct stream {
	const struct stream_ops *ops;
	struct stream *below; /* NULL at the bottom */
};

MUST_USE int stream_pull(struct stream *s, void *p, size_t n, size_t *ret_n, struct err *err);
/* n bytes; *ret_n is less only at the end. */
MUST_USE int stream_read(struct stream *s, void *p, size_t n, size_t *ret_n, struct err *err);
/* Goes over n bytes; *ret_n is less only at the end. */
MUST_USE int stream_skip(struct stream *s, uint64_t n, uint64_t *ret_n, struct err *err);
/* Pulls to the end, so that every filter below has seen every byte. */
MUST_USE int stream_drain(struct stream *s, struct err *err);
/* The whole stack; NULL is fine. */
void stream_close(struct stream *s);
/* For CLEANUP(stream_cleanup) struct stream *s. */
void stream_cleanup(struct stream **s);

/* The bottom: size bytes from offset of an open handle of content, which is borrowed and stays
 * open. Where the handle has fewer, ERR_FORMAT: "ends in the middle". */
MUST_USE int stream_of_content(struct content *content, uint32_t handle, uint64_t offset,
    uint64_t size, struct stream **ret, struct err *err);
/* The bottom over memory, borrowed. */
MUST_USE int stream_of_bytes(struct str bytes, struct stream **ret, struct err *err);

/* Looks at the first bytes without taking them: up to n bytes (at most STREAM_PEEK_MAX) that the
 * next pull gives again. Borrowed until that pull. Puts a filter on top of *s. */
enum { STREAM_PEEK_MAX = 1024 };
MUST_USE int stream_peek(struct stream **s, size_t n, struct str *ret_bytes, struct err *err);

/* What passed through a tee. Belongs to the caller and outlives the stream. */
struct stream_sum {
	struct hasher hasher;
	uint64_t bytes;
};
/* Counts and hashes all that passes. digest names the algorithm by how it begins ("sha256:…",
 * "sha512:…"); anything else is ERR_UNSUPPORTED. */
MUST_USE int stream_tee(
    struct stream **s, struct str digest, struct stream_sum *sum, struct err *err);
/* Compares what passed with the digest ("sha256:<hex>"). ERR_FORMAT naming `what` and both. Closes
 * the hasher. */
MUST_USE int stream_sum_check(
    struct stream_sum *sum, struct str digest, const char *what, struct err *err);
/* Usable as CLEANUP(stream_sum_release). */
void stream_sum_release(struct stream_sum *sum);

/* What inflating may give. Going past one is ERR_LIMIT. */
struct stream_limits {
	uint64_t max_bytes;	    /* of this stream */
	uint64_t *total_left;	    /* shared by several streams, counted down; NULL: none */
	unsigned ratio;		    /* inflated bytes a compressed one; 0: none */
	const uint64_t *compressed; /* bytes so far that went in below; needed for ratio */
};
enum { STREAM_RATIO_FREE_BYTES = 10 << 20 }; /* ratio counts only after these */
MUST_USE int stream_limit(struct stream **s, const struct stream_limits *limits, struct err *err);

#endif
