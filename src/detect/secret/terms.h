/*
 * What a rule of a peer's file asks of a match besides its pattern: a group, a measure of chance,
 * words near it, a path, lists of what is allowed, other rules that match near it. Source: the
 * behaviour of gitleaks 8.30. Made once, read by any number of scanners.
 */
#ifndef DETECT_SECRET_TERMS_H
#define DETECT_SECRET_TERMS_H

#include "base/vec.h"
#include "core/finding.h"
#include "core/origin.h"
#include "detect/secret/secret_rules.h"

/* An expression, compiled; everything is in the arena it was made in. */
struct secret_regex;
/* Any of n expressions, n > 0. ERR_CONFIG if one cannot be taken. */
MUST_USE int secret_regex_make(enum secret_dialect dialect, const struct str *expressions, size_t n,
    struct arena *arena, struct secret_regex **ret, struct err *err);
/* Whether it matches something that is not empty. What takes too long does not match. */
bool secret_regex_matches(const struct secret_regex *regex, struct str text);
/* How many groups it has. */
unsigned secret_regex_groups(const struct secret_regex *regex);

enum secret_target {
	SECRET_TARGET_SECRET,
	SECRET_TARGET_MATCH,
	SECRET_TARGET_LINE,
	SECRET_TARGET_GREP, /* the line as grep prints it: "file:line:text" */
};

/* What it names is no finding: one kind of what it names is enough, or, with `all`, each. */
struct secret_allow {
	bool all;
	enum secret_target target;		    /* of the expressions */
	struct str_list commits, stopwords;	    /* in lower case */
	const struct secret_regex *paths, *regexes; /* or NULL */
};

struct secret_required {
	struct str rule;		   /* its id */
	long within_lines, within_columns; /* -1: anywhere */
};

struct secret_terms {
	unsigned group; /* of the pattern; 0: the first one that is not empty */
	double entropy; /* bits a character; more is needed; 0: none is */
	struct str_list
	    keywords; /* in lower case: one of them is somewhere in the text; none: all the same */
	const struct secret_regex *path, *include; /* the file has both; or NULL */
	bool hidden; /* only other rules need it: it is not reported */
	VEC(const struct secret_allow *) allows;
	VEC(struct secret_required) required;
};

/* A match as terms see it. */
struct secret_seen {
	struct str secret, match, line, grep;
	const struct origin *origin;
};

/* Of the file alone: whether there is any point in looking. */
bool secret_terms_want_file(const struct secret_terms *terms, const struct origin *origin);
/* Whether seen->grep is looked at. */
bool secret_terms_need_grep(const struct secret_terms *terms);
/* One of the keywords is in the text, in whatever case. */
bool secret_terms_want_text(const struct secret_terms *terms, struct str text);
bool secret_terms_want(const struct secret_terms *terms, const struct secret_seen *seen);

/* Bits a character, characters counted and bytes the measure, as gitleaks does. */
double secret_entropy(struct str text);

#endif
