#include "detect/lint/rule.h"

static void check_as_casing(struct lint *l, const struct docker_view *view)
{
	enum lint_case most = lint_file_case(view);

	for (size_t i = 0; i < view->n_stages; i++) {
		const struct docker_instruction *from = view->stages[i].from;
		enum lint_case wanted = lint_case_of(from->keyword);
		struct text_range range;
		struct str as;

		if (view->stages[i].name.n == 0 || wanted == LINT_MIXED)
			continue;
		as = from->words[1].raw;
		if (lint_case_of(as) == wanted)
			continue;
		range = docker_range(from, as);
		/* Else FROM itself is to be written as AS is. */
		if (wanted == most)
			lint_recase(l, range, as, wanted);
		lint_report(l, range, view->stages[i].name, NULL,
		    "the keyword " STR_FMT " is in other letters than " STR_FMT, STR_ARG(as),
		    STR_ARG(from->keyword));
	}
}

const struct lint_rule rule_as_casing = {
    .id = "FromAsCasing",
    .title = "AS is not written as its FROM is",
    .why = "The two words are one instruction: in capitals, or in small letters, they are found at "
	   "a glance.",
    .fix = "write AS in the letters of FROM",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/build-checks/from-as-casing/"},
    .severity = SEVERITY_INFO,
    .dockerfile = check_as_casing,
};
