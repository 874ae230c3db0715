/*
 * The part of a manifest or an index that moving an image needs: which blobs and
 * manifests it names, with size and media type (OCI image specification 1.1, and Docker's
 * schema 2, which has the same shape). The bytes are hostile; what comes out is checked:
 * digests are digests, sizes and counts are within core/limits.h.
 */
#ifndef NET_REGISTRY_REGISTRY_MANIFEST_H
#define NET_REGISTRY_REGISTRY_MANIFEST_H

#include "base/vec.h"

/* The values of an Accept header: every type that manifest_parse takes. */
#define MANIFEST_ACCEPT                                          \
	"application/vnd.oci.image.manifest.v1+json, "           \
	"application/vnd.oci.image.index.v1+json, "              \
	"application/vnd.docker.distribution.manifest.v2+json, " \
	"application/vnd.docker.distribution.manifest.list.v2+json"

struct descriptor {
	struct str media_type;
	struct str digest;
	uint64_t size_bytes;
	struct str os, architecture, variant; /* an index's; empty if not said */
	bool is_attestation;		      /* not an image: what BuildKit lays beside one */
	bool is_foreign;		      /* a layer that is not in the registry */
};

struct manifest {
	struct str media_type; /* its own word, else the one it was served or listed as */
	bool is_index;
	struct descriptor config;	  /* an image's */
	VEC(struct descriptor) layers;	  /* an image's */
	VEC(struct descriptor) manifests; /* an index's */
};

/* served_type: the Content-Type, or the media type in the descriptor; may be empty. ERR_FORMAT,
 * ERR_LIMIT, or ERR_UNSUPPORTED (schema 1, or a document that is neither image nor index). */
MUST_USE int manifest_parse(struct str json, struct str served_type, struct arena *arena,
    struct manifest *ret, struct err *err);

/* The entry of an index for "os/arch[/variant]", or NULL. Without a variant any will do, the one
 * that says none first; attestations are passed over. */
const struct descriptor *manifest_pick(const struct manifest *index, struct str platform);

#endif
