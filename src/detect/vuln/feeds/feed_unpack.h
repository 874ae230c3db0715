/*
 * A feed as its publisher sends it: a file, that file compressed, or an archive of many,
 * compressed or not, recognised by their bytes. Runs in the sandboxed child. Archives
 * inside archives are not opened.
 */
#ifndef DETECT_VULN_FEED_UNPACK_H
#define DETECT_VULN_FEED_UNPACK_H

#include "core/content.h"
#include "core/limits.h"

/* Where the files go; all borrowed for the call, -1 stops. */
struct feed_unpacked {
	int (*file)(void *arg, struct str name, struct str bytes, struct err *err);
	/* An entry that is not given: too large, or one that no archive should have. */
	int (*refused)(void *arg, struct str name, const struct err *why, struct err *err);
	void *arg;
};

/* What `key` of content holds, whose name for people is `name`; a file of an archive is named
 * "feed.tar.gz/path". A file may have limits->wanted_bytes, all of an archive sixteen times that.
 * -1 and ERR_FORMAT, ERR_LIMIT or ERR_UNSUPPORTED if it is damaged, a bomb, or of another
 * compression: half a feed is invalid. CONTENT_MISSING is ERR_NOT_FOUND. */
MUST_USE int feed_unpack(struct content *content, struct str key, struct str name,
    const struct limits *limits, const struct feed_unpacked *to, struct err *err);

#endif
