/* The list: who reads which item next, and what is committed when. */
#include "core/pool.h"

#include "base/frame.h"
#include "base/os/fd.h"
#include "core/reader.h"
#include "core/wire.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	READERS_MAX = 64,
	HEADER_BYTES = 8,
	/* What waits for its turn is bounded: so far ahead of the first item that is not committed
	 * may others be done, in items and in bytes. */
	AHEAD_ITEMS = 4096,
	AHEAD_BYTES = 64 << 20,
	/* A second reader is worth its fork from so many items on. */
	ITEMS_A_READER = 8,
	/* What one frame may decode into, beside its own bytes. */
	RECORD_MAX_BYTES = 4 * WIRE_MAX_BYTES,
};

enum item_state { ITEM_WAITS, ITEM_HANDED, ITEM_DONE, ITEM_LOST };

/* An item that is done and not committed. */
struct item_result {
	char *frames; /* NULL: none */
	size_t n;
	struct err why; /* ITEM_LOST */
	char *at;
	size_t at_n;
};

struct pool {
	const struct pool_opts *opts;
	const struct pool_work *work;
	struct reader *readers;
	size_t n_readers;
	unsigned char *states;	      /* of each item */
	struct item_result **results; /* NULL: it reported nothing */
	size_t next_handed;	      /* no item before it waits */
	size_t next_commit;
	size_t held_bytes;
	size_t losses;
	bool given_up;
	struct arena records; /* one frame's */
};

static size_t cores(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof set, &set) == 0)
		return (size_t)MAX_OF(CPU_COUNT(&set), 1);
	return (size_t)MAX_OF(sysconf(_SC_NPROCESSORS_ONLN), 1L);
}

/* ---- committing ---- */

enum commit {
	COMMITTED,
	MALFORMED, /* the reader's fault */
	REFUSED,   /* whoever takes it has had enough */
};

static enum commit take_finding(struct pool *p, struct str payload, struct err *err)
{
	struct finding finding;

	if (wire_get_finding(payload, &p->records, &finding, err) != 0)
		return MALFORMED;
	return sink_finding(p->work->sink, &finding, err) == 0 ? COMMITTED : REFUSED;
}

static enum commit take_package(struct pool *p, struct str payload, struct err *err)
{
	struct package package;

	if (wire_get_package(payload, &p->records, &package, err) != 0)
		return MALFORMED;
	return sink_package(p->work->sink, &package, err) == 0 ? COMMITTED : REFUSED;
}

static enum commit take_distro(struct pool *p, struct str payload, struct err *err)
{
	struct distro distro;

	if (wire_get_distro(payload, &p->records, &distro, err) != 0)
		return MALFORMED;
	return sink_distro(p->work->sink, &distro, err) == 0 ? COMMITTED : REFUSED;
}

static enum commit take_problem(struct pool *p, struct str payload, struct err *err)
{
	struct problem problem;

	if (wire_get_problem(payload, &p->records, &problem, err) != 0)
		return MALFORMED;
	return sink_problem(p->work->sink, &problem, err) == 0 ? COMMITTED : REFUSED;
}

static enum commit take_gap(struct pool *p, struct str payload, struct err *err)
{
	struct not_covered gap;

	if (wire_get_gap(payload, &p->records, &gap, err) != 0)
		return MALFORMED;
	return sink_gap(p->work->sink, &gap, err) == 0 ? COMMITTED : REFUSED;
}

static enum commit take_place(struct pool *p, struct str payload, struct err *err)
{
	struct added_place added;

	if (wire_get_added_place(payload, &p->records, &added, err) != 0)
		return MALFORMED;
	return sink_place(p->work->sink, &added.of, &added.place, err) == 0 ? COMMITTED : REFUSED;
}

static enum commit commit_frame(
    struct pool *p, size_t item, uint32_t type, struct str payload, struct err *err)
{
	typedef enum commit take_fn(struct pool * p, struct str payload, struct err * err);
	static take_fn *const takes[] = {[FRAME_FINDING] = take_finding,
	    [FRAME_PACKAGE] = take_package,
	    [FRAME_DISTRO] = take_distro,
	    [FRAME_PROBLEM] = take_problem,
	    [FRAME_GAP] = take_gap,
	    [FRAME_PLACE] = take_place};

	arena_clear(&p->records);
	if (type == FRAME_REPLY) {
		if (p->work->reply)
			return p->work->reply(p->work->arg, item, payload, err) == 0 ? COMMITTED
										     : REFUSED;
	} else if (p->work->sink && type < ARRAY_LEN(takes) && takes[type]) {
		return takes[type](p, payload, err);
	}
	(void)err_set(err, ERR_FORMAT, "the reader reported what nobody takes");
	return MALFORMED;
}

static int commit_lost(
    struct pool *p, size_t item, struct str at, const struct err *why, struct err *err)
{
	return p->work->lost(p->work->lost_arg, item, at, why, err);
}

static int commit_frames(struct pool *p, size_t item, struct str frames, struct err *err)
{
	struct rd r = rd_of(frames);
	struct err why = ERR_INIT;
	struct str payload;
	uint32_t type;

	while (rd_u32le(&r, &type) && rd_str(&r, &payload)) {
		enum commit commit = commit_frame(p, item, type, payload, &why);

		if (commit == MALFORMED)
			return commit_lost(p, item, STR_NONE, &why, err);
		if (commit == REFUSED) {
			*err = why;
			return -1;
		}
	}
	return 0;
}

static void result_free(struct pool *p, size_t item)
{
	struct item_result *result = p->results[item];

	if (!result)
		return;
	p->held_bytes -= result->n;
	free(result->frames);
	free(result->at);
	free(result);
	p->results[item] = NULL;
}

/* Whatever can be committed now, in order. */
static int commit_ready(struct pool *p, struct err *err)
{
	for (; p->next_commit < p->work->n; p->next_commit++) {
		size_t item = p->next_commit;
		const struct item_result *result = p->results[item];
		int failed = 0;

		if (p->states[item] < ITEM_DONE)
			break;
		if (p->work->turn)
			p->work->turn(p->work->arg, item);
		if (result && p->states[item] == ITEM_LOST)
			failed = commit_lost(
			    p, item, str_make(result->at, result->at_n), &result->why, err);
		else if (result)
			failed = commit_frames(p, item, str_make(result->frames, result->n), err);
		result_free(p, item);
		if (failed != 0)
			return -1;
	}
	return 0;
}

/* ---- what readers bring ---- */

static struct item_result *result_new(struct pool *p, size_t item, struct err *err)
{
	p->results[item] = calloc(1, sizeof **p->results);
	if (!p->results[item])
		(void)err_nomem(err);
	return p->results[item];
}

static int item_done(struct pool *p, struct reader *r, struct err *err)
{
	size_t item = r->handed[0];

	p->states[item] = ITEM_DONE;
	if (r->results.n > 0) {
		struct item_result *result = result_new(p, item, err);

		if (!result)
			return -1;
		result->n = r->results.n;
		result->frames = buf_take(&r->results);
		p->held_bytes += result->n;
	}
	reader_next(r);
	return 0;
}

static int item_lost(
    struct pool *p, size_t item, struct str at, const struct err *why, struct err *err)
{
	struct item_result *result = result_new(p, item, err);

	if (!result)
		return -1;
	p->losses++;
	p->states[item] = ITEM_LOST;
	result->why = *why;
	if (at.n > 0 && (result->at = malloc(at.n)) != NULL) {
		memcpy(result->at, at.p, at.n);
		result->at_n = at.n;
	}
	return 0;
}

/* What was handed to a reader that is gone waits again, if anything still does. */
static void hand_back(struct pool *p, const struct reader *r, size_t lost)
{
	for (size_t i = 0; i < r->n_handed; i++) {
		if (i != lost) {
			p->states[r->handed[i]] = p->given_up ? ITEM_DONE : ITEM_WAITS;
			p->next_handed = MIN_OF(p->next_handed, r->handed[i]);
		}
	}
}

/* The rest is not read. */
static int give_up(struct pool *p, const struct err *why, struct err *err)
{
	p->given_up = true;
	for (size_t i = p->next_commit; i < p->work->n; i++) {
		if (p->states[i] == ITEM_WAITS)
			p->states[i] = ITEM_DONE;
	}
	return commit_lost(p, POOL_NO_ITEM, STR_NONE, why, err);
}

static int too_many_losses(struct pool *p, struct err *err)
{
	struct err why = ERR_INIT;
	size_t left = 0;

	for (size_t i = 0; i < p->work->n; i++)
		left += p->states[i] == ITEM_WAITS;
	if (left == 0)
		return 0;
	(void)err_set(&why, ERR_LIMIT,
	    "%zu files ended their reader, so the last %zu were not looked at", p->losses, left);
	return give_up(p, &why, err);
}

/* A reader's end, for `why` or for what its status says; a fresh one takes the rest. */
static int reader_ended(
    struct pool *p, struct reader *r, enum reader_event event, struct err *why, struct err *err)
{
	bool lost_one = event != READER_STARTED_NOT && r->n_handed > 0 && !r->retired;
	struct str at;
	size_t first;

	reader_bury(r, &first, &at, why);
	if (event == READER_FAILED)
		first = 0;
	if (lost_one && item_lost(p, r->handed[first], at, why, err) != 0)
		return -1;
	hand_back(p, r, lost_one ? first : SIZE_MAX);
	r->n_handed = 0;
	if (event == READER_STARTED_NOT)
		return p->given_up ? 0 : give_up(p, why, err);
	return p->losses >= POOL_LOSSES_MAX && !p->given_up ? too_many_losses(p, err) : 0;
}

static int hear(struct pool *p, struct reader *r, struct err *err)
{
	for (;;) {
		struct err why = ERR_INIT;
		enum reader_event event = reader_listen(r, &why);

		if (event == READER_WAITS && reader_in_time(r, &why))
			return 0;
		if (event != READER_DONE)
			return reader_ended(p, r, event, &why, err);
		if (item_done(p, r, err) != 0)
			return -1;
	}
}

/* ---- handing out ---- */

/* The next items that wait, at most n; none too far ahead of what is committed. */
static size_t choose(struct pool *p, size_t *items, size_t n)
{
	size_t end = MIN_OF(p->work->n, p->next_commit + AHEAD_ITEMS), chosen = 0;

	for (size_t i = p->next_handed; i < end && chosen < n; i++) {
		if (p->states[i] != ITEM_WAITS) {
			p->next_handed += i == p->next_handed;
			continue;
		}
		if (p->held_bytes > AHEAD_BYTES && i != p->next_commit)
			break;
		items[chosen++] = i;
	}
	return chosen;
}

static int hand(struct pool *p, struct reader *r, struct err *err)
{
	size_t items[POOL_BATCH], left = p->work->n - p->next_handed;
	size_t batch = MIN_OF(MAX_OF(left / (2 * p->n_readers), (size_t)1), (size_t)POOL_BATCH);
	size_t n, taken = 0;

	/* Half a batch is left to do while the next one travels. */
	if (r->n_handed > batch / 2 || (n = choose(p, items, batch)) == 0)
		return 0;
	if (r->pid == 0 && reader_start(r, err) != 0)
		return -1;
	if (reader_hand(r, items, n, &taken, err) != 0)
		return -1;
	for (size_t i = 0; i < taken; i++)
		p->states[items[i]] = ITEM_HANDED;
	return 0;
}

/* ---- the run ---- */

/* One sleep, and what it brought. */
static int wait_and_hear(struct pool *p, struct err *err)
{
	struct pollfd polled[2 * READERS_MAX];
	int left = -1;

	for (size_t i = 0; i < p->n_readers; i++) {
		const struct reader *r = &p->readers[i];
		int wait = r->pid > 0 ? reader_wait_ms(r) : -1;

		polled[2 * i] = (struct pollfd){.fd = r->fd, .events = reader_events(r)};
		polled[2 * i + 1] = (struct pollfd){.fd = r->tool.pidfd, .events = POLLIN};
		if (wait >= 0)
			left = left < 0 ? wait : MIN_OF(left, wait);
	}
	if (poll(polled, 2 * p->n_readers, left) < 0 && errno != EINTR)
		return err_sys(err, "cannot wait for the readers");
	for (size_t i = 0; i < p->n_readers; i++) {
		if (p->readers[i].pid > 0 && hear(p, &p->readers[i], err) != 0)
			return -1;
	}
	return 0;
}

static int run_readers(struct pool *p, struct err *err)
{
	while (p->next_commit < p->work->n) {
		for (size_t i = 0; i < p->n_readers; i++) {
			if (hand(p, &p->readers[i], err) != 0)
				return -1;
		}
		if (wait_and_hear(p, err) != 0 || commit_ready(p, err) != 0)
			return -1;
	}
	return 0;
}

static void pool_release(struct pool *p)
{
	for (size_t i = 0; i < p->n_readers; i++)
		reader_release(&p->readers[i]);
	for (size_t i = p->next_commit; p->results && i < p->work->n; i++)
		result_free(p, i);
	free(p->readers);
	free(p->states);
	free(p->results);
	arena_release(&p->records);
}

static int pool_run_sandboxed(
    const struct pool_opts *opts, const struct pool_work *work, struct err *err)
{
	struct pool p CLEANUP(pool_release) = {.opts = opts, .work = work};
	size_t most = opts->readers > 0 ? opts->readers : cores();

	arena_init(&p.records, RECORD_MAX_BYTES);
	if (work->n >= POOL_NO_ITEM_U32)
		return err_set(err, ERR_LIMIT, "%zu files: more than one list may have", work->n);
	p.states = calloc(work->n, sizeof *p.states);
	p.results = calloc(work->n, sizeof(struct item_result *));
	most = MIN_OF(MIN_OF(most, (size_t)READERS_MAX), 1 + work->n / ITEMS_A_READER);
	p.readers = calloc(most, sizeof *p.readers);
	if (!p.states || !p.results || !p.readers)
		return err_nomem(err);
	for (; p.n_readers < most; p.n_readers++)
		reader_init(&p.readers[p.n_readers], opts, work);
	return run_readers(&p, err);
}

/* ---- without a sandbox ---- */

struct here {
	const struct pool_opts *opts;
	const struct pool_work *work;
	size_t item;
	bool replied;
	struct buf at;
};

static void at_here(struct job *job, struct str path)
{
	struct here *h = job->ops_arg;

	buf_clear(&h->at);
	buf_add(&h->at, str_sub(path, 0, POOL_NAME_MAX));
}

static int reply_here(struct job *job, struct str bytes, struct err *err)
{
	struct here *h = job->ops_arg;

	if (!h->work->reply || h->replied)
		return err_set(err, ERR_FORMAT, "an answer that nobody takes");
	h->replied = true;
	return h->work->reply(h->work->arg, h->item, bytes, err);
}

static void tool_cleanup(struct tool_run *run)
{
	tool_release(run);
}

static int run_tool_here(
    struct job *job, size_t tool, struct str input, struct tool_result *ret, struct err *err)
{
	const struct here *h = job->ops_arg;
	struct tool_run run CLEANUP(tool_cleanup) = {.pidfd = -1, .output = -1};
	enum tool_state state;
	uint64_t size = 0;
	size_t n = 0;
	char *bytes;

	if (tool >= h->opts->n_tools)
		return err_set(err, ERR_FORMAT, "a tool that is not in the table");
	if (tool_start(&h->opts->tools[tool], input, h->opts->tool_cache, &run, err) != 0)
		return -1;
	while ((state = tool_look(&run, &ret->status, &size, err)) == TOOL_RUNS)
		(void)poll(&(struct pollfd){.fd = run.pidfd, .events = POLLIN}, 1, 20);
	if (state == TOOL_FAILED)
		return -1;
	bytes = arena_alloc(job->arena, (size_t)size + 1);
	if (!bytes)
		return arena_err(job->arena, err);
	if (fd_pread_full(run.output, 0, bytes, (size_t)size, &n, err) != 0)
		return -1;
	ret->output = str_make(bytes, n);
	return 0;
}

static int run_items_here(struct here *h, struct job *job, struct err *err)
{
	const struct pool_work *work = h->work;
	struct err why = ERR_INIT;

	if (work->begin && work->begin(job, work->arg, &why) != 0)
		return work->lost(work->lost_arg, POOL_NO_ITEM, STR_NONE, &why, err);
	for (h->item = 0; h->item < work->n; h->item++) {
		arena_clear(job->arena);
		buf_clear(&h->at);
		h->replied = false;
		why = ERR_INIT;
		if (work->turn)
			work->turn(work->arg, h->item);
		if (work->item(job, h->item, work->arg, &why) != 0 &&
		    work->lost(work->lost_arg, h->item, buf_str(&h->at), &why, err) != 0)
			return -1;
	}
	return 0;
}

static int pool_run_here(
    const struct pool_opts *opts, const struct pool_work *work, struct err *err)
{
	static const struct job_ops ops = {at_here, reply_here, run_tool_here};
	struct arena arena CLEANUP(arena_release);
	struct here h = {opts, work, 0, false, BUF_INIT(POOL_NAME_MAX)};
	struct job job = {work->content, work->sink, &arena, opts->limits, NULL, &ops, &h};
	int failed;

	arena_init(&arena, opts->limits->scan_memory);
	failed = run_items_here(&h, &job, err);
	if (work->end)
		work->end(&job, work->arg);
	buf_release(&h.at);
	return failed;
}

int pool_run(const struct pool_opts *opts, const struct pool_work *work, struct err *err)
{
	if (work->n == 0)
		return 0;
	return opts->in_process ? pool_run_here(opts, work, err)
				: pool_run_sandboxed(opts, work, err);
}

/* ---- one job ---- */

struct one_run {
	const struct pool_one *one;
	struct arena *arena;
	struct str at;
	bool lost;
	struct err why;
};

static int one_item(struct job *job, size_t item, void *arg, struct err *err)
{
	const struct one_run *run = arg;

	(void)item;
	return run->one->fn(job, run->one->arg, err);
}

static int one_reply(void *arg, size_t item, struct str bytes, struct err *err)
{
	const struct one_run *run = arg;

	(void)item;
	return run->one->reply(run->one->arg, bytes, err);
}

static int one_lost(
    void *lost_arg, size_t item, struct str at, const struct err *why, struct err *err)
{
	struct one_run *run = lost_arg;

	(void)item, (void)err;
	run->lost = true;
	run->why = *why;
	if (run->arena)
		run->at = arena_str(run->arena, at);
	return 0;
}

int pool_run_one(const struct pool_opts *opts, const struct pool_one *one, struct arena *arena,
    struct str *ret_at, struct err *err)
{
	struct content_memory nothing;
	struct one_run run = {.one = one, .arena = arena};
	struct pool_work work = {.n = 1,
	    .content = one->content ? one->content : &nothing.content,
	    .sink = one->sink,
	    .arg = &run,
	    .item = one_item,
	    .reply = one->reply ? one_reply : NULL,
	    .lost = one_lost,
	    .lost_arg = &run};

	content_memory_init(&nothing, NULL, NULL, 0);
	if (ret_at)
		*ret_at = STR_NONE;
	if (pool_run(opts, &work, err) != 0)
		return -1;
	if (ret_at)
		*ret_at = run.at;
	if (run.lost)
		*err = run.why;
	return run.lost ? -1 : 0;
}
