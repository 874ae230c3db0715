/*
 * The limits on what comes from outside, in one place. Reaching one is a named error on
 * that input (ERR_LIMIT) and everything else is still judged.
 */
#ifndef CORE_LIMITS_H
#define CORE_LIMITS_H

#include "base/defs.h"

struct limits {
	size_t unit_bytes;   /* one file that is parsed whole */
	size_t tree_entries; /* files in a tree or folder */
	size_t path_bytes;
	unsigned path_depth;
	unsigned nesting;	/* of JSON and YAML */
	uint64_t layer_bytes;	/* inflated, one layer */
	uint64_t image_bytes;	/* inflated, all layers */
	unsigned inflate_ratio; /* after the first 10 MiB */
	uint64_t layer_entries;
	unsigned layers;
	size_t wanted_bytes;   /* one file that a cataloger asked for */
	size_t manifest_bytes; /* manifests, indexes, configs */
	uint64_t commits;      /* in a range */
	uint64_t object_bytes; /* one git object */
	size_t packages;       /* of one image */
	size_t findings;
	size_t scan_memory;    /* the scan's arena */
	uint64_t child_memory; /* address space of a reader */
	uint64_t child_cpu_seconds;
	uint64_t child_wall_seconds; /* for a reader that waits and does not compute */
	unsigned secret_match_limit; /* PCRE2 match limit */
};

/* Fine for any repository or image that a person would want to ship. */
extern const struct limits limits_default;

#endif
