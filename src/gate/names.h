/*
 * What a policy may name: the rules there are, as the engine lists them, and the ids of
 * advisories, known by their shape. A name that no finding can have, or that can never apply
 * at the place where it stands, is a mistake of the policy: it would seem to hold
 * something, and hold nothing. Pure values.
 */
#ifndef GATE_NAMES_H
#define GATE_NAMES_H

#include "gate/keys.h"

struct policy_name {
	struct str id;
	unsigned stages; /* whose findings have it: 1U << STAGE_… */
	enum severity severity;
	bool generic;	     /* a kind of secret that never blocks on its own */
	struct str alias_of; /* the rule's id if this is another name of it; else empty */
};

struct policy_names {
	const struct policy_name *p;
	size_t n;
};

struct finding_match;
struct branch_excuse;

/* What an entry of a policy stands for: an alias for every rule that has it, all else for itself.
 * In the arena of k. */
MUST_USE int names_spell_out(
    const struct keys *k, struct str rule, struct str_list *ret, struct err *err);

/* Each check is about what stands at `at`, and passes if k has no names. ERR_CONFIG with line,
 * column and the nearest id. */

/* One entry of a stage's block list. */
MUST_USE int names_check_block(
    struct keys *k, const struct node *at, struct str rule, enum stage stage, struct err *err);
/* An entry of `ignore` or `waivers`. */
MUST_USE int names_check_match(
    struct keys *k, const struct node *at, const struct finding_match *match, struct err *err);
/* An entry of `branch-may-excuse`. */
MUST_USE int names_check_excuse(
    struct keys *k, const struct node *at, const struct branch_excuse *excuse, struct err *err);

#endif
