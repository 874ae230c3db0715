/*
 * Fault points (base/fault.h) are compiled in by -Dfaults=true alone. A test of one says in
 * its first line that it needs them, and is skipped by name in any other build: there the
 * fault does not come, and what was to be refused succeeds.
 */
#ifndef TESTS_BASE_FAULTS_H
#define TESTS_BASE_FAULTS_H

#include "with_cmocka.h"

#ifdef PLIMSOLL_FAULTS
#	define NEED_FAULTS() ((void)0)
#else
#	define NEED_FAULTS()                                                          \
		do {                                                                   \
			print_message("skipped: needs fault points: -Dfaults=true\n"); \
			skip();                                                        \
		} while (0)
#endif

#endif
