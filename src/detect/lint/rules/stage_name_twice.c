#include "detect/lint/rule.h"

static void check_stage_name_twice(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_stages; i++) {
		const struct docker_stage *s = &view->stages[i];

		for (size_t k = 0; k < i && s->name.n > 0; k++) {
			if (!str_eq_nocase(s->name, view->stages[k].name))
				continue;
			lint_report(l, docker_range(s->from, s->from->words[2].raw),
			    view->stages[k].name, NULL, "stage %zu is called " STR_FMT " too", k,
			    STR_ARG(s->name));
			break;
		}
	}
}

static void judge(struct lint *l, const struct hado_pass *pass)
{
	for (size_t i = 0; i < pass->n_steps; i++)
		if (pass->steps[i].in->kind == DOCKER_FROM &&
		    hado_is_alias(pass, i, pass->steps[i].from->alias))
			hado_report(l, pass->steps[i].line);
}

const struct lint_rule rule_stage_name_twice = {
    .id = "DL3024",
    .alias = {"DuplicateStageName"},
    .title = "two stages have one name",
    .why =
	"Whoever copies from that name gets the later stage, or none: a reader cannot tell which.",
    .fix = "give each stage a name of its own",
    .threat = "image",
    .since = "2026-11-24",
    .peer = "error",
    .references = {"https://docs.docker.com/build/building/multi-stage/"},
    .severity = SEVERITY_MEDIUM,
    .dockerfile = check_stage_name_twice,
    .hadolint = {.pass = judge},
};
