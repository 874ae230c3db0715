#include "detect/lint/rule.h"

/* What is copied there may bring it. A folder is not told from a file. */
static bool may_bring_shell(const struct docker_instruction *in)
{
	struct str to;

	if (in->kind != DOCKER_COPY && in->kind != DOCKER_ADD)
		return false;
	if (in->n_words < 2)
		return true;
	to = in->words[in->n_words - 1].text;
	while (to.n > 1 && to.p[to.n - 1] == '/')
		to.n--;
	return str_chr(to, '$') != STR_NPOS || to.n == 0 || to.p[0] != '/' || to.n == 1 ||
	       str_starts(to, STR("/bin")) || str_starts(to, STR("/usr"));
}

static bool needs_shell(const struct docker_step *step)
{
	const struct docker_instruction *in = step->instruction;

	return (in->kind == DOCKER_RUN || in->kind == DOCKER_CMD ||
		   in->kind == DOCKER_ENTRYPOINT) &&
	       !in->exec_form && in->args.n > 0 && !step->shell && !step->onbuild;
}

/* Images that are known to have none; a variant for debugging has one. */
static bool is_without_shell(const struct docker_reference *image)
{
	struct str repository = image->repository;

	if (str_eq(image->registry, STR("gcr.io")))
		return str_starts(repository, STR("distroless/")) &&
		       !lint_name_says(image->tag, "debug");
	if (str_eq(image->registry, STR("cgr.dev")))
		return (str_eq(repository, STR("chainguard/static")) ||
			   str_eq(repository, STR("chainguard/glibc-dynamic"))) &&
		       !lint_name_says(image->tag, "dev");
	return str_eq(image->registry, STR("mcr.microsoft.com")) &&
	       str_starts(repository, STR("dotnet/")) && lint_name_says(image->tag, "chiseled");
}

static bool begins_bare(const struct docker_stage *stage)
{
	if (stage->parent)
		return stage->parent->empty;
	return stage->scratch || (stage->image_known && is_without_shell(&stage->base));
}

static void check_shell_on_scratch(struct lint *l, const struct docker_view *view)
{
	bool bare = false;

	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];
		const struct docker_instruction *in = step->instruction;

		if (in->kind == DOCKER_FROM && !step->onbuild && step->stage)
			bare = begins_bare(step->stage);
		else if (may_bring_shell(in) || docker_flag_get(in, "mount"))
			bare = false;
		else if (bare && needs_shell(step))
			lint_instruction(l, in,
			    "%s needs /bin/sh, and nothing has put one on " STR_FMT,
			    docker_kind_word(in->kind), STR_ARG(step->stage->image_text));
	}
}

const struct lint_rule rule_shell_on_scratch = {
    .id = "PL1031",
    .title = "a shell is needed where there is none",
    .why =
	"On scratch, and on images without a shell, there is no /bin/sh: RUN in shell form stops the build, and CMD or ENTRYPOINT in shell form a container that is started.",
    .fix = "write a JSON list, or copy what a shell needs before",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/dockerfile/#shell-and-exec-form",
	"https://docs.docker.com/build/building/best-practices/#from"},
    .severity = SEVERITY_MEDIUM,
    .dockerfile = check_shell_on_scratch,
};
