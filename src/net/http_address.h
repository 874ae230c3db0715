/*
 * Which addresses a request may connect to (see enum http_reach). Pure except for the
 * environment: if a proxy is set, the address is the proxy's and may be loopback.
 */
#ifndef NET_HTTP_ADDRESS_H
#define NET_HTTP_ADDRESS_H

#include "net/http.h"

#include <sys/socket.h>

/* False for link-local (169.254.0.0/16, fe80::/10) and unspecified addresses, and those of
 * loopback, as `reach` says; IPv4 addresses inside IPv6 count as what they are. */
bool http_address_allowed(enum http_reach reach, const struct sockaddr *address);

#endif
