#include "detect/lint/build_file.h"
#include "detect/lint/rule.h"

enum { REPORTED_MAX = 3 }; /* one stray quote makes mistakes of all that follows */

static void check_build_file_syntax(struct lint *l, const struct build_file *file)
{
	for (size_t i = 0; i < file->tree.problems.n && i < REPORTED_MAX; i++) {
		const struct syntax_problem *p = &file->tree.problems.p[i];

		lint_report(l, (struct text_range){(uint32_t)p->offset, (uint32_t)p->end},
		    str_of(p->what), NULL, "%s", p->what);
	}
}

const struct lint_rule rule_build_file_syntax = {
    .id = "PL1100",
    .title = "the bake or Compose file cannot be read",
    .why = "What cannot be read of it is built otherwise than its author meant, or not at all; and "
	   "the Dockerfiles that it builds are judged without what it would have said of them.",
    .fix = "correct the text at this place",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/build/bake/reference/",
	"https://docs.docker.com/reference/compose-file/build/"},
    .severity = SEVERITY_MEDIUM,
    .build_file = check_build_file_syntax,
};
