/*
 * What a commit wants built: .plimsoll.yaml, the Dockerfile that it names, and how the
 * linter has to read that one. Private to the pipeline.
 */
#ifndef PIPELINE_WANTED_H
#define PIPELINE_WANTED_H

#include "engine/base_image.h"
#include "engine/scan_project.h"
#include "pipeline/pipeline_inner.h"

struct wanted {
	struct project project;
	bool is_wrong;		    /* .plimsoll.yaml cannot be used: the scan's report says why */
	bool is_there;		    /* there is a Dockerfile, with the two below */
	struct str dockerfile_path; /* in the repository; set if not is_wrong */
	struct str dockerfile;
	struct lint_build lint; /* with is_there; wanted_bases adds what is known of the bases */
};

/* In the arena of the scan's report. ERR_CONFIG if .plimsoll.yaml names a file that is not
 * there, ERR_UNSUPPORTED if one of the two is not a regular file. */
MUST_USE int wanted_read(const struct pipeline *p, struct scan *scan, const struct git_oid *commit,
    struct wanted *ret, struct err *err);
/* How these base images are run counts for the linter from here on. */
MUST_USE int wanted_bases(struct wanted *wanted, const struct base_image *bases, size_t n,
    struct arena *arena, struct err *err);

#endif
