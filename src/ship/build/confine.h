/*
 * What a build's processes may still do once they stand in their tree: the last step
 * before anything of the build runs. Each acts on the calling process and all that it
 * starts; there is no way back.
 */
#ifndef SHIP_BUILD_CONFINE_H
#define SHIP_BUILD_CONFINE_H

#include "base/err.h"

/* A build needs to mount, to chroot and to give files to its users; it does not need to change
 * the network, load modules, make devices or trace. The rest leaves the bounding set. */
MUST_USE int confine_capabilities(struct err *err);
/* Takes this process's arguments, which name this machine's paths, out of what /proc shows. */
MUST_USE int confine_arguments(struct err *err);
/* No set-user-id program and no file capability adds a right. */
MUST_USE int confine_privileges(struct err *err);
/* Refuses system calls that no build needs and that reach past its namespaces: new user
 * namespaces, tracing, keyrings, BPF, performance counters, io_uring, file handles, VM sockets,
 * modules, clocks. Programs of another architecture (32-bit) get ENOSYS. */
MUST_USE int confine_syscalls(struct err *err);
/* No core files, files up to file_bytes; `pids` processes of these users, if the kernel counts
 * them. */
MUST_USE int confine_resources(uint64_t file_bytes, uint64_t pids, struct err *err);

#endif
