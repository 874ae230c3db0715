#include "detect/lint/rule.h"

static void report(struct lint *l, const struct docker_view *view, struct str comment)
{
	uint32_t offset = (uint32_t)(comment.p - view->file->text.p);

	lint_report(l, (struct text_range){offset, offset + (uint32_t)comment.n}, comment, NULL,
	    "a comment asks to leave findings out");
}

static void check_ignore_comment(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->file->comments.n; i++) {
		struct str comment = view->file->comments.p[i].text;
		struct hado_pragma pragma;

		if (hado_pragma_read(comment, &pragma) && pragma.scope != HADO_SHELL)
			report(l, view, comment);
	}
}

/* The forms for a stage and for the file do not count. */
static void judge(struct lint *l, const struct hado_pass *pass)
{
	for (size_t i = 0; i < pass->pragmas->n; i++)
		if (pass->pragmas->p[i].scope == HADO_NEXT_LINE)
			hado_report(l, pass->pragmas->p[i].line);
}

const struct lint_rule rule_ignore_comment = {
    .id = "DL1001",
    .title = "a comment excuses a finding",
    .why = "Who reviews the file may want to know what it asks to be left out of the "
	   "report.",
    .fix = "mend what is found instead",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "ignore",
    .references = {"https://docs.docker.com/build/building/best-practices/"},
    .severity = SEVERITY_INFO,
    .opt_in = true,
    .dockerfile = check_ignore_comment,
    .hadolint = {.pass = judge},
};
