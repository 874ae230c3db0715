/*
 * What a source emits and a detector takes: bytes with a place. A unit is borrowed for
 * the length of one call; a detector copies what it keeps. A unit is not always a file.
 */
#ifndef CORE_UNIT_H
#define CORE_UNIT_H

#include "base/str.h"

struct unit {
	struct str path; /* '/'-separated, relative to the source's root; hostile bytes */
	struct str bytes;
	uint32_t mode; /* st_mode's type and permission bits, 0 where there is none */
	struct str commit;
	struct str layer;
	struct str instruction;
};

#endif
