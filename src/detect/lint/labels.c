/* Labels that the organisation asks for, and what their values have to be. */
#include "base/buf.h"
#include "detect/lint/lint.h"

static bool has_type(const struct lint *lint, struct str key, int type)
{
	const struct lint_opts *opts = lint_opts(lint);

	for (size_t i = 0; i < opts->n_labels; i++)
		if (str_eq(opts->labels[i].key, key))
			return type == LABEL_ANY || (int)opts->labels[i].type == type;
	return false;
}

void lint_check_labels(
    struct lint *l, const struct docker_step *step, int type, bool (*is_valid)(struct str value))
{
	const struct docker_instruction *in = step->instruction;

	for (size_t i = 0; in->kind == DOCKER_LABEL && i < in->n_pairs; i++) {
		const struct docker_pair *pair = &in->pairs[i];

		if (!has_type(l, pair->name.text, type) ||
		    str_chr(pair->value.text, '$') != STR_NPOS ||
		    (type != LABEL_ANY && pair->value.text.n == 0) || is_valid(pair->value.text))
			continue;
		lint_report(l, docker_range(in, pair->raw), pair->raw, NULL,
		    "the value of " STR_FMT " cannot be used", STR_ARG(pair->name.text));
	}
}

void hado_report_label(struct lint *l, uint32_t line, const char *what, struct str key)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT(KIB(64));

	buf_addf(&text, "the label " STR_FMT " %s", STR_ARG(key), what);
	hado_report_as(l, line, buf_str(&text));
}

void hado_check_labels(
    struct lint *l, const struct hado_pass *pass, int type, bool (*is_valid)(struct str value))
{
	for (size_t i = 0; i < pass->n_steps; i++) {
		const struct docker_instruction *in = pass->steps[i].in;

		for (size_t k = 0; in->kind == DOCKER_LABEL && k < in->n_pairs; k++)
			if (has_type(l, in->pairs[k].name.text, type) &&
			    !is_valid(in->pairs[k].value.text))
				hado_report_label(l, pass->steps[i].line,
				    "has a value that cannot be used", in->pairs[k].name.text);
	}
}
