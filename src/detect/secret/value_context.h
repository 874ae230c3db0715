/*
 * What stands around a value: whether it is assigned to something named as a secret,
 * whether a URL's user part is one that lets somebody in, whether a path is a test's.
 * Pure functions; each looks at some hundred bytes at most.
 */
#ifndef DETECT_SECRET_VALUE_CONTEXT_H
#define DETECT_SECRET_VALUE_CONTEXT_H

#include "base/str.h"

/* From nothing to certain. */
enum secret_worth {
	WORTH_NOTHING,	/* no secret by its structure: another rule may still take these bytes */
	WORTH_STAND_IN, /* in the place of one, and plainly nobody's */
	WORTH_WARNING,	/* likely harmless, or not certain: never blocks */
	WORTH_FULL,
};

/* text[start, end) is the value, `from` where the match with its word begins ("facebook",
 * "secret"). NAME = "value", NAME: value, "NAME": "value", (NAME, "value"), --NAME value,
 * <NAME>value</NAME> are assignments. */
enum secret_worth secret_assignment_worth(struct str text, size_t from, size_t start, size_t end);

/* The same, and the value looks like chance: letters and digits in turn, on and on. */
enum secret_worth secret_setting_worth(struct str text, size_t from, size_t start, size_t end);

/* The same if the match begins with a name that belongs to no other kind of value: between the two
 * stand only what assigns, types and words such as "value", on up to a few lines. */
enum secret_worth secret_named_worth(struct str text, size_t from, size_t start, size_t end);
/* The match goes on behind the value, to `to`, with its name: {"value": "…", "name": "NAME"}. */
enum secret_worth secret_name_behind_worth(struct str text, size_t start, size_t end, size_t to);

/* text[start, end) is the password in "scheme://user:password@host…", `from` where that begins.
 * *ret_why is static text if it is worth a warning. */
enum secret_worth secret_url_worth(
    struct str text, size_t from, size_t start, size_t end, const char **ret_why);

/* A test's file, a fixture, an example: folder or name says so. */
bool secret_path_is_test(struct str path);
/* Below a folder of documentation, or of code that others published. */
bool secret_path_is_published(struct str path);

#endif
