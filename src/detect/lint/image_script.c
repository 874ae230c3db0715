/* Scripts that a Dockerfile puts into its image, as far as they stand in it or beside it. */
#include "detect/lint/kind.h"

enum { SCRIPT_BYTES = 256 * 1024 };

static bool is_shell_script(struct str text)
{
	struct str line = text, rest;

	(void)str_split(text, '\n', &line, &rest);
	return text.n > 0 && text.n <= SCRIPT_BYTES &&
	       (!str_starts(line, STR("#!")) || str_has(line, STR("sh")));
}

static struct str without_dot(struct str path)
{
	while (str_starts(path, STR("./")))
		path = str_sub(path, 2, path.n);
	return path;
}

/* What a COPY or ADD puts there under that name; empty: nothing that is known. */
static struct str copied_text(struct lint *l, const struct docker_instruction *in, struct str name)
{
	struct str to, text, path;

	if (in->n_words < 2 || docker_flag_get(in, "from"))
		return STR_NONE;
	to = str_base_name(in->words[in->n_words - 1].text);
	if (in->n_heredocs == 1 && str_eq(to, name))
		return in->heredocs[0].body;
	for (size_t i = 0; in->n_heredocs == 0 && i + 1 < in->n_words; i++) {
		path = without_dot(in->words[i].text);
		if (!str_eq(str_base_name(path), name) && !(in->n_words == 2 && str_eq(to, name)))
			continue;
		if (str_has(path, STR("..")) || str_chr(path, '$') != STR_NPOS || path.n == 0 ||
		    path.p[0] == '/' || lint_sibling(l, path, &text) != CONTENT_OK)
			continue;
		return text;
	}
	return STR_NONE;
}

const struct shell_script *lint_image_script(
    struct lint *l, const struct docker_view *view, struct str path)
{
	struct placed_text *source = arena_new(l->arena, struct placed_text);
	struct shell_script *script = arena_new(l->arena, struct shell_script);
	struct str name = str_base_name(path), text = STR_NONE;

	for (size_t i = view->n_steps; name.n > 0 && text.n == 0 && i-- > 0;) {
		const struct docker_step *step = &view->steps[i];

		if (!step->onbuild && step->stage && step->stage->shipped &&
		    (lint_step_is(step, DOCKER_COPY) || lint_step_is(step, DOCKER_ADD)))
			text = copied_text(l, step->instruction, name);
	}
	if (!source || !script || !is_shell_script(text))
		return NULL;
	*source = (struct placed_text){.text = text};
	if (shell_parse(source, l->arena, script, l->err) != 0) {
		l->failed = true;
		return NULL;
	}
	return script;
}
