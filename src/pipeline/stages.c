/*
 * The lanes: stages that follow each other share one, lanes run side by side. Each has a
 * thread, a report and a git process of its own; when all have ended their reports become
 * one, in the order of stages.def, so that output does not depend on who was first.
 */
#include "pipeline/stage.h"

#include <pthread.h>

static const struct pipeline_stage *const stages[] = {
#define STAGE(name) &pipeline_stage_##name,
#include "pipeline/stages.def"
#undef STAGE
};

struct lane {
	struct pipeline *p;
	const struct pipeline_stage *const *stages;
	size_t n;
	struct report report;
	struct built_image image;
	struct err err; /* the lane itself could not go on: its report is not whole */
	int result;
	pthread_t thread;
	bool started;
};

/* ---- one lane ---- */

static int add_not_run(
    struct lane *lane, const struct pipeline_stage *stage, struct str why, struct err *err)
{
	struct stage_result result = {.stage = stage->stage, .why = why};

	say(lane->p, STR_FMT ": not run: " STR_FMT, STR_ARG(stage_word(stage->stage)),
	    STR_ARG(why));
	return report_add_stage(&lane->report, &result, err);
}

static int tell_broken(
    struct lane *lane, const struct pipeline_stage *stage, const struct err *why, struct err *err)
{
	struct report_sink sink;

	report_sink_init(&sink, &lane->report, 0);
	return sink_error(&sink.sink, stage->stage, STR_NONE, why, err);
}

static int run_stage(struct lane *lane, struct stage_run *s, const struct pipeline_stage *stage,
    bool *ret_broke, struct err *err)
{
	struct scan_stage clocked = scan_stage_begin(&s->scan, stage->stage);
	struct err why = ERR_INIT;
	enum stage_outcome outcome;

	s->why = STR_NONE;
	say(lane->p, STR_FMT ": %s", STR_ARG(stage_word(stage->stage)), stage->summary);
	outcome = stage->run(s, &why);
	if (outcome == STAGE_NOT_RUN)
		return add_not_run(lane, stage, s->why, err);
	*ret_broke = outcome == STAGE_BROKE;
	if (*ret_broke && tell_broken(lane, stage, &why, err) != 0)
		return -1;
	return scan_stage_end(&s->scan, &clocked, err);
}

static void repo_closep(struct git_repo **repo)
{
	git_repo_close(*repo);
}

static int run_lane(struct lane *lane, struct err *err)
{
	CLEANUP(repo_closep) struct git_repo *repo = NULL;
	struct subject subject = {.kind = STR("repository")};
	struct stage_run s = {.p = lane->p, .scan = *lane->p->plan->scan, .image = &lane->image};
	bool broke = false;

	s.scan.report = &lane->report;
	if (report_add_subject(&lane->report, &subject, &s.scan.subject, err) != 0 ||
	    git_repo_open(lane->p->plan->repo, s.scan.limits, &repo, err) != 0)
		return -1;
	s.repo = repo;
	for (size_t i = 0; i < lane->n; i++) {
		if (broke) {
			if (add_not_run(
				lane, lane->stages[i], STR("the stage before it failed"), err))
				return -1;
		} else if (run_stage(lane, &s, lane->stages[i], &broke, err) != 0) {
			return -1;
		}
	}
	return 0;
}

static void *lane_main(void *arg)
{
	struct lane *lane = arg;

	lane->result = run_lane(lane, &lane->err);
	return NULL;
}

/* ---- all of them ---- */

static size_t make_lanes(struct pipeline *p, struct lane lanes[ARRAY_LEN(stages)])
{
	const struct limits *limits = p->plan->scan->limits;
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(stages); i++) {
		if (n > 0 && stages[i]->follows) {
			lanes[n - 1].n++;
			continue;
		}
		lanes[n] = (struct lane){.p = p, .stages = &stages[i], .n = 1, .err = ERR_INIT};
		report_init(&lanes[n].report, limits->scan_memory, limits->findings);
		n++;
	}
	return n;
}

/* The image that a lane built is a subject of its own. */
static int merge_lane(struct pipeline *p, const struct lane *lane, struct err *err)
{
	const struct subject *own = lane->report.subjects.n ? lane->report.subjects.p : NULL;
	struct subject image = {.kind = STR("image")};
	uint32_t subject = 0;

	if (own && own->name.n > 0) {
		image.name = own->name;
		image.digest = lane->image.digest;
		if (report_add_subject(p->report, &image, &subject, err) != 0)
			return -1;
	}
	return report_merge(p->report, &lane->report, subject, err);
}

static int end_lane(struct pipeline *p, struct lane *lane, struct err *err)
{
	int result = 0;

	if (lane->started)
		(void)pthread_join(lane->thread, NULL);
	if (lane->result != 0) {
		*err = lane->err;
		result = -1;
	} else {
		result = merge_lane(p, lane, err);
	}
	report_release(&lane->report);
	return result;
}

int stages_run(struct pipeline *p, struct err *err)
{
	struct lane lanes[ARRAY_LEN(stages)];
	size_t n = make_lanes(p, lanes);
	int result = 0;

	for (size_t i = 0; i < n; i++) {
		lanes[i].started =
		    pthread_create(&lanes[i].thread, NULL, lane_main, &lanes[i]) == 0;
		if (!lanes[i].started)
			lanes[i].result =
			    err_set(&lanes[i].err, ERR_NOMEM, "no thread can be started");
	}
	for (size_t i = 0; i < n; i++) {
		struct err why = ERR_INIT;

		if (end_lane(p, &lanes[i], &why) != 0 && result == 0) {
			*err = why;
			result = -1;
		}
	}
	return result;
}
