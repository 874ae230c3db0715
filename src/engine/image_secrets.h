/*
 * Secrets found in an image's layers, held back until it is known which files are the
 * distribution's: what its own package brought, checksum for checksum, is information
 * about that package and no leak. In the child. Private to engine.
 */
#ifndef ENGINE_IMAGE_SECRETS_H
#define ENGINE_IMAGE_SECRETS_H

#include "base/hash.h"
#include "core/sink.h"
#include "detect/sbom/file_history.h"
#include "read/source/image/image.h"

struct held_finding {
	struct finding finding;
	size_t file; /* index into files */
};

struct image_secrets {
	struct sink sink; /* what the detectors write to */
	struct arena *arena;
	VEC(struct confirmed) files; /* those with a secret */
	VEC(struct held_finding) held;
	struct hasher hasher; /* of a file that comes in pieces */
	size_t first;	      /* held before the file at hand */
	bool in_file;
};

void image_secrets_init(struct image_secrets *s, struct sink *to, struct arena *arena);
void image_secrets_release(struct image_secrets *s);
/* Around the detection of each piece of a file. */
MUST_USE int image_secrets_before(struct image_secrets *s, const struct unit *unit,
    const struct image_file *file, struct err *err);
MUST_USE int image_secrets_after(struct image_secrets *s, const struct unit *unit,
    const struct image_file *file, struct err *err);
/* The layer ended, perhaps in the middle of a file, of which nobody knows the rest. */
void image_secrets_cut_short(struct image_secrets *s);
/* Tells what was held, by what the records say of its files. */
MUST_USE int image_secrets_tell(struct image_secrets *s, struct history *h, struct err *err);

#endif
