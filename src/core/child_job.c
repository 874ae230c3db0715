/* The child's side: everything here runs in the forked process. */
#include "base/frame.h"
#include "base/os/fd.h"
#include "base/os/sandbox.h"
#include "core/child_frames.h"
#include "core/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Where the pipes lie in the child; everything else is closed. */
enum { FD_FROM_PARENT = 3, FD_TO_PARENT = 4, FD_FIRST_FREE = 5 };

/* Status of a child that could not even say why. */
enum { EXIT_SILENT = 125 };

/* Where no answer is awaited. A parent that does not listen has no use for the rest. */
static void send(enum child_frame type, struct str payload)
{
	struct err ignored;

	if (frame_write(FD_TO_PARENT, type, payload, &ignored) != 0)
		_exit(EXIT_SILENT);
}

/* ---- content, asked of the parent ---- */

struct remote_file {
	bool open;
	uint64_t size;
	char *window; /* CHILD_READ_MAX bytes, kept for the next file of this slot */
	uint64_t window_at;
	size_t window_n;
};

struct remote_content {
	struct content content;
	struct remote_file files[CHILD_OPEN_MAX]; /* by handle */
	struct buf answer;
};

/* One question, and its answer in c->answer. *ret_type is `wanted` or FRAME_MISSING. */
static int ask(struct remote_content *c, enum child_frame type, struct str question,
    enum child_frame wanted, uint32_t *ret_type, struct err *err)
{
	uint32_t answered = 0;

	if (frame_write(FD_TO_PARENT, type, question, err) != 0)
		return -1;
	if (frame_read(FD_FROM_PARENT, &c->answer, &answered, err) != FRAME_OK)
		_exit(EXIT_SILENT);
	*ret_type = answered;
	if (answered == (uint32_t)wanted || answered == FRAME_MISSING)
		return 0;
	if (answered == FRAME_REFUSED && child_get_err(buf_str(&c->answer), err))
		return -1;
	return err_set(err, ERR_FORMAT, "frame %u as an answer", answered);
}

static enum content_result remote_open(struct content *content, struct str name,
    uint32_t *ret_handle, uint64_t *ret_size, struct err *err)
{
	struct remote_content *c = (struct remote_content *)content;
	uint32_t type = 0, handle;
	uint64_t size;
	struct rd r;

	if (ask(c, FRAME_OPEN, name, FRAME_OPENED, &type, err) != 0)
		return CONTENT_ERROR;
	if (type == FRAME_MISSING)
		return CONTENT_MISSING;
	r = rd_of(buf_str(&c->answer));
	if (!rd_u32le(&r, &handle) || !rd_u64le(&r, &size) || handle >= CHILD_OPEN_MAX) {
		(void)err_set(err, ERR_FORMAT, "a malformed answer");
		return CONTENT_ERROR;
	}
	c->files[handle].open = true;
	c->files[handle].size = size;
	c->files[handle].window_n = 0;
	*ret_handle = handle;
	*ret_size = size;
	return CONTENT_OK;
}

/* At most CHILD_READ_MAX bytes in one answer. */
static int fetch(struct remote_content *c, uint32_t handle, uint64_t offset, char *p, size_t n,
    size_t *ret_n, struct err *err)
{
	struct buf question CLEANUP(buf_release) = BUF_INIT(64);
	uint32_t type = 0;

	frame_u32(&question, handle);
	frame_u64(&question, offset);
	frame_u32(&question, (uint32_t)n);
	if (!buf_ok(&question))
		return err_nomem(err);
	if (ask(c, FRAME_READ, buf_str(&question), FRAME_BYTES, &type, err) != 0)
		return -1;
	if (type != FRAME_BYTES || c->answer.n > n)
		return err_set(err, ERR_FORMAT, "a malformed answer");
	if (c->answer.n > 0)
		memcpy(p, c->answer.p, c->answer.n);
	*ret_n = c->answer.n;
	return 0;
}

static int fill_window(struct remote_content *c, uint32_t handle, uint64_t offset, struct err *err)
{
	struct remote_file *file = &c->files[handle];

	if (!file->window)
		file->window = malloc(CHILD_READ_MAX);
	if (!file->window)
		return err_nomem(err);
	file->window_n = 0;
	if (fetch(c, handle, offset, file->window, CHILD_READ_MAX, &file->window_n, err) != 0)
		return -1;
	file->window_at = offset;
	return 0;
}

/* What the window has of [offset, offset + n). */
static size_t take_from_window(const struct remote_file *file, uint64_t offset, char *p, size_t n)
{
	size_t skip, have;

	if (offset < file->window_at || offset - file->window_at >= file->window_n)
		return 0;
	skip = (size_t)(offset - file->window_at);
	have = MIN_OF(n, file->window_n - skip);
	memcpy(p, file->window + skip, have);
	return have;
}

/* The next bytes at offset, at least one where the file has one. */
static int read_next(struct remote_content *c, uint32_t handle, uint64_t offset, char *p, size_t n,
    size_t *ret_n, struct err *err)
{
	struct remote_file *file = &c->files[handle];
	size_t have = take_from_window(file, offset, p, n);

	if (have == 0 && n >= CHILD_READ_MAX)
		return fetch(c, handle, offset, p, CHILD_READ_MAX, ret_n, err);
	if (have == 0) {
		if (fill_window(c, handle, offset, err) != 0)
			return -1;
		have = take_from_window(file, offset, p, n);
	}
	*ret_n = have;
	return 0;
}

static int remote_read(struct content *content, uint32_t handle, uint64_t offset, void *p, size_t n,
    size_t *ret_n, struct err *err)
{
	struct remote_content *c = (struct remote_content *)content;
	size_t done = 0, got = 0;

	if (handle >= CHILD_OPEN_MAX || !c->files[handle].open)
		return err_set(err, ERR_FORMAT, "read of handle %u, which is not open", handle);
	while (done < n && offset < c->files[handle].size) {
		if (read_next(c, handle, offset, (char *)p + done, n - done, &got, err) != 0)
			return -1;
		if (got == 0)
			break;
		done += got;
		offset += got;
	}
	*ret_n = done;
	return 0;
}

static void remote_close(struct content *content, uint32_t handle)
{
	struct remote_content *c = (struct remote_content *)content;
	unsigned char bytes[4];

	if (handle >= CHILD_OPEN_MAX || !c->files[handle].open)
		return;
	for (unsigned i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)(handle >> (8 * i));
	c->files[handle].open = false;
	send(FRAME_CLOSE, str_make((const char *)bytes, sizeof bytes));
}

static void remote_content_init(struct remote_content *c)
{
	static const struct content_ops ops = {remote_open, remote_read, remote_close};

	*c = (struct remote_content){.content = {&ops}};
	buf_init(&c->answer, CHILD_READ_MAX);
}

/* ---- the sink, told to the parent ---- */

struct remote_sink {
	struct sink sink;
	struct buf record;
};

static struct buf *record_begin(struct sink *sink)
{
	struct buf *record = &((struct remote_sink *)sink)->record;

	buf_clear(record);
	return record;
}

static int record_send(enum child_frame type, const struct buf *record, struct err *err)
{
	if (!buf_ok(record))
		return buf_err(record, "one result of a reader", err);
	return frame_write(FD_TO_PARENT, type, buf_str(record), err);
}

static int tell_finding(struct sink *sink, const struct finding *finding, struct err *err)
{
	struct buf *record = record_begin(sink);

	wire_put_finding(record, finding);
	return record_send(FRAME_FINDING, record, err);
}

static int tell_package(struct sink *sink, const struct package *package, struct err *err)
{
	struct buf *record = record_begin(sink);

	wire_put_package(record, package);
	return record_send(FRAME_PACKAGE, record, err);
}

static int tell_distro(struct sink *sink, const struct distro *distro, struct err *err)
{
	struct buf *record = record_begin(sink);

	wire_put_distro(record, distro);
	return record_send(FRAME_DISTRO, record, err);
}

static int tell_problem(struct sink *sink, const struct problem *problem, struct err *err)
{
	struct buf *record = record_begin(sink);

	wire_put_problem(record, problem);
	return record_send(FRAME_PROBLEM, record, err);
}

static int tell_gap(struct sink *sink, const struct not_covered *gap, struct err *err)
{
	struct buf *record = record_begin(sink);

	wire_put_gap(record, gap);
	return record_send(FRAME_GAP, record, err);
}

static int tell_note(struct sink *sink, struct str key, struct str value, struct err *err)
{
	struct buf *record = record_begin(sink);

	frame_str(record, key);
	frame_str(record, value);
	return record_send(FRAME_NOTE, record, err);
}

static void remote_sink_init(struct remote_sink *s)
{
	static const struct sink_ops ops = {.finding = tell_finding,
	    .package = tell_package,
	    .distro = tell_distro,
	    .problem = tell_problem,
	    .gap = tell_gap,
	    .note = tell_note};

	*s = (struct remote_sink){.sink = {&ops}};
	buf_init(&s->record, WIRE_MAX_BYTES);
}

static void tell_at(struct job *job, struct str path)
{
	(void)job;
	send(FRAME_AT, str_sub(path, 0, CHILD_NAME_MAX));
}

/* ---- the process ---- */

static void reset_signals(void)
{
	struct sigaction action = {.sa_handler = SIG_DFL};
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		(void)sigaction(i, &action, NULL);
	action.sa_handler = SIG_IGN;
	(void)sigaction(SIGPIPE, &action, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Leaves open the two pipes; with AddressSanitizer stderr too, or its reports would be lost. */
static int keep_pipes_only(const struct child_start *start)
{
	int from = fcntl(start->from_parent, F_DUPFD, FD_FIRST_FREE);
	int to = fcntl(start->to_parent, F_DUPFD, FD_FIRST_FREE);

	if (from < 0 || to < 0 || dup2(from, FD_FROM_PARENT) < 0 || dup2(to, FD_TO_PARENT) < 0)
		return -1;
	(void)close(STDIN_FILENO);
	(void)close(STDOUT_FILENO);
	if (!SANDBOX_UNDER_ASAN)
		(void)close(STDERR_FILENO);
	if (close_range(FD_FIRST_FREE, ~0U, 0) == 0)
		return 0;
	/* Before Linux 5.9, or under a filter that does not know it. */
	for (int fd = FD_FIRST_FREE; fd < (int)sysconf(_SC_OPEN_MAX); fd++)
		(void)close(fd);
	return 0;
}

static int shut_in(const struct child_start *start, struct err *err)
{
	const struct sandbox_limits limits = {
	    .memory_bytes = start->limits->child_memory,
	    .cpu_seconds = start->limits->child_cpu_seconds,
	};
	unsigned layers;

	return sandbox_enter(SANDBOX_ALL, &limits, &layers, err);
}

static int run_job(const struct child_start *start, struct err *err)
{
	struct remote_content content;
	struct remote_sink sink;
	struct arena arena;
	struct job job = {
	    .content = &content.content,
	    .sink = &sink.sink,
	    .arena = &arena,
	    .limits = start->limits,
	    .at = tell_at,
	};

	remote_content_init(&content);
	remote_sink_init(&sink);
	arena_init(&arena, start->limits->scan_memory);
	return start->fn(&job, start->arg, err);
}

/* The process ends right after: nothing is released. */
_Noreturn void child_main(const struct child_start *start)
{
	struct err err = ERR_INIT;
	struct buf b = BUF_INIT(sizeof err.text + 64);
	enum child_frame last = FRAME_DONE;

	reset_signals();
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != start->parent_pid ||
	    keep_pipes_only(start) < 0)
		_exit(EXIT_SILENT);
	if (shut_in(start, &err) != 0 || run_job(start, &err) != 0) {
		child_put_err(&b, &err);
		last = FRAME_FAILED;
	}
	send(last, buf_str(&b));
	_exit(0);
}
