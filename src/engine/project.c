#include "engine/project.h"

#include "base/map.h"
#include "engine/attempt.h"
#include "read/syntax/dockerfile_view.h"

/* Keys of the notes from child to parent. */
#define NOTE_DONE    STR("done")
#define NOTE_IMAGE   STR("image")
#define NOTE_NAME    STR("name")
#define NOTE_CONTEXT STR("context")
#define NOTE_FILE    STR("file")
#define NOTE_TARGET  STR("target")
#define NOTE_ARG     STR("arg:")
#define NOTE_BASE    STR("base:")
#define NOTE_SHIPPED STR("shipped")
#define NOTE_CHAINED STR("chained")

/* A job over no content but its argument; *ret_ok where it came to its end. */
static int run_alone(
    struct scan *scan, job_fn *fn, void *arg, struct map *notes, bool *ret_ok, struct err *err)
{
	struct content_memory nothing;
	struct skip_list skip = {.n = 0};

	map_init(notes, &scan->report->arena);
	content_memory_init(&nothing, NULL, NULL, 0);
	if (attempt_run(scan, STAGE_BUILD, &nothing.content, fn, arg, &skip, notes, err) != 0)
		return -1;
	*ret_ok = map_has(notes, NOTE_DONE);
	return 0;
}

static int tell(struct job *job, struct str key, struct str more, struct str value, struct err *err)
{
	struct str whole = arena_fmt(job->arena, STR_FMT STR_FMT, STR_ARG(key), STR_ARG(more));

	if (!whole.p)
		return arena_err(job->arena, err);
	return sink_note(job->sink, whole, value, err);
}

/* ---- .plimsoll.yaml ---- */

static int run_project(struct job *job, void *arg, struct err *err)
{
	const struct str *text = arg;
	struct project project;

	if (project_parse(*text, job->arena, &project, err) != 0)
		return -1;
	if (project.has_image && sink_note(job->sink, NOTE_IMAGE, STR("yes"), err) != 0)
		return -1;
	if (sink_note(job->sink, NOTE_NAME, project.name, err) != 0 ||
	    sink_note(job->sink, NOTE_CONTEXT, project.context, err) != 0 ||
	    sink_note(job->sink, NOTE_FILE, project.file, err) != 0 ||
	    sink_note(job->sink, NOTE_TARGET, project.target, err) != 0)
		return -1;
	for (size_t i = 0; i < project.n_args; i++) {
		if (tell(job, NOTE_ARG, project.args[i].name, project.args[i].value, err) != 0)
			return -1;
	}
	return sink_note(job->sink, NOTE_DONE, STR("yes"), err);
}

static struct str note(const struct map *notes, struct str key)
{
	const struct str *value = map_get(notes, key);

	return value ? *value : STR_NONE;
}

static int take_args(
    const struct map *notes, struct arena *arena, struct project *project, struct err *err)
{
	project->args = arena_array(arena, notes->n, sizeof *project->args);
	if (!project->args)
		return arena_err(arena, err);
	for (size_t i = 0; i < notes->n; i++) {
		struct str key = notes->items[i].key;

		if (str_starts(key, NOTE_ARG))
			project->args[project->n_args++] =
			    (struct project_arg){str_sub(key, NOTE_ARG.n, key.n),
				*(const struct str *)notes->items[i].value};
	}
	return 0;
}

int scan_project(
    struct scan *scan, struct str text, bool *ret_ok, struct project *ret, struct err *err)
{
	struct project project = project_default();
	struct map notes;
	bool ok;

	if (run_alone(scan, run_project, &text, &notes, &ok, err) != 0)
		return -1;
	*ret_ok = ok;
	if (!ok)
		return 0;
	project.has_image = map_has(&notes, NOTE_IMAGE);
	project.name = note(&notes, NOTE_NAME);
	project.context = note(&notes, NOTE_CONTEXT);
	project.file = note(&notes, NOTE_FILE);
	project.target = note(&notes, NOTE_TARGET);
	if (take_args(&notes, &scan->report->arena, &project, err) != 0 ||
	    project_check(&project, err) != 0)
		return -1;
	*ret = project;
	return 0;
}

/* ---- base images ---- */

struct bases_job {
	const struct project *project;
	struct str path, dockerfile;
	struct job *job;
	struct docker_view view;
	struct dockerfile file;
	struct map seen;
	bool unknown; /* an image could not be named */
};

static int tell_base(struct bases_job *b, const struct docker_instruction *in, struct str raw,
    struct str name, bool known, struct err *err)
{
	struct problem problem = {.stage = STAGE_BUILD, .code = ERR_UNSUPPORTED};
	struct text_range range = docker_range(in, raw);
	struct str number;

	if (known) {
		if (name.n == 0 || map_has(&b->seen, name))
			return 0;
		number = arena_fmt(b->job->arena, "%06zu", b->seen.n);
		if (!number.p || !map_put(&b->seen, name, b))
			return arena_err(b->job->arena, err);
		return tell(b->job, NOTE_BASE, number, name, err);
	}
	b->unknown = true;
	line_index_place(&b->file.lines, range.offset, range.end, &problem.place);
	problem.place.path = b->path;
	problem.message = arena_fmt(b->job->arena,
	    STR_FMT ":%u: which image " STR_FMT
		    " is cannot be known before the build; give the ARG "
		    "a default, or a value under args in " STR_FMT,
	    STR_ARG(b->path), problem.place.line, STR_ARG(str_excerpt(raw, 100)),
	    STR_ARG(PROJECT_FILE));
	if (!problem.message.p)
		return arena_err(b->job->arena, err);
	return sink_problem(b->job->sink, &problem, err);
}

/* The index of the last stage that is built. */
static int last_stage(const struct bases_job *b, size_t *ret_index, struct err *err)
{
	if (b->project->target.n == 0) {
		*ret_index = b->view.n_stages;
		return 0;
	}
	for (size_t i = b->view.n_stages; i-- > 0;) {
		if (str_eq_nocase(b->view.stages[i].name, b->project->target)) {
			*ret_index = i;
			return 0;
		}
	}
	return err_set(err, ERR_CONFIG, STR_FMT ": target: " STR_FMT " has no stage " STR_FMT,
	    STR_ARG(PROJECT_FILE), STR_ARG(b->path), STR_ARG(b->project->target));
}

static int tell_shipped(struct bases_job *b, size_t last, struct err *err)
{
	const struct docker_stage *s;

	if (b->view.n_stages == 0)
		return 0;
	s = &b->view.stages[MIN_OF(last, b->view.n_stages - 1)];
	while (s->parent)
		s = s->parent;
	if (s->scratch || !s->image_known)
		return 0;
	return sink_note(b->job->sink, NOTE_SHIPPED, s->image_text, err);
}

static int tell_bases(struct bases_job *b, struct err *err)
{
	size_t last = 0;

	if (last_stage(b, &last, err) != 0 || tell_shipped(b, last, err) != 0)
		return -1;
	for (size_t i = 0; i < b->view.n_stages && i <= last; i++) {
		const struct docker_stage *s = &b->view.stages[i];

		if (s->parent && sink_note(b->job->sink, NOTE_CHAINED, STR("yes"), err) != 0)
			return -1;
		if (!s->parent && !s->scratch &&
		    tell_base(b, s->from, s->image.raw, s->image_text, s->image_known, err) != 0)
			return -1;
	}
	for (size_t i = 0; i < b->view.sources.n; i++) {
		const struct docker_source *source = &b->view.sources.p[i];

		if (!source->stage && source->step->stage && source->step->stage->index <= last &&
		    tell_base(b, source->step->instruction, source->raw, source->name,
			source->known, err) != 0)
			return -1;
	}
	return 0;
}

static int run_bases(struct job *job, void *arg, struct err *err)
{
	struct bases_job *b = arg;
	struct map args;
	struct docker_build build = {.args = &args};

	b->job = job;
	map_init(&args, job->arena);
	map_init(&b->seen, job->arena);
	for (size_t i = 0; i < b->project->n_args; i++) {
		if (!map_put(&args, b->project->args[i].name, &b->project->args[i].value))
			return arena_err(job->arena, err);
	}
	job->at(job, b->path);
	if (dockerfile_parse(b->dockerfile, job->arena, &b->file, err) != 0 ||
	    docker_view_init_build(&b->view, &b->file, &build, job->arena, err) != 0 ||
	    tell_bases(b, err) != 0)
		return -1;
	return b->unknown ? 0 : sink_note(job->sink, NOTE_DONE, STR("yes"), err);
}

int scan_bases(struct scan *scan, const struct project *project, struct str path,
    struct str dockerfile, bool *ret_ok, struct project_bases *ret, struct err *err)
{
	struct bases_job job = {.project = project, .path = path, .dockerfile = dockerfile};
	struct project_bases bases = {0};
	struct str_list *list = &bases.references;
	struct map notes;

	if (run_alone(scan, run_bases, &job, &notes, ret_ok, err) != 0)
		return -1;
	list->p = arena_array(&scan->report->arena, notes.n, sizeof *list->p);
	if (!list->p)
		return arena_err(&scan->report->arena, err);
	for (size_t i = 0; i < notes.n; i++) {
		if (str_starts(notes.items[i].key, NOTE_BASE))
			list->p[list->n++] = *(const struct str *)notes.items[i].value;
	}
	bases.shipped = note(&notes, NOTE_SHIPPED);
	bases.chained = map_has(&notes, NOTE_CHAINED);
	*ret = bases;
	return 0;
}
