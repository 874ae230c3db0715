/*
 * What a build may reach. In a network namespace of its own: nothing, or, by
 * slirp4netns from outside, everything but this machine's loopback, link-local and
 * metadata addresses and every address that this machine itself has. The routes that
 * refuse those belong to the supervisor's users: the build cannot change them.
 */
#ifndef SHIP_BUILD_NETWORK_H
#define SHIP_BUILD_NETWORK_H

#include "base/arena.h"
#include "base/err.h"

#include <sys/types.h>

struct network_address {
	int family; /* AF_INET, AF_INET6 */
	unsigned prefix;
	unsigned char bytes[16];
};

struct network_plan {
	const struct network_address *refused;
	size_t n_refused;
	const char *cidr; /* of the build's side of slirp4netns */
	const char
	    *nameserver; /* slirp4netns' own in it, which would ask this machine's: refused */
};

/* "169.254.0.0/16"; false if it is not an address with a prefix. */
bool network_address_parse(const char *text, struct network_address *ret);

/* "nameserver …" lines of those of a resolv.conf(5) that a build may reach: none on loopback, of
 * this machine, or otherwise refused. Empty if there are none; p NULL if the arena is full.
 */
struct str network_resolvers(
    const struct network_plan *plan, struct str resolv_conf, struct arena *arena);

/* Enumerates what egress refuses on this machine now, and a network for the build that the
 * machine itself does not use. */
MUST_USE int network_plan_make(struct network_plan *ret, struct arena *arena, struct err *err);

/* slirp4netns, running outside as long as the build does. */
struct network_helper {
	pid_t pid;
	int exit_fd; /* closed: it ends */
};
/* Attaches to the network namespace of `pid`; of_users: from within its user namespace. Returns
 * when it is ready. ERR_UNSUPPORTED without the program. */
MUST_USE int network_helper_start(const struct network_plan *plan, pid_t pid, bool of_users,
    struct network_helper *ret, struct err *err);
void network_helper_stop(struct network_helper *helper);

/* In the namespace: brings loopback up. */
MUST_USE int network_loopback_up(struct err *err);
/* In the namespace, with the helper attached: sets the routes that refuse. */
MUST_USE int network_refuse(const struct network_plan *plan, struct err *err);

#endif
