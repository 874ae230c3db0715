#include "detect/lint/rule.h"

/* What ONBUILD copies from is a stage of the file that builds on this image. */
static bool names_itself(const struct docker_source *source)
{
	const struct docker_stage *own = source->step->stage;
	uint64_t index;

	return own && !source->stage && !source->step->onbuild &&
	       ((own->name.n > 0 && str_eq_nocase(source->name, own->name)) ||
		   (str_to_u64(source->name, &index) && index == own->index));
}

static void check_copy_from_self(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->sources.n; i++) {
		const struct docker_source *source = &view->sources.p[i];
		const struct docker_instruction *in = source->step->instruction;

		if (names_itself(source))
			lint_report(l, docker_range(in, source->raw), in->args, NULL,
			    STR_FMT " is the stage that is being built", STR_ARG(source->name));
	}
}

static bool copies_itself(struct lint *l, const struct hado_step *step)
{
	struct str from = hado_flag(step, "from");

	(void)l;
	return step->in->kind == DOCKER_COPY && step->from && from.n > 0 &&
	       str_eq(from, step->from->alias);
}

const struct lint_rule rule_copy_from_self = {
    .id = "DL3023",
    .title = "a stage copies from itself",
    .why =
	"A stage can only take files from one that stands before it: a build stops here, or takes an image of that name from a registry.",
    .fix = "name an earlier stage, or use RUN cp within this one",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "error",
    .references = {"https://docs.docker.com/build/building/multi-stage/"},
    .severity = SEVERITY_MEDIUM,
    .dockerfile = check_copy_from_self,
    .hadolint = {.step = copies_itself},
};
