/*
 * Readers in their processes: what they read and report arrives, and whatever they do wrong,
 * by accident or on purpose, is a named error of the parent with the unit it was at.
 */
#include "base/clock.h"
#include "base/frame.h"
#include "base/hash.h"
#include "base/os/fd.h"
#include "base/os/sandbox.h"
#include "core/pool_frames.h"
#include "core/report.h"
#include "samples.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where reader_main.c has its socket. */
enum { FD_PARENT = 3 };

/* Content that counts what is asked of it. */
struct counted {
	struct content_memory memory;
	const struct content_ops *inner;
	struct content_ops ops;
	size_t reads, opens, closes;
};

struct world {
	struct report report;
	struct report_sink sink;
	struct buf reply;
	struct limits limits;
	struct counted content;
	struct str names[3], bytes[3];
	struct err err;
	struct str at;
	bool in_process;
};

static enum content_result counted_open(
    struct content *c, struct str name, uint32_t *ret_handle, uint64_t *ret_size, struct err *err)
{
	struct counted *counted = container_of(c, struct counted, memory.content);
	enum content_result result;

	if (str_eq(name, STR("unreadable"))) {
		(void)err_set(err, ERR_AUTH, "no right to read it");
		return CONTENT_ERROR;
	}
	result = counted->inner->open(c, name, ret_handle, ret_size, err);
	counted->opens += result == CONTENT_OK;
	return result;
}

static int counted_read(struct content *c, uint32_t handle, uint64_t offset, void *p, size_t n,
    size_t *ret_n, struct err *err)
{
	struct counted *counted = container_of(c, struct counted, memory.content);

	counted->reads++;
	/* A disk that goes bad behind the first megabyte. */
	if (handle == 2 && offset > 0)
		return err_set(err, ERR_IO, "bad sector");
	return counted->inner->read(c, handle, offset, p, n, ret_n, err);
}

static void counted_close(struct content *c, uint32_t handle)
{
	struct counted *counted = container_of(c, struct counted, memory.content);

	counted->closes++;
	counted->inner->close(c, handle);
}

static char large_byte(size_t at)
{
	return (char)(at * 31 + at / 4099);
}

static void content_init(struct world *w)
{
	char *large = arena_alloc(&w->report.arena, MIB(1));

	for (size_t i = 0; i < MIB(1); i++)
		large[i] = large_byte(i);
	w->names[0] = STR("small");
	w->bytes[0] = STR("FROM debian\n");
	w->names[1] = STR("large");
	w->bytes[1] = str_make(large, MIB(1));
	w->names[2] = STR("failing");
	w->bytes[2] = w->bytes[1];
	content_memory_init(&w->content.memory, w->names, w->bytes, ARRAY_LEN(w->names));
	w->content.inner = w->content.memory.content.ops;
	w->content.ops = (struct content_ops){
	    .open = counted_open, .read = counted_read, .close = counted_close};
	w->content.memory.content.ops = &w->content.ops;
}

static int world_open(void **state)
{
	static struct world world;

	world = (struct world){.limits = limits_default};
	world.limits.child_cpu_seconds = 20;
	report_init(&world.report, MIB(64), 1000);
	report_sink_init(&world.sink, &world.report, 0);
	buf_init(&world.reply, KIB(1));
	content_init(&world);
	*state = &world;
	return 0;
}

static int world_close(void **state)
{
	struct world *w = *state;

	report_release(&w->report);
	buf_release(&w->reply);
	return 0;
}

struct task {
	struct world *world;
	job_fn *fn;
	void *arg;
};

static int run_task(struct job *job, void *arg, struct err *err)
{
	const struct task *task = arg;

	return task->fn(job, task->arg, err);
}

static int take_reply(void *arg, struct str bytes, struct err *err)
{
	struct world *w = ((const struct task *)arg)->world;

	buf_add(&w->reply, bytes);
	return buf_ok(&w->reply) ? 0 : buf_err(&w->reply, "a reply", err);
}

static int run(struct world *w, job_fn *fn, void *arg)
{
	const struct pool_opts opts = {.limits = &w->limits, .in_process = w->in_process};
	struct task task = {w, fn, arg};
	const struct pool_one one = {
	    &w->content.memory.content, &w->sink.sink, run_task, take_reply, &task};

	w->err = ERR_INIT;
	return pool_run_one(&opts, &one, &w->report.arena, &w->at, &w->err);
}

static void assert_runs(struct world *w, job_fn *fn, void *arg)
{
	if (run(w, fn, arg) != 0)
		fail_msg("%s", w->err.text);
	/* Nothing is left open, and nobody to be waited for. */
	assert_int_equal(w->content.opens, w->content.closes);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void assert_fails(
    struct world *w, job_fn *fn, void *arg, enum err_code code, const char *says)
{
	assert_int_equal(run(w, fn, arg), -1);
	assert_err(&w->err, code, says);
	assert_int_equal(w->content.opens, w->content.closes);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

/* ---- what arrives ---- */

static int tell_everything(struct job *job, void *arg, struct err *err)
{
	struct sample s;
	struct package package = sample_package();
	struct distro distro = {.id = STR("debian"), .version_id = STR("12")};
	struct err why = {.code = ERR_NET, .text = "no answer"};

	(void)arg;
	sample_init(&s);
	if (sink_finding(job->sink, &s.finding, err) != 0 ||
	    sink_package(job->sink, &package, err) != 0 ||
	    sink_distro(job->sink, &distro, err) != 0 ||
	    sink_error(job->sink, STAGE_SCAN, STR("path"), &why, err) != 0)
		return -1;
	return job_reply(job, STR("sha256:00"), err);
}

static void what_is_told_arrives(void **state)
{
	struct world *w = *state;
	const struct finding *finding;

	assert_runs(w, tell_everything, NULL);
	assert_int_equal(w->report.findings.n, 1);
	finding = &w->report.findings.p[0];
	assert_str(finding->vulnerability->fixed.p[0], "3.0.9");
	assert_str(finding->places[1].origin.instruction, "Dockerfile:5 COPY requirements.txt");
	assert_str(w->report.inventory.packages.p[0].name, "flask-cors");
	assert_str(w->report.inventory.distro.version_id, "12");
	assert_int_equal(w->report.problems.p[0].code, ERR_NET);
	assert_str(buf_str(&w->reply), "sha256:00");
	assert_str(w->at, "");
}

static int read_small(struct job *job, void *arg, struct err *err)
{
	struct str bytes;

	if (content_read_all(job->content, STR("small"), KIB(1), job->arena, &bytes, err) !=
	    CONTENT_OK)
		return -1;
	if (!str_eq(bytes, STR("FROM debian\n")) || (uintptr_t)arg != 42)
		return err_set(err, ERR_FORMAT, "other bytes");
	if (content_read_all(job->content, STR("nothing"), KIB(1), job->arena, &bytes, err) !=
	    CONTENT_MISSING)
		return err_set(err, ERR_FORMAT, "not missing");
	return 0;
}

static void content_is_read(void **state)
{
	assert_runs(*state, read_small, (void *)(uintptr_t)42);
}

static int check_range(struct job *job, uint32_t handle, uint64_t offset, size_t n, struct err *err)
{
	static char bytes[1 << 20];
	size_t got, wanted = offset < MIB(1) ? MIN_OF(n, MIB(1) - (size_t)offset) : 0;

	if (job->content->ops->read(job->content, handle, offset, bytes, n, &got, err) != 0)
		return -1;
	if (got != wanted)
		return err_set(err, ERR_FORMAT, "%zu bytes instead of %zu", got, wanted);
	for (size_t i = 0; i < got; i++) {
		if (bytes[i] != large_byte((size_t)offset + i))
			return err_set(err, ERR_FORMAT, "another byte at %zu", i);
	}
	return 0;
}

/* All of it in little pieces, then anywhere, across windows and past the end. */
static int read_large(struct job *job, void *arg, struct err *err)
{
	static const uint64_t offsets[] = {0, 262143, 262144, 262145, 700000, 1048575, 1048576,
	    1048577, UINT64_MAX - 5, UINT64_MAX, 100, 99};
	static const size_t sizes[] = {0, 1, 100, 70000, 262144, 262145, 1048576};
	uint32_t handle;
	uint64_t size;

	(void)arg;
	if (job->content->ops->open(job->content, STR("large"), &handle, &size, err) != CONTENT_OK)
		return -1;
	for (uint64_t at = 0; at < size; at += 997) {
		if (check_range(job, handle, at, 997, err) != 0)
			return -1;
	}
	if ((uintptr_t)arg == 1)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(offsets); i++) {
		for (size_t k = 0; k < ARRAY_LEN(sizes); k++) {
			if (check_range(job, handle, offsets[i], sizes[k], err) != 0)
				return -1;
		}
	}
	job->content->ops->close(job->content, handle);
	return job->content->ops->read(job->content, handle, 0, &handle, 1, &(size_t){0}, err) != 0
		   ? 0
		   : err_set(err, ERR_FORMAT, "a closed handle can be read");
}

static void ranges_are_read(void **state)
{
	assert_runs(*state, read_large, NULL);
}

static void little_reads_are_few_questions(void **state)
{
	struct world *w = *state;

	/* 1052 reads of 997 bytes; the file stays open, and is closed for the child. */
	assert_runs(w, read_large, (void *)(uintptr_t)1);
	assert_true(w->content.reads <= 8);
}

static int read_what_fails(struct job *job, void *arg, struct err *err)
{
	struct str bytes;
	const char *name = arg;

	return content_read_all(job->content, str_of(name), MIB(2), job->arena, &bytes, err) ==
		       CONTENT_OK
		   ? 0
		   : -1;
}

static void errors_of_content_arrive(void **state)
{
	struct world *w = *state;
	char unreadable[] = "unreadable", failing[] = "failing";

	assert_fails(w, read_what_fails, unreadable, ERR_AUTH, "no right to read it");
	assert_fails(w, read_what_fails, failing, ERR_IO, "bad sector");
}

static int open_many(struct job *job, void *arg, struct err *err)
{
	uint32_t handle;
	uint64_t size;

	(void)arg;
	for (int i = 0; i <= POOL_OPEN_MAX; i++) {
		if (job->content->ops->open(job->content, STR("small"), &handle, &size, err) !=
		    CONTENT_OK)
			return -1;
	}
	return 0;
}

static void open_files_are_limited(void **state)
{
	assert_fails(*state, open_many, NULL, ERR_LIMIT, "more than 64 files open");
}

static int hash_and_sort(struct job *job, void *arg, struct err *err)
{
	char hex[SHA256_HEX_SIZE];

	(void)arg;
	sha256_hex(STR(""), hex);
	return job_reply(job, str_of(hex), err);
}

static void digests_work_inside(void **state)
{
	struct world *w = *state;

	assert_runs(w, hash_and_sort, NULL);
	assert_true(str_starts(buf_str(&w->reply), STR("e3b0c442")));
}

/* ---- what goes wrong ---- */

static int fail_politely(struct job *job, void *arg, struct err *err)
{
	(void)arg;
	job_at(job, STR("first"));
	job_at(job, STR("layer 2/etc/passwd"));
	err_set(err, ERR_UNSUPPORTED, "bzip2 is not supported");
	err->sys = 7;
	return -1;
}

static void an_error_is_passed_on(void **state)
{
	struct world *w = *state;

	assert_fails(w, fail_politely, NULL, ERR_UNSUPPORTED, "bzip2 is not supported");
	assert_int_equal(w->err.sys, 7);
	assert_str(w->at, "layer 2/etc/passwd");
}

static int dereference_null(struct job *job, void *arg, struct err *err)
{
	struct finding finding = {.rule = STR("DL3002")};

	if (sink_finding(job->sink, &finding, err) != 0)
		return -1;
	job_at(job, STR("evil.tar"));
	/* Not by a pointer that the compiler or UBSan would see through. */
	(void)raise(SIGSEGV);
	(void)arg;
	return 0;
}

static void a_crash_is_an_error(void **state)
{
	struct world *w = *state;

	assert_fails(w, dereference_null, NULL, ERR_FORMAT, "the reader was killed by SIGSEGV");
	assert_str(w->at, "evil.tar");
	/* Nothing of it is committed. */
	assert_int_equal(w->report.findings.n, 0);
	/* And the parent goes on as before. */
	assert_runs(w, tell_everything, NULL);
}

__attribute__((no_sanitize("undefined", "address"))) static int write_to_null(
    struct job *job, void *arg, struct err *err)
{
	volatile char *p = arg;

	(void)err;
	job_at(job, STR("null"));
	*p = 1;
	return 0;
}

static void a_null_dereference_is_an_error(void **state)
{
	struct world *w = *state;

	assert_fails(w, write_to_null, NULL, ERR_FORMAT, "killed by SIGSEGV");
	assert_str(w->at, "null");
}

static int give_up(struct job *job, void *arg, struct err *err)
{
	(void)arg;
	(void)err;
	job_at(job, STR("aborted"));
	abort();
}

static void an_abort_is_an_error(void **state)
{
	struct world *w = *state;

	assert_fails(w, give_up, NULL, ERR_FORMAT, "killed by SIGABRT");
	assert_str(w->at, "aborted");
}

static int leave(struct job *job, void *arg, struct err *err)
{
	(void)err;
	job_at(job, STR("left"));
	_exit((int)(uintptr_t)arg);
}

static void an_exit_without_an_answer_is_an_error(void **state)
{
	struct world *w = *state;

	assert_fails(w, leave, (void *)0, ERR_FORMAT, "without an answer (status 0)");
	assert_str(w->at, "left");
	assert_fails(w, leave, (void *)3, ERR_FORMAT, "without an answer (status 3)");
}

static int loop_for_ever(struct job *job, void *arg, struct err *err)
{
	volatile uint64_t n = 0;

	(void)err;
	job_at(job, STR("bomb.gz"));
	while (!arg)
		n = n + 1;
	return 0;
}

static void an_endless_loop_is_a_limit(void **state)
{
	struct world *w = *state;

	w->limits.child_cpu_seconds = 1;
	assert_fails(w, loop_for_ever, NULL, ERR_LIMIT, "out of CPU time (1 s)");
	assert_str(w->at, "bomb.gz");
}

static int allocate_for_ever(struct job *job, void *arg, struct err *err)
{
	job_at(job, STR("big"));
	while (!arg) {
		if (!arena_alloc(job->arena, MIB(1)))
			return arena_err(job->arena, err);
	}
	return 0;
}

static void an_arena_that_fills_is_a_limit(void **state)
{
	struct world *w = *state;

	w->limits.scan_memory = MIB(20);
	assert_fails(w, allocate_for_ever, NULL, ERR_LIMIT, "memory needed");
	assert_str(w->at, "big");
}

static void address_space_that_ends_is_an_error(void **state)
{
	struct world *w = *state;

	if (SANDBOX_UNDER_ASAN) {
		print_message(
		    "skipped: AddressSanitizer needs more address space than a limit leaves\n");
		skip();
	}
	w->limits.scan_memory = (size_t)-1 / 2;
	w->limits.child_memory = MIB(64);
	assert_fails(w, allocate_for_ever, NULL, ERR_NOMEM, "out of memory");
	assert_str(w->at, "big");
}

/* ---- what is done on purpose: a job that writes to the parent itself ---- */

struct raw {
	struct str bytes;
	bool ends; /* leaves, so that a frame that wants more sees the end */
};

static int send_raw(struct job *job, void *arg, struct err *err)
{
	const struct raw *raw = arg;
	char answer;

	job_at(job, STR("hostile"));
	if (fd_write_all(FD_PARENT, raw->bytes, err) != 0)
		return -1;
	while (!raw->ends && read(FD_PARENT, &answer, 1) > 0)
		;
	_exit(9);
}

static void assert_hostile(struct world *w, struct str bytes, const char *says)
{
	struct raw raw = {bytes, false};

	assert_fails(w, send_raw, &raw, ERR_FORMAT, says);
	assert_str(w->at, "hostile");
}

static void assert_cut(struct world *w, struct str bytes)
{
	struct raw raw = {bytes, true};

	assert_fails(w, send_raw, &raw, ERR_FORMAT, "without an answer (status 9)");
	assert_str(w->at, "hostile");
}

static void garbage_frames(void **state)
{
	struct world *w = *state;

	assert_hostile(w, STR("\0\0\0\0\0\0\0\0"), "no known type");
	assert_hostile(w, STR("\x63\0\0\0\0\0\0\0"), "no known type");
	assert_hostile(w, STR("\xff\xff\xff\xff\0\0\0\0"), "no known type");
	assert_hostile(w, STR("\1\0\0\0\xff\xff\xff\xff"), "too long");
	assert_cut(w, STR("\1\0\0\0\x10\0\0\0short"));
	assert_cut(w, STR("\1\0\0"));
	/* A frame that only the parent sends. */
	assert_hostile(w, STR("\x0f\0\0\0\0\0\0\0"), "no known type");
	/* An end of another item, one cut short, and a failure with a code out of range, or with
	 * none. */
	assert_hostile(w, STR("\x0c\0\0\0\4\0\0\0\7\0\0\0"), "not its own is done");
	assert_hostile(w, STR("\x0c\0\0\0\1\0\0\0x"), "not its own is done");
	assert_hostile(
	    w, STR("\x0d\0\0\0\x10\0\0\0\7\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0"), "not its own failed");
	assert_hostile(
	    w, STR("\x0d\0\0\0\x10\0\0\0\0\0\0\0\x63\0\0\0\0\0\0\0\0\0\0\0"), "malformed end");
	assert_hostile(
	    w, STR("\x0d\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "malformed end");
	/* Retirement with a last word, and a tool although there are none. */
	assert_hostile(w, STR("\x0e\0\0\0\1\0\0\0x"), "no known type");
	assert_hostile(w, STR("\x0e\0\0\0\0\0\0\0"), "before it has done anything");
	assert_hostile(w, STR("\4\0\0\0\4\0\0\0\0\0\0\0"), "not in the table");
	assert_hostile(w, STR("\4\0\0\0\1\0\0\0\0"), "not in the table");
}

/* What an item reported is looked at when the item is done. */
static void malformed_records(void **state)
{
	static const char *const says[] = {"finding record: another kind",
	    "package record: another kind", "distro record: another kind",
	    "problem record: another kind", "gap record: another kind",
	    "place record: another kind"};
	struct world *w = *state;

	for (char i = 0; i < (char)ARRAY_LEN(says); i++) {
		char frames[] = "\5\0\0\0\4\0\0\0abcd\x0c\0\0\0\4\0\0\0\0\0\0\0";
		struct raw raw = {str_make(frames, sizeof frames - 1), false};

		frames[0] = (char)(frames[0] + i);
		assert_fails(w, send_raw, &raw, ERR_FORMAT, says[(size_t)i]);
	}
	assert_int_equal(w->report.findings.n + w->report.problems.n, 0);
}

static void garbage_questions(void **state)
{
	struct world *w = *state;

	/* Handles that were never opened, in a read and in a close. */
	assert_hostile(w, STR("\2\0\0\0\x10\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0"),
	    "a file that is not open");
	assert_hostile(w, STR("\2\0\0\0\x10\0\0\0\xff\xff\xff\xff\0\0\0\0\0\0\0\0\1\0\0\0"),
	    "a file that is not open");
	assert_hostile(w, STR("\3\0\0\0\4\0\0\0\x40\0\0\0"), "a file that is not open");
	assert_hostile(w, STR("\3\0\0\0\3\0\0\0\0\0\0"), "cut short");
	assert_hostile(w, STR("\2\0\0\0\1\0\0\0\0"), "cut short");
	/* Open "small" (handle 0), then 4 GiB of it, then some past every end. */
	assert_hostile(w,
	    STR("\1\0\0\0\5\0\0\0small"
		"\2\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xff\xff\xff\xff"),
	    "out of bounds");
	assert_hostile(w,
	    STR("\1\0\0\0\5\0\0\0small"
		"\2\0\0\0\x10\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\1\0\0\0"),
	    "out of bounds");
}

static int ask_past_the_end(struct job *job, void *arg, struct err *err)
{
	static const char questions[] = "\1\0\0\0\5\0\0\0small"
					"\2\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\x40\0\0\0\0\x0a\0\0\0";
	struct buf answer CLEANUP(buf_release) = BUF_INIT(KIB(1));
	uint32_t type;

	(void)job;
	(void)arg;
	if (fd_write_all(FD_PARENT, str_make(questions, sizeof questions - 1), err) != 0 ||
	    frame_read(FD_PARENT, &answer, &type, err) != FRAME_OK ||
	    frame_read(FD_PARENT, &answer, &type, err) != FRAME_OK)
		return -1;
	return type == FRAME_BYTES && answer.n == 0
		   ? 0
		   : err_set(err, ERR_FORMAT, "frame %u of %zu bytes", type, answer.n);
}

static void past_the_end_is_nothing(void **state)
{
	assert_runs(*state, ask_past_the_end, NULL);
}

static int ask_and_never_listen(struct job *job, void *arg, struct err *err)
{
	static const char question[] = "\2\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\4\0";
	uint32_t handle;
	uint64_t size;

	(void)arg;
	job_at(job, STR("deaf"));
	if (job->content->ops->open(job->content, STR("large"), &handle, &size, err) != CONTENT_OK)
		return -1;
	for (;;) {
		if (fd_write_all(FD_PARENT, str_make(question, sizeof question - 1), err) != 0)
			return -1;
	}
}

/* FUTEX_WAIT on a word that nobody wakes: takes no CPU time. */
static _Noreturn void wait_for_ever(void)
{
	uint32_t word = 0;

	for (;;)
		(void)syscall(SYS_futex, &word, 0, 0, NULL, NULL, 0);
}

static int sleep_for_ever(struct job *job, void *arg, struct err *err)
{
	(void)err;
	(void)arg;
	job_at(job, STR("asleep"));
	wait_for_ever();
}

static int close_and_linger(struct job *job, void *arg, struct err *err)
{
	(void)err;
	(void)arg;
	job_at(job, STR("lingers"));
	(void)close(FD_PARENT);
	(void)close(FD_PARENT);
	wait_for_ever();
}

static void whoever_closes_its_pipe_is_ended(void **state)
{
	assert_fails(*state, close_and_linger, NULL, ERR_LIMIT, "the reader was killed");
}

/* Both would hold the parent for ever, did it not look at the clock. */
static void a_reader_that_only_waits_is_ended(void **state)
{
	struct world *w = *state;
	int64_t begin = clock_system.mono_ms(&clock_system);

	w->limits.child_wall_seconds = 1;
	assert_fails(w, sleep_for_ever, NULL, ERR_LIMIT, "longer than 1 s");
	assert_str(w->at, "asleep");
	assert_fails(w, ask_and_never_listen, NULL, ERR_FORMAT, "before it has its answer");
	assert_str(w->at, "deaf");
	assert_true(clock_system.mono_ms(&clock_system) - begin < 10000);
}

static int too_much_for_the_parent(struct job *job, void *arg, struct err *err)
{
	const struct err why = {.code = ERR_NET, .text = "no answer"};

	(void)arg;
	for (;;) {
		if (sink_error(job->sink, STAGE_SCAN, STR("path"), &why, err) != 0)
			return -1;
	}
}

static void what_an_item_reports_is_limited(void **state)
{
	struct world *w = *state;

	w->limits.scan_memory = KIB(100);
	assert_fails(w, too_much_for_the_parent, NULL, ERR_LIMIT, "bytes are reported of it");
	assert_int_equal(w->report.problems.n, 0);
}

static int tell_much(struct job *job, void *arg, struct err *err)
{
	const struct err why = {.code = ERR_NET, .text = "no answer"};

	(void)arg;
	for (int i = 0; i < 1000; i++) {
		if (sink_error(job->sink, STAGE_SCAN, STR("path"), &why, err) != 0)
			return -1;
	}
	return 0;
}

static void a_full_report_ends_the_run(void **state)
{
	struct world *w = *state;

	w->report.arena.limit_bytes = w->report.arena.used_bytes + KIB(10);
	assert_fails(w, tell_much, NULL, ERR_LIMIT, "memory needed");
}

/* ---- the walls, from inside a real job ---- */

static int try_to_escape(struct job *job, void *arg, struct err *err)
{
	int failed = 0;

	(void)job;
	failed += open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0;
	failed += open("/tmp/plimsoll-escaped", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0;
	failed += socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0;
	failed += fork() >= 0;
	failed += kill(*(pid_t *)arg, 0) >= 0;
	failed += execl("/bin/true", "true", (char *)NULL) >= 0;
	/* Nothing of the parent's is open but the socket (and stderr, under ASan). */
	for (int fd = 0; fd < 64; fd++) {
		if (fd != FD_PARENT && !(SANDBOX_UNDER_ASAN && fd == STDERR_FILENO))
			failed += fcntl(fd, F_GETFL) >= 0;
	}
	return failed == 0 ? 0 : err_set(err, ERR_FORMAT, "%d ways out", failed);
}

static void there_is_no_way_out(void **state)
{
	pid_t self = getpid();

	assert_runs(*state, try_to_escape, &self);
}

/* ---- without a reader ---- */

static void the_same_in_process(void **state)
{
	struct world *w = *state;

	w->in_process = true;
	assert_runs(w, tell_everything, NULL);
	assert_int_equal(w->report.findings.n, 1);
	assert_runs(w, read_small, (void *)(uintptr_t)42);
	assert_fails(w, fail_politely, NULL, ERR_UNSUPPORTED, "bzip2 is not supported");
	assert_str(w->at, "layer 2/etc/passwd");
}

#define child_test(test) cmocka_unit_test_setup_teardown(test, world_open, world_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    child_test(what_is_told_arrives),
	    child_test(content_is_read),
	    child_test(ranges_are_read),
	    child_test(little_reads_are_few_questions),
	    child_test(errors_of_content_arrive),
	    child_test(open_files_are_limited),
	    child_test(digests_work_inside),
	    child_test(an_error_is_passed_on),
	    child_test(a_crash_is_an_error),
	    child_test(a_null_dereference_is_an_error),
	    child_test(an_abort_is_an_error),
	    child_test(an_exit_without_an_answer_is_an_error),
	    child_test(an_endless_loop_is_a_limit),
	    child_test(an_arena_that_fills_is_a_limit),
	    child_test(address_space_that_ends_is_an_error),
	    child_test(garbage_frames),
	    child_test(malformed_records),
	    child_test(garbage_questions),
	    child_test(past_the_end_is_nothing),
	    child_test(whoever_closes_its_pipe_is_ended),
	    child_test(a_reader_that_only_waits_is_ended),
	    child_test(what_an_item_reports_is_limited),
	    child_test(a_full_report_ends_the_run),
	    child_test(there_is_no_way_out),
	    child_test(the_same_in_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
