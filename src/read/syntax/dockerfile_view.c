#include "read/syntax/dockerfile_view.h"

struct viewer {
	struct docker_view *view;
	const struct dockerfile *file;
	struct arena *arena;
	struct err *err;
	struct docker_stage *stage; /* the one that is being read, or NULL */
};

/* ---- look-ups ---- */

const struct docker_stage *docker_stage_find(
    const struct docker_view *view, struct str name, size_t before)
{
	uint64_t index;

	for (size_t i = MIN_OF(before, view->n_stages); i > 0; i--) {
		if (view->stages[i - 1].name.n > 0 && str_eq_nocase(view->stages[i - 1].name, name))
			return &view->stages[i - 1];
	}
	if (str_to_u64(name, &index) && index < before && index < view->n_stages)
		return &view->stages[index];
	return NULL;
}

const struct docker_value *docker_value_get(const struct docker_stage *stage, struct str name)
{
	for (const struct docker_stage *s = stage; s; s = s->parent) {
		const struct docker_value *value = map_get(&s->env, name);

		if (value)
			return value;
	}
	return stage ? map_get(&stage->args, name) : NULL;
}

bool docker_mount_option(struct str mount, const char *key, struct str *ret_value)
{
	struct str piece, name, value;

	while (str_cut(&mount, ',', &piece)) {
		if (str_split(piece, '=', &name, &value) && str_eq_nocase(name, str_of(key))) {
			*ret_value = value;
			return true;
		}
	}
	return false;
}

static bool mount_covers(struct str mount, struct str folder)
{
	struct str type = STR("bind"), target;

	(void)docker_mount_option(mount, "type", &type);
	if (!str_eq(type, STR("cache")) && !str_eq(type, STR("tmpfs")))
		return false;
	if (!docker_mount_option(mount, "target", &target) &&
	    !docker_mount_option(mount, "dst", &target) &&
	    !docker_mount_option(mount, "destination", &target))
		return false;
	while (target.n > 1 && target.p[target.n - 1] == '/')
		target.n--;
	return str_eq(target, folder) ||
	       (str_starts(folder, target) && folder.n > target.n && folder.p[target.n] == '/');
}

bool docker_has_cache_mount(const struct docker_instruction *run, struct str folder)
{
	for (size_t i = 0; i < run->n_flags; i++) {
		if (str_eq(run->flags[i].name, STR("mount")) && run->flags[i].has_value &&
		    mount_covers(run->flags[i].value.text, folder))
			return true;
	}
	return false;
}

/* ---- variables ---- */

static bool lookup_value(const struct docker_value *value, struct str *ret)
{
	if (!value || !value->known)
		return false;
	*ret = value->text;
	return true;
}

static bool lookup_global(const void *arg, struct str name, struct str *ret)
{
	const struct docker_view *view = arg;

	return lookup_value(map_get(&view->global_args, name), ret);
}

static bool lookup_stage(const void *arg, struct str name, struct str *ret)
{
	return lookup_value(docker_value_get(arg, name), ret);
}

static int expand(struct viewer *v, struct str raw, struct str *ret, bool *ret_known)
{
	if (v->stage)
		return docker_expand(
		    raw, v->file->escape, lookup_stage, v->stage, v->arena, ret, ret_known, v->err);
	return docker_expand(
	    raw, v->file->escape, lookup_global, v->view, v->arena, ret, ret_known, v->err);
}

static int set_values(struct viewer *v, const struct docker_instruction *in, struct map *map)
{
	for (size_t i = 0; i < in->n_pairs; i++) {
		const struct docker_pair *pair = &in->pairs[i];
		struct docker_value *value = arena_new(v->arena, struct docker_value);
		const struct docker_value *global = map_get(&v->view->global_args, pair->name.text);

		if (!value)
			return arena_err(v->arena, v->err);
		value->instruction = in;
		if (pair->has_value) {
			if (expand(v, pair->value.raw, &value->text, &value->known) != 0)
				return -1;
		} else if (v->stage && global) {
			/* ARG NAME in a stage takes the global default. */
			value->text = global->text;
			value->known = global->known;
		}
		if (!map_put(map, pair->name.text, value))
			return arena_err(v->arena, v->err);
	}
	return 0;
}

/* ---- stages ---- */

static int begin_stage(struct viewer *v, const struct docker_instruction *in)
{
	struct docker_view *view = v->view;
	struct docker_stage *s = &view->stages[view->n_stages];

	v->stage = NULL;
	*s =
	    (struct docker_stage){.index = view->n_stages, .from = in, .first_step = view->n_steps};
	map_init(&s->env, v->arena);
	map_init(&s->args, v->arena);
	if (in->n_words > 0)
		s->image = in->words[0];
	if (in->n_words == 3)
		s->name = in->words[2].text;
	if (expand(v, s->image.raw, &s->image_text, &s->image_known) != 0)
		return -1;
	s->base = docker_reference_split(s->image_text);
	s->scratch = str_eq_nocase(s->image_text, STR("scratch"));
	/* A base is a name, never a number: FROM 0 is an image called 0. */
	for (size_t i = view->n_stages; i > 0 && !s->parent; i--) {
		if (view->stages[i - 1].name.n > 0 &&
		    str_eq_nocase(view->stages[i - 1].name, s->image_text))
			s->parent = &view->stages[i - 1];
	}
	if (s->parent) {
		s->user_step = s->parent->user_step;
		s->workdir_step = s->parent->workdir_step;
		s->shell_step = s->parent->shell_step;
		s->user = s->parent->user;
	}
	view->n_stages++;
	v->stage = s;
	return 0;
}

static struct str resolved_word(
    struct viewer *v, const struct docker_instruction *in, struct str *ret)
{
	bool known;

	if (in->n_words == 0 || expand(v, in->words[0].raw, ret, &known) != 0)
		return STR_NONE;
	return *ret;
}

/* What the instruction changes for those after it. */
static int apply(struct viewer *v, const struct docker_step *step)
{
	const struct docker_instruction *in = step->instruction;
	struct docker_stage *s = v->stage;
	struct str text = STR_NONE;

	if (in->kind == DOCKER_ARG)
		return set_values(v, in, s ? &s->args : &v->view->global_args);
	if (!s || step->onbuild)
		return 0;
	if (in->kind == DOCKER_ENV)
		return set_values(v, in, &s->env);
	if (in->kind == DOCKER_USER) {
		s->user_step = step;
		s->user = resolved_word(v, in, &text);
	} else if (in->kind == DOCKER_WORKDIR) {
		s->workdir_step = step;
	} else if (in->kind == DOCKER_SHELL) {
		s->shell_step = step;
	}
	return 0;
}

/* ---- scripts ---- */

static struct str base_name(struct str path)
{
	size_t slash = str_rchr(path, '/');

	return slash == STR_NPOS ? path : str_sub(path, slash + 1, path.n);
}

static bool shell_in_force_is_posix(const struct docker_step *step)
{
	if (!step->shell || step->shell->n_words == 0)
		return true;
	return shell_is_shell(base_name(step->shell->words[0].text));
}

static int parse_exec(
    struct viewer *v, const struct docker_instruction *in, struct shell_script *script)
{
	struct shell_word *words = arena_array(v->arena, in->n_words, sizeof *words);
	struct placed_text *texts = arena_array(v->arena, in->n_words, sizeof *texts);

	if (!words || !texts)
		return arena_err(v->arena, v->err);
	for (size_t i = 0; i < in->n_words; i++) {
		words[i] =
		    (struct shell_word){in->words[i].raw, in->words[i].text, SHELL_WORD_QUOTED};
		texts[i] = in->words[i].placed;
	}
	return shell_parse_exec(&in->text, words, texts, in->n_words, v->arena, script, v->err);
}

/* RUN <<EOF: the body is the script. A body that names its interpreter is one only for a shell. */
static int parse_heredoc(
    struct viewer *v, const struct docker_heredoc *doc, struct shell_script *script)
{
	struct placed_text *body = arena_new(v->arena, struct placed_text);
	struct str first = STR_NONE, rest = doc->body;

	if (!body)
		return arena_err(v->arena, v->err);
	*body = (struct placed_text){
	    .text = doc->body, .base = (uint32_t)(doc->body.p - v->file->text.p)};
	(void)str_cut(&rest, '\n', &first);
	first = str_trim(first);
	if (str_starts(first, STR("#!"))) {
		size_t blank = str_rchr(first, ' ');
		struct str name = blank == STR_NPOS ? str_sub(first, 2, first.n)
						    : str_sub(first, blank + 1, first.n);

		if (!shell_is_shell(base_name(name)) && !shell_is_shell(base_name(str_sub(first, 2,
							    blank == STR_NPOS ? 0 : blank - 2))))
			return 0;
	}
	return shell_parse(body, v->arena, script, v->err);
}

static int parse_script(struct viewer *v, struct docker_step *step)
{
	const struct docker_instruction *in = step->instruction;
	struct shell_script *script;
	struct placed_text *source;
	int result;

	if (in->args.n == 0 || (!in->exec_form && !shell_in_force_is_posix(step)))
		return 0;
	script = arena_new(v->arena, struct shell_script);
	source = arena_new(v->arena, struct placed_text);
	if (!script || !source)
		return arena_err(v->arena, v->err);
	*source = placed_sub(&in->text, in->args);
	if (in->exec_form)
		result = parse_exec(v, in, script);
	else if (in->n_heredocs > 0 && str_starts(in->args, in->heredocs[0].raw))
		result = parse_heredoc(v, &in->heredocs[0], script);
	else
		result = shell_parse(source, v->arena, script, v->err);
	step->script = script;
	return result;
}

/* ---- steps ---- */

static bool runs_commands(enum docker_kind kind)
{
	return kind == DOCKER_RUN || kind == DOCKER_CMD || kind == DOCKER_ENTRYPOINT;
}

static int add_step(struct viewer *v, const struct docker_instruction *in)
{
	struct docker_step *step = &v->view->steps[v->view->n_steps];
	const struct docker_stage *s = v->stage;
	bool known;

	*step = (struct docker_step){.instruction = in->inner ? in->inner : in,
	    .outer = in,
	    .stage = s,
	    .onbuild = in->inner != NULL,
	    .shell = s && s->shell_step ? s->shell_step->instruction : NULL,
	    .user = s ? s->user : STR_NONE};
	if (s && s->workdir_step && s->workdir_step->instruction->n_words > 0 &&
	    expand(v, s->workdir_step->instruction->words[0].raw, &step->workdir, &known) != 0)
		return -1;
	v->view->n_steps++;
	if (v->stage)
		v->stage->n_steps++;
	if (runs_commands(step->instruction->kind) && parse_script(v, step) != 0)
		return -1;
	return apply(v, step);
}

/* --from=NAME of COPY and ADD, from=NAME of a RUN's --mount. */
static void mark_sources(
    struct docker_view *view, const struct docker_stage *stage, const struct docker_instruction *in)
{
	for (size_t i = 0; i < in->n_flags; i++) {
		struct str name = in->flags[i].value.text;
		const struct docker_stage *from;

		if (str_eq(in->flags[i].name, STR("mount"))) {
			if (!docker_mount_option(in->flags[i].value.text, "from", &name))
				continue;
		} else if (!str_eq(in->flags[i].name, STR("from"))) {
			continue;
		}
		from = docker_stage_find(view, name, stage->index);
		if (from)
			view->stages[from->index].needed = true;
	}
}

/* The last stage, and what it and its needs build on, copy from or mount. */
static void mark_needed(struct docker_view *view)
{
	if (view->n_stages == 0)
		return;
	view->stages[view->n_stages - 1].last = true;
	view->stages[view->n_stages - 1].needed = true;
	for (size_t i = view->n_stages; i > 0; i--) {
		const struct docker_stage *s = &view->stages[i - 1];

		if (!s->needed)
			continue;
		if (s->parent)
			view->stages[s->parent->index].needed = true;
		for (size_t k = s->first_step; k < s->first_step + s->n_steps; k++)
			mark_sources(view, s, view->steps[k].instruction);
	}
}

int docker_view_init(
    struct docker_view *view, const struct dockerfile *file, struct arena *arena, struct err *err)
{
	struct viewer v = {.view = view, .file = file, .arena = arena, .err = err};
	size_t stages = 0;

	*view = (struct docker_view){.file = file};
	map_init(&view->global_args, arena);
	for (size_t i = 0; i < file->instructions.n; i++)
		stages += file->instructions.p[i].kind == DOCKER_FROM;
	view->stages = arena_array(arena, stages, sizeof *view->stages);
	view->steps = arena_array(arena, file->instructions.n, sizeof *view->steps);
	if (!view->stages || !view->steps)
		return arena_err(arena, err);
	for (size_t i = 0; i < file->instructions.n; i++) {
		const struct docker_instruction *in = &file->instructions.p[i];

		if (in->kind == DOCKER_FROM && begin_stage(&v, in) != 0)
			return -1;
		if (add_step(&v, in) != 0)
			return -1;
	}
	mark_needed(view);
	return 0;
}
