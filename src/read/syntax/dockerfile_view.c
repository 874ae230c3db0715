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
	const struct docker_build *build; /* may be NULL */
};

/* ---- look-ups ---- */

static const struct docker_value *env_get(
    const struct docker_stage *stage, struct str name, size_t *steps)
{
	const struct docker_value *value = NULL;

	for (const struct docker_stage *s = stage; s && !value; s = s->parent) {
		value = map_get(&s->env, name);
		(*steps)++;
	}
	return value;
}

const struct docker_value *docker_value_get(const struct docker_stage *stage, struct str name)
{
	size_t steps = 0;
	const struct docker_value *value = env_get(stage, name, &steps);

	return value || !stage ? value : map_get(&stage->args, name);
}

static bool base_env_get(const struct docker_base *base, struct str name, struct str *ret_value)
{
	for (size_t i = base->n_env; i-- > 0;) {
		struct str key;

		if (str_split(base->env[i], '=', &key, ret_value) && str_eq(key, name))
			return true;
	}
	return false;
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

/* Arguments that every builder sets by itself. */
static bool is_platform_arg(struct str name)
{
	static const char *const ends[] = {"PLATFORM", "OS", "OSVERSION", "ARCH", "VARIANT"};

	if (str_starts(name, STR("TARGET")))
		name = str_sub(name, 6, name.n);
	else if (str_starts(name, STR("BUILD")))
		name = str_sub(name, 5, name.n);
	else
		return false;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (str_eq(name, str_of(ends[i])))
			return true;
	return false;
}

/* Given, but its value is not known. */
static bool is_open_arg(const struct viewer *v, struct str name)
{
	return v->build && v->build->open_args && map_has(v->build->open_args, name);
}

/* TARGETPLATFORM, TARGETOS and TARGETARCH of the only platform that is built for. */
static bool platform_arg(const struct viewer *v, struct str name, struct str *ret)
{
	struct str rest = v->build ? v->build->platform : STR_NONE, parts[3] = {rest};

	for (size_t i = 1; i < ARRAY_LEN(parts); i++)
		(void)str_cut(&rest, '/', &parts[i]);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		static const char *const names[] = {"TARGETPLATFORM", "TARGETOS", "TARGETARCH"};

		if (parts[i].n > 0 && str_eq(name, str_of(names[i]))) {
			*ret = parts[i];
			return true;
		}
	}
	return false;
}

/* An ARG that has no value: the build's arguments are known or they are not. */
static enum docker_worth worth_without_value(
    const struct viewer *v, struct str name, struct str *ret)
{
	if (platform_arg(v, name, ret))
		return DOCKER_SET;
	return v->build && v->stage && !is_platform_arg(name) ? DOCKER_UNSET : DOCKER_OPEN;
}

static enum docker_worth worth_of(
    const struct viewer *v, const struct docker_value *value, struct str name, struct str *ret)
{
	if (value->known) {
		*ret = value->text;
		return DOCKER_SET;
	}
	if (value->text.n > 0 || value->instruction->kind != DOCKER_ARG || is_open_arg(v, name))
		return DOCKER_UNKNOWN_WORTH;
	return worth_without_value(v, name, ret);
}

/* What no ENV of the file sets: the base's, an ARG, or nothing. A builder sets PATH if nobody
 * else does. */
static enum docker_worth outside_worth(const struct viewer *v, struct str name, struct str *ret)
{
	const struct docker_stage *s = v->stage;
	const struct docker_value *arg = map_get(&s->args, name);

	if (s->outside && base_env_get(s->outside, name, ret))
		return DOCKER_SET;
	if (arg)
		return worth_of(v, arg, name, ret);
	/* Builders differ in whether a stage has the arguments of the one it builds on. */
	for (const struct docker_stage *below = s->parent; below; below = below->parent)
		if (map_has(&below->args, name))
			return DOCKER_UNKNOWN_WORTH;
	if (str_eq(name, STR("PATH"))) {
		*ret = STR("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
		return DOCKER_SET;
	}
	if (s->outside || s->lowest->scratch)
		return worth_without_value(v, name, ret);
	return DOCKER_UNKNOWN_WORTH;
}

static enum docker_worth lookup(const void *arg, struct str name, struct str *ret)
{
	/* The budget is the viewer's own to spend. */
	struct viewer *v = *(struct viewer *const *)arg;
	const struct docker_value *value;
	enum docker_worth worth;
	struct str text = STR_NONE;
	size_t steps = 1;

	value = v->stage ? env_get(v->stage, name, &steps) : map_get(&v->view->global_args, name);
	if (value)
		worth = worth_of(v, value, name, &text);
	else if (v->stage)
		worth = outside_worth(v, name, &text);
	else
		worth = worth_without_value(v, name, &text);
	steps += text.n;
	if (v->stage && v->stage->outside && !value)
		steps += v->stage->outside->n_env;
	if (steps > v->expand_left) {
		v->expand_left = 0;
		return DOCKER_UNKNOWN_WORTH;
	}
	v->expand_left -= steps;
	if (worth == DOCKER_SET)
		*ret = text;
	return worth;
}

static void expand(struct viewer *v, struct str raw, struct str *ret, bool *ret_known)
{
	struct err ignored = ERR_INIT;

	if (docker_expand(
		raw, v->view->file->escape, lookup, &v, v->arena, ret, ret_known, &ignored))
		*ret_known = false;
}

static void make_value(struct viewer *v, const struct docker_instruction *in,
    const struct docker_pair *pair, struct docker_value *value)
{
	const struct docker_value *global = map_get(&v->view->global_args, pair->name.text);
	const struct str *given = in->kind == DOCKER_ARG && v->build && v->build->args
				      ? map_get(v->build->args, pair->name.text)
				      : NULL;

	value->instruction = in;
	if (in->kind == DOCKER_ARG && is_open_arg(v, pair->name.text))
		return;
	if (given) {
		value->text = *given;
		value->known = true;
	} else if (pair->has_value) {
		expand(v, pair->value.raw, &value->text, &value->known);
	} else if (v->stage && global) {
		/* ARG NAME in a stage takes the global default. */
		value->text = global->text;
		value->known = global->known;
	}
}

/* All values are made before the first is set: in one ENV none sees another. An ARG that follows
 * another on its line does see it. */
static void set_values(struct viewer *v, const struct docker_instruction *in, struct map *map)
{
	struct docker_value *values = arena_array(v->arena, in->n_pairs, sizeof *values);
	bool at_once = in->kind == DOCKER_ARG;

	if (!values)
		return;
	for (size_t i = 0; i < in->n_pairs; i++) {
		make_value(v, in, &in->pairs[i], &values[i]);
		if (at_once)
			map_put(map, in->pairs[i].name.text, &values[i]);
	}
	for (size_t i = 0; i < in->n_pairs && !at_once; i++)
		map_put(map, in->pairs[i].name.text, &values[i]);
}

static void set_labels(struct viewer *v, const struct docker_instruction *in)
{
	struct docker_label *labels = arena_array(v->arena, in->n_pairs, sizeof *labels);

	for (size_t i = 0; labels && i < in->n_pairs; i++) {
		labels[i] = (struct docker_label){&in->pairs[i], in};
		map_put(&v->stage->labels, in->pairs[i].name.text, &labels[i]);
	}
}

/* ---- stages ---- */

static struct str lower(struct viewer *v, struct str name)
{
	char *p = arena_alloc(v->arena, name.n + 1);

	for (size_t i = 0; p && i < name.n; i++)
		p[i] = byte_lower(name.p[i]);
	return str_make(p, name.n);
}

/* The newest stage of that name that is not `but`; NULL also if the arena is full. */
static const struct docker_stage *stage_named(
    struct viewer *v, struct str name, const struct docker_stage *but)
{
	struct str key = lower(v, name);
	const struct name_entry *entry = key.p ? map_get(&v->names, key) : NULL;

	if (entry && entry->stage == but)
		entry = entry->same_name;
	return entry ? entry->stage : NULL;
}

static void name_stage(struct viewer *v, const struct docker_stage *stage)
{
	struct name_entry *entry = arena_new(v->arena, struct name_entry);
	struct str key = lower(v, stage->name);

	if (!entry || !key.p)
		return;
	*entry = (struct name_entry){stage, map_get(&v->names, key)};
	map_put(&v->names, key, entry);
}

static const struct docker_base *base_of(
    const struct docker_build *build, const struct docker_stage *s)
{
	if (!build || !s->image_known || s->scratch)
		return NULL;
	for (size_t i = 0; i < build->n_bases; i++)
		if (str_eq(build->bases[i].reference, s->image_text))
			return &build->bases[i];
	return NULL;
}

static void inherit(struct viewer *v, struct docker_stage *s)
{
	s->user_known = true;
	s->lowest = s;
	s->empty =
	    (s->parent ? s->parent->empty : s->scratch) && str_chr(s->image.raw, '$') == STR_NPOS;
	if (!s->parent) {
		s->outside = base_of(v->build, s);
		return;
	}
	s->outside = s->parent->outside;
	s->lowest = s->parent->lowest;
	s->user_known = s->parent->user_known;
	s->user_step = s->parent->user_step;
	s->workdir_step = s->parent->workdir_step;
	s->shell_step = s->parent->shell_step;
	s->user = s->parent->user;
	s->workdir = s->parent->workdir;
}

/* A named context stands before a stage and an image of that name. */
static bool take_context(struct viewer *v, struct docker_stage *s)
{
	const struct str *image =
	    v->build && v->build->contexts ? map_get(v->build->contexts, s->image_text) : NULL;

	if (!image || !s->image_known)
		return false;
	s->image_known = image->n > 0;
	if (s->image_known)
		s->image_text = *image;
	return true;
}

static void begin_stage(struct viewer *v, const struct docker_instruction *in)
{
	struct docker_view *view = v->view;
	struct docker_stage *s = &view->stages[view->n_stages];
	const struct docker_flag *platform = docker_flag_get(in, "platform");
	bool known, replaced;

	v->stage = NULL; /* FROM sees the global arguments only */
	*s = (struct docker_stage){.index = view->n_stages,
	    .from = in,
	    .first_step = view->n_steps,
	    .first_source = view->sources.n};
	map_init(&s->env, v->arena);
	map_init(&s->args, v->arena);
	map_init(&s->labels, v->arena);
	if (in->n_words > 0)
		s->image = in->words[0];
	expand(v, s->image.raw, &s->image_text, &s->image_known);
	if (platform && platform->has_value)
		expand(v, platform->value.raw, &s->platform, &known);
	replaced = take_context(v, s);
	s->base = docker_reference_split(s->image_text);
	s->scratch = str_eq(s->image_text, STR("scratch"));
	/* A base is a name, never a number: FROM 0 is an image called 0. */
	s->parent = replaced ? NULL : stage_named(v, s->image_text, NULL);
	inherit(v, s);
	view->n_stages++;
	v->stage = s;
	if (in->n_words == 3 && str_eq_nocase(in->words[1].raw, STR("AS"))) {
		s->name = in->words[2].text;
		name_stage(v, s);
	}
}

/* ---- where files come from ---- */

static void add_source(struct viewer *v, const struct docker_step *step, struct str raw)
{
	struct docker_source source = {.step = step, .raw = raw};
	uint64_t index;

	expand(v, raw, &source.name, &source.known);
	source.stage = stage_named(v, source.name, v->stage);
	if (!source.stage && str_to_u64(source.name, &index) && index < v->stage->index)
		source.stage = &v->view->stages[index];
	if (vec_push(&v->view->sources, v->arena, source))
		v->stage->n_sources++;
}

static void add_sources(struct viewer *v, const struct docker_step *step)
{
	const struct docker_instruction *in = step->instruction;
	bool mounts = in->kind == DOCKER_RUN;

	if (!v->stage || (in->kind != DOCKER_COPY && in->kind != DOCKER_ADD && !mounts))
		return;
	for (size_t i = 0; i < in->n_flags; i++) {
		const struct docker_flag *flag = &in->flags[i];
		struct str raw = flag->value.raw;

		if (!flag->has_value || !str_eq(flag->name, mounts ? STR("mount") : STR("from")))
			continue;
		if (mounts && !docker_mount_option(flag->value.raw, "from", &raw))
			continue;
		add_source(v, step, raw);
	}
}

/* Names of stages that are known only when all are. */
static void find_later(struct viewer *v)
{
	struct docker_view *view = v->view;

	for (size_t i = 0; i < view->sources.n; i++) {
		struct docker_source *source = &view->sources.p[i];
		const struct docker_stage *own = source->step->stage, *named;
		uint64_t index;

		if (source->stage || !source->known)
			continue;
		named = stage_named(v, source->name, own);
		if (!named && str_to_u64(source->name, &index) && index < view->n_stages)
			named = &view->stages[index];
		source->later = named == own ? NULL : named;
	}
}

/* ---- steps ---- */

static void resolve_ports(struct viewer *v, struct docker_step *step)
{
	const struct docker_instruction *in = step->instruction;
	struct docker_value *ports = arena_array(v->arena, in->n_words, sizeof *ports);

	if (!ports)
		return;
	for (size_t i = 0; i < in->n_words; i++) {
		ports[i] = (struct docker_value){.instruction = in};
		expand(v, in->words[i].raw, &ports[i].text, &ports[i].known);
	}
	step->ports = ports;
}

/* What the instruction changes for those after it. */
static void apply(struct viewer *v, struct docker_step *step)
{
	const struct docker_instruction *in = step->instruction;
	struct docker_stage *s = v->stage;
	bool known;

	if (step->onbuild || (!s && in->kind != DOCKER_ARG))
		return;
	if (s && (in->kind == DOCKER_RUN || in->kind == DOCKER_COPY || in->kind == DOCKER_ADD))
		s->empty = false;
	if (in->kind == DOCKER_ARG) {
		set_values(v, in, s ? &s->args : &v->view->global_args);
	} else if (in->kind == DOCKER_ENV) {
		set_values(v, in, &s->env);
	} else if (in->kind == DOCKER_LABEL) {
		set_labels(v, in);
	} else if (in->kind == DOCKER_SHELL) {
		s->shell_step = step;
	} else if (in->kind == DOCKER_EXPOSE && in->n_words > 0) {
		resolve_ports(v, step);
	} else if (in->kind == DOCKER_USER && in->n_words > 0) {
		s->user_step = step;
		expand(v, in->words[0].raw, &s->user, &s->user_known);
	} else if (in->kind == DOCKER_WORKDIR && in->n_words > 0) {
		s->workdir_step = step;
		s->empty = false;
		expand(v, in->words[0].raw, &s->workdir, &known);
	}
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
	add_sources(v, step);
	apply(v, step);
	return docker_read_script(v->view->file, step, v->arena, v->err);
}

/* *ret_n: the instructions that get into the view. */
static int make_room(struct viewer *v, size_t *ret_n)
{
	const struct dockerfile *file = v->view->file;
	size_t stages = 0, n = 0;

	for (; n < file->instructions.n && !v->view->cut; n++) {
		bool begins = file->instructions.p[n].kind == DOCKER_FROM;

		if (begins && stages == DOCKER_STAGES_MAX)
			v->view->cut = &file->instructions.p[n];
		stages += begins;
	}
	*ret_n = n - (v->view->cut != NULL);
	v->view->stages = arena_array(v->arena, stages, sizeof *v->view->stages);
	v->view->steps = arena_array(v->arena, *ret_n, sizeof *v->view->steps);
	return arena_check(v->arena, v->err);
}

int docker_view_init(
    struct docker_view *view, const struct dockerfile *file, struct arena *arena, struct err *err)
{
	return docker_view_init_build(view, file, NULL, arena, err);
}

int docker_view_init_build(struct docker_view *view, const struct dockerfile *file,
    const struct docker_build *build, struct arena *arena, struct err *err)
{
	struct viewer v = {.view = view, .arena = arena, .err = err, .build = build};
	size_t n;

	*view = (struct docker_view){.file = file, .build = build};
	v.expand_left = KIB(64) + EXPAND_FACTOR * file->text.n;
	map_init(&view->global_args, arena);
	map_init(&v.names, arena);
	if (make_room(&v, &n) != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const struct docker_instruction *in = &file->instructions.p[i];

		if (in->kind == DOCKER_FROM)
			begin_stage(&v, in);
		if (add_step(&v, in) != 0)
			return -1;
	}
	find_later(&v);
	docker_mark_stages(view, arena);
	return arena_check(arena, err);
}
