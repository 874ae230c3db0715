#include "detect/lint/rule.h"

/* What ends in a variable may end in a slash. */
static bool is_folder(struct str target)
{
	return target.n == 0 || str_ends(target, STR("/")) || str_ends(target, STR("\\")) ||
	       str_eq(target, STR(".")) || str_eq(target, STR("..")) ||
	       str_ends(target, STR("/.")) || str_ends(target, STR("/..")) ||
	       str_chr(target, '$') != STR_NPOS;
}

static void check_copy_target(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_instruction *in = view->steps[i].instruction;
		const struct docker_word *target;
		struct text_range range;

		if (in->kind != DOCKER_COPY || in->n_words < 3 ||
		    is_folder(in->words[in->n_words - 1].text))
			continue;
		target = &in->words[in->n_words - 1];
		range = docker_range(in, target->raw);
		if (str_eq(target->raw, target->text))
			lint_edit(
			    l, EDIT_SUGGESTED, (struct text_range){range.end, range.end}, STR("/"));
		lint_report(l, range, in->args, NULL,
		    "several files are copied to " STR_FMT ", which does not end in a slash",
		    STR_ARG(target->text));
	}
}

static bool has_no_slash(struct lint *l, const struct hado_step *step)
{
	const struct docker_instruction *in = step->in;

	(void)l;
	return in->kind == DOCKER_COPY && in->n_words >= 3 &&
	       !str_ends(in->words[in->n_words - 1].text, STR("/"));
}

const struct lint_rule rule_copy_target = {
    .id = "DL3021",
    .title = "several files are copied to what is not a folder",
    .why =
	"With several sources the target has to be a folder and end in a slash: otherwise a build stops.",
    .fix = "end the target with a slash",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "error",
    .references = {"https://docs.docker.com/reference/dockerfile/#copy"},
    .severity = SEVERITY_MEDIUM,
    .dockerfile = check_copy_target,
    .hadolint = {.step = has_no_slash},
};
