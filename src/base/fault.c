#include "base/fault.h"

#ifdef PLIMSOLL_FAULTS

#	include "base/str.h"

#	include <errno.h>
#	include <pthread.h>
#	include <signal.h>
#	include <stdlib.h>

enum { POINTS_MAX = 32, POINT_SIZE = 48 };

struct fault {
	struct str point;
	uint64_t nth; /* 0 = each time */
	bool kill;
};

/* Test builds only: how often each point was passed. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	char point[POINT_SIZE];
	uint64_t passed;
} counters[POINTS_MAX];

/* "point", "point:3", "point:kill", "point:3:kill" */
static struct fault fault_of(struct str spec)
{
	struct fault fault = {0};
	struct str piece;

	(void)str_cut(&spec, ':', &fault.point);
	while (str_cut(&spec, ':', &piece)) {
		if (str_eq(piece, STR("kill")))
			fault.kill = true;
		else if (!str_to_u64(piece, &fault.nth))
			abort(); /* a test that asks for nothing would pass */
	}
	return fault;
}

static uint64_t count_pass(struct str point)
{
	uint64_t passed = 0;

	if (point.n >= POINT_SIZE)
		abort();
	(void)pthread_mutex_lock(&lock);
	for (size_t i = 0; i < POINTS_MAX && passed == 0; i++) {
		if (counters[i].passed == 0)
			memcpy(counters[i].point, point.p, point.n);
		if (str_eq(str_of(counters[i].point), point))
			passed = ++counters[i].passed;
	}
	(void)pthread_mutex_unlock(&lock);
	return passed;
}

bool fault_here(const char *point)
{
	struct str name = str_of(point);
	struct fault fault = fault_of(str_of(getenv("PLIMSOLL_FAULT")));

	if (!str_eq(fault.point, name))
		return false;
	if (fault.nth != 0 && count_pass(name) != fault.nth)
		return false;
	if (fault.kill)
		(void)raise(SIGKILL);
	errno = str_has(name, STR("write")) || str_has(name, STR("sync")) ? ENOSPC : EIO;
	return true;
}

#endif
