#include "detect/lint/rule.h"

static bool has_drive(struct str path)
{
	return path.n > 1 && byte_is_alpha(path.p[0]) && path.p[1] == ':';
}

static void check_workdir_relative(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_instruction *in = view->steps[i].instruction;
		struct str path;

		if (in->kind != DOCKER_WORKDIR || in->n_words == 0)
			continue;
		path = in->words[0].text;
		if (path.n == 0 || path.p[0] == '/' || path.p[0] == '$' || has_drive(path))
			continue;
		lint_instruction(
		    l, in, "WORKDIR " STR_FMT " is not an absolute path", STR_ARG(path));
	}
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
};
