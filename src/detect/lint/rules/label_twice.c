#include "detect/lint/rule.h"

static void check_label_twice(struct lint *l, const struct docker_step *step)
{
	const struct docker_instruction *in = step->instruction;

	if (in->kind != DOCKER_LABEL || step->onbuild || !step->stage)
		return;
	for (size_t i = 0; i < in->n_pairs; i++) {
		const struct docker_pair *pair = &in->pairs[i];
		const struct docker_label *last = map_get(&step->stage->labels, pair->name.text);

		if (last && last->pair != pair && pair->name.text.n > 0 &&
		    str_chr(pair->name.text, '$') == STR_NPOS)
			lint_report(l, docker_range(in, pair->name.raw), pair->name.text, NULL,
			    "%s sets " STR_FMT " again, and that holds",
			    last->instruction == in ? "this LABEL" : "a LABEL below",
			    STR_ARG(pair->name.text));
	}
}

const struct lint_rule rule_label_twice = {
    .id = "PL1033",
    .title = "a label is set twice in one stage",
    .why =
	"The last one holds: whoever reads or changes the first believes something that is not in the image.",
    .fix = "remove one of the two",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/dockerfile/#label",
	"https://github.com/opencontainers/image-spec/blob/main/annotations.md"},
    .severity = SEVERITY_LOW,
    .step = check_label_twice,
};
