#include "detect/lint/rule.h"

static void check_no_healthcheck(struct lint *l, const struct docker_view *view)
{
	const struct docker_stage *built = view->built;

	if (!built)
		return;
	for (const struct docker_stage *s = built; s; s = s->parent)
		for (size_t i = 0; i < s->n_steps; i++)
			if (lint_step_is(&view->steps[s->first_step + i], DOCKER_HEALTHCHECK))
				return;
	lint_report(l, (struct text_range){built->from->offset, built->from->head_end},
	    STR("no HEALTHCHECK"), NULL, "the image has no HEALTHCHECK");
}

static bool has_one(const struct hado_pass *pass, size_t from)
{
	for (size_t i = from; i < pass->n_steps && pass->steps[i].stage == pass->steps[from].stage;
	    i++)
		if (pass->steps[i].in->kind == DOCKER_HEALTHCHECK)
			return true;
	return false;
}

/* A stage is good if it or one below it has one, or if one that builds on it does. */
static void judge(struct lint *l, const struct hado_pass *pass)
{
	for (size_t i = 0; i < pass->n_steps; i++) {
		bool good = false;

		if (pass->steps[i].in->kind != DOCKER_FROM)
			continue;
		for (size_t at = i; at < pass->n_steps && !good; at = hado_parent(pass, at))
			good = has_one(pass, at);
		for (size_t later = i + 1; later < pass->n_steps && !good; later++) {
			if (pass->steps[later].in->kind != DOCKER_FROM || !has_one(pass, later))
				continue;
			for (size_t at = later; at < pass->n_steps && !good;
			    at = hado_parent(pass, at))
				good = at == i;
		}
		if (!good)
			hado_report(l, pass->steps[i].line);
	}
}

const struct lint_rule rule_no_healthcheck = {
    .id = "DL3057",
    .title = "there is no HEALTHCHECK",
    .why = "Without one nobody but the process itself says whether it still works. An "
	   "orchestrator with probes of its own needs none.",
    .fix = "add HEALTHCHECK, or HEALTHCHECK NONE if something else looks",
    .threat = "runtime",
    .since = "2026-11-27",
    .peer = "ignore",
    .references = {"https://docs.docker.com/reference/dockerfile/#healthcheck",
	"https://www.cisecurity.org/benchmark/docker"},
    .clauses = {CIS("4.6")},
    .severity = SEVERITY_INFO,
    .opt_in = true,
    .dockerfile = check_no_healthcheck,
    .hadolint = {.pass = judge},
};
