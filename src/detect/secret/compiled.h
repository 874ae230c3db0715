/*
 * The inside of the secret engine, shared by its files and nobody else: compiled rules,
 * a scanner's working memory, and matches on their way to findings.
 */
#ifndef DETECT_SECRET_COMPILED_H
#define DETECT_SECRET_COMPILED_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include "detect/secret/secret.h"

#include <hs.h>
#include <pcre2.h>

/* The most one unit may take while it is scanned. */
#define SECRET_SCANNER_BYTES MIB(256)

struct compiled_rule {
	const struct secret_rule *rule;
	pcre2_code *code;
	size_t reach_bytes; /* the longest match that is looked for */
	uint32_t groups;
	bool jit;
	bool to_end;
};

struct secret_engine {
	const struct secret_rules *rules;
	struct compiled_rule *compiled;
	size_t n;
	hs_database_t *database;
	hs_scratch_t *scratch; /* what scanners clone */
	pcre2_match_context *match_context;
	uint64_t content_bytes_max;
	size_t hits_max;
	unsigned match_limit;
};

struct secret_scanner {
	const struct secret_engine *engine;
	hs_scratch_t *scratch;
	pcre2_match_data *match_data;
	pcre2_match_context *match_context;
	pcre2_jit_stack *jit_stack;
	struct arena arena; /* one unit's */
};

/* Where a rule matched, as byte offsets of the text. */
struct secret_match {
	uint32_t rule; /* index */
	size_t start, end;
	size_t value_start, value_end;
};

struct secret_matches {
	VEC(struct secret_match) found;
	bool gave_up; /* a match ran into the match limit … */
	uint32_t gave_up_rule;
	size_t gave_up_at; /* … the first one here */
	bool full;	   /* more matches than hits_max: the rest is not there */
};

/* All matches of all rules (without_generic: but the generic ones) in text, in no order, in the
 * scanner's arena. */
MUST_USE int secret_match_text(struct secret_scanner *scanner, struct str text,
    bool without_generic, struct secret_matches *ret_matches, struct err *err);

#endif
