/*
 * An image's configuration, judged: the user that it runs as, what it runs, ports, volumes,
 * and secrets in environment, labels and history, which whoever has the image has too. A
 * rule that the linter has as well keeps its id. Private to engine.
 */
#ifndef ENGINE_IMAGE_CONFIG_H
#define ENGINE_IMAGE_CONFIG_H

#include "core/report.h"
#include "engine/units.h"
#include "read/source/image/image.h"

struct image_judging {
	const struct image *image;
	struct str passwd;     /* etc/passwd of the image; empty if there is none */
	struct str dockerfile; /* its path, if it is known */
	struct sink *sink;
	struct unit_detectors *detectors; /* for secrets; without a scanner none are looked for */
	struct arena *arena;
};

/* In the child. */
MUST_USE int image_config_judge(struct image_judging *j, struct err *err);

#endif
