/* The lanes: when all have ended their reports become one, in the order of stages.def. */
#include "pipeline/stage.h"

#define RECORDS	       "pipeline/stages.def"
#define RECORDS_TYPE   struct pipeline_stage
#define RECORDS_PREFIX pipeline_stage
#define RECORDS_LIST   stages
#include "base/records.h"

struct lane {
	struct pipeline *p;
	const struct pipeline_stage *const *stages;
	size_t n;
	struct report report;
	struct built_image image;
	struct stage_run run;
	const struct pipeline_stage *begun; /* the stage that the rest is about */
	struct scan_stage clocked;
	enum stage_outcome outcome;
	struct err why; /* STAGE_BROKE */
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

static void begin_stage(struct lane *lane, const struct pipeline_stage *stage)
{
	lane->begun = stage;
	lane->clocked = scan_stage_begin(&lane->run.scan, stage->stage);
	lane->run.why = STR_NONE;
	lane->why = ERR_INIT;
	say(lane->p, STR_FMT ": %s", STR_ARG(stage_word(stage->stage)), stage->summary);
	lane->outcome = stage->begin ? stage->begin(&lane->run, &lane->why) : STAGE_GOES_ON;
}

static int end_stage(struct lane *lane, const struct pipeline_stage *stage, struct err *err)
{
	if (lane->outcome == STAGE_GOES_ON)
		lane->outcome = stage->run(&lane->run, &lane->why);
	if (lane->outcome == STAGE_NOT_RUN)
		return add_not_run(lane, stage, lane->run.why, err);
	if (lane->outcome == STAGE_BROKE &&
	    run_tell(&lane->report, stage->stage, &lane->why, err) != 0)
		return -1;
	return scan_stage_end(&lane->run.scan, &lane->clocked, err);
}

static int open_lane(struct lane *lane, struct err *err)
{
	struct subject subject = {.kind = STR("repository")};

	lane->run =
	    (struct stage_run){.p = lane->p, .scan = *lane->p->plan->scan, .image = &lane->image};
	lane->run.scan.report = &lane->report;
	if (report_add_subject(&lane->report, &subject, &lane->run.scan.subject, err) != 0)
		return -1;
	if (lane->stages[0]->begin)
		begin_stage(lane, lane->stages[0]);
	return 0;
}

static int run_lane(struct lane *lane, struct err *err)
{
	bool broke = false;

	for (size_t i = 0; i < lane->n; i++) {
		const struct pipeline_stage *stage = lane->stages[i];

		if (broke) {
			if (add_not_run(lane, stage, STR("the stage before it failed"), err) != 0)
				return -1;
			continue;
		}
		if (lane->begun != stage)
			begin_stage(lane, stage);
		if (end_stage(lane, stage, err) != 0)
			return -1;
		broke = lane->outcome == STAGE_BROKE;
	}
	return 0;
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
		lanes[n] = (struct lane){.p = p, .stages = &stages[i], .n = 1};
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
		if (lane->image.there)
			image.digest = p->run.image_digest;
		if (report_add_subject(p->report, &image, &subject, err) != 0)
			return -1;
	}
	return report_merge(p->report, &lane->report, subject, err);
}

/* What was begun is ended even if another lane failed. */
static int run_all(struct pipeline *p, struct lane *lanes, size_t n, struct err *err)
{
	int result = 0;

	for (size_t i = 0; i < n && result == 0; i++)
		result = open_lane(&lanes[i], err);
	for (size_t i = 0; i < n; i++) {
		struct err why = ERR_INIT;
		bool is_open = result == 0 || lanes[i].begun;

		if (is_open && run_lane(&lanes[i], &why) != 0 && result == 0) {
			*err = why;
			result = -1;
		}
	}
	for (size_t i = 0; i < n && result == 0; i++)
		result = merge_lane(p, &lanes[i], err);
	return result == 0 ? scan_join_image(p->report, err) : result;
}

int stages_run(struct pipeline *p, struct err *err)
{
	struct lane lanes[ARRAY_LEN(stages)];
	size_t n = make_lanes(p, lanes);
	int result = run_all(p, lanes, n, err);

	for (size_t i = 0; i < n; i++)
		report_release(&lanes[i].report);
	return result;
}
