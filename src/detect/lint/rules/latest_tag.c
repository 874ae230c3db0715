#include "detect/lint/rule.h"

/* A stage of this file and scratch have no tag. A name may be not known: a tag that is written out
 * behind it counts all the same. */
static bool is_outside(const struct docker_stage *stage)
{
	return !stage->parent && !stage->scratch && stage->image.raw.n > 0;
}

static void check_latest_tag(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_stages; i++) {
		const struct docker_stage *s = &view->stages[i];

		if (is_outside(s) && s->base.digest.n == 0 && str_eq(s->base.tag, STR("latest")))
			lint_report(l, docker_range(s->from, s->image.raw), s->image_text, NULL,
			    "the base image " STR_FMT " moves: it is `latest`",
			    STR_ARG(s->image_text));
	}
}

static bool is_latest(struct lint *l, const struct hado_step *step)
{
	(void)l;
	return step->in->kind == DOCKER_FROM && str_eq(step->from->tag, STR("latest")) &&
	       !step->from->has_digest;
}

const struct lint_rule rule_latest_tag = {
    .id = "DL3007",
    .title = "the base image is `latest`",
    .why = "`latest` is another image each time its owner pushes: a build of today and one "
	   "of next week differ, and nobody sees why.",
    .fix = "name a version, better still a digest: FROM debian:12.8@sha256:…",
    .threat = "image",
    .since = "2026-11-23",
    .peer = "warning",
    .references =
	{"https://docs.docker.com/build/building/best-practices/#pin-base-image-versions"},
    .clauses = {NIST("4.2.2")},
    .severity = SEVERITY_LOW,
    .dockerfile = check_latest_tag,
    .hadolint = {.step = is_latest},
};
