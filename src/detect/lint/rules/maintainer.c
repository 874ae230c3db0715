#include "base/buf.h"
#include "detect/lint/rule.h"

/* Else the edit would take that one's place. */
static bool has_authors(const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_steps; i++)
		if (lint_step_is(&view->steps[i], DOCKER_LABEL) &&
		    str_has(view->steps[i].instruction->args, STR("image.authors")))
			return true;
	return false;
}

/* LABEL takes the value in quotes: one that holds some, or a variable, is left to a person. */
static void offer_label(struct lint *l, const struct docker_view *view,
    const struct docker_instruction *in, struct buf *text)
{
	struct str value = in->n_words > 0 ? in->words[0].text : STR_NONE;
	bool plain = value.n > 0 && str_eq(value, in->words[0].raw);

	for (size_t i = 0; i < value.n; i++)
		plain &= value.p[i] != '$' && value.p[i] != '`' && value.p[i] != '\\';
	if (!plain)
		return;
	buf_add(text, STR("LABEL org.opencontainers.image.authors=\""));
	buf_add(text, value);
	buf_addc(text, '"');
	if (buf_ok(text))
		lint_edit(l, has_authors(view) ? EDIT_SUGGESTED : EDIT_SAFE,
		    (struct text_range){in->offset, in->end}, buf_str(text));
}

static void check_maintainer(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_steps; i++) {
		struct buf text CLEANUP(buf_release) = BUF_INIT(KIB(4));
		const struct docker_instruction *in;

		if (!lint_step_is(&view->steps[i], DOCKER_MAINTAINER))
			continue;
		offer_label(l, view, view->steps[i].instruction, &text);
		in = view->steps[i].instruction;
		lint_report(l, (struct text_range){in->offset, in->head_end}, STR("MAINTAINER"),
		    NULL, "MAINTAINER is deprecated: use a label");
	}
}

static bool is_maintainer(struct lint *l, const struct hado_step *step)
{
	(void)l;
	return step->in->kind == DOCKER_MAINTAINER;
}

const struct lint_rule rule_maintainer = {
    .id = "DL4000",
    .alias = {"MaintainerDeprecated"},
    .title = "MAINTAINER is deprecated",
    .why = "Builders warn of it, and the name it sets is not where tools look for it.",
    .fix = "LABEL org.opencontainers.image.authors=\"…\"",
    .threat = "image",
    .since = "2026-11-23",
    .peer = "error",
    .references = {"https://docs.docker.com/reference/dockerfile/#maintainer-deprecated"},
    .severity = SEVERITY_INFO,
    .dockerfile = check_maintainer,
    .hadolint = {.step = is_maintainer},
};
