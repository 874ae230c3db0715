#include "engine/image_rules.h"

const struct image_rule image_rule_hidden = {
    .id = "PL3001",
    .title = "what is installed is hidden",
    .why =
	"A scanner knows what is installed from the package manager's own records. Where a layer "
	"takes them away or rewrites them and the files stay, every known vulnerability of these "
	"files is there and none would be found. Plimsoll judges by what the records said before.",
    .fix =
	"leave the package database, its lists and os-release as the package manager writes them; "
	"remove packages with the package manager; copy var/lib/dpkg together with the files that "
	"it is about",
    .threat = "image",
    .since = "2026-11-27",
    .severity = SEVERITY_HIGH,
};

static const struct image_rule *const all_rules[] = {
    &image_rule_hidden,
};

const struct image_rule *const *image_rules(size_t *ret_n)
{
	*ret_n = ARRAY_LEN(all_rules);
	return all_rules;
}

struct finding image_finding(
    const struct image_rule *rule, struct str message, struct str identity, struct place *place)
{
	return (struct finding){
	    .rule = str_of(rule->id),
	    .stage = STAGE_SCAN,
	    .severity = rule->severity,
	    .title = str_of(rule->title),
	    .message = message,
	    .threat = str_of(rule->threat),
	    .since = str_of(rule->since),
	    .identity = identity,
	    .places = place,
	    .n_places = 1,
	};
}
