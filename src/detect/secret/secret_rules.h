/*
 * Secret rules as data: the built-in set (rules/secrets/ in the source, compiled in) and
 * files of a user's own, both in the workshop's form: one JSON object, name to regular
 * expression in Python's dialect. All slices live in the arena that was given, or for
 * ever. Plain values: share freely once loaded.
 */
#ifndef DETECT_SECRET_SECRET_RULES_H
#define DETECT_SECRET_SECRET_RULES_H

#include "base/vec.h"
#include "core/finding.h"
#include "core/severity.h"

/* What `plimsoll rules` and `explain` print, and the pattern that finds it. */
struct secret_rule {
	struct str id;	 /* kebab case: "aws-access-key" */
	struct str name; /* as the file has it: "AWS API Key" */
	struct str title;
	enum severity severity;
	bool generic;	   /* never blocks on its own (design 6.6) */
	bool placeholders; /* a value that is plainly a stand-in is no finding */
	bool block;	   /* the pattern is the first line of a PEM or PGP block */
	struct str why, fix, since;
	struct str threat; /* "credentials" */
	struct str_list references;
	struct str source;  /* "built in", or the file's name */
	struct str pattern; /* Python's dialect, as written */
};

struct secret_rules {
	VEC(struct secret_rule) rules;
};

enum { SECRET_RULES_MAX = 2000, SECRET_PATTERN_BYTES = 16384, SECRET_RULE_FILE_BYTES = 4 << 20 };

/* Adds the built-in eighteen. Fails only where the arena is full. */
MUST_USE int secret_rules_add_builtin(
    struct secret_rules *rules, struct arena *arena, struct err *err);
/* Adds a user's own: ids derived from the names, severity high, generic where the name holds
 * "generic". A name or id that is already there gets "-2" and so on behind its id: both apply.
 * ERR_CONFIG, with file and line, where the text is not such an object. To replace the built-in
 * set, as truffleHog's --rules does, do not add that one. */
MUST_USE int secret_rules_add_json(struct secret_rules *rules, struct str json, struct str file,
    struct arena *arena, struct err *err);
/* NULL where there is none. */
const struct secret_rule *secret_rules_find(const struct secret_rules *rules, struct str id);

#endif
