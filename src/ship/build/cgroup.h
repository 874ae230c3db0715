/*
 * Limits on a build's processes and memory by control groups, v1 or v2, if they are
 * there and writable; detected, never assumed. One group for one build.
 */
#ifndef SHIP_BUILD_CGROUP_H
#define SHIP_BUILD_CGROUP_H

#include "base/arena.h"

#include <sys/types.h>

enum { CGROUP_PATHS_MAX = 2 };

struct cgroup {
	const char *paths[CGROUP_PATHS_MAX]; /* in the arena; v1 has one for each controller */
	size_t n_paths;
	bool limits_memory, limits_pids;
	struct arena *arena;
};

/* Where this process's group of a controller lies: v1 by `controller`, v2 with controller empty.
 * cgroup is the text of /proc/self/cgroup, mounts of /proc/self/mountinfo. False if there is
 * none; *ret in the arena. */
bool cgroup_locate(struct str cgroup, struct str mounts, struct str controller, struct arena *arena,
    const char **ret);

/* Makes what can be made below this process's own groups; it is not an error if nothing can. Each
 * is locked, and removed when a signal ends the run (base/os/owned.h). */
void cgroup_make(struct cgroup *g, uint64_t memory_bytes, uint64_t pids, struct arena *arena);
/* Before the process has children. A controller that refuses it no longer counts as a limit. */
void cgroup_add(struct cgroup *g, pid_t pid);
/* When all of its processes are gone. */
void cgroup_remove(struct cgroup *g);
/* Removes groups that a killed run left at the place where this process would make its own. */
void cgroup_sweep(struct arena *arena);

#endif
