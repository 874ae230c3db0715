#include "detect/lint/build_file.h"
#include "detect/lint/rule.h"

/* A file that cannot be read, or has too many stages, is judged where it stands. */
static void check_target(struct lint *l, const struct build_target *target, struct str bytes)
{
	struct arena arena CLEANUP(arena_release) = {0};
	struct err ignored = ERR_INIT;
	struct dockerfile file;
	struct docker_view view;

	arena_init(&arena, MIB(32));
	if (dockerfile_parse(bytes, &arena, &file, &ignored) != 0 ||
	    docker_view_init_build(&view, &file, &target->how, &arena, &ignored) != 0)
		return;
	if (!view.built && !view.cut)
		lint_node(l, target->stands,
		    STR_FMT " has no stage " STR_FMT ", which " STR_FMT " builds",
		    STR_ARG(target->dockerfile), STR_ARG(target->how.target),
		    STR_ARG(target->name));
}

static void check_build_file_target(struct lint *l, const struct build_file *file)
{
	for (size_t i = 0; i < file->targets.n; i++) {
		const struct build_target *target = &file->targets.p[i];
		struct str bytes;

		if (target->dockerfile.n == 0)
			continue;
		switch (lint_of_source(l, target->dockerfile, &bytes)) {
		case CONTENT_OK:
			if (target->how.target.n > 0)
				check_target(l, target, bytes);
			break;
		case CONTENT_MISSING:
			lint_node(l, target->stands,
			    "there is no file " STR_FMT ", which " STR_FMT " builds",
			    STR_ARG(target->dockerfile), STR_ARG(target->name));
			break;
		case CONTENT_ERROR:
		default:
			break;
		}
	}
}

const struct lint_rule rule_build_file_target = {
    .id = "PL1101",
    .title = "a target builds what is not there",
    .why = "A build of that target ends with an error: the Dockerfile that it names is not in the "
	   "repository, or has no stage of that name.",
    .fix = "correct the path or the stage's name, or take the target out",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/build/bake/reference/",
	"https://docs.docker.com/reference/compose-file/build/"},
    .severity = SEVERITY_LOW,
    .build_file = check_build_file_target,
};
