#include "detect/lint/rule.h"

static void check_copy_from_empty(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->sources.n; i++) {
		const struct docker_source *source = &view->sources.p[i];
		const struct docker_stage *from = source->stage ? source->stage : source->later;

		/* What hangs on an argument may be meant to be empty. */
		if (from && from->empty && str_chr(source->raw, '$') == STR_NPOS &&
		    !lint_step_is(source->step, DOCKER_RUN))
			lint_report(l, docker_range(source->step->instruction, source->raw),
			    source->raw.n > 0 ? source->raw : STR("from"), NULL,
			    "stage " STR_FMT " holds no file", STR_ARG(source->name));
	}
}

const struct lint_rule rule_copy_from_empty = {
    .id = "PL1030",
    .title = "files are taken from a stage that has none",
    .why =
	"A stage that begins with scratch and copies nothing holds no file: the build stops, or the copy takes nothing.",
    .fix = "name the stage that holds the file, or fill this one with COPY",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/dockerfile/#copy---from",
	"https://docs.docker.com/build/building/multi-stage/"},
    .severity = SEVERITY_MEDIUM,
    .dockerfile = check_copy_from_empty,
};
