/*
 * One walk over the instructions: stages, variables, what is in force, where files come
 * from. The scripts are read in dockerfile_script.c.
 */
#include "read/syntax/dockerfile_view.h"

#include "read/syntax/dockerfile_parse.h"

/* Bytes of expanded values and steps of look-ups that one file may cost, as multiples of its
 * size: `ENV A=$A$A` a hundred times over must not. Beyond, a variable is not known. */
enum { EXPAND_FACTOR = 8 };

/* Stages under one name: the newest, and by `same_name` those before. */
struct name_entry {
	const struct docker_stage *stage;
	struct name_entry *same_name;
};

struct viewer {
	struct docker_view *view;
	struct arena *arena;
	struct err *err;
	struct docker_stage *stage; /* the one that is being read, or NULL */
	struct map names;	    /* lower case name to struct name_entry * */
	size_t expand_left;
	const struct map *build_args; /* may be NULL */
};

static int full(struct viewer *v)
{
	return arena_err(v->arena, v->err);
}

/* ---- look-ups ---- */

static const struct docker_value *value_get(
    const struct docker_stage *stage, struct str name, size_t *steps)
{
	const struct docker_value *value = NULL;

	for (const struct docker_stage *s = stage; s && !value; s = s->parent) {
		value = map_get(&s->env, name);
		(*steps)++;
	}
	if (!value && stage)
		value = map_get(&stage->args, name);
	return value;
}

const struct docker_value *docker_value_get(const struct docker_stage *stage, struct str name)
{
	size_t steps = 0;

	return value_get(stage, name, &steps);
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

static bool lookup(const void *arg, struct str name, struct str *ret)
{
	/* The budget is the viewer's own to spend. */
	struct viewer *v = *(struct viewer *const *)arg;
	const struct docker_value *value;
	size_t steps = 1;

	value = v->stage ? value_get(v->stage, name, &steps) : map_get(&v->view->global_args, name);
	if (value)
		steps += value->text.n;
	if (steps > v->expand_left) {
		v->expand_left = 0;
		return false;
	}
	v->expand_left -= steps;
	if (!value || !value->known)
		return false;
	*ret = value->text;
	return true;
}

static int expand(struct viewer *v, struct str raw, struct str *ret, bool *ret_known)
{
	return docker_expand(
	    raw, v->view->file->escape, lookup, &v, v->arena, ret, ret_known, v->err);
}

static int make_value(struct viewer *v, const struct docker_instruction *in,
    const struct docker_pair *pair, struct docker_value *value)
{
	const struct docker_value *global = map_get(&v->view->global_args, pair->name.text);
	const struct str *given = in->kind == DOCKER_ARG && v->build_args
				      ? map_get(v->build_args, pair->name.text)
				      : NULL;

	value->instruction = in;
	if (given) {
		value->text = *given;
		value->known = true;
		return 0;
	}
	if (pair->has_value)
		return expand(v, pair->value.raw, &value->text, &value->known);
	/* ARG NAME in a stage takes the global default. */
	if (v->stage && global) {
		value->text = global->text;
		value->known = global->known;
	}
	return 0;
}

/* All values are made before the first is set: in one ENV none sees another. An ARG that follows
 * another on its line does see it. */
static int set_values(struct viewer *v, const struct docker_instruction *in, struct map *map)
{
	struct docker_value *values = arena_array(v->arena, in->n_pairs, sizeof *values);
	bool at_once = in->kind == DOCKER_ARG;

	if (!values)
		return full(v);
	for (size_t i = 0; i < in->n_pairs; i++) {
		if (make_value(v, in, &in->pairs[i], &values[i]) < 0)
			return -1;
		if (at_once && !map_put(map, in->pairs[i].name.text, &values[i]))
			return full(v);
	}
	for (size_t i = 0; i < in->n_pairs && !at_once; i++)
		if (!map_put(map, in->pairs[i].name.text, &values[i]))
			return full(v);
	return 0;
}

/* ---- stages ---- */

static struct str lower(struct viewer *v, struct str name)
{
	char *p = arena_alloc(v->arena, name.n + 1);

	for (size_t i = 0; p && i < name.n; i++)
		p[i] = byte_lower(name.p[i]);
	return str_make(p, name.n);
}

/* The newest stage of that name that is not `but`; NULL also where the arena is full. */
static const struct docker_stage *stage_named(
    struct viewer *v, struct str name, const struct docker_stage *but)
{
	struct str key = lower(v, name);
	const struct name_entry *entry = key.p ? map_get(&v->names, key) : NULL;

	if (entry && entry->stage == but)
		entry = entry->same_name;
	return entry ? entry->stage : NULL;
}

static int name_stage(struct viewer *v, const struct docker_stage *stage)
{
	struct name_entry *entry = arena_new(v->arena, struct name_entry);
	struct str key = lower(v, stage->name);

	if (!entry || !key.p)
		return full(v);
	*entry = (struct name_entry){stage, map_get(&v->names, key)};
	return map_put(&v->names, key, entry) ? 0 : full(v);
}

static void inherit(struct docker_stage *s)
{
	if (!s->parent)
		return;
	s->user_step = s->parent->user_step;
	s->workdir_step = s->parent->workdir_step;
	s->shell_step = s->parent->shell_step;
	s->user = s->parent->user;
	s->workdir = s->parent->workdir;
}

static int begin_stage(struct viewer *v, const struct docker_instruction *in)
{
	struct docker_view *view = v->view;
	struct docker_stage *s = &view->stages[view->n_stages];

	v->stage = NULL; /* FROM sees the global arguments only */
	*s =
	    (struct docker_stage){.index = view->n_stages, .from = in, .first_step = view->n_steps};
	map_init(&s->env, v->arena);
	map_init(&s->args, v->arena);
	if (in->n_words > 0)
		s->image = in->words[0];
	if (expand(v, s->image.raw, &s->image_text, &s->image_known) < 0)
		return -1;
	s->base = docker_reference_split(s->image_text);
	s->scratch = str_eq(s->image_text, STR("scratch"));
	/* A base is a name, never a number: FROM 0 is an image called 0. */
	s->parent = stage_named(v, s->image_text, NULL);
	inherit(s);
	view->n_stages++;
	v->stage = s;
	if (in->n_words != 3 || !str_eq_nocase(in->words[1].raw, STR("AS")))
		return 0;
	s->name = in->words[2].text;
	return name_stage(v, s);
}

/* ---- where files come from ---- */

static int add_source(struct viewer *v, const struct docker_step *step, struct str raw)
{
	struct docker_source source = {.step = step, .raw = raw};
	uint64_t index;

	if (expand(v, raw, &source.name, &source.known) < 0)
		return -1;
	source.stage = stage_named(v, source.name, v->stage);
	if (!source.stage && str_to_u64(source.name, &index) && index < v->stage->index)
		source.stage = &v->view->stages[index];
	return vec_push(&v->view->sources, v->arena, source) ? 0 : full(v);
}

static int add_sources(struct viewer *v, const struct docker_step *step)
{
	const struct docker_instruction *in = step->instruction;
	bool mounts = in->kind == DOCKER_RUN;

	if (!v->stage || (in->kind != DOCKER_COPY && in->kind != DOCKER_ADD && !mounts))
		return 0;
	for (size_t i = 0; i < in->n_flags; i++) {
		const struct docker_flag *flag = &in->flags[i];
		struct str raw = flag->value.raw;

		if (!flag->has_value || !str_eq(flag->name, mounts ? STR("mount") : STR("from")))
			continue;
		if (mounts && !docker_mount_option(flag->value.raw, "from", &raw))
			continue;
		if (add_source(v, step, raw) < 0)
			return -1;
	}
	return 0;
}

/* The last stage, and what it and its needs build on, copy from or mount: sources stand in the
 * order of the stages that use them, and use only earlier ones. */
static void mark_needed(struct docker_view *view)
{
	size_t source = view->sources.n;

	if (view->n_stages == 0)
		return;
	view->stages[view->n_stages - 1].last = true;
	view->stages[view->n_stages - 1].needed = true;
	view->stages[view->n_stages - 1].shipped = true;
	for (size_t i = view->n_stages; i > 0; i--) {
		const struct docker_stage *s = &view->stages[i - 1];

		if (s->needed && s->parent)
			view->stages[s->parent->index].needed = true;
		if (s->shipped && s->parent)
			view->stages[s->parent->index].shipped = true;
		for (; source > 0 && view->sources.p[source - 1].step->stage == s; source--) {
			const struct docker_stage *from = view->sources.p[source - 1].stage;

			if (s->needed && from)
				view->stages[from->index].needed = true;
		}
	}
}

/* ---- steps ---- */

/* What the instruction changes for those after it. */
static int apply(struct viewer *v, const struct docker_step *step)
{
	const struct docker_instruction *in = step->instruction;
	struct docker_stage *s = v->stage;
	bool known;

	if (step->onbuild)
		return 0;
	if (in->kind == DOCKER_ARG)
		return set_values(v, in, s ? &s->args : &v->view->global_args);
	if (!s)
		return 0;
	if (in->kind == DOCKER_ENV)
		return set_values(v, in, &s->env);
	if (in->kind == DOCKER_SHELL)
		s->shell_step = step;
	if (in->n_words == 0)
		return 0;
	if (in->kind == DOCKER_USER) {
		s->user_step = step;
		return expand(v, in->words[0].raw, &s->user, &known);
	}
	if (in->kind == DOCKER_WORKDIR) {
		s->workdir_step = step;
		return expand(v, in->words[0].raw, &s->workdir, &known);
	}
	return 0;
}

static int add_step(struct viewer *v, const struct docker_instruction *in)
{
	struct docker_step *step = &v->view->steps[v->view->n_steps];
	struct docker_stage *s = v->stage;

	*step = (struct docker_step){.instruction = in->inner ? in->inner : in,
	    .outer = in,
	    .stage = s,
	    .onbuild = in->inner != NULL,
	    .shell = s && s->shell_step ? s->shell_step->instruction : NULL,
	    .user = s ? s->user : STR_NONE,
	    .workdir = s ? s->workdir : STR_NONE};
	v->view->n_steps++;
	if (s)
		s->n_steps++;
	if (docker_read_script(v->view->file, step, v->arena, v->err) < 0 ||
	    add_sources(v, step) < 0)
		return -1;
	return apply(v, step);
}

static int make_room(struct viewer *v)
{
	const struct dockerfile *file = v->view->file;
	size_t stages = 0;

	for (size_t i = 0; i < file->instructions.n; i++)
		stages += file->instructions.p[i].kind == DOCKER_FROM;
	if (stages > DOCKER_STAGES_MAX)
		return err_set(v->err, ERR_LIMIT, "%zu stages in one Dockerfile, more than %d",
		    stages, (int)DOCKER_STAGES_MAX);
	v->view->stages = arena_array(v->arena, stages, sizeof *v->view->stages);
	v->view->steps = arena_array(v->arena, file->instructions.n, sizeof *v->view->steps);
	return v->view->stages && v->view->steps ? 0 : full(v);
}

int docker_view_init(
    struct docker_view *view, const struct dockerfile *file, struct arena *arena, struct err *err)
{
	return docker_view_init_args(view, file, NULL, arena, err);
}

int docker_view_init_args(struct docker_view *view, const struct dockerfile *file,
    const struct map *build_args, struct arena *arena, struct err *err)
{
	struct viewer v = {.view = view, .arena = arena, .err = err, .build_args = build_args};

	*view = (struct docker_view){.file = file};
	v.expand_left = KIB(64) + EXPAND_FACTOR * file->text.n;
	map_init(&view->global_args, arena);
	map_init(&v.names, arena);
	if (make_room(&v) < 0)
		return -1;
	for (size_t i = 0; i < file->instructions.n; i++) {
		const struct docker_instruction *in = &file->instructions.p[i];

		if (in->kind == DOCKER_FROM && begin_stage(&v, in) < 0)
			return -1;
		if (add_step(&v, in) < 0)
			return -1;
	}
	mark_needed(view);
	return 0;
}
