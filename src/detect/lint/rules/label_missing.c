#include "detect/lint/lint.h"

static bool sets(const struct docker_instruction *in, struct str key)
{
	for (size_t i = 0; in->kind == DOCKER_LABEL && i < in->n_pairs; i++)
		if (str_eq(in->pairs[i].name.text, key))
			return true;
	return false;
}

static bool is_labelled(const struct docker_view *view, struct str key)
{
	for (const struct docker_stage *s = view->built; s; s = s->parent)
		for (size_t i = 0; i < s->n_steps; i++)
			if (sets(view->steps[s->first_step + i].instruction, key))
				return true;
	return false;
}

static void check_label_missing(struct lint *l, const struct docker_view *view)
{
	const struct lint_opts *opts = lint_opts(l);

	for (size_t i = 0; view->built && i < opts->n_labels; i++)
		if (!is_labelled(view, opts->labels[i].key))
			lint_report(l,
			    (struct text_range){
				view->built->from->offset, view->built->from->head_end},
			    opts->labels[i].key, NULL, "the label " STR_FMT " is missing",
			    STR_ARG(opts->labels[i].key));
}

/* ---- as hadolint has it: of each stage that is not there for another one ---- */

static bool has_label(const struct hado_pass *pass, size_t from, struct str key)
{
	for (size_t i = from; i < pass->n_steps && pass->steps[i].stage == pass->steps[from].stage;
	    i++)
		if (sets(pass->steps[i].in, key))
			return true;
	return false;
}

static bool is_good(const struct hado_pass *pass, size_t at, struct str key)
{
	struct str alias = pass->steps[at].from->alias;

	for (size_t i = at; i < pass->n_steps; i = hado_parent(pass, i))
		if (has_label(pass, i, key))
			return true;
	for (size_t i = at + 1; alias.n > 0 && i < pass->n_steps; i++) {
		const struct hado_step *step = &pass->steps[i];

		if (step->in->kind == DOCKER_COPY && str_eq(hado_flag(step, "from"), alias))
			return true;
		if (step->in->kind == DOCKER_FROM && hado_parent(pass, i) == at &&
		    has_label(pass, i, key))
			return true;
	}
	return false;
}

static void judge(struct lint *l, const struct hado_pass *pass)
{
	const struct lint_opts *opts = lint_opts(l);

	for (size_t i = 0; i < pass->n_steps; i++)
		for (size_t k = 0; pass->steps[i].in->kind == DOCKER_FROM && k < opts->n_labels;
		    k++)
			if (!is_good(pass, i, opts->labels[k].key))
				hado_report_label(
				    l, pass->steps[i].line, "is missing", opts->labels[k].key);
}

const struct lint_rule rule_label_missing = {
    .id = "DL3049",
    .title = "a label that the organisation asks for is missing",
    .why = "The organisation asks for this label, and what reads it (a catalogue, a "
	   "scanner, a person) finds it empty or cannot use it.",
    .fix = "add the label",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "info",
    .references = {"https://github.com/opencontainers/image-spec/blob/main/annotations.md"},
    .severity = SEVERITY_INFO,
    .dockerfile = check_label_missing,
    .hadolint = {.pass = judge},
};
