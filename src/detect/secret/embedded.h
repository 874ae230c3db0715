/*
 * The built-in rules and the database compiled from them, as the build put them
 * into the program (tools/embed-secret-rules, tools/embed). Constants.
 */
#ifndef DETECT_SECRET_EMBEDDED_H
#define DETECT_SECRET_EMBEDDED_H

#include "detect/secret/secret_rules.h"

extern const struct secret_rule embed_secret_rules[];
extern const size_t embed_secret_rules_n;
/* Empty if the build could not make it: see database.c. */
extern const char embed_secret_database[];
extern const unsigned long embed_secret_database_size;

#endif
