/* Dockerfiles and manifests of the test merge; what the target has too is known. */
#include "base/buf.h"
#include "pipeline/stage.h"

/* What the target builds, as it builds it; if that cannot be known, what it has is compared as
 * files of which nobody knows how they are built. */
static void read_target(struct stage_run *s, struct report *report, struct wanted *ret)
{
	struct scan scan = s->scan;
	struct subject subject = {.kind = STR("repository")};
	const struct wanted *merge = s->p->wanted;
	struct err ignored = ERR_INIT;

	scan.report = report;
	if (!merge || report_add_subject(report, &subject, &scan.subject, &ignored) != 0 ||
	    wanted_read(s->p, &scan, &s->p->target, ret, &ignored) != 0)
		*ret = (struct wanted){0};
	if (!ret->is_there)
		return;
	ret->lint.dialect = merge->lint.dialect;
	ret->lint.how.bases = merge->lint.how.bases;
	ret->lint.how.n_bases = merge->lint.how.n_bases;
}

/* False also if it cannot be read: then nothing was moved. */
static bool is_gone(void *arg, struct str path)
{
	struct stage_run *s = arg;
	struct arena arena CLEANUP(arena_release);
	struct err ignored = ERR_INIT;
	struct str text;

	arena_init(&arena, s->scan.limits->unit_bytes + KIB(64));
	return git_read_blob(s->p->repo, &s->p->merge, path, s->scan.limits->unit_bytes, &arena,
		   &text, &ignored) == CONTENT_MISSING;
}

static int scan_target(struct stage_run *s, struct err *err)
{
	struct report before CLEANUP(report_release) = {0}, ignored CLEANUP(report_release) = {0};
	struct scan scan = s->scan;
	struct subject subject = {.kind = STR("repository")};
	struct wanted wanted = {0};

	report_init(&ignored, scan.limits->scan_memory, scan.limits->findings);
	read_target(s, &ignored, &wanted);
	scan.build = wanted.is_there ? &wanted.lint : NULL;
	report_init(&before, scan.limits->scan_memory, scan.limits->findings);
	scan.report = &before;
	if (report_add_subject(&before, &subject, &scan.subject, err) != 0 ||
	    scan_tree(&scan, s->p->repo, &s->p->target, err) != 0)
		return -1;
	return scan_compare(s->scan.report, &before, STAGE_VALIDATE, is_gone, s, err);
}

/* A conflict is reported as a problem: what would be merged was not there to be judged. */
static int tell_conflicts(struct stage_run *s, struct err *err)
{
	const struct git_merge *merge = &s->p->test_merge;
	struct buf text CLEANUP(buf_release) = BUF_INIT(KIB(4));
	struct report_sink sink;
	struct problem problem = {.stage = STAGE_VALIDATE, .code = ERR_FORMAT};

	if (merge->clean)
		return 0;
	report_sink_init(&sink, s->scan.report, s->scan.subject);
	buf_addf(&text, STR_FMT " conflicts with " STR_FMT " in ", STR_ARG(s->p->pull.source),
	    STR_ARG(s->p->pull.target));
	for (size_t i = 0; i < merge->conflicts.n && i < 5; i++) {
		if (i > 0)
			buf_add(&text, STR(", "));
		buf_add_safe(&text, str_excerpt(merge->conflicts.p[i], 200));
	}
	if (merge->conflicts.n > 5)
		buf_addf(&text, " and %zu more", merge->conflicts.n - 5);
	buf_addf(&text, ": merge " STR_FMT " into it and push again", STR_ARG(s->p->pull.target));
	problem.message = buf_str(&text);
	return sink_problem(&sink.sink, &problem, err);
}

static enum stage_outcome run_validate(struct stage_run *s, struct err *err)
{
	/* Build has begun: it knows what is built, and on what. */
	s->scan.build = s->p->wanted ? &s->p->wanted->lint : NULL;
	if (tell_conflicts(s, err) != 0 ||
	    scan_tree(&s->scan, s->p->repo, &s->p->merge, err) != 0 || scan_target(s, err) != 0)
		return STAGE_BROKE;
	return STAGE_RAN;
}

const struct pipeline_stage pipeline_stage_validate = {
    .stage = STAGE_VALIDATE,
    .summary = "Dockerfiles and manifests of the test merge",
    .run = run_validate,
};
