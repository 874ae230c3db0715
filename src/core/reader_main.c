/* The reader's side: everything here runs in the forked process. */
#include "base/frame.h"
#include "base/log.h"
#include "base/os/fd.h"
#include "base/os/sandbox.h"
#include "core/pool_frames.h"
#include "core/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* Where the socket lies in the reader; everything else is closed. */
enum { FD_PARENT = 3, FD_FIRST_FREE = 4 };

/* Status of a reader that could not even say why. */
enum { EXIT_SILENT = 125 };

enum {
	FLUSH_BYTES = 64 << 10, /* results wait for company until then, or until a question */
	HEADER_BYTES = 8,
	/* Descriptors that it may have at a time: two batches, what a job opens, and the socket. */
	DESCRIPTORS = FD_FIRST_FREE + POOL_HANDED_MAX + POOL_OPEN_MAX,
};

/* What was opened, by the handle that the job knows. */
struct remote_file {
	bool open;
	int fd;		 /* its own; -1: asked of the parent, by `handle` */
	uint32_t handle; /* the parent's */
	uint64_t size;
	char *window; /* POOL_READ_MAX bytes, kept for the next file of this slot */
	uint64_t window_at;
	size_t window_n;
};

struct handed_item {
	size_t item;
	int fd; /* -1: not opened ahead */
	uint64_t size;
};

struct reader_process {
	const struct reader_start *start;
	struct content content;
	struct sink sink;
	struct arena arena;
	struct job job;
	struct remote_file files[POOL_OPEN_MAX];
	struct handed_item handed[POOL_HANDED_MAX]; /* the first is being read */
	size_t n_handed;
	struct buf out;	     /* frames that were not sent yet */
	struct buf record;   /* one result */
	struct buf in;	     /* the payload of the frame that came last */
	int fds[POOL_BATCH]; /* that came with it */
	size_t n_fds;
	bool replied;
};

/* ---- sending. A parent that does not listen has no use for the rest. ---- */

static void flush(struct reader_process *p)
{
	struct err ignored = ERR_INIT;

	if (!buf_ok(&p->out) || fd_write_all(FD_PARENT, buf_str(&p->out), &ignored) != 0)
		_exit(EXIT_SILENT);
	buf_clear(&p->out);
}

static void send_frame(struct reader_process *p, enum pool_frame type, struct str payload)
{
	frame_u32(&p->out, type);
	frame_str(&p->out, payload);
	if (p->out.n >= FLUSH_BYTES)
		flush(p);
}

/* ---- receiving ---- */

static void take_descriptors(struct reader_process *p, struct msghdr *message)
{
	struct cmsghdr *head = CMSG_FIRSTHDR(message);

	p->n_fds = 0;
	if (!head || head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
		return;
	p->n_fds = MIN_OF((head->cmsg_len - CMSG_LEN(0)) / sizeof(int), (size_t)POOL_BATCH);
	memcpy(p->fds, CMSG_DATA(head), p->n_fds * sizeof(int));
}

/* The next frame's header, and the descriptors that came with it. The parent ends a reader that has
 * nothing more to do by closing its end. */
static void receive_header(struct reader_process *p, char *header)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(POOL_BATCH * sizeof(int))];
	} control;
	struct iovec iov = {header, HEADER_BYTES};
	struct msghdr message = {.msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = &control,
	    .msg_controllen = sizeof control};
	struct err ignored = ERR_INIT;
	size_t rest;
	ssize_t n;

	do
		n = recvmsg(FD_PARENT, &message, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		_exit(0);
	take_descriptors(p, &message);
	if (n < HEADER_BYTES &&
	    (fd_read_full(FD_PARENT, header + n, HEADER_BYTES - (size_t)n, &rest, &ignored) != 0 ||
		rest != HEADER_BYTES - (size_t)n))
		_exit(EXIT_SILENT);
}

static uint32_t receive(struct reader_process *p)
{
	char header[HEADER_BYTES] = {0};
	struct rd r = rd_of(str_make(header, sizeof header));
	struct err ignored = ERR_INIT;
	uint32_t type = 0, n = 0;
	size_t got = 0;
	char *room;

	receive_header(p, header);
	buf_clear(&p->in);
	if (!rd_u32le(&r, &type) || !rd_u32le(&r, &n))
		_exit(EXIT_SILENT);
	room = buf_room(&p->in, n);
	if (!room || fd_read_full(FD_PARENT, room, n, &got, &ignored) != 0 || got != n)
		_exit(EXIT_SILENT);
	buf_commit(&p->in, n);
	return type;
}

static void take_items(struct reader_process *p)
{
	struct rd r = rd_of(buf_str(&p->in));
	uint32_t item, how;
	uint64_t size;
	size_t n_taken = 0;

	while (rd_u32le(&r, &item) && rd_u32le(&r, &how) && rd_u64le(&r, &size)) {
		if (p->n_handed == POOL_HANDED_MAX || (how == OPENED_FILE && n_taken == p->n_fds))
			_exit(EXIT_SILENT);
		p->handed[p->n_handed++] =
		    (struct handed_item){item, how == OPENED_FILE ? p->fds[n_taken++] : -1, size};
	}
}

/* One question, and its answer in p->in. *ret_type is `wanted` or FRAME_MISSING. More items may
 * come before the answer. */
static int ask(struct reader_process *p, enum pool_frame type, struct str question,
    enum pool_frame wanted, uint32_t *ret_type, struct err *err)
{
	struct rd r;

	send_frame(p, type, question);
	flush(p);
	while ((*ret_type = receive(p)) == FRAME_ITEMS)
		take_items(p);
	if (*ret_type == (uint32_t)wanted || *ret_type == FRAME_MISSING)
		return 0;
	r = rd_of(buf_str(&p->in));
	if (*ret_type == FRAME_REFUSED && pool_get_err(&r, err))
		return -1;
	return err_set(err, ERR_FORMAT, "frame %u as an answer", *ret_type);
}

/* ---- content ---- */

static int bad_answer(struct err *err)
{
	return err_set(err, ERR_FORMAT, "a malformed answer");
}

static struct reader_process *process_of(struct content *content)
{
	return container_of(content, struct reader_process, content);
}

static enum content_result no_room(struct err *err)
{
	(void)err_set(err, ERR_LIMIT, "more than %d files open at once", POOL_OPEN_MAX);
	return CONTENT_ERROR;
}

static enum content_result give_file(
    struct remote_file *file, int fd, uint32_t handle, uint64_t size)
{
	file->open = true;
	file->fd = fd;
	file->handle = handle;
	file->size = size;
	file->window_n = 0;
	return CONTENT_OK;
}

/* Takes the answer to FRAME_OPEN. */
static enum content_result give_answered(
    struct reader_process *p, struct remote_file *file, struct err *err)
{
	struct rd r = rd_of(buf_str(&p->in));
	uint32_t handle, how;
	uint64_t size;

	if (!rd_u32le(&r, &handle) || !rd_u64le(&r, &size) || !rd_u32le(&r, &how) ||
	    (how == OPENED_FILE) != (p->n_fds == 1)) {
		(void)bad_answer(err);
		return CONTENT_ERROR;
	}
	return give_file(file, how == OPENED_FILE ? p->fds[0] : -1, handle, size);
}

static bool is_opened_ahead(const struct reader_process *p, struct str name)
{
	const struct pool_work *work = p->start->work;

	return work->name && p->n_handed > 0 && p->handed[0].fd >= 0 &&
	       str_eq(name, work->name(work->arg, p->handed[0].item));
}

static enum content_result remote_open(struct content *content, struct str name,
    uint32_t *ret_handle, uint64_t *ret_size, struct err *err)
{
	struct reader_process *p = process_of(content);
	struct remote_file *file = NULL;
	enum content_result result;
	uint32_t type = 0, slot = 0;

	while (slot < POOL_OPEN_MAX && p->files[slot].open)
		slot++;
	if (slot == POOL_OPEN_MAX)
		return no_room(err);
	file = &p->files[slot];
	if (is_opened_ahead(p, name)) {
		result = give_file(file, p->handed[0].fd, 0, p->handed[0].size);
		p->handed[0].fd = -1;
	} else {
		if (ask(p, FRAME_OPEN, name, FRAME_OPENED, &type, err) != 0)
			return CONTENT_ERROR;
		if (type == FRAME_MISSING)
			return CONTENT_MISSING;
		result = give_answered(p, file, err);
	}
	*ret_handle = slot;
	*ret_size = file->size;
	return result;
}

/* At most POOL_READ_MAX bytes at once. */
static int fetch(struct reader_process *p, const struct remote_file *file, uint64_t offset,
    char *bytes, size_t n, size_t *ret_n, struct err *err)
{
	struct buf question CLEANUP(buf_release) = BUF_INIT(64);
	uint32_t type = 0;

	if (file->fd >= 0)
		return fd_pread_full(file->fd, offset, bytes,
		    (size_t)MIN_OF((uint64_t)n, file->size - offset), ret_n, err);
	frame_u32(&question, file->handle);
	frame_u64(&question, offset);
	frame_u32(&question, (uint32_t)n);
	if (!buf_ok(&question))
		return err_nomem(err);
	if (ask(p, FRAME_READ, buf_str(&question), FRAME_BYTES, &type, err) != 0)
		return -1;
	if (type != FRAME_BYTES || p->in.n > n)
		return bad_answer(err);
	if (p->in.n > 0)
		memcpy(bytes, p->in.p, p->in.n);
	*ret_n = p->in.n;
	return 0;
}

static int fill_window(
    struct reader_process *p, struct remote_file *file, uint64_t offset, struct err *err)
{
	if (!file->window)
		file->window = malloc(POOL_READ_MAX);
	if (!file->window)
		return err_nomem(err);
	file->window_n = 0;
	if (fetch(p, file, offset, file->window, POOL_READ_MAX, &file->window_n, err) != 0)
		return -1;
	file->window_at = offset;
	return 0;
}

/* What the window has of [offset, offset + n). */
static size_t take_from_window(
    const struct remote_file *file, uint64_t offset, char *bytes, size_t n)
{
	size_t skip, have;

	if (offset < file->window_at || offset - file->window_at >= file->window_n)
		return 0;
	skip = (size_t)(offset - file->window_at);
	have = MIN_OF(n, file->window_n - skip);
	memcpy(bytes, file->window + skip, have);
	return have;
}

/* The next bytes at offset, at least one if the file has one. What is read in one piece needs no
 * window. */
static int read_next(struct reader_process *p, struct remote_file *file, uint64_t offset,
    char *bytes, size_t n, size_t *ret_n, struct err *err)
{
	bool is_rest = file->fd >= 0 && file->size - offset <= n;

	*ret_n = take_from_window(file, offset, bytes, n);
	if (*ret_n > 0)
		return 0;
	if (n >= POOL_READ_MAX || is_rest)
		return fetch(p, file, offset, bytes, is_rest ? n : POOL_READ_MAX, ret_n, err);
	if (fill_window(p, file, offset, err) != 0)
		return -1;
	*ret_n = take_from_window(file, offset, bytes, n);
	return 0;
}

static int remote_read(struct content *content, uint32_t handle, uint64_t offset, void *bytes,
    size_t n, size_t *ret_n, struct err *err)
{
	struct reader_process *p = process_of(content);
	size_t done = 0, got = 0;

	if (handle >= POOL_OPEN_MAX || !p->files[handle].open)
		return err_set(err, ERR_FORMAT, "read of handle %u, which is not open", handle);
	while (done < n && offset < p->files[handle].size) {
		if (read_next(p, &p->files[handle], offset, (char *)bytes + done, n - done, &got,
			err) != 0)
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
	struct reader_process *p = process_of(content);
	struct buf question CLEANUP(buf_release) = BUF_INIT(64);

	if (handle >= POOL_OPEN_MAX || !p->files[handle].open)
		return;
	p->files[handle].open = false;
	if (p->files[handle].fd >= 0) {
		fd_cleanup(&p->files[handle].fd);
		return;
	}
	frame_u32(&question, p->files[handle].handle);
	send_frame(p, FRAME_CLOSE, buf_str(&question));
}

/* ---- the sink, reported to the parent ---- */

static struct reader_process *process_of_sink(struct sink *sink)
{
	return container_of(sink, struct reader_process, sink);
}

static struct buf *record_begin(struct sink *sink)
{
	struct buf *record = &process_of_sink(sink)->record;

	buf_clear(record);
	return record;
}

static int record_send(struct sink *sink, enum pool_frame type, struct err *err)
{
	struct reader_process *p = process_of_sink(sink);

	if (!buf_ok(&p->record))
		return buf_err(&p->record, "one result of a reader", err);
	send_frame(p, type, buf_str(&p->record));
	return 0;
}

static int tell_finding(struct sink *sink, const struct finding *finding, struct err *err)
{
	wire_put_finding(record_begin(sink), finding);
	return record_send(sink, FRAME_FINDING, err);
}

static int tell_package(struct sink *sink, const struct package *package, struct err *err)
{
	wire_put_package(record_begin(sink), package);
	return record_send(sink, FRAME_PACKAGE, err);
}

static int tell_distro(struct sink *sink, const struct distro *distro, struct err *err)
{
	wire_put_distro(record_begin(sink), distro);
	return record_send(sink, FRAME_DISTRO, err);
}

static int tell_problem(struct sink *sink, const struct problem *problem, struct err *err)
{
	wire_put_problem(record_begin(sink), problem);
	return record_send(sink, FRAME_PROBLEM, err);
}

static int tell_gap(struct sink *sink, const struct not_covered *gap, struct err *err)
{
	wire_put_gap(record_begin(sink), gap);
	return record_send(sink, FRAME_GAP, err);
}

static int tell_place(
    struct sink *sink, const struct finding_id *of, const struct place *place, struct err *err)
{
	const struct added_place added = {*of, *place};

	wire_put_added_place(record_begin(sink), &added);
	return record_send(sink, FRAME_PLACE, err);
}

static const struct sink_ops remote_sink_ops = {
    .finding = tell_finding,
    .package = tell_package,
    .distro = tell_distro,
    .problem = tell_problem,
    .gap = tell_gap,
    .place = tell_place,
};

/* ---- the job's own ops ---- */

static void remote_at(struct job *job, struct str path)
{
	const struct reader_process *p = job->ops_arg;
	struct reader_page *page = p->start->page;

	path = str_sub(path, 0, POOL_NAME_MAX);
	if (path.n > 0)
		memcpy(page->at, path.p, path.n);
	__atomic_store_n(&page->at_n, (uint32_t)path.n, __ATOMIC_RELEASE);
}

static int remote_reply(struct job *job, struct str bytes, struct err *err)
{
	struct reader_process *p = job->ops_arg;

	if (!p->start->work->reply || p->replied)
		return err_set(err, ERR_FORMAT, "an answer that nobody takes");
	if (bytes.n > WIRE_MAX_BYTES)
		return err_set(err, ERR_LIMIT, "an answer of %zu bytes: more than %d", bytes.n,
		    WIRE_MAX_BYTES);
	p->replied = true;
	send_frame(p, FRAME_REPLY, bytes);
	return 0;
}

static int read_output(
    struct reader_process *p, struct arena *arena, struct tool_result *ret, struct err *err)
{
	struct rd r = rd_of(buf_str(&p->in));
	int fd CLEANUP_FD = p->n_fds == 1 ? p->fds[0] : -1;
	uint32_t status;
	uint64_t size;
	size_t n;
	char *bytes;

	if (fd < 0 || !rd_u32le(&r, &status) || !rd_u64le(&r, &size) || size > SIZE_MAX - 1)
		return bad_answer(err);
	bytes = arena_alloc(arena, (size_t)size + 1);
	if (!bytes)
		return arena_err(arena, err);
	if (fd_pread_full(fd, 0, bytes, (size_t)size, &n, err) != 0)
		return -1;
	*ret = (struct tool_result){(int)status, str_make(bytes, n)};
	return 0;
}

static int remote_run_tool(
    struct job *job, size_t tool, struct str input, struct tool_result *ret, struct err *err)
{
	struct reader_process *p = job->ops_arg;
	struct buf question CLEANUP(buf_release) = BUF_INIT(TOOL_INPUT_MAX + sizeof(uint32_t));
	uint32_t type = 0;

	frame_u32(&question, (uint32_t)tool);
	buf_add(&question, input);
	if (!buf_ok(&question))
		return buf_err(&question, "what a tool is given", err);
	if (ask(p, FRAME_TOOL, buf_str(&question), FRAME_RAN, &type, err) != 0)
		return -1;
	return type == FRAME_RAN ? read_output(p, job->arena, ret, err) : bad_answer(err);
}

static const struct job_ops remote_job_ops = {remote_at, remote_reply, remote_run_tool};

/* ---- items ---- */

static _Noreturn void end_failed(struct reader_process *p, uint32_t item, const struct err *why)
{
	buf_clear(&p->record);
	frame_u32(&p->record, item);
	pool_put_err(&p->record, why);
	send_frame(p, FRAME_FAILED, buf_str(&p->record));
	flush(p);
	_exit(0);
}

static void item_done(struct reader_process *p)
{
	struct handed_item *first = &p->handed[0];

	fd_cleanup(&first->fd);
	buf_clear(&p->record);
	frame_u32(&p->record, (uint32_t)first->item);
	send_frame(p, FRAME_DONE, buf_str(&p->record));
	p->n_handed--;
	memmove(p->handed, p->handed + 1, p->n_handed * sizeof *p->handed);
	for (size_t i = 0; i < POOL_OPEN_MAX; i++)
		remote_close(&p->content, (uint32_t)i);
}

static void run_first(struct reader_process *p)
{
	const struct pool_work *work = p->start->work;
	struct err err = ERR_INIT;

	__atomic_store_n(&p->start->page->at_n, 0, __ATOMIC_RELEASE);
	__atomic_store_n(&p->start->page->item, (uint32_t)p->handed[0].item + 1, __ATOMIC_RELEASE);
	arena_clear(&p->arena);
	p->replied = false;
	log_debug("item %zu", p->handed[0].item);
	if (work->item(&p->job, p->handed[0].item, work->arg, &err) != 0)
		end_failed(p, (uint32_t)p->handed[0].item, &err);
	item_done(p);
}

/* A limit on CPU time is about one item, not about all that a reader ever did. */
static void retire_in_time(struct reader_process *p)
{
	uint64_t most = p->start->opts->limits->child_cpu_seconds;
	struct timespec used;

	if (most == 0 || clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) < 0 ||
	    (uint64_t)used.tv_sec < (most + 1) / 2)
		return;
	send_frame(p, FRAME_RETIRED, STR_NONE);
	flush(p);
	_exit(0);
}

static _Noreturn void work_down(struct reader_process *p)
{
	for (;;) {
		while (p->n_handed > 0) {
			run_first(p);
			retire_in_time(p);
		}
		flush(p);
		if (receive(p) != FRAME_ITEMS)
			_exit(EXIT_SILENT);
		take_items(p);
	}
}

/* ---- the process ---- */

/* Leaves the socket open; and stderr, if a sanitizer or a developer wants to write there. */
static int keep_socket_only(int fd)
{
	if (fd != FD_PARENT && dup2(fd, FD_PARENT) < 0)
		return -1;
	(void)close(STDIN_FILENO);
	(void)close(STDOUT_FILENO);
	if (!SANDBOX_UNDER_ASAN && log_level_now() < LOG_DEBUG)
		(void)close(STDERR_FILENO);
	if (close_range(FD_FIRST_FREE, ~0U, 0) == 0)
		return 0;
	/* Before Linux 5.9, or under a filter that does not know it. */
	for (int i = FD_FIRST_FREE; i < (int)sysconf(_SC_OPEN_MAX); i++)
		(void)close(i);
	return 0;
}

static int shut_in(const struct limits *of, struct err *err)
{
	const struct sandbox_limits limits = {
	    .memory_bytes = of->child_memory,
	    .cpu_seconds = of->child_cpu_seconds,
	    .file_bytes = log_level_now() < LOG_DEBUG ? 0 : UINT64_C(1) << 30,
	    .descriptors = DESCRIPTORS,
	};
	unsigned layers;

	return sandbox_enter(SANDBOX_ALL, &limits, &layers, err);
}

static void process_init(struct reader_process *p, const struct reader_start *start)
{
	static const struct content_ops ops = {
	    .open = remote_open, .read = remote_read, .close = remote_close};

	*p = (struct reader_process){
	    .start = start, .content = {&ops}, .sink = {.ops = &remote_sink_ops}};
	arena_init(&p->arena, start->opts->limits->scan_memory);
	buf_init(&p->out, FLUSH_BYTES + WIRE_MAX_BYTES + KIB(1));
	buf_init(&p->record, WIRE_MAX_BYTES);
	buf_init(&p->in, POOL_READ_MAX + KIB(1));
	p->job = (struct job){
	    .content = &p->content,
	    .sink = &p->sink,
	    .arena = &p->arena,
	    .limits = start->opts->limits,
	    .ops = &remote_job_ops,
	    .ops_arg = p,
	};
}

/* The process ends right after: nothing is released. What the program does about signals is not
 * for a reader: it dies of them. */
_Noreturn void reader_main(const struct reader_start *start)
{
	static struct reader_process process;
	static const int handled[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGSEGV, SIGBUS, SIGILL,
	    SIGFPE, SIGABRT, SIGSYS, SIGXCPU, SIGALRM};
	struct err err = ERR_INIT;
	sigset_t none;

	process_init(&process, start);
	for (size_t i = 0; i < ARRAY_LEN(handled); i++)
		(void)signal(handled[i], SIG_DFL);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != start->parent_pid ||
	    keep_socket_only(start->fd) < 0)
		_exit(EXIT_SILENT);
	if (shut_in(start->opts->limits, &err) != 0 ||
	    (start->work->begin && start->work->begin(&process.job, start->work->arg, &err) != 0))
		end_failed(&process, POOL_NO_ITEM_U32, &err);
	work_down(&process);
}
