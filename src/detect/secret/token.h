/*
 * What a token shows of itself, with nothing but its own bytes: checksums, the header of a
 * JSON web token, the account in the id of an AWS key, what base64 holds. Pure functions.
 */
#ifndef DETECT_SECRET_TOKEN_H
#define DETECT_SECRET_TOKEN_H

#include "base/arena.h"
#include "detect/secret/value_context.h"

struct token_proof {
	enum secret_worth worth;
	const char *remark; /* static text or in the arena; NULL: nothing to say */
};

/* "ghp_" and "npm_": thirty characters, then their CRC-32 in base 62. Of another length: full. */
struct token_proof token_prove_checksum(struct str token);
/* "glsa_", 32 characters, "_", the CRC-32 of all before it, in hex, its low byte first. */
struct token_proof token_prove_grafana(struct str token);
/* GitLab's routable tokens end in ".", the length of what is encoded in base 36 (two digits) and
 * the CRC-32 of all before it in base 36 (seven). Of another form: full. */
struct token_proof token_prove_gitlab(struct str token);
/* Three parts, the first of which decodes to an object with "alg". */
struct token_proof token_prove_jwt(struct str token, struct arena *arena);
/* The base64 of "user:password". */
struct token_proof token_prove_basic(struct str token, struct arena *arena);

/* By its name a secret, and not the base64 of a text. */
struct token_proof token_prove_setting(struct str token, struct arena *arena);
/* What somebody thought out: no stand-in, no piece of a program, no first guess. */
struct token_proof token_prove_password(struct str password);

/* An id that AWS issued is four letters and sixteen of A-Z and 2-7, base32: of those that begin
 * with Q or later the first six bytes hold the account. Never worth less than full. */
struct token_proof token_prove_aws(struct str id, struct arena *arena);

#endif
