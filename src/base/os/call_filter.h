/*
 * A filter of system calls, in the kernel's own form: classic BPF over struct
 * seccomp_data (seccomp(2)). Rows are looked at in their order and the first that fits
 * decides. A call of another architecture, or of x32, kills the process. Plain memory.
 */
#ifndef BASE_OS_CALL_FILTER_H
#define BASE_OS_CALL_FILTER_H

#include "base/defs.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdint.h>

enum { CALL_FILTER_MAX = 512 };

struct call_filter {
	struct sock_filter p[CALL_FILTER_MAX];
	unsigned short n;
	bool full; /* rows are missing: it is not loaded */
};

void call_filter_begin(struct call_filter *f);
/* action: SECCOMP_RET_ALLOW, or SECCOMP_RET_ERRNO | EPERM and the like. */
void call_filter_row(struct call_filter *f, long call, uint32_t action);
/* The same if argument `arg` (0 to 5), seen through `mask`, is `value`. */
void call_filter_row_if(
    struct call_filter *f, long call, unsigned arg, uint64_t mask, uint64_t value, uint32_t action);
/* For this process from here on; what no row fits gets `action`. It must have PR_SET_NO_NEW_PRIVS.
 * -1 with errno. */
MUST_USE int call_filter_load(struct call_filter *f, uint32_t action);

#endif
