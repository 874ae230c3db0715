/*
 * Shuts this process in: after sandbox_enter it can read and write descriptors it
 * already has, take others that it is sent, use memory, and exit. It cannot open a file, make a
 * socket, fork, execute, signal another process, or map executable memory. Landlock (files; ABI 1
 * and up) and seccomp (system calls) each do it alone; resource limits bound memory, CPU time and
 * file size. There is no way back.
 */
#ifndef BASE_OS_SANDBOX_H
#define BASE_OS_SANDBOX_H

#include "base/err.h"

/* AddressSanitizer maps terabytes of shadow: a limit on address space cannot hold there, and
 * SANDBOX_RLIMITS leaves it out. */
#if defined(__SANITIZE_ADDRESS__)
#	define SANDBOX_UNDER_ASAN 1
#elif defined(__has_feature)
#	if __has_feature(address_sanitizer)
#		define SANDBOX_UNDER_ASAN 1
#	endif
#endif
#ifndef SANDBOX_UNDER_ASAN
#	define SANDBOX_UNDER_ASAN 0
#endif

enum sandbox_layers {
	SANDBOX_LANDLOCK = 1 << 0,
	SANDBOX_SECCOMP = 1 << 1,
	SANDBOX_RLIMITS = 1 << 2,
	SANDBOX_ALL = 7,
};

struct sandbox_limits {
	uint64_t memory_bytes; /* address space on top of what is mapped now; 0: none */
	uint64_t cpu_seconds;  /* 0: none */
	uint64_t file_bytes;   /* that it may write to a regular file, as one that stderr is */
	uint64_t descriptors;  /* that may be open at a time; more cannot even be received */
};

/* For a process of one thread. ERR_UNSUPPORTED if the kernel lacks seccomp; a missing Landlock
 * is not an error while seccomp is there: *ret_layers says what holds. */
MUST_USE int sandbox_enter(
    unsigned layers, const struct sandbox_limits *limits, unsigned *ret_layers, struct err *err);

#endif
