/*
 * What a build must know of an image that it starts from: how it is run, which layers it
 * has, and what it makes a builder do. Its documents are hostile and read in a sandboxed
 * child; what the child answers is checked here again.
 */
#ifndef ENGINE_BASE_IMAGE_H
#define ENGINE_BASE_IMAGE_H

#include "engine/scan.h"

struct base_image {
	struct str reference; /* as FROM names it */
	struct str user;      /* empty: root */
	struct str os;	      /* "linux", "windows" */
	struct str_list env;  /* "NAME=value" */
	struct str_list onbuild;
	struct str_list diff_ids; /* the lowest first */
	bool has_history;
	bool history_fits; /* it counts as many layers as there are */
};

/* `layout` is an OCI layout folder that holds this one image. Texts in the report's arena; the
 * report itself stays as it is. ERR_FORMAT if the image cannot be read. */
MUST_USE int scan_base_image(struct scan *scan, struct str reference, const char *layout,
    struct base_image *ret, struct err *err);

#endif
