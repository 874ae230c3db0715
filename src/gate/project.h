/*
 * .plimsoll.yaml at the top of a repository: what it holds, never what it may do (design
 * part 7). It belongs to the branch under review and is hostile; it is read in a
 * sandboxed child (engine/project.h). Plain values in the arena.
 *
 * The thin form refuses, each with ERR_UNSUPPORTED: more than one image, platforms, build
 * secrets.
 */
#ifndef GATE_PROJECT_H
#define GATE_PROJECT_H

#include "core/finding.h"

#define PROJECT_FILE STR(".plimsoll.yaml")

struct project_arg {
	struct str name, value;
};

struct project {
	bool has_image;	    /* the file names one; else the defaults below hold */
	struct str name;    /* of the image, one lower-case path component; may be empty */
	struct str context; /* folder inside the repository, "" its top */
	struct str file;    /* the Dockerfile, inside the context; "Dockerfile" */
	struct str target;  /* a stage; empty: the last */
	struct project_arg *args;
	size_t n_args;
};

/* What holds without a file. */
struct project project_default(void);
/* ERR_CONFIG with line and column; ERR_UNSUPPORTED. */
MUST_USE int project_parse(
    struct str text, struct arena *arena, struct project *ret, struct err *err);
/* Whether a value may be used, whoever says it: paths stay inside and have no empty, "." or ".."
 * part, names and stages are of the letters that builders take. ERR_CONFIG names the key. */
MUST_USE int project_check(const struct project *project, struct err *err);

#endif
