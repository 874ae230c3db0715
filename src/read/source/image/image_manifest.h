/*
 * The JSON documents of an image: index, manifest, config (OCI image specification 1.1,
 * Docker schema 2) and docker save's manifest.json. Pure: bytes in, values in the arena
 * out. They are taken strictly: a document with a syntax error or a doubled key is
 * ERR_FORMAT, since another reader might see another image in it.
 */
#ifndef READ_SOURCE_IMAGE_IMAGE_MANIFEST_H
#define READ_SOURCE_IMAGE_IMAGE_MANIFEST_H

#include "read/source/image/image.h"

struct image_descriptor {
	struct str media_type, digest;
	uint64_t size;
	struct str os, arch, variant; /* empty if not said */
	struct str ref;		      /* org.opencontainers.image.ref.name */
	struct str full_name;	      /* io.containerd.image.name */
	bool is_attestation;
};

struct image_index {
	struct image_descriptor *items;
	size_t n;
};
MUST_USE int image_index_parse(struct str bytes, const struct limits *limits, struct arena *arena,
    struct image_index *ret, struct err *err);

struct image_manifest {
	struct image_descriptor config;
	struct image_descriptor *layers;
	size_t n_layers;
};
/* ERR_UNSUPPORTED for schema 1 and for what is not an image. */
MUST_USE int image_manifest_parse(struct str bytes, const struct limits *limits,
    struct arena *arena, struct image_manifest *ret, struct err *err);

/* Fills os, arch, variant, platform, config and history of image, and gives the diff IDs, and for
 * each the history text that made it (empty if the counts differ). */
struct image_rootfs {
	struct str *diff_ids;
	struct str *created_by;
	size_t n;
};
MUST_USE int image_config_parse(struct str bytes, const struct limits *limits, struct arena *arena,
    struct image *image, struct image_rootfs *ret, struct err *err);

struct docker_image {
	struct str config; /* names of members */
	struct str_list tags, layers;
};
struct docker_images {
	struct docker_image *items;
	size_t n;
};
MUST_USE int docker_manifest_parse(struct str bytes, const struct limits *limits,
    struct arena *arena, struct docker_images *ret, struct err *err);

bool media_type_is_index(struct str media_type);
bool media_type_is_manifest(struct str media_type);
/* Whether the layer may be read: ERR_UNSUPPORTED for foreign ones and unknown types. */
MUST_USE int media_type_check_layer(struct str media_type, struct err *err);

#endif
