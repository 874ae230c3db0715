/*
 * The base images of a build, fetched into the run's folder. Only from registries that the
 * policy trusts, and from the one that the run publishes to: a Dockerfile's FROM must not
 * make this machine connect to any host that its author likes. Private to the pipeline.
 */
#ifndef PIPELINE_BASES_H
#define PIPELINE_BASES_H

#include "pipeline/pipeline_inner.h"
#include "ship/build/build.h"

struct base_images {
	struct build_base *p;
	size_t n;
};

/* In the order of references. ERR_AUTH for a registry that may not be asked; what the registry
 * client says, with the reference before it. Texts in the arena. */
MUST_USE int bases_fetch(struct pipeline *p, const struct str_list *references, struct arena *arena,
    struct base_images *ret, struct err *err);

#endif
