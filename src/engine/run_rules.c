#include "engine/run_rules.h"

const struct run_rule run_rule_untrusted_base = {
    .id = "PL5001",
    .title = "an image that the build needs is of a registry that the policy does not trust",
    .why = "whoever runs that registry decides what the image is made of, and a Dockerfile must "
	   "not make this machine talk to whomever its author likes; so nothing was fetched from "
	   "there, and no image was built",
    .fix = "take the image from a trusted registry, or ask the security team to trust this one "
	   "(trusted-registries in the policy)",
    .threat = "image",
    .since = "2026-11-27",
    .stage = STAGE_BUILD,
    .severity = SEVERITY_HIGH,
    .weight = WEIGHT_ALWAYS,
};

const struct run_rule run_rule_image_gone = {
    .id = "PL5002",
    .title = "no image is built any more",
    .why = "the target branch builds an image and this change would end that: what runs would stay "
	   "as it is, no longer scanned and no longer updated, while everything looks passed",
    .fix =
	"name the Dockerfile in .plimsoll.yaml (images: [{name: NAME, context: FOLDER}]), or, if "
	"the image is to go, ask the security team for `images: optional` in the policy",
    .threat = "image",
    .since = "2026-11-27",
    .stage = STAGE_BUILD,
    .severity = SEVERITY_HIGH,
    .weight = WEIGHT_ALWAYS,
};

static const struct run_rule *const all[] = {&run_rule_untrusted_base, &run_rule_image_gone};

const struct run_rule *const *run_rules(size_t *ret_n)
{
	*ret_n = ARRAY_LEN(all);
	return all;
}

struct finding run_rule_finding(const struct run_rule *rule)
{
	return (struct finding){.rule = str_of(rule->id),
	    .stage = rule->stage,
	    .severity = rule->severity,
	    .weight = rule->weight,
	    .title = str_of(rule->title),
	    .threat = str_of(rule->threat),
	    .since = str_of(rule->since)};
}
