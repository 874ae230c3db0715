/*
 * buildah's part: what the tree must hold for it, and the steps that import the bases,
 * build, and write the layout. Prepared before the namespaces are made, run by init.
 */
#ifndef SHIP_BUILD_BUILDAH_H
#define SHIP_BUILD_BUILDAH_H

#include "ship/build/build.h"
#include "ship/build/namespaces.h"
#include "ship/build/rootfs.h"

/* Of ns_outcome: how far it came. */
enum buildah_code { BUILDAH_BUILT, BUILDAH_STEP_FAILED };

struct buildah_base {
	const struct build_base *given;
	const char *folder;   /* in the tree */
	const char *store_as; /* the name in storage that FROM finds, without a digest */
	struct str named;     /* the digest that FROM names, or empty */
};

struct buildah {
	const struct build_plan *plan;
	struct buildah_base *bases;
	const char **bud; /* its arguments; contexts are added once their images are known */
	size_t n_bud;
	const char **env; /* with the build's arguments */
	uint64_t disk_bytes;
	struct arena *arena;
};

/* Checks the plan's words. Everything lies in the arena. */
MUST_USE int buildah_prepare(struct buildah *b, const struct build_plan *plan, uint64_t disk_bytes,
    struct arena *arena, struct err *err);
/* Its path, or ERR_UNSUPPORTED if there is none. */
MUST_USE int buildah_find(struct arena *arena, const char **ret_path, struct err *err);

/* The files that stand in the tree; resolv_conf as resolv.conf(5) has it. */
MUST_USE int buildah_files(const char *resolv_conf, const char *dockerfile, uint64_t pids,
    struct arena *arena, const struct tree_file **ret_files, size_t *ret_n, struct err *err);

/* In init: an ns_job's init. text of the outcome is the manifest's digest if it was built, else
 * the exit status of `buildah bud`. */
MUST_USE int buildah_run(struct buildah *b, struct ns_outcome *ret, struct err *err);

#define BUILDAH_IN_TREE "/run/buildah-program"
/* buildah 1.33 and later does not start if it finds no program of this name, though it makes no
 * network in chroot isolation: it gets itself under that name. */
#define BUILDAH_HELPERS	 "/run"
#define BUILDAH_NETAVARK BUILDAH_HELPERS "/netavark"
#define BUILDAH_STORE	 "/build/store"
#define BUILDAH_OUT	 "/build/out"
#define BUILDAH_CONTEXT	 "/build/context"
#define BUILDAH_FILE	 "/build/file/Dockerfile"

#endif
