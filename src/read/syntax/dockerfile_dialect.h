/*
 * What a given version of buildah makes of a Dockerfile that is written for BuildKit: the
 * constructs that it reads as something else, refuses, or ignores, so that a build can be
 * refused before it begins. Pure functions; the result is in the arena.
 *
 * Source: buildah's change log for what came with which version, and the behaviour of 1.28 for the
 * rest; what no later version is known to have is read as 1.28 reads it.
 */
#ifndef READ_SYNTAX_DOCKERFILE_DIALECT_H
#define READ_SYNTAX_DOCKERFILE_DIALECT_H

#include "read/syntax/dockerfile_view.h"

/* The version of buildah; a zeroed one knows nothing that came later than 1.0. */
struct docker_builder {
	unsigned major, minor;
};

enum docker_effect {
	DOCKER_READS_OTHERWISE, /* the file says something else to it than to a reader */
	DOCKER_REFUSES,		/* the build ends with an error there */
	DOCKER_IGNORES,		/* the build is as if it were not there */
};

struct docker_construct {
	enum docker_effect effect;
	const char *what;	 /* a noun: "a here-document" */
	unsigned major, minor;	 /* the version that reads it as BuildKit does; 0.0: none known */
	struct text_range range; /* in the file */
};

struct docker_constructs {
	struct docker_construct *p;
	size_t n;
};

/* How dockerfile_parse_dialect has to read for that builder. */
enum docker_dialect docker_dialect_of(struct docker_builder builder);

/* "buildah version 1.28.2 (…)"; false if no version is in it. */
bool docker_builder_parse(struct str text, struct docker_builder *ret_builder);

/* In the order of the file. `view` is of a file that was read as DOCKER_BUILDKIT; `path` is the
 * file's name as the builder gets it. */
MUST_USE int docker_constructs_find(const struct docker_view *view, struct str path,
    struct docker_builder builder, struct arena *arena, struct docker_constructs *ret,
    struct err *err);

#endif
