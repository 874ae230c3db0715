/*
 * The built-in rules and the database compiled from them, as the build put them
 * into the program (tools/embed). Constants.
 */
#ifndef DETECT_SECRET_EMBEDDED_H
#define DETECT_SECRET_EMBEDDED_H

extern const char embed_secret_builtin[];
extern const unsigned long embed_secret_builtin_size;
/* Empty where the build could not make it: see database.c. */
extern const char embed_secret_database[];
extern const unsigned long embed_secret_database_size;

#endif
