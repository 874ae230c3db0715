#include "engine/scan_project.h"

#include "base/buf.h"
#include "base/map.h"
#include "core/image_ref.h"
#include "core/trusted.h"
#include "engine/attempt.h"
#include "engine/run_rules.h"
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

enum { CONSTRUCTS_TOLD = 10, NAME_SHOWN = 200 };

struct bases_job {
	const struct project_build *build;
	struct str_list trusted;
	struct job *job;
	struct docker_view view;
	struct dockerfile file;
	struct map seen;
	bool refused; /* it cannot be built; a problem or a finding says why */
};

static struct place place_of(const struct bases_job *b, struct text_range range)
{
	struct place place = {.origin.path = b->build->path};

	line_index_place(&b->file.lines, range.offset, range.end, &place);
	return place;
}

static int refuse(struct bases_job *b, struct text_range range, enum err_code code, struct str why,
    struct err *err)
{
	struct problem problem = {.stage = STAGE_BUILD, .code = code, .place = place_of(b, range)};

	b->refused = true;
	problem.message = arena_fmt(b->job->arena, STR_FMT ":%u: " STR_FMT, STR_ARG(b->build->path),
	    problem.place.line, STR_ARG(why));
	if (!why.p || !problem.message.p)
		return arena_err(b->job->arena, err);
	return sink_problem(b->job->sink, &problem, err);
}

static bool is_trusted(const struct bases_job *b, const struct image_ref *ref)
{
	return str_eq(ref->host, b->build->own_registry) ||
	       registry_is_trusted(b->trusted, ref->host, ref->path);
}

/* A name that is no reference is the build's to refuse. */
static int check_trust(
    struct bases_job *b, struct text_range range, struct str name, struct err *err)
{
	struct finding finding = run_rule_finding(&run_rule_untrusted_base);
	struct place place = place_of(b, range);
	struct finding_fix fix = {.text = str_of(run_rule_untrusted_base.fix)};
	struct err ignored = ERR_INIT;
	struct image_ref ref;

	if (image_ref_parse(name, b->job->arena, &ref, &ignored) != 0 || is_trusted(b, &ref))
		return 0;
	b->refused = true;
	finding.identity = name;
	finding.places = &place;
	finding.n_places = 1;
	finding.fix = &fix;
	finding.source_line = str_sub(line_index_text(&b->file.lines, place.line), 0, NAME_SHOWN);
	finding.message = arena_fmt(b->job->arena,
	    "the policy does not trust the registry " STR_FMT " of " STR_FMT
	    ", so nothing is fetched from there and no image is built",
	    STR_ARG(ref.host), STR_ARG(str_excerpt(name, NAME_SHOWN)));
	if (!finding.message.p)
		return arena_err(b->job->arena, err);
	return sink_finding(b->job->sink, &finding, err);
}

static int tell_base(struct bases_job *b, const struct docker_instruction *in, struct str raw,
    struct str name, bool known, struct err *err)
{
	struct text_range range = docker_range(in, raw);
	struct str number;

	if (!known)
		return refuse(b, range, ERR_UNSUPPORTED,
		    arena_fmt(b->job->arena,
			"which image " STR_FMT
			" is cannot be known before the build; give the ARG a default, or a value "
			"under args in " STR_FMT,
			STR_ARG(str_excerpt(raw, 100)), STR_ARG(PROJECT_FILE)),
		    err);
	if (name.n == 0 || map_has(&b->seen, name))
		return 0;
	number = arena_fmt(b->job->arena, "%06zu", b->seen.n);
	if (!number.p || !map_put(&b->seen, name, b))
		return arena_err(b->job->arena, err);
	if (check_trust(b, range, name, err) != 0)
		return -1;
	return tell(b->job, NOTE_BASE, number, name, err);
}

/* What is judged has to be what is built: a text that its builder reads in another way is neither.
 */
static int check_construct(struct bases_job *b, const struct docker_construct *c, struct err *err)
{
	const struct docker_builder *builder = &b->build->builder;
	struct buf why CLEANUP(buf_release) = BUF_INIT(KIB(1));

	if (c->effect == DOCKER_IGNORES)
		return 0;
	buf_addf(&why, "%s is %s by the builder here (buildah %u.%u)", c->what,
	    c->effect == DOCKER_REFUSES ? "refused" : "read in another way", builder->major,
	    builder->minor);
	if (c->effect == DOCKER_READS_OTHERWISE)
		buf_add(&why, STR(", so the image would not be what the file says"));
	if (c->major > 0)
		buf_addf(
		    &why, "; write it without, or use buildah %u.%u or newer", c->major, c->minor);
	else
		buf_add(&why, STR("; write it without"));
	return refuse(b, c->range, ERR_UNSUPPORTED, arena_str(b->job->arena, buf_str(&why)), err);
}

static int check_constructs(struct bases_job *b, struct err *err)
{
	struct docker_constructs found;

	/* The builder gets the text under a name of ours. */
	if (docker_constructs_find(
		&b->view, STR("Dockerfile"), b->build->builder, b->job->arena, &found, err) != 0)
		return -1;
	for (size_t i = 0; i < found.n && i < CONSTRUCTS_TOLD; i++) {
		if (check_construct(b, &found.p[i], err) != 0)
			return -1;
	}
	if (str_chr(b->build->dockerfile, '\0') != STR_NPOS)
		return refuse(b, (struct text_range){0, 0}, ERR_FORMAT,
		    STR("there is a NUL byte in it: it is no text"), err);
	return 0;
}

static int tell_shipped(struct bases_job *b, const struct docker_stage *s, struct err *err)
{
	while (s->parent)
		s = s->parent;
	if (s->scratch || !s->image_known)
		return 0;
	return sink_note(b->job->sink, NOTE_SHIPPED, s->image_text, err);
}

static int tell_bases(struct bases_job *b, struct err *err)
{
	const struct docker_stage *built = b->view.built;
	size_t last = built ? built->index : b->view.n_stages;
	struct str target = b->build->project->target;

	if (!built && target.n > 0)
		return err_set(err, ERR_CONFIG,
		    STR_FMT ": target: " STR_FMT " has no stage " STR_FMT, STR_ARG(PROJECT_FILE),
		    STR_ARG(b->build->path), STR_ARG(target));
	if (built && tell_shipped(b, built, err) != 0)
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
	const struct project *project = b->build->project;
	struct map args;
	struct docker_build build = {.target = project->target, .args = &args};

	b->job = job;
	map_init(&args, job->arena);
	map_init(&b->seen, job->arena);
	for (size_t i = 0; i < project->n_args; i++) {
		if (!map_put(&args, project->args[i].name, &project->args[i].value))
			return arena_err(job->arena, err);
	}
	job->at(job, b->build->path);
	if (dockerfile_parse(b->build->dockerfile, job->arena, &b->file, err) != 0 ||
	    docker_view_init_build(&b->view, &b->file, &build, job->arena, err) != 0 ||
	    check_constructs(b, err) != 0 || tell_bases(b, err) != 0)
		return -1;
	return b->refused ? 0 : sink_note(job->sink, NOTE_DONE, STR("yes"), err);
}

int scan_bases(struct scan *scan, const struct project_build *build, bool *ret_ok,
    struct project_bases *ret, struct err *err)
{
	struct bases_job job = {.build = build, .trusted = scan->policy->trusted_registries};
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
