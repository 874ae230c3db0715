/* All rules of all detectors in one form, for `rules` and `explain`. */
#ifndef CLI_RULE_LIST_H
#define CLI_RULE_LIST_H

#include "core/finding.h"

struct rule_info {
	struct str id, title, why, fix, threat, since;
	enum stage stage;
	enum severity severity;
	struct str_list references;
};

struct rule_list {
	struct rule_info *p;
	size_t n, cap;
};

/* Lint rules, secret rules, then those of the pipeline; each in its own order. In the arena. */
MUST_USE int rule_list_all(struct rule_list *list, struct arena *arena, struct err *err);

#endif
