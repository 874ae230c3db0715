#include "detect/lint/rule.h"

/* Blank lines from the line on that begins at `at`. */
static size_t end_of_blanks(struct str text, size_t at, size_t stop)
{
	size_t end = at;

	while (at < stop && byte_is_blank(text.p[at]))
		if (text.p[at++] == '\n')
			end = at;
	return end;
}

static void check_instruction(struct lint *l, struct str text, const struct docker_instruction *in)
{
	size_t at = in->offset, end;

	while (at < in->head_end) {
		struct text_range range;

		while (at < in->head_end && text.p[at] != '\n')
			at++;
		if (at++ >= in->head_end)
			return;
		end = end_of_blanks(text, at, in->head_end);
		if (end == at)
			continue;
		range = (struct text_range){(uint32_t)at, (uint32_t)end};
		lint_edit(l, EDIT_SAFE, range, STR(""));
		lint_report(l, (struct text_range){range.offset, range.offset}, in->text.text, NULL,
		    "an empty line inside of %s", docker_kind_word(in->kind));
		at = end - 1;
	}
}

static void check_empty_continuation(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->file->instructions.n; i++)
		if (view->file->instructions.p[i].empty_continuation)
			check_instruction(l, view->file->text, &view->file->instructions.p[i]);
}

const struct lint_rule rule_empty_continuation = {
    .id = "NoEmptyContinuation",
    .title = "an empty line inside of an instruction",
    .why = "Builders pass over it today and warn that they will not: then the instruction ends "
	   "there, and its rest is something else.",
    .fix = "remove the line, or begin it with #",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/build-checks/no-empty-continuation/"},
    .severity = SEVERITY_LOW,
    .dockerfile = check_empty_continuation,
};
