/*
 * Files that say how images are built: Docker's bake files (HCL and JSON) and Compose files. What
 * each of their targets builds, and with what, as far as the file itself says: no environment is
 * looked at, no function is called, and other files are not read. Pure functions.
 *
 * Sources: the bake file reference of buildx, the Compose specification's build section.
 */
#ifndef DETECT_LINT_BUILD_FILE_H
#define DETECT_LINT_BUILD_FILE_H

#include "detect/lint/lint.h"
#include "read/syntax/node.h"

enum { BUILD_TARGETS_MAX = 1000 }; /* of one file; the rest is left out */

struct build_target {
	struct str name;	   /* of the target, or of the service */
	const struct node *stands; /* what says the most about where it is built */
	/* From the top of the source, without "." and ".."; empty: `text`, or what is not in the
	 * source, such as a repository elsewhere, or not known. */
	struct str dockerfile;
	const struct node *text; /* a Dockerfile that stands in the file itself; or NULL */
	struct docker_build how;
};

struct build_file {
	struct syntax_tree tree;
	VEC(struct build_target) targets;
};

/* Whether it is called as such a file is: docker-bake.hcl, compose.yaml, docker-compose.prod.yml …
 */
bool build_file_is_name(struct str path);
/* YAML is read as a Compose file, HCL and JSON as bake's. All is in the arena; mistakes are
 * tree.problems. -1: limits and memory. */
MUST_USE int build_file_read(struct str path, struct str bytes, struct arena *arena,
    struct build_file *ret, struct err *err);

#endif
