#include "detect/lint/rule.h"

static void check_copy_from_unknown(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->sources.n; i++) {
		const struct docker_source *source = &view->sources.p[i];
		struct docker_reference image = docker_reference_split(source->name);

		/* A circle is another rule's. */
		if (!lint_step_is(source->step, DOCKER_COPY) || source->stage ||
		    source->closes_cycle || !source->known || source->name.n == 0 ||
		    image.tag.n > 0 || image.digest.n > 0)
			continue;
		/* A build may have a context of this name: BuildKit's --build-context. */
		lint_weigh(l, WEIGHT_WARNS);
		lint_report(l, docker_range(source->step->instruction, source->raw), source->name,
		    NULL, STR_FMT " is no stage above, and names no version of an image",
		    STR_ARG(source->name));
	}
}

static bool is_alias(const struct hado_pass *pass, size_t at, struct str name)
{
	for (size_t i = 0; i < at; i++)
		if (pass->steps[i].in->kind == DOCKER_FROM && pass->steps[i].from->alias.n > 0 &&
		    str_eq(pass->steps[i].from->alias, name))
			return true;
	return false;
}

static void judge(struct lint *l, const struct hado_pass *pass)
{
	for (size_t i = 0; i < pass->n_steps; i++) {
		const struct hado_step *step = &pass->steps[i];
		struct str name = hado_flag(step, "from");
		uint64_t index;

		if (step->in->kind != DOCKER_COPY || name.n == 0 ||
		    str_chr(name, ':') != STR_NPOS || is_alias(pass, i, name) ||
		    (str_to_u64(name, &index) && index < step->stage))
			continue;
		hado_report(l, step->line);
	}
}

const struct lint_rule rule_copy_from_unknown = {
    .id = "DL3022",
    .title = "COPY --from names neither a stage nor a version of an image",
    .why = "A name that is no stage is taken for an image, and without a tag it is "
	   "whatever its owner pushed last.",
    .fix = "name a stage, or an image with its tag or digest",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://docs.docker.com/reference/dockerfile/#copy---from"},
    .clauses = {NIST("4.1.5")},
    .severity = SEVERITY_LOW,
    .dockerfile = check_copy_from_unknown,
    .hadolint = {.pass = judge},
};
