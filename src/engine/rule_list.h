/* All rules of all detectors in one form: for `rules`, `explain`, and what a policy may name. */
#ifndef ENGINE_RULE_LIST_H
#define ENGINE_RULE_LIST_H

#include "gate/names.h"

struct rule_info {
	struct str id, title, why, fix, threat, since;
	struct str opens, revoke; /* of a secret: what whoever has it can do, and how to end that */
	enum stage stage;
	unsigned more_stages; /* others whose findings have this rule: 1U << STAGE_… */
	enum severity severity;
	bool generic; /* never blocks on its own */
	bool opt_in;  /* off unless a policy names it */
	struct str_list references;
	struct str_list clauses; /* of standards */
	struct str_list aliases;
};

struct rule_list {
	struct rule_info *p;
	size_t n, cap;
};

/* Lint rules, secret rules, then those of an image; each in its own order. In the arena. */
MUST_USE int rule_list_all(struct rule_list *list, struct arena *arena, struct err *err);
/* The ids of all of them, and of the secret rules in `rules_file` (NULL: none). ERR_CONFIG if
 * that file cannot be used. */
MUST_USE int rule_names(
    const char *rules_file, struct arena *arena, struct policy_names *ret, struct err *err);

#endif
