/* The image of the test merge, built once and alone (ship/build). */
#include "base/os/fd.h"
#include "engine/project.h"
#include "pipeline/bases.h"
#include "pipeline/stage.h"
#include "ship/build/context.h"

#include <fcntl.h>

enum { PROJECT_BYTES_MAX = 1 << 20, SECOND_MS = 1000 };

/* One build, from what the commit says to what buildah is told. */
struct preparation {
	struct arena *arena; /* the lane's report's */
	struct project project;
	struct str dockerfile_path; /* in the repository */
	struct str dockerfile;
	struct base_images bases;
	bool omit_history;
	struct str context; /* folder on disk */
	struct build_plan plan;
	struct building *building;
	int log_fd;
};

static int join(
    struct arena *arena, struct str folder, struct str name, struct str *ret, struct err *err)
{
	*ret =
	    folder.n ? arena_fmt(arena, STR_FMT "/" STR_FMT, STR_ARG(folder), STR_ARG(name)) : name;
	return ret->p ? 0 : arena_err(arena, err);
}

/* What the commit wants built. False in *ret_ok: the report or s->why says why nothing is. */
static int read_project(struct stage_run *s, struct preparation *p, bool *ret_ok, struct err *err)
{
	struct str text;
	enum content_result found;

	p->project = project_default();
	*ret_ok = true;
	found = git_read_blob(
	    s->p->repo, &s->p->merge, PROJECT_FILE, PROJECT_BYTES_MAX, p->arena, &text, err);
	if (found == CONTENT_ERROR)
		return err_wrap(err, STR_FMT, STR_ARG(PROJECT_FILE));
	if (found == CONTENT_OK && scan_project(&s->scan, text, ret_ok, &p->project, err) != 0)
		return -1;
	if (!*ret_ok)
		return 0;
	if (join(p->arena, p->project.context, p->project.file, &p->dockerfile_path, err) != 0)
		return -1;
	found = git_read_blob(s->p->repo, &s->p->merge, p->dockerfile_path,
	    s->scan.limits->unit_bytes, p->arena, &p->dockerfile, err);
	if (found == CONTENT_OK)
		return 0;
	if (found == CONTENT_MISSING && p->project.has_image)
		return err_set(err, ERR_CONFIG, STR_FMT ": there is no " STR_FMT " in this commit",
		    STR_ARG(PROJECT_FILE), STR_ARG(p->dockerfile_path));
	if (found == CONTENT_ERROR)
		return err_wrap(err, STR_FMT, STR_ARG(p->dockerfile_path));
	*ret_ok = false;
	s->why = STR("there is no Dockerfile");
	return 0;
}

/* The last path component of the repository, in the letters that registries take. */
static int default_name(struct stage_run *s, struct preparation *p, struct err *err)
{
	struct str path = s->p->run.repo;
	struct str last = str_sub(path, str_rchr(path, '/') + 1, path.n);
	char *name;

	if (p->project.name.n > 0)
		return 0;
	if (str_ends(last, STR(".git")))
		last.n -= 4;
	name = arena_cstr(p->arena, last);
	if (!name)
		return arena_err(p->arena, err);
	for (size_t i = 0; i < last.n; i++) {
		name[i] = byte_lower(name[i]);
		if (!byte_is_alnum(name[i]) && (i == 0 || !strchr("._-", name[i])))
			name[i] = i == 0 ? 'x' : '-';
	}
	p->project.name = str_make(name, last.n);
	return 0;
}

/* Where the image goes to, known before anything is built. */
static int name_image(struct stage_run *s, struct preparation *p, struct err *err)
{
	struct run *run = &s->p->run;
	struct subject *subject = &s->scan.report->subjects.p[s->scan.subject];
	struct image_ref ref;

	if (default_name(s, p, err) != 0)
		return -1;
	subject->name = p->project.name;
	if (s->p->plan->registry.n == 0)
		return 0;
	run->image = arena_fmt(s->p->arena, STR_FMT "/" STR_FMT, STR_ARG(s->p->plan->registry),
	    STR_ARG(p->project.name));
	if (!run->image.p)
		return arena_err(s->p->arena, err);
	subject->name = run->image;
	return image_ref_parse(run->image, p->arena, &ref, err);
}

/* What the base images say of themselves. The layers of the one that the last stage starts from are
 * told from ours by the scan. buildah cannot commit onto an image whose history leaves layers out,
 * and writes such an image itself from one that has none: then the built image has none either. */
static int read_bases(
    struct stage_run *s, struct preparation *p, const struct project_bases *named, struct err *err)
{
	struct built_image *image = s->image;

	image->bases = arena_array(p->arena, p->bases.n, sizeof *image->bases);
	if (!image->bases)
		return arena_err(p->arena, err);
	for (; image->n_bases < p->bases.n; image->n_bases++) {
		const struct build_base *given = &p->bases.p[image->n_bases];
		struct base_image *base = &image->bases[image->n_bases];

		if (scan_base_image(&s->scan, str_of(given->reference), given->layout, base, err) !=
		    0)
			return -1;
		if (str_eq(base->reference, named->shipped))
			image->base_diff_ids = base->diff_ids;
		if (!base->history_fits && (base->has_history || named->chained))
			p->omit_history = true;
	}
	return 0;
}

static int fetch_bases(struct stage_run *s, struct preparation *p, bool *ret_ok, struct err *err)
{
	struct project_bases bases;

	if (scan_bases(
		&s->scan, &p->project, p->dockerfile_path, p->dockerfile, ret_ok, &bases, err) != 0)
		return -1;
	if (!*ret_ok)
		return 0;
	if (bases_fetch(s->p, &bases.references, p->arena, &p->bases, err) != 0)
		return -1;
	return read_bases(s, p, &bases, err);
}

/* The commit's files as buildah will see them. */
static int write_context(struct stage_run *s, struct preparation *p, struct err *err)
{
	struct str whole = run_path(s->p, "context");

	if (!whole.p)
		return arena_err(s->p->arena, err);
	if (dir_remove(whole.p, err) != 0 ||
	    build_context_write(git_repo_content(s->p->repo), &s->p->test_merge.tree, whole.p,
		s->p->run.started_ms / SECOND_MS, s->scan.limits, err) != 0)
		return -1;
	p->context = whole;
	if (p->project.context.n > 0)
		return join(p->arena, whole, p->project.context, &p->context, err);
	return 0;
}

static enum build_network network_of(const struct policy *policy)
{
	switch (policy->network) {
	case NETWORK_NONE:
		return BUILD_NET_NONE;
	case NETWORK_HOST:
		return BUILD_NET_HOST;
	case NETWORK_EGRESS:
		break;
	}
	return BUILD_NET_EGRESS;
}

static int make_args(const struct preparation *p, struct build_pair **ret, struct err *err)
{
	struct build_pair *pairs = arena_array(p->arena, p->project.n_args, sizeof *pairs);

	if (!pairs)
		return arena_err(p->arena, err);
	for (size_t i = 0; i < p->project.n_args; i++) {
		pairs[i].name = arena_cstr(p->arena, p->project.args[i].name);
		pairs[i].value = arena_cstr(p->arena, p->project.args[i].value);
		if (!pairs[i].name || !pairs[i].value)
			return arena_err(p->arena, err);
	}
	*ret = pairs;
	return 0;
}

static struct str mask_output(void *arg, struct str text, struct arena *arena)
{
	return edge_line(arg, text, arena);
}

static int make_plan(struct stage_run *s, struct preparation *p, struct err *err)
{
	struct build_pair *label = arena_new(p->arena, struct build_pair), *args = NULL;
	struct str log = run_path(s->p, "build.log"), work = run_path(s->p, "work");

	if (!label || !log.p || !work.p || make_args(p, &args, err) != 0)
		return arena_err(p->arena, err);
	*label = (struct build_pair){"org.opencontainers.image.revision", s->p->merge.hex};
	p->log_fd = open(log.p, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (p->log_fd < 0)
		return err_sys(err, "%s", log.p);
	p->plan = (struct build_plan){
	    .context_dir = p->context.p,
	    .dockerfile = arena_cstr(p->arena, p->project.file),
	    .target = p->project.target.n ? arena_cstr(p->arena, p->project.target) : NULL,
	    .args = args,
	    .n_args = p->project.n_args,
	    .labels = label,
	    .n_labels = 1,
	    .bases = p->bases.p,
	    .n_bases = p->bases.n,
	    .omit_history = p->omit_history,
	    .network = network_of(s->scan.policy),
	    .work_dir = work.p,
	    .output_layout = s->image->layout.p,
	    .log_fd = p->log_fd,
	    .mask = mask_output,
	    .mask_arg = s->scan.edge,
	    .timeout_ms = (int64_t)s->scan.policy->build_timeout_seconds * SECOND_MS,
	    .timestamp = s->p->run.started_ms / SECOND_MS,
	    .arena = p->arena,
	};
	return 0;
}

static int tell_failed(struct stage_run *s, const struct preparation *p,
    const struct build_result *result, struct err *err)
{
	struct problem problem = {.stage = STAGE_BUILD, .code = ERR_FORMAT};
	struct report_sink sink;

	report_sink_init(&sink, s->scan.report, s->scan.subject);
	problem.place.path = p->dockerfile_path;
	problem.message =
	    arena_fmt(p->arena, STR_FMT "; its output is in " STR_FMT "/build.log" STR_FMT,
		STR_ARG(result->message), STR_ARG(s->p->folder), STR_ARG(result->tail));
	if (!problem.message.p)
		return arena_err(p->arena, err);
	return sink_problem(&sink.sink, &problem, err);
}

/* An image that a killed process had built is taken where it lies whole. */
static bool was_built(const struct stage_run *s)
{
	struct str index = run_path(s->p, "image/index.json");

	return s->p->run.step >= RUN_BUILT && s->p->run.image_digest.n > 0 && index.p &&
	       file_exists(index.p);
}

static int begin_build(struct stage_run *s, struct preparation *p, struct err *err)
{
	if (write_context(s, p, err) != 0 || make_plan(s, p, err) != 0 ||
	    dir_remove(p->plan.output_layout, err) != 0)
		return -1;
	say(s->p, "build: building " STR_FMT, STR_ARG(p->dockerfile_path));
	return image_build_begin(&p->plan, &p->building, err);
}

static int begin_image(struct stage_run *s, struct preparation *p, struct err *err)
{
	s->image->layout = run_path(s->p, "image");
	s->image->dockerfile = p->dockerfile;
	s->image->dockerfile_path = p->dockerfile_path;
	if (!s->image->layout.p)
		return arena_err(s->p->arena, err);
	s->image->there = was_built(s);
	return s->image->there ? 0 : begin_build(s, p, err);
}

/* What cannot be had is in s->why, err, or the report. */
static enum stage_outcome prepare_build(struct stage_run *s, struct preparation *p, struct err *err)
{
	bool ok;

	if (read_project(s, p, &ok, err) != 0)
		return STAGE_BROKE;
	if (!ok)
		return s->why.n > 0 ? STAGE_NOT_RUN : STAGE_RAN;
	if (name_image(s, p, err) != 0 || fetch_bases(s, p, &ok, err) != 0)
		return STAGE_BROKE;
	if (!ok)
		return STAGE_RAN;
	return begin_image(s, p, err) == 0 ? STAGE_GOES_ON : STAGE_BROKE;
}

static enum stage_outcome begin(struct stage_run *s, struct err *err)
{
	struct arena *arena = &s->scan.report->arena;
	struct preparation *p = arena_new(arena, struct preparation);
	enum stage_outcome outcome;

	if (!s->p->test_merge.clean) {
		s->why = STR("the branches conflict");
		return STAGE_NOT_RUN;
	}
	if (!p) {
		(void)arena_err(arena, err);
		return STAGE_BROKE;
	}
	p->arena = arena;
	p->log_fd = -1;
	s->begun = p;
	outcome = prepare_build(s, p, err);
	if (outcome != STAGE_GOES_ON)
		fd_cleanup(&p->log_fd);
	return outcome;
}

static int end_build(struct stage_run *s, struct preparation *p, struct err *err)
{
	struct build_result result = {0};
	struct run *run = &s->p->run;

	if (image_build_end(p->building, &result, err) != 0)
		return -1;
	say(s->p, "build: " STR_FMT, STR_ARG(result.isolation));
	if (result.outcome == BUILD_FAILED)
		return tell_failed(s, p, &result, err);
	run->image_digest = arena_str(s->p->arena, str_of(result.digest));
	if (!run->image_digest.p)
		return arena_err(s->p->arena, err);
	s->image->there = true;
	return run_reach(s->p, RUN_BUILT, err);
}

static enum stage_outcome run(struct stage_run *s, struct err *err)
{
	struct preparation *p = s->begun;
	int result = p->building ? end_build(s, p, err) : 0;

	fd_cleanup(&p->log_fd);
	return result == 0 ? STAGE_RAN : STAGE_BROKE;
}

const struct pipeline_stage pipeline_stage_build = {
    .stage = STAGE_BUILD,
    .summary = "the image of the test merge",
    .begin = begin,
    .run = run,
};
