#include "detect/lint/rule.h"

/* The comment on the line right above; a directive is no comment. */
static bool comment_above(
    const struct docker_view *view, const struct docker_instruction *in, struct str *ret)
{
	uint32_t line = line_index_line(&view->file->lines, in->offset);
	struct str text;

	if (line < 2)
		return false;
	text = str_trim(line_index_text(&view->file->lines, line - 1));
	if (text.n == 0 || text.p[0] != '#')
		return false;
	for (size_t i = 0; i < view->file->directives.n; i++)
		if (view->file->directives.p[i].value.p >= text.p &&
		    view->file->directives.p[i].value.p < text.p + text.n)
			return false;
	*ret = str_trim(str_sub(text, 1, text.n));
	return ret->n > 0;
}

static void check_name(struct lint *l, const struct docker_view *view,
    const struct docker_instruction *in, struct str name)
{
	struct str comment, first;

	if (name.n == 0 || !comment_above(view, in, &comment))
		return;
	first = comment;
	(void)str_split(comment, ' ', &first, &comment);
	if (!str_eq_nocase(first, name))
		lint_instruction(
		    l, in, "the comment above does not begin with " STR_FMT, STR_ARG(name));
}

static void check_definition_comment(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_instruction *in = view->steps[i].instruction;

		if (in->kind == DOCKER_FROM)
			check_name(l, view, in, view->steps[i].stage->name);
		else if (in->kind == DOCKER_ARG && in->n_pairs == 1)
			check_name(l, view, in, in->pairs[0].name.text);
	}
}

const struct lint_rule rule_definition_comment = {
    .id = "InvalidDefinitionDescription",
    .title = "the comment above does not describe what it stands above",
    .why = "`docker build --call=outline` shows the comment above a stage or an argument as its "
	   "description if it begins with the name.",
    .fix = "begin the comment with the name, or put an empty line between",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references =
	{"https://docs.docker.com/reference/build-checks/invalid-definition-description/"},
    .severity = SEVERITY_INFO,
    .opt_in = true,
    .dockerfile = check_definition_comment,
};
