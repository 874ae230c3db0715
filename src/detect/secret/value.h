/*
 * What a match is worth: which bytes are the secret, and whether they are one at all.
 * Pure functions; slices point into the text or the arena.
 */
#ifndef DETECT_SECRET_VALUE_H
#define DETECT_SECRET_VALUE_H

#include "detect/secret/compiled.h"
#include "detect/secret/value_context.h"

struct secret_value {
	enum secret_worth worth;
	struct str hashed;   /* what the keyed hash is taken of */
	size_t length_bytes; /* of the secret in the text */
	size_t from, to;     /* the bytes of the text that no less specific rule may take again */
	char prefix[5];	     /* four characters and a NUL, or empty */
	const char *remark;  /* for the message: static text, or in the arena; or NULL */
};

/* How to look at it. */
struct secret_view {
	struct str path;
	bool any_path;	      /* asked whatever the path is: rules for one kind of file speak too */
	bool test, published; /* by its path: see value_context.h */
	bool program;	      /* an executable or a library */
	bool generous; /* for masking: half a key, or one in a longer word, is worth hiding as well
			*/
};

/* Of x > 0. */
double secret_log2(double x);

/* Of a PEM or PGP block the value is the whole block without its line ends and quoting, so that the
 * same key in a file, in JSON and in YAML is one secret. A match of a rule that is not ours is
 * taken as it is. */
MUST_USE int secret_value_of(const struct secret_rule *rule, struct str text,
    const struct secret_match *match, const struct secret_view *view, struct arena *arena,
    struct secret_value *ret_value, struct err *err);

#endif
