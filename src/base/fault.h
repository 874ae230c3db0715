/*
 * Fault injection for tests: named points where the outside world can fail. In a build
 * with -Dfaults=true, PLIMSOLL_FAULT="point" (fails always), "point:3" (the third time),
 * "point:kill" or "point:3:kill" (SIGKILL to itself there). Otherwise nothing is
 * compiled in.
 */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include <stdbool.h>

#ifdef PLIMSOLL_FAULTS
/* True if the operation is to fail; errno is set (ENOSPC for writes, EIO for reads). */
bool fault_here(const char *point);
#else
static inline bool fault_here(const char *point)
{
	(void)point;
	return false;
}
#endif

#endif
