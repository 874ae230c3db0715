#include "detect/lint/rule.h"

/* A stage of this file, scratch and a name that is empty or not known have no tag to ask for. */
static bool is_outside(const struct docker_stage *stage)
{
	return !stage->parent && !stage->scratch && stage->image_known && stage->image_text.n > 0;
}

static void check_no_tag(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_stages; i++) {
		const struct docker_stage *s = &view->stages[i];

		if (is_outside(s) && s->base.digest.n == 0 && s->base.tag.n == 0)
			lint_report(l, docker_range(s->from, s->image.raw), s->image_text, NULL,
			    "the base image " STR_FMT " has no tag", STR_ARG(s->image_text));
	}
}

static void judge(struct lint *l, const struct hado_pass *pass)
{
	for (size_t i = 0; i < pass->n_steps; i++) {
		const struct hado_image *image = pass->steps[i].from;

		if (pass->steps[i].in->kind == DOCKER_FROM && !image->has_tag &&
		    !image->has_digest && !str_eq(image->name, STR("scratch")) &&
		    !str_starts(image->name, STR("$")) && !hado_is_alias(pass, i, image->name))
			hado_report(l, pass->steps[i].line);
	}
}

const struct lint_rule rule_no_tag = {
    .id = "DL3006",
    .title = "the base image has no tag",
    .why = "Without a tag the newest image is taken, another one each time it changes.",
    .fix = "name a version, better still a digest: FROM debian:12.8@sha256:…",
    .threat = "image",
    .since = "2026-11-23",
    .peer = "warning",
    .references =
	{"https://docs.docker.com/build/building/best-practices/#pin-base-image-versions"},
    .clauses = {NIST("4.2.2")},
    .severity = SEVERITY_LOW,
    .dockerfile = check_no_tag,
    .hadolint = {.pass = judge},
};
