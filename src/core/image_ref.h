/*
 * An image reference, taken apart: "[host[:port]/]path[:tag][@digest]", by the grammar of
 * the distribution project's reference package, with Docker's defaults (host docker.io,
 * "library/" before a single name there). Values; slices point into the text or into the
 * arena. Nothing is looked up.
 */
#ifndef CORE_IMAGE_REF_H
#define CORE_IMAGE_REF_H

#include "base/arena.h"

enum {
	IMAGE_REF_MAX = 2048,	  /* bytes of a whole reference */
	IMAGE_REF_PATH_MAX = 255, /* bytes of a path, with "library/" */
	IMAGE_REF_TAG_MAX = 128,
};

struct image_ref {
	struct str host;   /* "docker.io" if none was written; with its port */
	struct str path;   /* "library/debian", "team/app" */
	struct str tag;	   /* empty: none was written */
	struct str digest; /* "sha256:…" or "sha512:…"; empty: none was written */
	bool host_written;
};

/* ERR_FORMAT if the text is no reference (upper case in the path, a bad tag or digest …), with
 * what is wrong in words; ERR_LIMIT if it is too long. The text is borrowed. */
MUST_USE int image_ref_parse(
    struct str text, struct arena *arena, struct image_ref *ret, struct err *err);
/* The tag, the digest if there is no tag but a digest, or "latest" if there is neither. */
struct str image_ref_selector(const struct image_ref *ref);
/* "host/path", and with it ":tag" and "@digest" if they are there; p NULL if the arena is
 * full. */
struct str image_ref_name(const struct image_ref *ref, struct arena *arena);
struct str image_ref_text(const struct image_ref *ref, struct arena *arena);
/* Loopback by name or literal address: localhost, 127.0.0.0/8, [::1]; a port does not matter. */
bool image_ref_host_is_loopback(struct str host);
/* "linux/amd64", "linux/arm/v7": the platform that this program was built for, as image indexes
 * name it. */
struct str image_platform_own(void);
/* [A-Za-z0-9_][A-Za-z0-9_.-]{0,127} */
bool image_tag_is_valid(struct str tag);

#endif
