/*
 * What the pipeline itself holds against a pull request: that nothing could be built of it,
 * or less than before. Records like those of the detectors, for `rules` and `explain`.
 */
#ifndef ENGINE_RUN_RULES_H
#define ENGINE_RUN_RULES_H

#include "core/finding.h"

struct run_rule {
	const char *id, *title, *why, *fix, *threat, *since;
	enum stage stage;
	enum severity severity;
	enum finding_weight weight;
};

extern const struct run_rule run_rule_untrusted_base;
extern const struct run_rule run_rule_image_gone;

const struct run_rule *const *run_rules(size_t *ret_n);
/* A finding of that rule: message and places are the caller's. */
struct finding run_rule_finding(const struct run_rule *rule);

#endif
