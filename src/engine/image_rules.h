/*
 * The rules that are about an image as a whole, and no detector's own: what its records
 * hide, how it is configured. Each is a const record with its documentation.
 */
#ifndef ENGINE_IMAGE_RULES_H
#define ENGINE_IMAGE_RULES_H

#include "core/finding.h"

struct image_rule {
	const char *id, *title, *why, *fix, *threat, *since;
	enum severity severity;
};

extern const struct image_rule image_rule_hidden;

/* All of them. */
const struct image_rule *const *image_rules(size_t *ret_n);

/* A finding of the rule, of the scan stage; message and identity are borrowed. */
struct finding image_finding(
    const struct image_rule *rule, struct str message, struct str identity, struct place *place);

#endif
