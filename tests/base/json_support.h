/*
 * What the JSON tests share: a reading printed as one line of tokens and its mistakes, and
 * a check that the events are well-formed. Test code: it fails the test by itself.
 */
#ifndef TESTS_BASE_JSON_SUPPORT_H
#define TESTS_BASE_JSON_SUPPORT_H

#include "base/json.h"

struct reading {
	int result; /* of the last json_next */
	struct err err;
	struct buf tokens;   /* "{ K:name s:app } END" */
	struct buf problems; /* "! 29..30 a comma with …\n" */
	size_t n_problems;
};

/* Reads all, checking that objects and arrays nest, that each key has a value, and that offsets
 * lie in the text and do not run backwards. */
void json_read_all(struct str text, bool lenient, struct reading *ret);
void reading_release(struct reading *r);

#endif
