/*
 * Which hosts a registry's user name and password may be sent to for a token: pure except for
 * the public suffix list that libpsl has built in. Hosts are as url.h has them (lower case,
 * [] around an IPv6 address, no port).
 *
 * Trusted: the registry's own host; one below the same registrable domain (example.com of
 * registry.example.com; two customers of one hosting company do not share one); one that was named
 * by the user or the policy; Docker Hub's. An address has no domain: only the same one is trusted.
 */
#ifndef NET_TOKEN_HOST_H
#define NET_TOKEN_HOST_H

#include "net/url.h"

/* service: the token service; named: "host[:port]" separated by spaces, a port left out being the
 * scheme's. Without a suffix list there is no registrable domain: false. */
bool token_host_trusted(struct str registry_host, const struct url *service, struct str named);
/* Whether what is sent there cannot be read on the way: https, or this machine. */
bool token_url_is_private(const struct url *url);

#endif
