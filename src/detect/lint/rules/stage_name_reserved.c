#include "detect/lint/rule.h"

static void check_stage_name_reserved(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_stages; i++) {
		const struct docker_stage *s = &view->stages[i];

		if (str_eq_nocase(s->name, STR("scratch")) ||
		    str_eq_nocase(s->name, STR("context")))
			lint_report(l, docker_range(s->from, s->from->words[2].raw), s->name, NULL,
			    "a stage is called " STR_FMT ", which has a meaning of its own",
			    STR_ARG(s->name));
	}
}

static bool is_reserved(struct lint *l, const struct hado_step *step)
{
	(void)l;
	return step->in->kind == DOCKER_FROM && (str_eq(step->from->alias, STR("scratch")) ||
						    str_eq(step->from->alias, STR("context")));
}

const struct lint_rule rule_stage_name_reserved = {
    .id = "DL3063",
    .alias = {"ReservedStageName"},
    .title = "the name of a stage has a meaning of its own",
    .why =
	"scratch is the empty image and context the folder that is built: whoever reads or takes that name gets the one or the other.",
    .fix = "give the stage another name",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://docs.docker.com/reference/build-checks/reserved-stage-name/"},
    .severity = SEVERITY_LOW,
    .dockerfile = check_stage_name_reserved,
    .hadolint = {.step = is_reserved},
};
