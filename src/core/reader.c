#include "core/reader.h"

#include "base/clock.h"
#include "base/frame.h"
#include "base/log.h"
#include "base/os/fd.h"
#include "core/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	INPUT_BYTES = 64 << 10,
	LOOK_EVERY_MS = 20, /* at a tool, if the kernel has no pidfd */
	HEADER_BYTES = 8,
};

static int64_t mono_ms(void)
{
	return clock_system.mono_ms(&clock_system);
}

/* ---- errors as payload ---- */

void pool_put_err(struct buf *b, const struct err *err)
{
	frame_u32(b, (uint32_t)err->code);
	frame_u32(b, (uint32_t)err->sys);
	frame_str(b, str_of(err->text));
}

bool pool_get_err(struct rd *r, struct err *ret)
{
	uint32_t code, sys;
	struct str text;

	if (!rd_u32le(r, &code) || !rd_u32le(r, &sys) || !rd_str(r, &text) || rd_left(r) > 0)
		return false;
	if (code == ERR_NONE || code > ERR_INTERRUPTED || sys > INT_MAX)
		return false;
	*ret = ERR_INIT;
	(void)err_set(ret, (enum err_code)code, STR_FMT, STR_ARG(text));
	ret->sys = (int)sys;
	return true;
}

static enum reader_event malformed(const char *what, struct err *err)
{
	*err = ERR_INIT;
	(void)err_set(err, ERR_FORMAT, "the reader broke its protocol: %s", what);
	return READER_GONE;
}

/* ---- sending: never waits ---- */

/* What of `bytes` the socket takes now, with descriptors if there are any; -1 and errno. */
static ssize_t send_now(int fd, struct str bytes, const int *fds, size_t n_fds)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(POOL_BATCH * sizeof(int))];
	} control = {.bytes = {0}};
	struct iovec iov = {(void *)(uintptr_t)bytes.p, bytes.n};
	struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};
	ssize_t n;

	if (n_fds > 0) {
		struct cmsghdr *head = &control.align;

		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
		memcpy(CMSG_DATA(head), fds, n_fds * sizeof(int));
	}
	do
		n = sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n;
}

static bool is_answering(const struct reader *r)
{
	return r->sent < r->output.n;
}

static enum reader_event send_output(struct reader *r, struct err *err)
{
	while (is_answering(r)) {
		struct str rest = str_sub(buf_str(&r->output), r->sent, r->output.n);
		ssize_t n = send_now(r->fd, rest, &r->output_fd, r->output_fd >= 0 ? 1 : 0);

		if (n < 0 && (errno == EAGAIN || errno == EPIPE || errno == ECONNRESET))
			return READER_WAITS;
		if (n < 0) {
			(void)err_sys(err, "cannot write to the reader");
			return READER_GONE;
		}
		fd_cleanup(&r->output_fd);
		r->sent += (size_t)n;
	}
	return READER_WAITS;
}

static void answer_begin(struct reader *r)
{
	buf_clear(&r->output);
	r->sent = 0;
	frame_u64(&r->output, 0); /* the header's room */
}

static int put_header(struct buf *frame, enum pool_frame type, struct err *err)
{
	struct buf header CLEANUP(buf_release) = BUF_INIT(HEADER_BYTES);

	frame_u32(&header, type);
	frame_u32(&header, (uint32_t)(frame->n - HEADER_BYTES));
	if (!buf_ok(frame) || !buf_ok(&header))
		return err_nomem(err);
	memcpy(frame->p, header.p, HEADER_BYTES);
	return 0;
}

/* fd (-1: none) is the answer's from here on. */
static enum reader_event answer_send(
    struct reader *r, enum pool_frame type, int fd, struct err *err)
{
	r->output_fd = fd;
	if (put_header(&r->output, type, err) != 0)
		return READER_GONE;
	return send_output(r, err);
}

static enum reader_event answer_refused(struct reader *r, const struct err *why, struct err *err)
{
	answer_begin(r);
	pool_put_err(&r->output, why);
	return answer_send(r, FRAME_REFUSED, -1, err);
}

/* ---- what it asks ---- */

/* A descriptor of what content has open, for the reader to keep; -1 if it is no file. */
static int descriptor_of(struct content *content, uint32_t handle)
{
	int fd = content->ops->descriptor ? content->ops->descriptor(content, handle) : -1;

	return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

static struct served_file *free_slot(struct reader *r, uint32_t *ret_slot)
{
	for (uint32_t i = 0; i < POOL_OPEN_MAX; i++) {
		if (!r->files[i].open) {
			*ret_slot = i;
			return &r->files[i];
		}
	}
	return NULL;
}

static enum reader_event serve_opened(
    struct reader *r, uint32_t handle, uint64_t size, struct err *err)
{
	struct content *content = r->work->content;
	struct served_file *file;
	struct err why = ERR_INIT;
	uint32_t slot = 0;
	int fd = descriptor_of(content, handle);

	if (fd < 0) {
		file = free_slot(r, &slot);
		if (!file) {
			content->ops->close(content, handle);
			(void)err_set(
			    &why, ERR_LIMIT, "more than %d files open at once", POOL_OPEN_MAX);
			return answer_refused(r, &why, err);
		}
		*file = (struct served_file){true, handle};
	} else {
		content->ops->close(content, handle);
	}
	frame_u32(&r->output, slot);
	frame_u64(&r->output, size);
	frame_u32(&r->output, fd >= 0 ? OPENED_FILE : OPENED_HERE);
	return answer_send(r, FRAME_OPENED, fd, err);
}

static enum reader_event serve_open(struct reader *r, struct str name, struct err *err)
{
	struct err why = ERR_INIT;
	uint32_t handle = 0;
	uint64_t size = 0;

	if (name.n > POOL_NAME_MAX)
		return malformed("a name that is too long", err);
	answer_begin(r);
	switch (r->work->content->ops->open(r->work->content, name, &handle, &size, &why)) {
	case CONTENT_OK:
		return serve_opened(r, handle, size, err);
	case CONTENT_MISSING:
		return answer_send(r, FRAME_MISSING, -1, err);
	case CONTENT_ERROR:
		break;
	}
	return answer_refused(r, &why, err);
}

static struct served_file *served(struct reader *r, uint32_t slot)
{
	return slot < POOL_OPEN_MAX && r->files[slot].open ? &r->files[slot] : NULL;
}

static enum reader_event serve_read(struct reader *r, struct str question, struct err *err)
{
	struct content *content = r->work->content;
	struct rd rd = rd_of(question);
	const struct served_file *file;
	struct err why = ERR_INIT;
	uint32_t slot, count;
	uint64_t offset;
	size_t n = 0;
	char *room;

	if (!rd_u32le(&rd, &slot) || !rd_u64le(&rd, &offset) || !rd_u32le(&rd, &count) ||
	    rd_left(&rd) > 0)
		return malformed("a question cut short", err);
	file = served(r, slot);
	if (!file)
		return malformed("a file that is not open", err);
	if (count > POOL_READ_MAX || offset > INT64_MAX)
		return malformed("a read out of bounds", err);
	answer_begin(r);
	room = buf_room(&r->output, count);
	if (!room) {
		(void)err_nomem(err);
		return READER_GONE;
	}
	if (content->ops->read(content, file->handle, offset, room, count, &n, &why) != 0)
		return answer_refused(r, &why, err);
	buf_commit(&r->output, MIN_OF(n, (size_t)count));
	return answer_send(r, FRAME_BYTES, -1, err);
}

static enum reader_event serve_close(struct reader *r, struct str question, struct err *err)
{
	struct rd rd = rd_of(question);
	struct served_file *file;
	uint32_t slot;

	if (!rd_u32le(&rd, &slot) || rd_left(&rd) > 0)
		return malformed("a question cut short", err);
	file = served(r, slot);
	if (!file)
		return malformed("a file that is not open", err);
	r->work->content->ops->close(r->work->content, file->handle);
	file->open = false;
	return READER_WAITS;
}

/* The answer to FRAME_TOOL, when there is one. */
static enum reader_event look_at_tool(struct reader *r, struct err *err)
{
	struct err why = ERR_INIT;
	uint64_t size = 0;
	int status = 0, output = -1;
	enum tool_state state = tool_look(&r->tool, &status, &size, &why);

	if (state == TOOL_RUNS)
		return READER_WAITS;
	if (state == TOOL_ENDED)
		output = fcntl(r->tool.output, F_DUPFD_CLOEXEC, 3);
	tool_release(&r->tool);
	if (state == TOOL_FAILED)
		return answer_refused(r, &why, err);
	answer_begin(r);
	frame_u32(&r->output, (uint32_t)status);
	frame_u64(&r->output, size);
	return answer_send(r, FRAME_RAN, output, err);
}

static enum reader_event serve_tool(struct reader *r, struct str question, struct err *err)
{
	struct rd rd = rd_of(question);
	struct err why = ERR_INIT;
	uint32_t tool;

	if (!rd_u32le(&rd, &tool) || tool >= r->opts->n_tools)
		return malformed("a tool that is not in the table", err);
	if (rd_left(&rd) > TOOL_INPUT_MAX)
		return malformed("too much for a tool", err);
	if (tool_start(&r->opts->tools[tool], str_sub(question, sizeof tool, question.n),
		r->opts->tool_cache, &r->tool, &why) != 0)
		return answer_refused(r, &why, err);
	return r->tool.known ? look_at_tool(r, err) : READER_WAITS;
}

/* ---- what it reports ---- */

static enum reader_event keep(struct reader *r, struct str frame, struct err *err)
{
	if (r->n_handed == 0)
		return malformed("a result of no item", err);
	buf_add(&r->results, frame);
	if (buf_ok(&r->results))
		return READER_WAITS;
	(void)err_set(err, ERR_LIMIT, "more than %zu bytes are reported of it", r->results.max);
	return READER_GONE;
}

static enum reader_event take_done(struct reader *r, struct str payload, struct err *err)
{
	struct rd rd = rd_of(payload);
	uint32_t item;

	if (!rd_u32le(&rd, &item) || rd_left(&rd) > 0 || r->n_handed == 0 || item != r->handed[0])
		return malformed("an item that is not its own is done", err);
	return READER_DONE;
}

static enum reader_event take_failed(struct reader *r, struct str payload, struct err *err)
{
	struct rd rd = rd_of(payload);
	struct err why = ERR_INIT;
	uint32_t item;

	if (!rd_u32le(&rd, &item) || !pool_get_err(&rd, &why))
		return malformed("a malformed end", err);
	if (item != POOL_NO_ITEM_U32 && (r->n_handed == 0 || item != r->handed[0]))
		return malformed("an item that is not its own failed", err);
	*err = why;
	return item == POOL_NO_ITEM_U32 ? READER_STARTED_NOT : READER_FAILED;
}

typedef enum reader_event serve_fn(struct reader *r, struct str question, struct err *err);

static enum reader_event take_frame(struct reader *r, struct str frame, struct err *err)
{
	static serve_fn *const questions[] = {[FRAME_OPEN] = serve_open,
	    [FRAME_READ] = serve_read,
	    [FRAME_CLOSE] = serve_close,
	    [FRAME_TOOL] = serve_tool};
	struct rd rd = rd_of(frame);
	struct str payload = str_sub(frame, HEADER_BYTES, frame.n);
	uint32_t type = 0;

	if (!rd_u32le(&rd, &type))
		return malformed("a frame cut short", err);
	if (is_answering(r) || r->tool.pid > 0)
		return malformed("it goes on before it has its answer", err);
	if (type < ARRAY_LEN(questions) && questions[type])
		return questions[type](r, payload, err);
	if (type >= FRAME_FINDING && type <= FRAME_REPLY)
		return keep(r, frame, err);
	if (type == FRAME_DONE)
		return take_done(r, payload, err);
	if (type == FRAME_FAILED)
		return take_failed(r, payload, err);
	if (type != FRAME_RETIRED || payload.n > 0)
		return malformed("a frame of no known type", err);
	/* Or readers could follow each other for ever. */
	if (r->n_done == 0)
		return malformed("it retires before it has done anything", err);
	r->retired = true;
	return READER_WAITS;
}

/* ---- listening ---- */

/* The next whole frame of what came; false if there is none yet. */
static bool next_frame(struct reader *r, struct str *ret_frame, bool *ret_too_long)
{
	struct str came = str_sub(buf_str(&r->input), r->taken, r->input.n);
	struct rd rd = rd_of(came);
	uint32_t type, n;

	*ret_too_long = false;
	if (!rd_u32le(&rd, &type) || !rd_u32le(&rd, &n))
		return false;
	*ret_too_long = n > WIRE_MAX_BYTES;
	if (*ret_too_long || rd_left(&rd) < n)
		return false;
	*ret_frame = str_sub(came, 0, HEADER_BYTES + (size_t)n);
	r->taken += ret_frame->n;
	return true;
}

/* One read. READER_DONE here means: something came. */
static enum reader_event refill(struct reader *r, struct err *err)
{
	char *room;
	ssize_t n;

	if (r->taken > 0)
		memmove(r->input.p, r->input.p + r->taken, r->input.n - r->taken);
	r->input.n -= r->taken;
	r->taken = 0;
	room = buf_room(&r->input, INPUT_BYTES);
	if (!room) {
		(void)err_nomem(err);
		return READER_GONE;
	}
	do
		n = recv(r->fd, room, INPUT_BYTES, MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return READER_WAITS;
	if (n <= 0)
		return READER_GONE;
	buf_commit(&r->input, (size_t)n);
	return READER_DONE;
}

enum reader_event reader_listen(struct reader *r, struct err *err)
{
	enum reader_event event = send_output(r, err);

	if (event == READER_WAITS && r->tool.pid > 0)
		event = look_at_tool(r, err);
	while (event == READER_WAITS) {
		struct str frame;
		bool too_long;

		if (next_frame(r, &frame, &too_long)) {
			event = take_frame(r, frame, err);
			continue;
		}
		if (too_long)
			return malformed("a frame that is too long", err);
		event = refill(r, err);
		if (event != READER_DONE)
			return event;
		event = READER_WAITS;
	}
	return event;
}

void reader_next(struct reader *r)
{
	r->n_done++;
	r->n_handed--;
	memmove(r->handed, r->handed + 1, r->n_handed * sizeof *r->handed);
	buf_clear(&r->results);
	if (r->deadline_ms > 0)
		r->deadline_ms = mono_ms() + 1000 * (int64_t)r->opts->limits->child_wall_seconds;
}

short reader_events(const struct reader *r)
{
	return (short)(POLLIN | (is_answering(r) ? POLLOUT : 0));
}

int reader_wait_ms(const struct reader *r)
{
	int64_t left = r->deadline_ms ? MAX_OF(r->deadline_ms - mono_ms(), (int64_t)0) : INT_MAX;

	if (r->tool.pid > 0 && r->tool.deadline_ms > 0)
		left = MIN_OF(left, MAX_OF(r->tool.deadline_ms - mono_ms(), (int64_t)0));
	if (r->tool.pid > 0 && r->tool.pidfd < 0)
		left = MIN_OF(left, (int64_t)LOOK_EVERY_MS);
	return left >= INT_MAX ? -1 : (int)left;
}

bool reader_in_time(const struct reader *r, struct err *err)
{
	if (r->deadline_ms == 0 || mono_ms() < r->deadline_ms)
		return true;
	(void)err_set(err, ERR_LIMIT, "the reader ran longer than %llu s",
	    (unsigned long long)r->opts->limits->child_wall_seconds);
	return false;
}

/* ---- handing out ---- */

/* Opens an item ahead, if it is a file, into *ret_fd; any other the reader asks for. */
static void open_ahead(struct reader *r, size_t item, int *ret_fd, struct buf *frame)
{
	struct content *content = r->work->content;
	struct err ignored = ERR_INIT;
	struct str name = STR_NONE;
	uint32_t handle;
	uint64_t size = 0;

	*ret_fd = -1;
	if (r->work->name && content->ops->descriptor)
		name = r->work->name(r->work->arg, item);
	if (name.n > 0 &&
	    content->ops->open(content, name, &handle, &size, &ignored) == CONTENT_OK) {
		*ret_fd = descriptor_of(content, handle);
		content->ops->close(content, handle);
	}
	frame_u32(frame, (uint32_t)item);
	frame_u32(frame, *ret_fd >= 0 ? OPENED_FILE : OPENED_NOT);
	frame_u64(frame, size);
}

int reader_hand(struct reader *r, const size_t *items, size_t n, size_t *ret_n, struct err *err)
{
	struct buf frame CLEANUP(buf_release) = BUF_INIT(KIB(4));
	int fds[POOL_BATCH];
	size_t n_fds = 0;
	ssize_t sent = -1;
	int failed;

	*ret_n = 0;
	n = MIN_OF(n, MIN_OF((size_t)POOL_BATCH, POOL_HANDED_MAX - r->n_handed));
	if (n == 0 || is_answering(r))
		return 0;
	frame_u64(&frame, 0);
	for (size_t i = 0; i < n; i++) {
		int fd;

		open_ahead(r, items[i], &fd, &frame);
		if (fd >= 0)
			fds[n_fds++] = fd;
	}
	failed = put_header(&frame, FRAME_ITEMS, err);
	if (failed == 0)
		sent = send_now(r->fd, buf_str(&frame), fds, n_fds);
	for (size_t i = 0; i < n_fds; i++)
		(void)close(fds[i]);
	if (failed != 0)
		return -1;
	/* A small message goes whole or not at all; a reader that is gone is noticed elsewhere. */
	if (sent < (ssize_t)frame.n)
		return 0;
	for (size_t i = 0; i < n; i++)
		r->handed[r->n_handed++] = items[i];
	*ret_n = n;
	return 0;
}

/* ---- its life ---- */

void reader_init(struct reader *r, const struct pool_opts *opts, const struct pool_work *work)
{
	*r = (struct reader){.opts = opts, .work = work, .fd = -1, .output_fd = -1};
	r->tool = (struct tool_run){.pidfd = -1, .output = -1};
	buf_init(&r->input, WIRE_MAX_BYTES + 2 * INPUT_BYTES);
	buf_init(&r->output, POOL_READ_MAX + KIB(1));
	buf_init(&r->results, opts->limits->scan_memory);
}

static int map_page(struct reader *r, struct err *err)
{
	void *page;

	if (r->page)
		return 0;
	page =
	    mmap(NULL, sizeof *r->page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return err_sys(err, "cannot start a reader");
	r->page = page;
	return 0;
}

int reader_start(struct reader *r, struct err *err)
{
	int ends[2], its_end CLEANUP_FD = -1;
	struct reader_start start = {.opts = r->opts, .work = r->work, .parent_pid = getpid()};

	if (map_page(r, err) != 0)
		return -1;
	r->page->item = r->page->at_n = 0;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return err_sys(err, "cannot start a reader");
	r->fd = ends[0];
	its_end = ends[1];
	start.fd = its_end;
	start.page = r->page;
	/* Only its own reader has the page. */
	(void)madvise(r->page, sizeof *r->page, MADV_DOFORK);
	r->pid = fork();
	if (r->pid == 0)
		reader_main(&start);
	(void)madvise(r->page, sizeof *r->page, MADV_DONTFORK);
	if (r->pid < 0) {
		r->pid = 0;
		fd_cleanup(&r->fd);
		return err_sys(err, "cannot start a reader");
	}
	if (r->opts->limits->child_wall_seconds > 0)
		r->deadline_ms = mono_ms() + 1000 * (int64_t)r->opts->limits->child_wall_seconds;
	log_debug("reader %d starts", r->pid);
	return 0;
}

/* Why a reader ended that gave no answer. */
static void explain_end(
    int status, const struct rusage *used, const struct limits *limits, struct err *err)
{
	uint64_t seconds = (uint64_t)(used->ru_utime.tv_sec + used->ru_stime.tv_sec);
	int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	const char *name = signal ? sigabbrev_np(signal) : NULL;

	if (signal == SIGXCPU || (signal == SIGKILL && limits->child_cpu_seconds > 0 &&
				     seconds >= limits->child_cpu_seconds))
		(void)err_set(err, ERR_LIMIT, "the reader ran out of CPU time (%llu s)",
		    (unsigned long long)limits->child_cpu_seconds);
	else if (signal == SIGKILL)
		(void)err_set(err, ERR_LIMIT,
		    "the reader was killed, as happens if the machine runs out of memory");
	else if (signal)
		(void)err_set(err, ERR_FORMAT, "the reader was killed by SIG%s", name ? name : "?");
	else
		(void)err_set(err, ERR_FORMAT, "the reader ended without an answer (status %d)",
		    WEXITSTATUS(status));
}

static void close_all(struct reader *r)
{
	for (size_t i = 0; i < POOL_OPEN_MAX; i++) {
		if (r->files[i].open)
			r->work->content->ops->close(r->work->content, r->files[i].handle);
		r->files[i].open = false;
	}
	tool_release(&r->tool);
	fd_cleanup(&r->fd);
	fd_cleanup(&r->output_fd);
	buf_clear(&r->input);
	buf_clear(&r->output);
	buf_clear(&r->results);
	r->taken = r->sent = r->n_done = 0;
	r->retired = false;
	r->deadline_ms = 0;
}

/* One that is ending by itself keeps the status it ends with; one that only closed its socket does
 * not linger. */
void reader_bury(struct reader *r, size_t *ret_first, struct str *ret_at, struct err *err)
{
	struct rusage used = {0};
	int status = 0;

	(void)kill(r->pid, SIGKILL);
	while (wait4(r->pid, &status, 0, &used) < 0 && errno == EINTR)
		;
	log_debug("reader %d is gone after %zu items, %lld ms of CPU time", r->pid, r->n_done,
	    (long long)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000 +
		(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000);
	r->pid = 0;
	if (err->code == ERR_NONE)
		explain_end(status, &used, r->opts->limits, err);
	*ret_at = str_make(r->page->at, MIN_OF(r->page->at_n, (uint32_t)POOL_NAME_MAX));
	*ret_first = 0;
	for (size_t i = 0; i < r->n_handed; i++) {
		if (r->handed[i] + 1 == r->page->item)
			*ret_first = i;
	}
	close_all(r);
}

void reader_release(struct reader *r)
{
	struct err ignored = ERR_INIT;
	struct str at;
	size_t first;

	if (r->pid > 0)
		reader_bury(r, &first, &at, &ignored);
	close_all(r);
	if (r->page)
		(void)munmap(r->page, sizeof *r->page);
	buf_release(&r->input);
	buf_release(&r->output);
	buf_release(&r->results);
}
