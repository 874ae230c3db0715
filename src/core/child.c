/*
 * The parent's side. Whatever comes from the child is hostile once a reader is taken
 * over: each frame is checked, none is waited for past the deadline, and the child is
 * killed at the end however it ended.
 */
#include "core/child.h"

#include "base/clock.h"
#include "base/frame.h"
#include "base/os/fd.h"
#include "core/child_frames.h"
#include "core/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	INPUT_BYTES = 64 << 10,
	/* What one frame may decode into, beside its own bytes. */
	RECORD_MAX_BYTES = 4 * WIRE_MAX_BYTES,
};

/* ---- errors as payload ---- */

void child_put_err(struct buf *b, const struct err *err)
{
	frame_u32(b, (uint32_t)err->code);
	frame_u32(b, (uint32_t)err->sys);
	frame_str(b, str_of(err->text));
}

bool child_get_err(struct str payload, struct err *ret)
{
	struct rd r = rd_of(payload);
	uint32_t code, sys;
	struct str text;

	if (!rd_u32le(&r, &code) || !rd_u32le(&r, &sys) || !rd_str(&r, &text) || rd_left(&r) > 0)
		return false;
	if (code == ERR_NONE || code > ERR_INTERRUPTED || sys > INT_MAX)
		return false;
	(void)err_set(ret, (enum err_code)code, STR_FMT, STR_ARG(text));
	ret->sys = (int)sys;
	return true;
}

/* ---- bytes, by the deadline ---- */

struct served_file {
	bool open;
	uint32_t handle; /* content's */
};

struct parent {
	struct content *content;
	struct sink *sink;
	const struct limits *limits;
	int to, from;
	int64_t deadline_ms; /* by the monotonic clock; 0: none */
	struct buf input;    /* came, and from `taken` on not looked at yet */
	size_t taken;
	struct buf payload, answer;
	struct buf at;
	struct arena records; /* one frame's */
	struct served_file files[CHILD_OPEN_MAX];
};

enum outcome {
	CHILD_GOES_ON,
	CHILD_DONE,
	CHILD_FAILED, /* err is set: by the job, or because the child misbehaved */
	CHILD_GONE,   /* it closed its pipe without an answer */
};

static int64_t mono_ms(void)
{
	return clock_system.mono_ms(&clock_system);
}

/* False, with err set, where the deadline passed. */
static bool await(struct parent *p, int fd, short events, struct err *err)
{
	struct pollfd polled = {.fd = fd, .events = events};

	for (;;) {
		int64_t left = p->deadline_ms ? p->deadline_ms - mono_ms() : -1;
		int n;

		if (p->deadline_ms && left <= 0) {
			(void)err_set(err, ERR_LIMIT, "the reader ran longer than %llu s",
			    (unsigned long long)p->limits->child_wall_seconds);
			return false;
		}
		n = poll(&polled, 1, (int)MIN_OF(left, (int64_t)INT_MAX));
		if (n > 0)
			return true;
		if (n < 0 && errno != EINTR) {
			(void)err_sys(err, "cannot wait for the reader");
			return false;
		}
	}
}

/* One read; nothing is added where the child closed its end. */
static int refill(struct parent *p, struct err *err)
{
	char *room;
	ssize_t n;

	buf_clear(&p->input);
	p->taken = 0;
	room = buf_room(&p->input, INPUT_BYTES);
	if (!room)
		return err_nomem(err);
	do {
		if (!await(p, p->from, POLLIN, err))
			return -1;
		n = read(p->from, room, INPUT_BYTES);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(err, "cannot read from the reader");
	buf_commit(&p->input, (size_t)n);
	return 0;
}

/* Fewer than n bytes only where the child closed its end. */
static int receive(struct parent *p, char *out, size_t n, size_t *ret_n, struct err *err)
{
	size_t done = 0;

	while (done < n) {
		struct str came = str_sub(buf_str(&p->input), p->taken, n - done);

		if (came.n == 0) {
			if (refill(p, err) != 0)
				return -1;
			if (p->input.n == 0)
				break;
			continue;
		}
		memcpy(out + done, came.p, came.n);
		done += came.n;
		p->taken += came.n;
	}
	*ret_n = done;
	return 0;
}

static enum outcome malformed(const char *what, struct err *err)
{
	(void)err_set(err, ERR_FORMAT, "the reader broke its protocol: %s", what);
	return CHILD_FAILED;
}

/* The next frame into p->payload. */
static enum outcome receive_frame(struct parent *p, uint32_t *ret_type, struct err *err)
{
	char header[8] = {0};
	struct rd r = rd_of(str_make(header, sizeof header));
	uint32_t type = 0, n = 0;
	size_t got = 0;
	char *room;

	if (receive(p, header, sizeof header, &got, err) != 0)
		return CHILD_FAILED;
	if (got < sizeof header || !rd_u32le(&r, &type) || !rd_u32le(&r, &n))
		return CHILD_GONE;
	buf_clear(&p->payload);
	if (n > p->payload.max)
		return malformed("a frame that is too long", err);
	room = buf_room(&p->payload, n);
	if (!room) {
		(void)err_nomem(err);
		return CHILD_FAILED;
	}
	if (receive(p, room, n, &got, err) != 0)
		return CHILD_FAILED;
	if (got < n)
		return CHILD_GONE;
	buf_commit(&p->payload, n);
	*ret_type = type;
	return CHILD_GOES_ON;
}

/* ---- answers ---- */

static void answer_begin(struct parent *p)
{
	buf_clear(&p->answer);
	frame_u64(&p->answer, 0); /* the header's room */
}

static enum outcome answer_send(struct parent *p, enum child_frame type, struct err *err)
{
	enum { HEADER_BYTES = 8 };
	struct buf header CLEANUP(buf_release) = BUF_INIT(HEADER_BYTES);
	struct str rest;

	frame_u32(&header, type);
	frame_u32(&header, (uint32_t)(p->answer.n - HEADER_BYTES));
	if (!buf_ok(&p->answer) || !buf_ok(&header)) {
		(void)err_nomem(err);
		return CHILD_FAILED;
	}
	memcpy(p->answer.p, header.p, HEADER_BYTES);
	rest = buf_str(&p->answer);
	while (rest.n > 0) {
		long n;

		if (!await(p, p->to, POLLOUT, err))
			return CHILD_FAILED;
		n = fd_write_some(p->to, rest);
		if (n < 0 && errno == EPIPE)
			return CHILD_GONE;
		if (n < 0 && errno != EAGAIN && errno != EINTR) {
			(void)err_sys(err, "cannot write to the reader");
			return CHILD_FAILED;
		}
		rest = str_sub(rest, n > 0 ? (size_t)n : 0, rest.n);
	}
	return CHILD_GOES_ON;
}

static enum outcome answer_refused(struct parent *p, const struct err *why, struct err *err)
{
	answer_begin(p);
	child_put_err(&p->answer, why);
	return answer_send(p, FRAME_REFUSED, err);
}

static struct served_file *free_slot(struct parent *p, uint32_t *ret_slot)
{
	for (uint32_t i = 0; i < CHILD_OPEN_MAX; i++) {
		if (!p->files[i].open) {
			*ret_slot = i;
			return &p->files[i];
		}
	}
	return NULL;
}

static enum outcome serve_open(struct parent *p, struct err *err)
{
	struct str name = buf_str(&p->payload);
	struct err why = ERR_INIT;
	struct served_file *file;
	uint32_t slot = 0;
	uint64_t size = 0;

	if (name.n > CHILD_NAME_MAX)
		return malformed("a name that is too long", err);
	file = free_slot(p, &slot);
	if (!file) {
		(void)err_set(&why, ERR_LIMIT, "more than %d files open at once", CHILD_OPEN_MAX);
		return answer_refused(p, &why, err);
	}
	answer_begin(p);
	switch (p->content->ops->open(p->content, name, &file->handle, &size, &why)) {
	case CONTENT_OK:
		file->open = true;
		frame_u32(&p->answer, slot);
		frame_u64(&p->answer, size);
		return answer_send(p, FRAME_OPENED, err);
	case CONTENT_MISSING:
		return answer_send(p, FRAME_MISSING, err);
	case CONTENT_ERROR:
		break;
	}
	return answer_refused(p, &why, err);
}

static struct served_file *served(struct parent *p, uint32_t slot)
{
	return slot < CHILD_OPEN_MAX && p->files[slot].open ? &p->files[slot] : NULL;
}

static enum outcome serve_read(struct parent *p, struct err *err)
{
	struct rd r = rd_of(buf_str(&p->payload));
	const struct served_file *file;
	struct err why = ERR_INIT;
	uint32_t slot, count;
	uint64_t offset;
	size_t n = 0;
	char *room;

	if (!rd_u32le(&r, &slot) || !rd_u64le(&r, &offset) || !rd_u32le(&r, &count) ||
	    rd_left(&r) > 0)
		return malformed("a question cut short", err);
	file = served(p, slot);
	if (!file)
		return malformed("a file that is not open", err);
	if (count > CHILD_READ_MAX || offset > INT64_MAX)
		return malformed("a read out of bounds", err);
	answer_begin(p);
	room = buf_room(&p->answer, count);
	if (!room) {
		(void)err_nomem(err);
		return CHILD_FAILED;
	}
	if (p->content->ops->read(p->content, file->handle, offset, room, count, &n, &why) != 0)
		return answer_refused(p, &why, err);
	buf_commit(&p->answer, MIN_OF(n, (size_t)count));
	return answer_send(p, FRAME_BYTES, err);
}

static enum outcome serve_close(struct parent *p, struct err *err)
{
	struct rd r = rd_of(buf_str(&p->payload));
	struct served_file *file;
	uint32_t slot;

	if (!rd_u32le(&r, &slot) || rd_left(&r) > 0)
		return malformed("a question cut short", err);
	file = served(p, slot);
	if (!file)
		return malformed("a file that is not open", err);
	p->content->ops->close(p->content, file->handle);
	file->open = false;
	return CHILD_GOES_ON;
}

/* ---- what is told ---- */

static int take_finding(struct parent *p, struct err *err)
{
	struct finding finding;

	if (wire_get_finding(buf_str(&p->payload), &p->records, &finding, err) != 0)
		return -1;
	return sink_finding(p->sink, &finding, err);
}

static int take_package(struct parent *p, struct err *err)
{
	struct package package;

	if (wire_get_package(buf_str(&p->payload), &p->records, &package, err) != 0)
		return -1;
	return sink_package(p->sink, &package, err);
}

static int take_distro(struct parent *p, struct err *err)
{
	struct distro distro;

	if (wire_get_distro(buf_str(&p->payload), &p->records, &distro, err) != 0)
		return -1;
	return sink_distro(p->sink, &distro, err);
}

static int take_problem(struct parent *p, struct err *err)
{
	struct problem problem;

	if (wire_get_problem(buf_str(&p->payload), &p->records, &problem, err) != 0)
		return -1;
	return sink_problem(p->sink, &problem, err);
}

static int take_gap(struct parent *p, struct err *err)
{
	struct not_covered gap;

	if (wire_get_gap(buf_str(&p->payload), &p->records, &gap, err) != 0)
		return -1;
	return sink_gap(p->sink, &gap, err);
}

static int take_note(struct parent *p, struct err *err)
{
	struct rd r = rd_of(buf_str(&p->payload));
	struct str key, value;

	if (!rd_str(&r, &key) || !rd_str(&r, &value) || rd_left(&r) > 0)
		return err_set(err, ERR_FORMAT, "the reader sent a malformed note");
	return sink_note(p->sink, key, value, err);
}

static int take_at(struct parent *p, struct err *err)
{
	if (p->payload.n > CHILD_NAME_MAX)
		return err_set(err, ERR_FORMAT, "the reader sent a name that is too long");
	buf_clear(&p->at);
	buf_add(&p->at, buf_str(&p->payload));
	return buf_ok(&p->at) ? 0 : err_nomem(err);
}

static enum outcome take_end(struct parent *p, uint32_t type, struct err *err)
{
	if (type == FRAME_DONE && p->payload.n == 0)
		return CHILD_DONE;
	if (type == FRAME_FAILED && child_get_err(buf_str(&p->payload), err))
		return CHILD_FAILED;
	return malformed("a malformed end", err);
}

typedef int take_fn(struct parent *p, struct err *err);
typedef enum outcome serve_fn(struct parent *p, struct err *err);

static enum outcome take_frame(struct parent *p, uint32_t type, struct err *err)
{
	static serve_fn *const questions[] = {
	    [FRAME_OPEN] = serve_open, [FRAME_READ] = serve_read, [FRAME_CLOSE] = serve_close};
	static take_fn *const told[] = {
	    [FRAME_AT] = take_at,
	    [FRAME_FINDING] = take_finding,
	    [FRAME_PACKAGE] = take_package,
	    [FRAME_DISTRO] = take_distro,
	    [FRAME_PROBLEM] = take_problem,
	    [FRAME_GAP] = take_gap,
	    [FRAME_NOTE] = take_note,
	};

	if (type == FRAME_DONE || type == FRAME_FAILED)
		return take_end(p, type, err);
	if (type < ARRAY_LEN(questions) && questions[type])
		return questions[type](p, err);
	if (type >= ARRAY_LEN(told) || !told[type])
		return malformed("a frame of no known type", err);
	arena_clear(&p->records);
	return told[type](p, err) < 0 ? CHILD_FAILED : CHILD_GOES_ON;
}

/* ---- the child's life ---- */

static void parent_init(
    struct parent *p, struct content *content, struct sink *sink, const struct limits *limits)
{
	*p = (struct parent){
	    .content = content, .sink = sink, .limits = limits, .to = -1, .from = -1};
	buf_init(&p->input, INPUT_BYTES);
	buf_init(&p->payload, WIRE_MAX_BYTES);
	buf_init(&p->answer, CHILD_READ_MAX + KIB(1));
	buf_init(&p->at, CHILD_NAME_MAX);
	arena_init(&p->records, RECORD_MAX_BYTES);
	if (limits->child_wall_seconds > 0)
		p->deadline_ms = mono_ms() + 1000 * (int64_t)limits->child_wall_seconds;
}

static void parent_release(struct parent *p)
{
	for (size_t i = 0; i < CHILD_OPEN_MAX; i++) {
		if (p->files[i].open)
			p->content->ops->close(p->content, p->files[i].handle);
	}
	fd_cleanup(&p->to);
	fd_cleanup(&p->from);
	buf_release(&p->input);
	buf_release(&p->payload);
	buf_release(&p->answer);
	buf_release(&p->at);
	arena_release(&p->records);
}

static int start_child(
    struct parent *p, const struct child_start *job, pid_t *ret_pid, struct err *err)
{
	int from_parent CLEANUP_FD = -1, to_parent CLEANUP_FD = -1;
	struct child_start start = *job;
	int down[2], up[2];

	if (pipe2(down, O_CLOEXEC) < 0)
		return err_sys(err, "cannot start a reader");
	from_parent = down[0];
	p->to = down[1];
	if (pipe2(up, O_CLOEXEC) < 0)
		return err_sys(err, "cannot start a reader");
	p->from = up[0];
	to_parent = up[1];
	/* One answer in one go; where the kernel allows less, it is only slower. */
	(void)fcntl(p->to, F_SETPIPE_SZ, 2 * CHILD_READ_MAX);
	if (fcntl(p->to, F_SETFL, O_NONBLOCK) < 0)
		return err_sys(err, "cannot start a reader");
	start.from_parent = from_parent;
	start.to_parent = to_parent;
	start.parent_pid = getpid();
	*ret_pid = fork();
	if (*ret_pid == 0)
		child_main(&start);
	return *ret_pid < 0 ? err_sys(err, "cannot start a reader") : 0;
}

/* Why a child ended that gave no answer. */
static int explain_end(
    int status, const struct rusage *used, const struct limits *limits, struct err *err)
{
	uint64_t seconds = (uint64_t)(used->ru_utime.tv_sec + used->ru_stime.tv_sec);
	int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	const char *name = signal ? sigabbrev_np(signal) : NULL;

	if (signal == SIGXCPU || (signal == SIGKILL && limits->child_cpu_seconds > 0 &&
				     seconds >= limits->child_cpu_seconds))
		return err_set(err, ERR_LIMIT, "the reader ran out of CPU time (%llu s)",
		    (unsigned long long)limits->child_cpu_seconds);
	if (signal == SIGKILL)
		return err_set(err, ERR_LIMIT,
		    "the reader was killed, as happens where the machine runs out of memory");
	if (signal)
		return err_set(
		    err, ERR_FORMAT, "the reader was killed by SIG%s", name ? name : "?");
	return err_set(
	    err, ERR_FORMAT, "the reader ended without an answer (status %d)", WEXITSTATUS(status));
}

/* After this there is no child. One that is ending by itself keeps the status it ends with; one
 * that only closed its pipe does not linger. */
static int bury(pid_t pid, enum outcome outcome, const struct limits *limits, struct err *err)
{
	struct rusage used = {0};
	int status = 0;

	(void)kill(pid, SIGKILL);
	while (wait4(pid, &status, 0, &used) < 0 && errno == EINTR)
		;
	if (outcome == CHILD_GONE)
		return explain_end(status, &used, limits, err);
	return outcome == CHILD_DONE ? 0 : -1;
}

static void give_at(const struct child_opts *opts, const struct buf *at, struct str *ret_at)
{
	if (ret_at)
		*ret_at = arena_str(opts->arena, buf_str(at));
}

static int run_in_child(const struct child_opts *opts, struct content *content, struct sink *sink,
    const struct child_start *start, struct str *ret_at, struct err *err)
{
	struct parent p CLEANUP(parent_release);
	enum outcome outcome = CHILD_GOES_ON;
	pid_t pid = -1;
	int failed;

	parent_init(&p, content, sink, opts->limits);
	if (start_child(&p, start, &pid, err) != 0)
		return -1;
	while (outcome == CHILD_GOES_ON) {
		uint32_t type = 0;

		outcome = receive_frame(&p, &type, err);
		if (outcome == CHILD_GOES_ON)
			outcome = take_frame(&p, type, err);
	}
	failed = bury(pid, outcome, opts->limits, err);
	if (failed < 0)
		give_at(opts, &p.at, ret_at);
	return failed;
}

/* ---- without a child ---- */

static void at_here(struct job *job, struct str path)
{
	struct buf *at = job->at_arg;

	buf_clear(at);
	buf_add(at, str_sub(path, 0, CHILD_NAME_MAX));
}

static int run_here(const struct child_opts *opts, struct content *content, struct sink *sink,
    const struct child_start *start, struct str *ret_at, struct err *err)
{
	struct arena arena CLEANUP(arena_release);
	struct buf at CLEANUP(buf_release) = BUF_INIT(CHILD_NAME_MAX);
	struct job job = {content, sink, &arena, opts->limits, at_here, &at};
	int failed;

	arena_init(&arena, opts->limits->scan_memory);
	failed = start->fn(&job, start->arg, err);
	if (failed < 0)
		give_at(opts, &at, ret_at);
	return failed;
}

int child_run(const struct child_opts *opts, struct content *content, struct sink *sink, job_fn *fn,
    void *arg, struct str *ret_at, struct err *err)
{
	const struct child_start start = {.limits = opts->limits, .fn = fn, .arg = arg};

	if (ret_at)
		*ret_at = STR_NONE;
	if (opts->in_process)
		return run_here(opts, content, sink, &start, ret_at, err);
	return run_in_child(opts, content, sink, &start, ret_at, err);
}
