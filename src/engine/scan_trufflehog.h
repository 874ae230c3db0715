/*
 * What truffleHog 2 is told beside its rules: measures of chance (its entropy checks), which paths
 * count and which do not, and what is allowed. Source: the behaviour of truffleHog 2.1.
 */
#ifndef ENGINE_SCAN_TRUFFLEHOG_H
#define ENGINE_SCAN_TRUFFLEHOG_H

#include "base/arena.h"
#include "detect/secret/secret_rules.h"

struct secret_amend {
	bool entropy;
	const char *include, *exclude; /* files of regular expressions, one a line; or NULL */
	const char *allow; /* a JSON object of names and texts, or "regex:" expressions */
};

/* Adds to rules that are loaded. ERR_CONFIG names the file and what is wrong. */
MUST_USE int secret_rules_amend(struct secret_rules *rules, const struct secret_amend *amend,
    struct arena *arena, struct err *err);

#endif
