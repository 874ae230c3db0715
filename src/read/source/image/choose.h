/* Which of the images in a layout or archive is meant. Private to the image reader; pure. */
#ifndef READ_SOURCE_IMAGE_CHOOSE_H
#define READ_SOURCE_IMAGE_CHOOSE_H

#include "read/source/image/image_manifest.h"

/* One image that may be meant. */
struct candidate {
	struct str digest;	 /* of the manifest; of the config in docker save's old shape */
	uint64_t size;		 /* of the manifest */
	struct str index_digest; /* of the index that names it, if that is not index.json */
	struct str_list names;	 /* a tag, a reference */
	struct str os, arch, variant; /* empty if not said */
	size_t item;		      /* docker save: which of the images */
};

/* ERR_NOT_FOUND if selector or platform fits none, or several different images fit; the text
 * lists them. arena holds temporaries. */
MUST_USE int choose_image(const struct candidate *candidates, size_t n,
    const struct image_opts *opts, struct arena *arena, const struct candidate **ret,
    struct err *err);
/* Whether an image of this platform is what opts->platform asks for; an empty wish is for any. */
bool platform_fits(struct str wish, struct str os, struct str arch, struct str variant);

#endif
