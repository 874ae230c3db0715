#include "core/image_ref.h"
#include "detect/lint/kind.h"

/* As the file alone has it: an argument without a default is empty. */
static enum docker_worth default_of(const void *arg, struct str name, struct str *ret_value)
{
	const struct docker_view *view = *(const struct docker_view *const *)arg;
	const struct docker_value *value = map_get(&view->global_args, name);
	const struct docker_pair *pairs = value ? value->instruction->pairs : NULL;

	for (size_t i = 0; pairs && i < value->instruction->n_pairs; i++) {
		if (!str_eq(pairs[i].name.text, name) || !pairs[i].has_value)
			continue;
		*ret_value = value->text;
		return value->known ? DOCKER_SET : DOCKER_UNKNOWN_WORTH;
	}
	return value ? DOCKER_UNSET : DOCKER_OPEN;
}

static void check_from_default(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_stages; i++) {
		const struct docker_stage *s = &view->stages[i];
		struct err why = ERR_INIT;
		struct image_ref ref;
		struct str text;
		bool known;

		if (s->parent || str_chr(s->image.raw, '$') == STR_NPOS)
			continue;
		if (docker_expand(s->image.raw, view->file->escape, default_of, &view, l->arena,
			&text, &known, l->err) != 0) {
			l->failed = true;
			return;
		}
		if (!known || (text.n > 0 && image_ref_parse(text, l->arena, &ref, &why) == 0))
			continue;
		lint_report(l, docker_range(s->from, s->image.raw), s->image.raw, NULL,
		    "without arguments the base image is called \"" STR_FMT
		    "\", which no image can be",
		    STR_ARG(text));
	}
}

const struct lint_rule rule_from_default = {
    .id = "InvalidDefaultArgInFrom",
    .title = "the base image has no valid name by default",
    .why = "Who builds without giving the argument gets an error about a name that stands nowhere "
	   "in the file.",
    .fix = "give the ARG a default that makes the name of an image, or write ${NAME:-default}",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/build-checks/invalid-default-arg-in-from/"},
    .severity = SEVERITY_INFO,
    .dockerfile = check_from_default,
};
