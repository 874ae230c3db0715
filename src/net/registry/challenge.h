/*
 * What a registry's WWW-Authenticate header asks for: RFC 9110 section 11.6.1, of which
 * the schemes Basic and Bearer count here. The input is hostile. Pure; values are slices
 * of the header or unescaped into the arena.
 */
#ifndef NET_REGISTRY_CHALLENGE_H
#define NET_REGISTRY_CHALLENGE_H

#include "base/arena.h"

enum { CHALLENGE_HEADER_MAX = 16 * 1024 };

enum challenge_scheme {
	CHALLENGE_NONE, /* no challenge in it that can be answered */
	CHALLENGE_BASIC,
	CHALLENGE_BEARER,
};

struct challenge {
	enum challenge_scheme scheme;
	struct str realm;   /* Bearer: the token service's URL, not yet checked */
	struct str service; /* Bearer; may be empty */
	struct str other; /* CHALLENGE_NONE: the first scheme's name, for the error; may be empty */
};

/* header: one value, or several joined with ", ". Bearer with a realm is preferred to Basic.
 * ERR_FORMAT if it is malformed, ERR_LIMIT if it is too long. */
MUST_USE int challenge_parse(
    struct str header, struct arena *arena, struct challenge *ret, struct err *err);

#endif
