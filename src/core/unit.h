/*
 * What a source emits and a detector takes: bytes and where they come from. A unit is borrowed for
 * the length of one call; a detector copies what it keeps. A unit is not always a file.
 */
#ifndef CORE_UNIT_H
#define CORE_UNIT_H

#include "core/origin.h"

struct unit {
	struct origin origin;
	struct str bytes;
	uint32_t mode; /* st_mode's type and permission bits, 0 if there is none */
};

#endif
