#include "base/opt.h"
#include "detect/lint/kind.h"

enum { NAMES_MAX = 64 };

struct from_word {
	const struct docker_view *view;
	const struct docker_instruction *from;
	struct str word;
};

/* Where it is declared after all: in a stage, which FROM does not see. */
static const struct docker_step *declared_below(const struct docker_view *view, struct str name)
{
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];

		for (size_t k = 0;
		    lint_step_is(step, DOCKER_ARG) && step->stage && k < step->instruction->n_pairs;
		    k++)
			if (str_eq(step->instruction->pairs[k].name.text, name))
				return step;
	}
	return NULL;
}

static const char *nearest(struct lint *l, const struct docker_view *view, struct str name)
{
	const char *names[NAMES_MAX];
	size_t n = 0;

	for (size_t i = 0; i < view->n_steps && !view->steps[i].stage; i++) {
		const struct docker_instruction *in = view->steps[i].instruction;

		for (size_t k = 0; in->kind == DOCKER_ARG && k < in->n_pairs && n < NAMES_MAX; k++)
			if ((names[n] = arena_cstr(l->arena, in->pairs[k].name.text)) != NULL)
				n++;
	}
	return opt_nearest(name, names, n);
}

static void check_variable(struct lint *l, const void *arg, struct str name)
{
	const struct from_word *use = arg;
	struct text_range range = docker_range(use->from, use->word);
	const struct docker_step *below;
	const char *near;

	if (map_has(&use->view->global_args, name) || lint_is_platform_arg(name))
		return;
	below = declared_below(use->view, name);
	near = nearest(l, use->view, name);
	if (below)
		lint_report(l, range, name, "declare it by ARG above the first FROM",
		    "FROM does not see the ARG " STR_FMT " of line %u: it stands in a stage",
		    STR_ARG(name),
		    line_index_line(&use->view->file->lines, below->instruction->offset));
	else
		lint_report(l, range, name, NULL,
		    "no ARG above the first FROM declares " STR_FMT "%s%s", STR_ARG(name),
		    near ? "; did you mean " : "", near ? near : "");
}

static void check_undefined_arg_in_from(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_stages; i++) {
		const struct docker_stage *s = &view->stages[i];
		const struct docker_flag *platform = docker_flag_get(s->from, "platform");
		struct from_word use = {view, s->from, STR_NONE};

		if (platform && platform->has_value) {
			use.word = platform->value.raw;
			lint_variables(l, view, use.word, check_variable, &use);
		}
		use.word = s->image.raw;
		lint_variables(l, view, use.word, check_variable, &use);
	}
}

const struct lint_rule rule_undefined_arg_in_from = {
    .id = "UndefinedArgInFrom",
    .title = "FROM uses a variable that is not declared for it",
    .why = "FROM sees the arguments that are declared above the first one, and no others: this "
	   "variable is empty, whatever the build is given.",
    .fix = "declare it by ARG above the first FROM, or correct its name",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/build-checks/undefined-arg-in-from/",
	"https://docs.docker.com/reference/dockerfile/#understand-how-arg-and-from-interact"},
    .severity = SEVERITY_MEDIUM,
    .dockerfile = check_undefined_arg_in_from,
};
