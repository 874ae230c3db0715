#include "detect/lint/rule.h"

static bool is_whole_context(struct str source)
{
	return str_eq(source, STR(".")) || str_eq(source, STR("./")) || str_eq(source, STR("/"));
}

static void check_copy_all(struct lint *l, const struct docker_view *view)
{
	struct str ignored;
	bool asked = false;

	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];
		const struct docker_instruction *in = step->instruction;

		if ((in->kind != DOCKER_COPY && in->kind != DOCKER_ADD) || step->onbuild ||
		    in->n_words < 2 || docker_flag_get(in, "from") ||
		    !is_whole_context(in->words[0].text))
			continue;
		/* Nothing is said where nobody knows which files there are. */
		if (!asked && lint_ignore_file(l, &ignored) != CONTENT_MISSING)
			return;
		asked = true;
		lint_instruction(
		    l, in, "everything is copied, and no .dockerignore says what to leave out");
	}
}

const struct lint_rule rule_copy_all = {
    .id = "PL1010",
    .title = "everything is copied, without a .dockerignore",
    .why = "The whole folder goes to the builder and into the image: the history of the "
	   "repository, local settings and keys that lie in it, and what was built here.",
    .fix = "write a .dockerignore that leaves out .git, .env and what is built, or copy by name",
    .threat = "credentials",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/build/concepts/context/#dockerignore-files",
	"https://docs.docker.com/build/building/best-practices/#exclude-with-dockerignore"},
    .clauses = {NIST("4.1.4")},
    .severity = SEVERITY_LOW,
    .dockerfile = check_copy_all,
};
