/*
 * The compressions, recognised by their first bytes. codecs.def lists those
 * that are read: one file with a `const struct codec` and one line each. One that is only known by
 * name is one line of codec.c, and refused with ERR_UNSUPPORTED. Pure tables, no state.
 *
 * Thin form: gzip is read. zstd, xz, bzip2, lz4, lzip and compress are refused by name.
 */
#ifndef READ_CODEC_CODEC_H
#define READ_CODEC_CODEC_H

#include "read/codec/stream.h"

struct codec {
	const char *name;
	struct str magic; /* the first bytes of such a stream */
	/* Puts the inflating filter on top of *s; NULL: known, and refused. */
	int (*push)(struct stream **s, struct err *err);
};

/* Loads what inflates. Once it is asked for by itself too, but before a sandbox closes it must be
 * by whoever will read images or feeds in there. */
MUST_USE int codec_prepare(struct err *err);
/* The codec whose magic the bytes begin with, or NULL. */
const struct codec *codec_of(struct str first_bytes);
/* Sniffs *s and puts the fitting filter on top; none if no magic fits (taken for uncompressed:
 * *ret_codec is NULL). ERR_UNSUPPORTED naming the compression that is refused. */
MUST_USE int codec_push(struct stream **s, const struct codec **ret_codec, struct err *err);

/* RFC 1952: any number of members one after another, header checksums, checksum and length of each
 * member verified. Bytes behind the last member that begin no other, and a stream that ends in the
 * middle, are ERR_FORMAT. */
MUST_USE int gzip_push(struct stream **s, struct err *err);

#endif
