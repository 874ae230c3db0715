#include "detect/lint/rule.h"

/* A variable may hold any path. */
static bool is_absolute(struct str path)
{
	return path.n > 0 && (path.p[0] == '/' || path.p[0] == '$' ||
				 (path.n > 1 && byte_is_alpha(path.p[0]) && path.p[1] == ':'));
}

static void check_workdir_relative(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];
		const struct docker_instruction *in = step->instruction;
		struct str path;

		/* Behind an absolute one of this file everyone can tell which folder it is. */
		if (in->kind != DOCKER_WORKDIR || in->n_words == 0 ||
		    (!step->onbuild && is_absolute(step->workdir)))
			continue;
		path = in->words[0].text;
		if (path.n == 0 || is_absolute(path))
			continue;
		lint_instruction(
		    l, in, "WORKDIR " STR_FMT " is not an absolute path", STR_ARG(path));
	}
}

static bool is_relative(struct lint *l, const struct hado_step *step)
{
	(void)l;
	return step->in->kind == DOCKER_WORKDIR && step->in->n_words > 0 &&
	       !is_absolute(step->in->words[0].text);
}

const struct lint_rule rule_workdir_relative = {
    .id = "DL3000",
    .alias = {"WorkdirRelativePath"},
    .title = "WORKDIR is not an absolute path",
    .why = "A relative WORKDIR depends on the one in force before it, which may be the "
	   "base image's and may change.",
    .fix = "write the whole path, such as WORKDIR /srv/app",
    .threat = "image",
    .since = "2026-11-23",
    .peer = "error",
    .references = {"https://docs.docker.com/reference/dockerfile/#workdir"},
    .severity = SEVERITY_LOW,
    .dockerfile = check_workdir_relative,
    .hadolint = {.step = is_relative},
};
