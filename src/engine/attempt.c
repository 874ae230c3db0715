#include "engine/attempt.h"

#include "base/map.h"

bool skip_has(const struct skip_list *skip, struct str path)
{
	for (size_t i = 0; i < skip->n; i++) {
		if (str_eq(skip->paths[i], path))
			return true;
	}
	return false;
}

static int replay(
    const struct report *from, const struct map *notes, struct sink *sink, struct err *err)
{
	if (report_replay(from, sink, err) != 0)
		return -1;
	for (size_t i = 0; i < notes->n; i++) {
		const struct str *value = notes->items[i].value;

		if (sink_note(sink, notes->items[i].key, *value, err) != 0)
			return -1;
	}
	return 0;
}

enum try_result { TRY_DONE, TRY_AGAIN, TRY_FATAL };

/* One child. TRY_AGAIN: `why` says what broke it, *ret_at is in the report's arena. */
static enum try_result try_once(struct scan *scan, struct content *content, job_fn *fn, void *arg,
    struct sink *sink, struct str *ret_at, struct err *why, struct err *err)
{
	struct report kept CLEANUP(report_release);
	struct child_opts opts = {scan->limits, scan->no_sandbox, &scan->report->arena};
	struct report_sink kept_sink;
	struct map notes;

	report_init(&kept, scan->limits->scan_memory, scan->limits->findings);
	map_init(&notes, &kept.arena);
	report_sink_init(&kept_sink, &kept, 0);
	kept_sink.notes = &notes;
	if (child_run(&opts, content, &kept_sink.sink, fn, arg, ret_at, why) != 0)
		return TRY_AGAIN;
	return replay(&kept, &notes, sink, err) == 0 ? TRY_DONE : TRY_FATAL;
}

int attempt_run(struct scan *scan, enum stage stage, struct content *content, job_fn *fn, void *arg,
    struct skip_list *skip, struct map *notes, struct err *err)
{
	struct report_sink sink;

	report_sink_init(&sink, scan->report, scan->subject);
	sink.notes = notes;
	for (;;) {
		struct str at = STR_NONE;
		struct err why = ERR_INIT;
		enum try_result result =
		    try_once(scan, content, fn, arg, &sink.sink, &at, &why, err);

		if (result != TRY_AGAIN)
			return result == TRY_DONE ? 0 : -1;
		/* A job of one unit cannot leave it out: it is told once. */
		if (at.n > 0 && skip_has(skip, at))
			return 0;
		/* No unit is to blame, and leaving one out mends nothing. */
		if (why.code == ERR_DATABASE)
			return sink_error(&sink.sink, stage, STR_NONE, &why, err);
		if (sink_error(&sink.sink, stage, at, &why, err) != 0)
			return -1;
		if (at.n == 0 || skip->n == ATTEMPTS_MAX)
			return 0;
		skip->paths[skip->n++] = at;
	}
}
