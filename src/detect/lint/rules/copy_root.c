#include "detect/lint/rule.h"

static bool copies_root(const struct docker_instruction *in)
{
	bool root = false;

	for (size_t i = 0; i + 1 < in->n_words; i++)
		root |= str_eq(in->words[i].text, STR("/"));
	return root && in->kind == DOCKER_COPY && docker_flag_get(in, "from") &&
	       str_eq(in->words[in->n_words - 1].text, STR("/"));
}

/* Onto nothing it is how layers are made one. */
static void check_copy_root(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];

		if (copies_root(step->instruction) &&
		    !(step->stage && step->stage->lowest->scratch))
			lint_instruction(l, step->instruction,
			    "all files of another image are copied over this one's");
	}
}

static bool is_root_copy(struct lint *l, const struct hado_step *step)
{
	(void)l;
	return copies_root(step->in);
}

const struct lint_rule rule_copy_root = {
    .id = "DL3067",
    .title = "all files of another image are copied over this one",
    .why =
	"Files of the base image are replaced one by one by those of another: what results is neither, its package lists are wrong, and it carries whatever the other one was built with.",
    .fix = "copy the folders that are needed, or build on the other image with FROM",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://docs.docker.com/build/building/multi-stage/"},
    .clauses = {NIST("4.1.2")},
    .severity = SEVERITY_LOW,
    .dockerfile = check_copy_root,
    .hadolint = {.step = is_root_copy},
};
