/*
 * Feeds: each turns one publisher's format into advisories (advisory.h). A feed is
 * recognised by its content, never by a name alone. Parsers keep nothing between calls.
 * A record that cannot be read is reported with `problem`, and the rest is still read.
 */
#ifndef DETECT_VULN_FEED_H
#define DETECT_VULN_FEED_H

#include "detect/vuln/advisory.h"

struct feed_file {
	struct str name; /* for messages */
	struct str bytes;
};

/* A record that bundles CVEs becomes one advisory for each, every one with all of its packages:
 * more pairs than this is not an honest record. */
enum { FEED_PAIRS_MAX = 1 << 20 };

/* What a parser gives its records to. All are borrowed for the call; -1 stops the parser. */
struct feed_out {
	int (*advisory)(void *arg, const struct advisory *advisory, struct err *err);
	/* A CVE known to be exploited. */
	int (*exploited)(void *arg, struct str cve, struct err *err);
	/* A record that cannot be used, at bytes [offset, …) of the file; `what` says why. */
	int (*problem)(void *arg, size_t offset, const char *what, struct err *err);
	void *arg;
};

struct feed {
	struct str name;  /* "debian-list" */
	struct str what;  /* one sentence for the documentation */
	struct str since; /* the date it came */
	/* From the first bytes; cheap. */
	bool (*recognises)(const struct feed_file *file);
	/* arena holds temporaries, cleared by the caller. -1: `out` failed, or limits and memory.
	 */
	int (*read)(const struct feed_file *file, const struct feed_out *out, struct arena *arena,
	    struct err *err);
};

/* All of feeds.def, in its order (the first that recognises a file reads it). */
const struct feed *const *feeds(size_t *ret_n);
const struct feed *feed_recognise(const struct feed_file *file);

#endif
