#include "detect/lint/rule.h"

static void recase_as(struct lint *l, const struct docker_instruction *in, enum lint_case most)
{
	struct str as;

	if (in->kind != DOCKER_FROM || in->n_words != 3)
		return;
	as = in->words[1].raw;
	if (str_eq_nocase(as, STR("AS")) && lint_case_of(as) != most)
		lint_recase(l, docker_range(in, as), as, most);
}

static void check_keyword_casing(struct lint *l, const struct docker_view *view)
{
	enum lint_case most = lint_file_case(view);

	for (size_t i = 0; i < view->file->instructions.n; i++) {
		const struct docker_instruction *in = &view->file->instructions.p[i];
		struct text_range range;

		if (in->kind == DOCKER_UNKNOWN || lint_case_of(in->keyword) == most)
			continue;
		range = docker_range(in, in->keyword);
		/* MAINTAINER is replaced as a whole. */
		if (in->kind != DOCKER_MAINTAINER)
			lint_recase(l, range, in->keyword, most);
		recase_as(l, in, most);
		lint_report(l, range, in->text.text, NULL,
		    STR_FMT " is not written in %s, as most keywords of this file are",
		    STR_ARG(in->keyword), most == LINT_LOWER ? "small letters" : "capitals");
	}
}

const struct lint_rule rule_keyword_casing = {
    .id = "ConsistentInstructionCasing",
    .title = "the keyword is not written as the others are",
    .why = "Keywords in one spelling, capitals by custom, are what a reader finds the instructions "
	   "by.",
    .fix = "write all keywords in capitals, or all in small letters",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/build-checks/consistent-instruction-casing/"},
    .severity = SEVERITY_INFO,
    .dockerfile = check_keyword_casing,
};
