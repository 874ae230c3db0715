/*
 * The range of user and group ids that a build's users are mapped to: from /etc/subuid
 * and /etc/subgid, and for root also without them. Pure except for reading these files.
 */
#ifndef SHIP_BUILD_IDS_H
#define SHIP_BUILD_IDS_H

#include "base/err.h"
#include "base/str.h"

#include <sys/types.h>

enum { ID_RANGE_COUNT = 65536 };

struct id_range {
	uint32_t first_uid, first_gid;
	uint32_t count;
};

/* The first range of at least `count` ids that the file's text (subuid(5)) gives to the user, by
 * name or by number; false if it gives none. */
bool subid_find(struct str text, struct str name, uint32_t id, uint32_t count, uint32_t *ret_first);

/* For the effective user. Root without an entry gets a fixed range that no distribution hands out.
 * ERR_UNSUPPORTED for an ordinary user without one: the text says how to get one. */
MUST_USE int id_range_find(struct id_range *ret, struct err *err);

/* Gives the process `pid`, which is in a new user namespace, this map: root there is the ordinary
 * user itself, the rest is the range (newuidmap and newgidmap do it). */
MUST_USE int id_map_ordinary(pid_t pid, const struct id_range *range, struct err *err);
/* The same, written by a caller that may: ids from 0 become first_uid …; if that is 0, they
 * stay what they are in the caller's own map. */
MUST_USE int id_map_write(int proc_fd, pid_t pid, const struct id_range *range, struct err *err);

#endif
