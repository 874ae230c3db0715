/* The image of the test merge, built once and alone (ship/build). */
#include "base/buf.h"
#include "base/os/fd.h"
#include "engine/run_rules.h"
#include "engine/scan_project.h"
#include "pipeline/bases.h"
#include "pipeline/stage.h"
#include "ship/build/build_context.h"

#include <fcntl.h>

enum { SECOND_MS = 1000, FILES_NAMED = 3, NAME_SHOWN = 200 };

/* One build, from what the commit says to what buildah gets. */
struct preparation {
	struct arena *arena; /* the lane's report's */
	struct wanted wanted;
	struct base_images bases;
	bool omit_history;
	struct str context; /* folder on disk */
	struct build_plan plan;
	struct building *building;
	int log_fd;
};

/* The last path component of the repository, in the letters that registries take. */
static int default_name(struct stage_run *s, struct preparation *p, struct err *err)
{
	struct str path = s->p->run.repo;
	struct str last = str_sub(path, str_rchr(path, '/') + 1, path.n);
	char *name;

	if (p->wanted.project.name.n > 0)
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
	p->wanted.project.name = str_make(name, last.n);
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
	subject->name = p->wanted.project.name;
	if (s->p->plan->registry.n == 0)
		return 0;
	run->image = arena_fmt(s->p->arena, STR_FMT "/" STR_FMT, STR_ARG(s->p->plan->registry),
	    STR_ARG(p->wanted.project.name));
	if (!run->image.p)
		return arena_err(s->p->arena, err);
	subject->name = run->image;
	return image_ref_parse(run->image, p->arena, &ref, err);
}

/* What the base images say of themselves. The scan tells the layers of the one that the last stage
 * starts from apart from ours. buildah cannot commit onto an image whose history leaves layers out,
 * and makes such an image itself of one without a history: then the built image has none either. */
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

/* ---- no image ---- */

static int target_has_one(struct stage_run *s, bool *ret_has, struct err *err)
{
	struct report quiet CLEANUP(report_release) = {0};
	struct subject subject = {.kind = STR("repository")};
	struct scan scan = s->scan;
	struct wanted wanted = {0};
	struct err ignored = ERR_INIT;

	report_init(&quiet, scan.limits->scan_memory, scan.limits->findings);
	scan.report = &quiet;
	if (report_add_subject(&quiet, &subject, &scan.subject, err) != 0)
		return -1;
	*ret_has =
	    wanted_read(s->p, &scan, &s->p->target, &wanted, &ignored) == 0 && wanted.is_there;
	return 0;
}

/* By the policy, else if the target has published an image, or would build one: what is remembered
 * of earlier runs may be gone. */
static int is_required(struct stage_run *s, bool *ret_required, struct err *err)
{
	const struct policy *policy = s->scan.policy;
	bool had = false;
	enum store_result published;

	*ret_required = policy->images == IMAGES_REQUIRED;
	if (policy->images != IMAGES_LEARNT)
		return 0;
	published = run_store_published(s->p->store, s->p->run.repo, s->p->pull.target, err);
	if (published == STORE_ERROR || target_has_one(s, &had, err) != 0)
		return -1;
	*ret_required = published == STORE_FOUND || had;
	return 0;
}

static struct str name_files(const struct str_list *files, struct arena *arena)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT(KIB(4));

	for (size_t i = 0; i < files->n && i < FILES_NAMED; i++)
		buf_addf(&text, "%s" STR_FMT, i ? ", " : "",
		    STR_ARG(str_excerpt(files->p[i], NAME_SHOWN)));
	if (files->n > FILES_NAMED)
		buf_addf(&text, " and %zu more", files->n - FILES_NAMED);
	return arena_str(arena, buf_str(&text));
}

static int report_gone(
    struct stage_run *s, const struct preparation *p, struct str message, struct err *err)
{
	struct finding finding = run_rule_finding(&run_rule_image_gone);
	struct finding_fix fix = {.text = str_of(run_rule_image_gone.fix)};
	struct place place = {.origin.path = p->wanted.dockerfile_path};
	struct report_sink sink;

	if (s->scan.policy->stages[STAGE_BUILD].mode == MODE_OBSERVE)
		finding.weight = WEIGHT_WARNS;
	finding.message = message;
	finding.identity = p->wanted.dockerfile_path;
	finding.places = &place;
	finding.n_places = 1;
	finding.fix = &fix;
	report_sink_init(&sink, s->scan.report, s->scan.subject);
	return sink_finding(&sink.sink, &finding, err);
}

static int no_image(struct stage_run *s, struct preparation *p, struct err *err)
{
	struct str_list others;
	bool required;
	struct str names;

	if (scan_dockerfiles(&s->scan, s->p->repo, &s->p->merge, &others, err) != 0 ||
	    is_required(s, &required, err) != 0)
		return -1;
	names = name_files(&others, p->arena);
	s->why = arena_fmt(p->arena, "there is no " STR_FMT "%s" STR_FMT "%s",
	    STR_ARG(p->wanted.dockerfile_path), others.n ? "; what there is (" : "", STR_ARG(names),
	    others.n ? ") is built only if .plimsoll.yaml names it" : "");
	if (!names.p || !s->why.p)
		return arena_err(p->arena, err);
	return required ? report_gone(s, p, s->why, err) : 0;
}

/* ---- the base images ---- */

static int ask_builder(struct stage_run *s, struct preparation *p, struct err *err)
{
	struct str version;

	if (image_builder_version(p->arena, &version, err) != 0)
		return -1;
	if (!docker_builder_parse(version, &s->p->builder))
		return err_set(err, ERR_UNSUPPORTED,
		    "buildah says \"" STR_FMT "\" of itself, but a version is expected",
		    STR_ARG(str_sub(version, 0, 100)));
	return 0;
}

static int fetch_bases(struct stage_run *s, struct preparation *p, bool *ret_ok, struct err *err)
{
	struct project_build build = {.project = &p->wanted.project,
	    .path = p->wanted.dockerfile_path,
	    .dockerfile = p->wanted.dockerfile,
	    .builder = s->p->builder,
	    .own_registry = run_own_host(s->p)};
	struct project_bases bases;

	if (scan_bases(&s->scan, &build, ret_ok, &bases, err) != 0)
		return -1;
	/* A target that is not a stage has been reported. */
	if (!*ret_ok)
		p->wanted.lint.how.target = STR_NONE;
	if (!*ret_ok)
		return 0;
	if (bases_fetch(s->p, &bases.references, p->arena, &p->bases, err) != 0 ||
	    read_bases(s, p, &bases, err) != 0)
		return -1;
	return wanted_bases(&p->wanted, s->image->bases, s->image->n_bases, p->arena, err);
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
	if (p->wanted.project.context.n > 0)
		p->context = arena_fmt(p->arena, STR_FMT "/" STR_FMT, STR_ARG(whole),
		    STR_ARG(p->wanted.project.context));
	return p->context.p ? 0 : arena_err(p->arena, err);
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

static struct build_pair *make_args(const struct preparation *p)
{
	struct build_pair *pairs = arena_array(p->arena, p->wanted.project.n_args, sizeof *pairs);

	for (size_t i = 0; pairs && i < p->wanted.project.n_args; i++) {
		pairs[i].name = arena_cstr(p->arena, p->wanted.project.args[i].name);
		pairs[i].value = arena_cstr(p->arena, p->wanted.project.args[i].value);
	}
	return pairs;
}

static struct str mask_output(void *arg, struct str text, struct arena *arena)
{
	return edge_line(arg, text, arena);
}

static int make_plan(struct stage_run *s, struct preparation *p, struct err *err)
{
	struct build_pair *label = arena_new(p->arena, struct build_pair), *args = make_args(p);
	struct str log = run_path(s->p, "build.log"), work = run_path(s->p, "work");

	if (!log.p || !work.p)
		return arena_err(s->p->arena, err);
	if (!label)
		return arena_err(p->arena, err);
	*label = (struct build_pair){"org.opencontainers.image.revision", s->p->merge.hex};
	p->log_fd = open(log.p, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (p->log_fd < 0)
		return err_sys(err, "%s", log.p);
	p->plan = (struct build_plan){
	    .context_dir = p->context.p,
	    .dockerfile = arena_cstr(p->arena, p->wanted.project.file),
	    .dockerfile_text = p->wanted.dockerfile,
	    .target =
		p->wanted.project.target.n ? arena_cstr(p->arena, p->wanted.project.target) : NULL,
	    .args = args,
	    .n_args = p->wanted.project.n_args,
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
	return arena_check(p->arena, err);
}

static int tell_failed(struct stage_run *s, const struct preparation *p,
    const struct build_result *result, struct err *err)
{
	struct problem problem = {.stage = STAGE_BUILD, .code = ERR_FORMAT};
	struct report_sink sink;

	report_sink_init(&sink, s->scan.report, s->scan.subject);
	problem.place.origin.path = p->wanted.dockerfile_path;
	problem.message =
	    arena_fmt(p->arena, STR_FMT "; its output is in " STR_FMT "/build.log" STR_FMT,
		STR_ARG(result->message), STR_ARG(s->p->folder), STR_ARG(result->tail));
	if (!problem.message.p)
		return arena_err(p->arena, err);
	return sink_problem(&sink.sink, &problem, err);
}

static int begin_image(struct stage_run *s, struct preparation *p, struct err *err)
{
	struct str index = run_path(s->p, "image/index.json");

	s->image->layout = run_path(s->p, "image");
	s->image->dockerfile = p->wanted.dockerfile;
	s->image->dockerfile_path = p->wanted.dockerfile_path;
	if (!s->image->layout.p || !index.p)
		return arena_err(s->p->arena, err);
	/* An image that a killed process had built is taken if all of it is there. */
	s->image->there =
	    s->p->run.step >= RUN_BUILT && s->p->run.image_digest.n > 0 && file_exists(index.p);
	if (s->image->there)
		return 0;
	if (write_context(s, p, err) != 0 || make_plan(s, p, err) != 0 ||
	    dir_remove(p->plan.output_layout, err) != 0)
		return -1;
	say(s->p, "build: building " STR_FMT, STR_ARG(p->wanted.dockerfile_path));
	return image_build_begin(&p->plan, &p->building, err);
}

/* What cannot be had is in s->why, err, or the report. */
static enum stage_outcome prepare_build(struct stage_run *s, struct preparation *p, struct err *err)
{
	bool ok;

	if (wanted_read(s->p, &s->scan, &s->p->merge, &p->wanted, err) != 0)
		return STAGE_BROKE;
	if (p->wanted.is_wrong)
		return STAGE_RAN;
	if (!p->wanted.is_there)
		return no_image(s, p, err) == 0 ? STAGE_NOT_RUN : STAGE_BROKE;
	s->p->image_due = true;
	s->p->wanted = &p->wanted;
	if (ask_builder(s, p, err) != 0 || name_image(s, p, err) != 0 ||
	    fetch_bases(s, p, &ok, err) != 0)
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
