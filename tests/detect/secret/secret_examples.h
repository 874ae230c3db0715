/*
 * The examples of the built-in rules' records, as tools/embed-secret-rules writes them. Constants.
 */
#ifndef TESTS_SECRET_EXAMPLES_H
#define TESTS_SECRET_EXAMPLES_H

#include "base/str.h"

struct secret_example {
	struct str rule, path, text;
	bool found; /* exactly this rule; otherwise nothing */
};

extern const struct secret_example secret_examples[];
extern const size_t secret_examples_n;

#endif
