#include "detect/lint/rule.h"

/* Of the context, and known as it stands. */
static bool is_plain_path(struct str source)
{
	for (size_t i = 0; i < source.n; i++)
		if (str_chr(STR("*?[]$\\:"), source.p[i]) != STR_NPOS)
			return false;
	return source.n > 0 && !str_starts(source, STR("<<")) && !str_has(source, STR(".."));
}

static void check_copy(struct lint *l, const struct docker_instruction *in, struct str ignore_file)
{
	for (size_t i = 0; i + 1 < in->n_words; i++) {
		struct str source = in->words[i].text, pattern;

		if (is_plain_path(source) && lint_ignores(ignore_file, source, &pattern))
			lint_report(l, docker_range(in, in->words[i].raw), source, NULL,
			    STR_FMT " is not there to copy: .dockerignore leaves out " STR_FMT,
			    STR_ARG(source), STR_ARG(pattern));
	}
}

static void check_copy_ignored(struct lint *l, const struct docker_view *view)
{
	struct str ignore_file;
	bool asked = false;

	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];

		if ((!lint_step_is(step, DOCKER_COPY) && !lint_step_is(step, DOCKER_ADD)) ||
		    step->onbuild || docker_flag_get(step->instruction, "from"))
			continue;
		if (!asked && lint_ignore_file(l, &ignore_file) != CONTENT_OK)
			return;
		asked = true;
		check_copy(l, step->instruction, ignore_file);
	}
}

const struct lint_rule rule_copy_ignored = {
    .id = "CopyIgnoredFile",
    .title = "what is copied is left out by .dockerignore",
    .why = "The builder never sees what .dockerignore leaves out: the build fails at this line, or "
	   "copies an older file.",
    .fix = "copy another file, or take the pattern out of .dockerignore",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/build-checks/copy-ignored-file/",
	"https://docs.docker.com/build/concepts/context/#dockerignore-files"},
    .severity = SEVERITY_LOW,
    .dockerfile = check_copy_ignored,
};
