/*
 * zlib streams (RFC 1950), whole buffer to whole buffer, over libdeflate: git's objects. The
 * library is loaded when it is first prepared, before a sandbox closes.
 */
#ifndef READ_CODEC_INFLATE_H
#define READ_CODEC_INFLATE_H

#include "base/err.h"
#include "base/str.h"

/* Loads the library. ERR_UNSUPPORTED if it is not installed. */
MUST_USE int inflate_prepare(struct err *err);

struct inflater;
/* NULL: no memory. One thread's. */
MUST_USE struct inflater *inflater_new(void);
/* NULL is fine. */
void inflater_free(struct inflater *inflater);

/* Exactly n bytes into `out`, checksum verified; false if the stream is malformed, ends early, or
 * holds more or fewer. What stands behind the stream does not matter. */
MUST_USE bool inflate_exact(struct inflater *inflater, struct str stream, void *out, size_t n);
/* All of a stream of unknown size, the caller's to free. ERR_LIMIT above max bytes. */
MUST_USE int inflate_all(struct inflater *inflater, struct str stream, size_t max, char **ret_bytes,
    size_t *ret_n, struct err *err);

#endif
