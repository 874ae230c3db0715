/*
 * Secret rules as data: the built-in set (a file each in rules/secrets of the source, in the order
 * of rules.def, compiled in), whose records also say how a match is tested, and files of a user's
 * own in the workshop's form: one JSON object, name to regular expression in Python's dialect. All
 * slices live in the arena that was given, or for ever. Plain values: share freely once
 * loaded.
 */
#ifndef DETECT_SECRET_SECRET_RULES_H
#define DETECT_SECRET_SECRET_RULES_H

#include "base/vec.h"
#include "core/finding.h"
#include "core/severity.h"

/* What else a match must be; value.c has them. */
enum secret_check {
	SECRET_CHECK_NONE,
	SECRET_CHECK_PEM,      /* "pem": the match is a block's first line; the block decodes */
	SECRET_CHECK_ASSIGNED, /* "assigned": the captured value belongs to a name of a secret */
	SECRET_CHECK_URL,      /* "url": the captured value is the password in a URL */
	SECRET_CHECK_AWS_ID,   /* "aws-id" */
	SECRET_CHECK_CHECKSUM, /* "checksum": GitHub's, which npm took over */
	SECRET_CHECK_GRAFANA,  /* "grafana": its checksum */
	SECRET_CHECK_GITLAB,   /* "gitlab": the checksum of a routable token */
	SECRET_CHECK_ACCOUNT,  /* "account": a Google service account's key file */
	SECRET_CHECK_NAMED,    /* "named": the captured value stands beside the rule's own name */
	SECRET_CHECK_JWT,      /* "jwt": its header decodes and names an algorithm */
	SECRET_CHECK_BASIC,    /* "basic": the base64 of user and password */
	SECRET_CHECK_PASSWORD, /* "password": somebody chose the value, and not one of the first
				  guesses */
	SECRET_CHECK_SAS,      /* "sas": an address that Azure signed, until the day in it */
	SECRET_CHECK_SETTING,  /* "setting": a line of a file of settings gives the value a name */
};

/* To the ends of the lines on which the match stands. */
#define SECRET_REACH_LINE UINT32_MAX

/* How its pattern is written. */
enum secret_dialect {
	SECRET_DIALECT_PYTHON,
	SECRET_DIALECT_RE2,
	SECRET_DIALECT_ERE,
	SECRET_DIALECT_ERE_WORD,
};

struct secret_pattern; /* detect/secret/pattern.h */
MUST_USE int secret_dialect_translate(enum secret_dialect dialect, struct str text,
    struct arena *arena, struct secret_pattern *ret, struct err *err);

struct secret_terms; /* detect/secret/terms.h */

/* What `plimsoll rules` and `explain` print, and the pattern that finds it. */
struct secret_rule {
	struct str id;	 /* kebab case: "aws-access-key" */
	struct str name; /* as a user's file has it: "House token"; the id, in ours */
	struct str title;
	enum severity severity;
	bool generic; /* never blocks on its own (design 6.6), and is not looked for in binaries */
	/* One of ours. A match is no finding if it begins or ends inside a word, if its value
	 * is a stand-in (core/placeholder.h), if it fails one of the tests below, or if a
	 * rule before this one took the same bytes. */
	bool own;
	enum secret_check check;
	bool words;	  /* a word in front makes the value a secret: not looked for in binaries */
	bool fixtures;	  /* tests have such values of their own: there, a match only warns */
	uint32_t skip;	  /* so many bytes of the value are the same in each: "AKIA" */
	uint32_t entropy; /* what follows has so many tenths of a bit a character, at least … */
	uint32_t classes; /* … and so many of lower case, upper case and digits */
	/* How far from the match the answer is decided, beyond the eight bytes on each side that
	 * every rule looks at: bytes, or SECRET_REACH_LINE. */
	uint32_t back, forward;
	struct str_list files; /* if not empty: only in files whose path ends so */
	struct str why, fix, since;
	struct str opens;  /* what whoever has the secret can do */
	struct str revoke; /* how to make it worthless, and to have another */
	struct str threat; /* "credentials" */
	struct str_list references;
	struct str source;  /* "built in", or the file's name */
	struct str pattern; /* as written */
	enum secret_dialect dialect;
	const struct secret_terms *terms; /* what it asks besides; NULL: nothing */
};

struct secret_rules {
	VEC(struct secret_rule) rules;
	VEC(struct secret_rule) path_rules; /* a file whose path its terms have is a finding */
	struct str_list warnings;	    /* of the file that they come from */
};

enum { SECRET_RULES_MAX = 2000, SECRET_PATTERN_BYTES = 16384, SECRET_RULE_FILE_BYTES = 4 << 20 };

/* Adds the built-in rules, the most specific first. Fails only if the arena is full. */
MUST_USE int secret_rules_add_builtin(
    struct secret_rules *rules, struct arena *arena, struct err *err);
/* Adds a user's own: ids derived from the names, severity high, generic if the name holds
 * "generic". A name or id that is already there gets "-2" and so on behind its id: both apply.
 * ERR_CONFIG, with file and line, if the text is not such an object. To replace the built-in
 * set, as truffleHog's --rules does, do not add that one. */
MUST_USE int secret_rules_add_json(struct secret_rules *rules, struct str json, struct str file,
    struct arena *arena, struct err *err);
/* A rule of a user's file as it is before anybody says more about it. description may be empty. */
MUST_USE int secret_rule_of_file(struct str id, struct str description, struct str pattern,
    struct str file, struct arena *arena, struct secret_rule *ret, struct err *err);
/* NULL if there is none. */
const struct secret_rule *secret_rules_find(const struct secret_rules *rules, struct str id);

#endif
