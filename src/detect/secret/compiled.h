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
	pcre2_code *code; /* NULL until the rule is needed, in an engine made inside the sandbox */
	size_t reach_bytes; /* the longest match that is looked for */
	uint32_t groups;
	bool to_end;
};

struct secret_engine {
	const struct secret_rules *rules;
	struct compiled_rule *compiled;
	size_t n;
	struct secret_rules own_rules; /* in own_arena, if the engine made them */
	struct arena own_arena;
	hs_database_t *database;
	hs_scratch_t *scratch;	/* what scanners clone */
	uint64_t patterns_hash; /* and vectorscan's version */
	pcre2_match_context *match_context;
	uint64_t content_bytes_max;
	size_t hits_max;
	unsigned match_limit;
};

struct secret_scanner {
	const struct secret_engine *engine;
	struct secret_engine *own; /* the same, if the scanner made it */
	hs_scratch_t *scratch;
	pcre2_match_data *match_data;
	pcre2_match_context *match_context;
	pcre2_jit_stack *jit_stack;
	struct arena arena; /* one unit's */
	/* Of what is scanned, for the rules' terms. NULL: only whether anything may be there is
	 * asked, and what its place or others around it decide is not. */
	const struct origin *origin;
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

/* Compiles the rule if that is still to be done, without JIT. */
MUST_USE int secret_rule_ready(struct compiled_rule *c, struct err *err);

/* Sets e->database and each rule's reach_bytes, by texts: the patterns, translated. */
MUST_USE int secret_database_compile(
    struct secret_engine *e, const char *const *texts, struct arena *arena, struct err *err);
/* The same from what the build compiled, if that is of these very patterns and fits this
 * processor and this vectorscan; false otherwise. Sets e->patterns_hash in any case. */
MUST_USE bool secret_database_load(struct secret_engine *e, const char *const *texts);
/* The same for the built-in rules, whose patterns it does not look at. */
MUST_USE int secret_database_load_carried(struct secret_engine *e, struct err *err);
/* Writes what both of them read. */
struct buf;
MUST_USE int secret_database_store(const struct secret_engine *e, struct buf *out, struct err *err);

/* Which rules not to look with. */
enum secret_leave {
	SECRET_LEAVE_NONE,
	SECRET_LEAVE_GENERIC,
	SECRET_LEAVE_WORDS, /* of ours, neither them nor those that need a word beside a value */
};

/* All matches of all other rules in text, in no order, in the scanner's arena. */
MUST_USE int secret_match_text(struct secret_scanner *scanner, struct str text,
    enum secret_leave leave, struct secret_matches *ret_matches, struct err *err);

#endif
