/*
 * Whether what a policy says can hold anything: a path that no finding has, a threshold that
 * nothing reaches, a registry that no image names. Such an entry is a mistake: its author
 * relies on it. Pure values.
 */
#ifndef GATE_HOLDS_H
#define GATE_HOLDS_H

#include "gate/keys.h"

struct finding_match;
struct stage_policy;

/* Each is about what stands at `at`. ERR_CONFIG with line, column and what to do. */

/* An entry of `ignore` or `waivers`: its texts are not empty, and its path is one that a file can
 * have. */
MUST_USE int holds_check_match(
    struct keys *k, const struct node *at, const struct finding_match *match, struct err *err);
/* An entry of `ignore` leaves something that counts. */
MUST_USE int holds_check_ignore(
    struct keys *k, const struct node *at, const struct finding_match *match, struct err *err);
/* The keys of one stage, once they are read. */
MUST_USE int holds_check_stage(struct keys *k, const struct node *at, enum stage stage,
    const struct stage_policy *policy, struct err *err);
/* The items of `trusted-registries`, and of `token-services`. */
MUST_USE int holds_check_registries(struct keys *k, const struct node *list, struct err *err);
MUST_USE int holds_check_services(struct keys *k, const struct node *list, struct err *err);

#endif
