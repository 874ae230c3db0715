/*
 * What an image hides: packages that its records no longer name though their files are
 * there, a release that it is not of, a distribution's files without their database. What
 * is found counts as installed, and is a finding (PL3001). In the child. Private to engine.
 */
#ifndef ENGINE_IMAGE_HIDDEN_H
#define ENGINE_IMAGE_HIDDEN_H

#include "core/sink.h"
#include "detect/sbom/file_history.h"
#include "read/source/image/image.h"

struct image_hidden {
	struct image *image;
	const struct limits *limits;
	struct history history;
	const struct str *labels; /* of each layer */
	struct sink *sink;
	bool saw_libraries; /* shared libraries in the folders of a system */
	bool saw_signs;	    /* files that a Debian-like distribution's package manager brings */
	struct str sign;    /* one that is there in the end, and its layer */
	size_t sign_layer;
	bool sign_is_library;
};

void image_hidden_init(struct image_hidden *h, struct image *image, const struct limits *limits,
    struct sink *sink, struct arena *arena);
/* A path of any layer. */
void image_hidden_see(struct image_hidden *h, struct str path);
/* Once the layers have been walked, before sbom_finish: corrects the inventory and reports
 * the findings. May read the layers again. */
MUST_USE int image_hidden_judge(
    struct image_hidden *h, struct inventory *inventory, struct err *err);

#endif
