#include "detect/lint/rule.h"

enum { OWNED_MAX = 32 };
struct given_away {
	struct str folders[OWNED_MAX];
	size_t n;
	bool any; /* more than are kept, or not known which */
};

static void note_chown(struct given_away *o, const struct shell_command *c)
{
	if (!shell_is(c, "chown") && !shell_is(c, "chmod") && !shell_is(c, "setfacl"))
		return;
	for (size_t i = 2; i < c->n_words; i++) {
		if (o->n == OWNED_MAX || c->words[i].text.n == 0 || c->words[i].text.p[0] != '/') {
			o->any = true;
			return;
		}
		o->folders[o->n++] = c->words[i].text;
	}
}

static bool is_owned(const struct given_away *o, struct str path)
{
	for (size_t i = 0; i < o->n; i++)
		if (str_starts(path, o->folders[i]) || str_starts(o->folders[i], path))
			return true;
	return o->any;
}

/* Into the home or working folder of that user; programs and settings of the system are root's. */
static bool is_its_own(const struct docker_step *step, struct str to)
{
	if (str_chr(to, '$') != STR_NPOS || to.n == 0)
		return false;
	if (to.p[0] != '/')
		return step->workdir.n > 0;
	return str_starts(to, STR("/home/")) ||
	       (step->workdir.n > 1 && str_starts(to, step->workdir));
}

static void check_step(struct lint *l, const struct given_away *o, const struct docker_step *step)
{
	const struct docker_instruction *in = step->instruction;
	struct str to;

	if ((in->kind != DOCKER_COPY && in->kind != DOCKER_ADD) || in->n_words < 2 ||
	    docker_flag_get(in, "chown") || docker_flag_get(in, "chmod") || step->user.n == 0 ||
	    str_chr(step->user, '$') != STR_NPOS || docker_user_is_root(step->user))
		return;
	to = in->words[in->n_words - 1].text;
	if (is_its_own(step, to) && !is_owned(o, to.p[0] == '/' ? to : step->workdir))
		lint_instruction(l, in, "it belongs to root, and the user here is " STR_FMT,
		    STR_ARG(step->user));
}

/* From the end, so that what is given away later is known. */
static void check_copy_unowned(struct lint *l, const struct docker_view *view)
{
	struct given_away owned = {.n = 0};

	for (size_t i = view->n_steps; i-- > 0;) {
		const struct docker_step *step = &view->steps[i];

		if (step->onbuild || !step->stage || !step->stage->shipped)
			continue;
		for (size_t k = 0;
		    lint_step_is(step, DOCKER_RUN) && step->script && k < step->script->commands.n;
		    k++)
			note_chown(&owned, &step->script->commands.p[k]);
		check_step(l, &owned, step);
	}
}

const struct lint_rule rule_copy_unowned = {
    .id = "PL1024",
    .title = "what is copied belongs to root, and the user is another",
    .why =
	"COPY and ADD ignore USER: without --chown the files are root's, and the program cannot write into its own folder. If it need not write there, that is how it should be.",
    .fix = "add --chown with the user of the image, if it writes there",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/dockerfile/#copy---chown---chmod"},
    .severity = SEVERITY_INFO,
    .opt_in = true,
    .dockerfile = check_copy_unowned,
};
