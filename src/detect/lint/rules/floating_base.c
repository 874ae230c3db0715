#include "detect/lint/rule.h"

static void check_floating_base(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_stages; i++) {
		const struct docker_stage *s = &view->stages[i];

		/* Without a tag, or with latest, other rules have it. */
		if (s->parent || s->scratch || !s->image_known || s->base.digest.n > 0 ||
		    s->base.tag.n == 0 || str_eq(s->base.tag, STR("latest")))
			continue;
		lint_report(l, docker_range(s->from, s->image.raw), s->image_text, NULL,
		    "nothing but its tag says which " STR_FMT " is meant",
		    STR_ARG(s->base.repository));
	}
}

const struct lint_rule rule_floating_base = {
    .id = "PL1022",
    .title = "the base image may change under its tag",
    .why =
	"A tag is moved by its owner: two builds of one commit need not have the same base, and what was judged is not what is built next.",
    .fix = "add the digest: FROM image:tag@sha256:…, and let a tool keep it up to date",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references =
	{"https://docs.docker.com/build/building/best-practices/#pin-base-image-versions"},
    .clauses = {NIST("4.2.2")},
    .severity = SEVERITY_INFO,
    .opt_in = true,
    .dockerfile = check_floating_base,
};
