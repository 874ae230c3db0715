/*
 * jansson behind a fence: its names and ours are the same in part, so that one file may
 * not include both. Values are jansson's; free them with oracle_free. Tests only.
 */
#ifndef TESTS_BASE_JSON_ORACLE_H
#define TESTS_BASE_JSON_ORACLE_H

#include "base/str.h"

enum oracle_answer {
	ORACLE_TAKES,
	ORACLE_REFUSES,
	ORACLE_HAS_LIMIT, /* a number or a name that it cannot hold */
};

enum oracle_answer oracle_read(struct str text, void **ret_value);
void oracle_free(void *value);
bool oracle_equal(const void *a, const void *b);
/* The value is a string of these bytes. */
bool oracle_is_string(const void *value, struct str bytes);

/* Values built from what another reader says. */
void *oracle_container(bool object);
void *oracle_string(struct str text);
void *oracle_number(struct str text);
/* "true", "false" or "null" */
void *oracle_word(const char *word);
/* Takes value; name is ignored if the container is an array. False if it cannot be put. */
bool oracle_put(void *container, struct str name, void *value);

#endif
