#include "engine/scan_project.h"

#include "base/buf.h"
#include "base/map.h"
#include "core/image_ref.h"
#include "core/trusted.h"
#include "engine/readers.h"
#include "engine/run_rules.h"
#include "read/syntax/dockerfile_view.h"

/* ---- .plimsoll.yaml ---- */

enum { TAG_PROJECT = 1 << 16 | 0x101, TAG_BASES = 1 << 16 | 0x102 };

struct project_question {
	struct str text;
	struct arena *arena;
	bool answered;
	struct project project;
};

static void walk_arg(struct wire *w, void *item)
{
	struct project_arg *arg = item;

	wire_str(w, &arg->name);
	wire_str(w, &arg->value);
}

static void walk_project(struct wire *w, void *item)
{
	enum { LEAST_ARG = 8 };
	struct project *project = item;
	void *args;

	wire_bool(w, &project->has_image);
	wire_str(w, &project->name);
	wire_str(w, &project->context);
	wire_str(w, &project->file);
	wire_str(w, &project->target);
	args = wire_items(
	    w, project->args, &project->n_args, sizeof *project->args, LEAST_ARG, walk_arg);
	if (!w->out)
		project->args = args;
}

static int run_project(struct job *job, void *arg, struct err *err)
{
	const struct project_question *question = arg;
	struct project project;

	if (project_parse(question->text, job->arena, &project, err) != 0)
		return -1;
	return reply_send(job, TAG_PROJECT, &project, walk_project, err);
}

static int take_project(void *arg, struct str bytes, struct err *err)
{
	struct project_question *question = arg;

	question->answered = true;
	return reply_take(
	    bytes, TAG_PROJECT, &question->project, walk_project, question->arena, err);
}

int scan_project(
    struct scan *scan, struct str text, bool *ret_ok, struct project *ret, struct err *err)
{
	struct project_question question = {
	    .text = text, .arena = &scan->report->arena, .project = project_default()};
	const struct pool_one job = {.fn = run_project, .reply = take_project, .arg = &question};

	if (scan_walk(scan, STAGE_BUILD, &job, NULL, err) != 0)
		return -1;
	*ret_ok = question.answered;
	if (!question.answered)
		return 0;
	if (project_check(&question.project, err) != 0)
		return -1;
	*ret = question.project;
	return 0;
}

/* ---- base images ---- */

enum { CONSTRUCTS_SHOWN = 10, NAME_SHOWN = 200 };

struct bases_job {
	const struct project_build *build;
	struct str_list trusted;
	struct job *job;
	struct docker_view view;
	struct dockerfile file;
	struct map seen;
	VEC(struct str) references;
	struct project_bases found;
	bool refused; /* it cannot be built; a problem or a finding says why */
	/* in the parent */
	struct arena *arena;
	bool answered;
	struct project_bases answer;
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

/* A name that is not a reference is left to the build to refuse. */
static int check_trust(
    struct bases_job *b, struct text_range range, struct str name, struct err *err)
{
	struct finding finding = run_rule_finding(&run_rule_untrusted_base);
	struct place place = place_of(b, range);
	struct finding_fix fix = {.text = str_of(run_rule_untrusted_base.fix)};
	struct err ignored = ERR_INIT;
	struct image_ref ref;

	if (image_ref_parse(name, b->job->arena, &ref, &ignored) != 0 ||
	    str_eq(ref.host, b->build->own_registry) ||
	    registry_is_trusted(b->trusted, ref.host, ref.path))
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
	if (!map_put(&b->seen, name, b) || !vec_push(&b->references, b->job->arena, name))
		return arena_err(b->job->arena, err);
	return check_trust(b, range, name, err);
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
	for (size_t i = 0; i < found.n && i < CONSTRUCTS_SHOWN; i++) {
		if (check_construct(b, &found.p[i], err) != 0)
			return -1;
	}
	if (str_chr(b->build->dockerfile, '\0') != STR_NPOS)
		return refuse(b, (struct text_range){0, 0}, ERR_FORMAT,
		    STR("there is a NUL byte in it: it is not text"), err);
	return 0;
}

static int tell_bases(struct bases_job *b, struct err *err)
{
	const struct docker_stage *built = b->view.built, *lowest = built;
	size_t last = built ? built->index : b->view.n_stages;
	struct str target = b->build->project->target;

	if (!built && target.n > 0)
		return err_set(err, ERR_CONFIG,
		    STR_FMT ": target: " STR_FMT " has no stage " STR_FMT, STR_ARG(PROJECT_FILE),
		    STR_ARG(b->build->path), STR_ARG(target));
	while (lowest && lowest->parent)
		lowest = lowest->parent;
	if (lowest && !lowest->scratch && lowest->image_known)
		b->found.shipped = lowest->image_text;
	for (size_t i = 0; i < b->view.n_stages && i <= last; i++) {
		const struct docker_stage *s = &b->view.stages[i];

		b->found.chained |= s->parent != NULL;
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

static void walk_bases(struct wire *w, void *item)
{
	struct project_bases *bases = item;

	wire_strs(w, &bases->references);
	wire_str(w, &bases->shipped);
	wire_bool(w, &bases->chained);
}

static int take_bases(void *arg, struct str bytes, struct err *err)
{
	struct bases_job *b = arg;

	b->answered = true;
	return reply_take(bytes, TAG_BASES, &b->answer, walk_bases, b->arena, err);
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
	job_at(job, b->build->path);
	if (dockerfile_parse(b->build->dockerfile, job->arena, &b->file, err) != 0 ||
	    docker_view_init_build(&b->view, &b->file, &build, job->arena, err) != 0)
		return -1;
	if (b->view.cut)
		return err_set(err, ERR_LIMIT, "more than %d stages in one Dockerfile",
		    (int)DOCKER_STAGES_MAX);
	if (check_constructs(b, err) != 0 || tell_bases(b, err) != 0)
		return -1;
	if (b->refused)
		return 0;
	b->found.references.p = b->references.p;
	b->found.references.n = b->references.n;
	return reply_send(job, TAG_BASES, &b->found, walk_bases, err);
}

int scan_bases(struct scan *scan, const struct project_build *build, bool *ret_ok,
    struct project_bases *ret, struct err *err)
{
	struct bases_job bases = {.build = build,
	    .trusted = scan->policy->trusted_registries,
	    .arena = &scan->report->arena};
	const struct pool_one job = {.fn = run_bases, .reply = take_bases, .arg = &bases};

	if (scan_walk(scan, STAGE_BUILD, &job, NULL, err) != 0)
		return -1;
	*ret_ok = bases.answered;
	*ret = bases.answer;
	return 0;
}
