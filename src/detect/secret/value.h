/*
 * What a match is worth: which bytes are the secret, and whether they are one at all.
 * Pure functions; slices point into the text or the arena.
 */
#ifndef DETECT_SECRET_VALUE_H
#define DETECT_SECRET_VALUE_H

#include "detect/secret/compiled.h"

struct secret_value {
	struct str hashed;   /* what the keyed hash is taken of */
	size_t length_bytes; /* of the secret in the text */
	char prefix[5];	     /* four characters and a NUL, or empty */
	const char *remark;  /* static text for the message, or NULL */
	bool excused;	     /* no secret: a placeholder, or a documented example */
};

/* Of a PEM or PGP block the value is the whole block without its line ends and quoting, so that the
 * same key in a file, in JSON and in YAML is one secret. A first line with no key behind it is
 * itself the value. */
MUST_USE int secret_value_of(const struct secret_rule *rule, struct str text,
    const struct secret_match *match, struct arena *arena, struct secret_value *ret_value,
    struct err *err);

#endif
