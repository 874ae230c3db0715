/*
 * Where bytes come from: what a source says of a unit and a place passes on. Bytes as the
 * source has them, not printable as they are. All slices are borrowed, from whoever made
 * the origin, until origin_copy; what does not apply is empty.
 */
#ifndef CORE_ORIGIN_H
#define CORE_ORIGIN_H

#include "base/arena.h"

struct origin {
	struct str path;     /* '/'-separated, relative to the source's root */
	struct str inner;    /* the path inside the archive at `path`; that of an archive in an
				archive follows behind a '!': "lib/a.jar!META-INF/MANIFEST.MF" */
	struct str encoding; /* how the bytes were encoded where they stand, the outermost first,
				commas between: "base64,gzip", "utf-16le"; empty: plain */
	struct str commit;   /* full object id */
	struct str author;   /* of the commit: "Name <mail>" */
	struct str ref;	     /* full name: "refs/heads/main" */
	struct str object;   /* a git object that no commit has at a path: "blob <id>" */
	struct str reach;   /* how the repository still has it: "reachable", "reflog" (from a log of
			       refs alone), "index" (staged alone), "unreachable" */
	struct str removed; /* the commit that took it away; empty: not known, or it is there */
	struct str layer;   /* the layer's digest "sha256:…" */
	struct str instruction; /* what made the layer: "Dockerfile:5 COPY requirements.txt" */
};

/* The only place that copies one: each text is in the arena then. */
MUST_USE int origin_copy(
    const struct origin *from, struct arena *arena, struct origin *ret_copy, struct err *err);
/* Whether all texts are the same. */
bool origin_eq(const struct origin *a, const struct origin *b);

#endif
