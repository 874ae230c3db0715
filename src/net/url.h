/*
 * URLs that came from outside: resolved against the one that was asked, and compared by
 * origin (scheme, host, port), so that credentials go nowhere else. Over libcurl's URL
 * parser, the same that will connect. Results are in the arena.
 */
#ifndef NET_URL_H
#define NET_URL_H

#include "base/arena.h"

enum { URL_MAX = 16 * 1024 };

struct url {
	const char *text;  /* absolute, without fragment; NUL-terminated */
	struct str scheme; /* "http" or "https" */
	struct str host;   /* lower case, [] around an IPv6 address */
	struct str port;   /* the scheme's if none was written */
};

/* base may be NULL, location is then absolute. ERR_FORMAT if it is not an http or https URL, is too
 * long, or has a user name in it. The error does not repeat the URL. */
MUST_USE int url_resolve(
    const char *base, struct str location, struct arena *arena, struct url *ret, struct err *err);
bool url_same_origin(const struct url *a, const struct url *b);
/* name=value, percent-encoded, added to the query that is there. */
MUST_USE int url_add_query(const struct url *url, const char *name, struct str value,
    struct arena *arena, struct url *ret, struct err *err);

#endif
