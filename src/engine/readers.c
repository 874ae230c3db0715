#include "engine/readers.h"

#include "core/wire.h"

static struct pool_opts pool_opts_of(const struct scan *scan)
{
	static const char *const shellcheck[] = {
	    "shellcheck", "--norc", "--format", "json1", "--severity", "style", NULL};
	static const struct tool tools[] = {
	    [SCAN_TOOL_SHELLCHECK] = {.argv = shellcheck,
		.cpu_seconds = 30,
		.memory_bytes = UINT64_C(2) << 30,
		.wall_ms = 120 * 1000,
		.output_bytes = 16 << 20,
		.files = true},
	};

	return (struct pool_opts){.limits = scan->limits,
	    .readers = scan->readers,
	    .in_process = scan->no_sandbox,
	    .tools = tools,
	    .n_tools = ARRAY_LEN(tools),
	    .tool_cache = scan->tool_cache};
}

/* ---- a list ---- */

struct loss_of_stage {
	struct sink *sink;
	enum stage stage;
};

static int item_lost(
    void *lost_arg, size_t item, struct str at, const struct err *why, struct err *err)
{
	const struct loss_of_stage *loss = lost_arg;

	(void)item;
	return sink_error(loss->sink, loss->stage, at, why, err);
}

int scan_items(struct scan *scan, enum stage stage, struct pool_work *work, struct err *err)
{
	struct report_sink sink;

	return scan_items_into(&sink, scan, stage, work, err);
}

int scan_items_into(struct report_sink *sink, struct scan *scan, enum stage stage,
    struct pool_work *work, struct err *err)
{
	report_sink_init(sink, scan->report, scan->subject);
	return scan_items_to(&sink->sink, scan, stage, work, err);
}

int scan_items_to(struct sink *sink, const struct scan *scan, enum stage stage,
    struct pool_work *work, struct err *err)
{
	const struct pool_opts opts = pool_opts_of(scan);
	struct loss_of_stage loss = {sink, stage};

	work->sink = sink;
	work->lost = item_lost;
	work->lost_arg = &loss;
	return pool_run(&opts, work, err);
}

/* ---- a walk ---- */

bool skip_has(const struct skip_list *skip, struct str path)
{
	for (size_t i = 0; skip && i < skip->n; i++) {
		if (str_eq(skip->paths[i], path))
			return true;
	}
	return false;
}

struct walk_run {
	const struct pool_one *job;
	struct arena *arena;
	bool lost;
	struct str at;
	struct err why;
};

static int walk_item(struct job *job, size_t item, void *arg, struct err *err)
{
	const struct walk_run *run = arg;

	(void)item;
	return run->job->fn(job, run->job->arg, err);
}

static int walk_reply(void *arg, size_t item, struct str bytes, struct err *err)
{
	const struct walk_run *run = arg;

	(void)item;
	return run->job->reply(run->job->arg, bytes, err);
}

static int walk_lost(
    void *lost_arg, size_t item, struct str at, const struct err *why, struct err *err)
{
	struct walk_run *run = lost_arg;

	(void)item;
	run->lost = true;
	run->why = *why;
	run->at = arena_str(run->arena, at);
	return run->at.p ? 0 : arena_err(run->arena, err);
}

int scan_walk(struct scan *scan, enum stage stage, const struct pool_one *job,
    struct skip_list *skip, struct err *err)
{
	const struct pool_opts opts = pool_opts_of(scan);
	struct content_memory nothing;
	struct report_sink sink;

	content_memory_init(&nothing, NULL, NULL, 0);
	report_sink_init(&sink, scan->report, scan->subject);
	for (;;) {
		struct walk_run run = {.job = job, .arena = &scan->report->arena};
		const struct pool_work work = {.n = 1,
		    .content = job->content ? job->content : &nothing.content,
		    .sink = &sink.sink,
		    .arg = &run,
		    .item = walk_item,
		    .reply = job->reply ? walk_reply : NULL,
		    .lost = walk_lost,
		    .lost_arg = &run};

		if (pool_run(&opts, &work, err) != 0)
			return -1;
		/* One that ended its reader although it was left out is reported once. */
		if (!run.lost || skip_has(skip, run.at))
			return 0;
		/* No unit is to blame for a database, and leaving one out mends nothing. */
		if (run.why.code == ERR_DATABASE)
			run.at = STR_NONE;
		if (sink_error(&sink.sink, stage, run.at, &run.why, err) != 0)
			return -1;
		if (!skip || run.at.n == 0 || skip->n == SKIPS_MAX)
			return 0;
		skip->paths[skip->n++] = run.at;
	}
}

/* ---- a question ---- */

int reply_send(struct job *job, uint32_t tag, void *item, wire_fn *walk, struct err *err)
{
	struct buf reply CLEANUP(buf_release) = BUF_INIT(WIRE_MAX_BYTES);

	wire_put(&reply, tag, item, walk);
	if (!buf_ok(&reply))
		return buf_err(&reply, "the answer of a reader", err);
	return job_reply(job, buf_str(&reply), err);
}

int reply_take(
    struct str bytes, uint32_t tag, void *item, wire_fn *walk, struct arena *arena, struct err *err)
{
	struct str kept = arena_str(arena, bytes);

	if (!kept.p)
		return arena_err(arena, err);
	return wire_get(kept, tag, "reply", item, walk, arena, err);
}

int scan_quietly(const struct scan *scan, struct str kind, struct report *report, struct scan *ret,
    struct err *err)
{
	const struct subject subject = {.kind = kind};

	report_init(report, scan->limits->scan_memory, scan->limits->findings);
	*ret = *scan;
	ret->report = report;
	return report_add_subject(report, &subject, &ret->subject, err);
}
