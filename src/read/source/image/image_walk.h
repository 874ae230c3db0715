/* What walking the layers (image_walk.c) and reading one (layer.c) share. Private to the image
 * reader. */
#ifndef READ_SOURCE_IMAGE_IMAGE_WALK_H
#define READ_SOURCE_IMAGE_IMAGE_WALK_H

#include "read/source/image/blobs.h"
#include "read/source/image/image.h"
#include "read/source/image/merged.h"

enum { ENTRY_PROBLEMS_MAX = 64 }; /* of one layer; one more says that there are more */

struct walk {
	struct image *image;
	const struct limits *limits;
	const struct image_visitor *visitor;
	struct arena arena;
	struct str *instructions; /* of each layer */
	bool *failed;		  /* each layer that was reported as a problem */
	bool is_first_pass;
	struct map named; /* visitor->paths; paths that are to be kept whatever wants() says */
	struct map extra; /* paths that links lead to, found out in an earlier pass */
	struct merged merged;
	char *piece; /* limits->unit_bytes, if something is streamed */
	/* of the pass */
	uint64_t image_left;
	/* of the layer */
	size_t layer_index;
	unsigned entry_problems;
	bool is_fatal; /* the error is the visitor's: the walk ends */
	/* of the entry */
	struct buf path; /* where it lands in the merged view */
};

/* Reads one layer to its end and verifies it; what it changes in the merged view is to be committed
 * by the caller or taken back. -1 without is_fatal: the layer is not to be used. */
MUST_USE int layer_read(struct walk *w, struct err *err);

/* Marks the error as one that ends the walk. Returns -1. */
int walk_fatal(struct walk *w);
/* The layer's unit, but for its bytes. */
struct unit walk_unit(const struct walk *w, size_t layer, struct str path, uint32_t mode);

#endif
