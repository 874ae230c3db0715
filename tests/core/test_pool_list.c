/*
 * A list of items in several readers: what is committed is the same whatever their number,
 * an item that ends its reader costs itself alone, files come as descriptors, and tools are
 * run for readers that cannot run them.
 */
#include "base/frame.h"
#include "base/os/fd.h"
#include "base/os/sandbox.h"
#include "core/pool.h"
#include "core/report.h"
#include "unit.h"

#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ITEMS = 500 };

/* What was committed, in order: "3 ", "lost 4 (at) ", "reply 5=… ". */
struct list {
	struct sink sink;
	struct buf out;
	struct limits limits;
	struct pool_opts opts;
	struct pool_work work;
	size_t crash_every; /* 0: never */
	size_t fail_at;	    /* an item that returns an error */
	char names[ITEMS][32];
};

static int on_problem(struct sink *sink, const struct problem *problem, struct err *err)
{
	(void)err;
	buf_addf(
	    &container_of(sink, struct list, sink)->out, STR_FMT " ", STR_ARG(problem->message));
	return 0;
}

static const struct sink_ops list_ops = {.problem = on_problem};

static int tell(struct job *job, const char *text, struct err *err)
{
	struct problem problem = {.code = ERR_FORMAT, .message = str_of(text)};

	return sink_problem(job->sink, &problem, err);
}

static int tell_number(struct job *job, size_t item, struct err *err)
{
	char text[32];

	(void)snprintf(text, sizeof text, "%zu", item);
	return tell(job, text, err);
}

static int on_lost(void *arg, size_t item, struct str at, const struct err *why, struct err *err)
{
	struct list *l = arg;

	(void)err;
	if (item == POOL_NO_ITEM)
		buf_addf(&l->out, "none (%s) ", why->text);
	else
		buf_addf(&l->out, "lost %zu (" STR_FMT ") ", item, STR_ARG(at));
	return 0;
}

static int item_number(struct job *job, size_t item, void *arg, struct err *err)
{
	const struct list *l = arg;
	char at[32];

	(void)snprintf(at, sizeof at, "unit %zu", item);
	job_at(job, str_of(at));
	if (tell_number(job, item, err) != 0)
		return -1;
	if (l->crash_every > 0 && item % l->crash_every == l->crash_every - 1)
		(void)raise(SIGSEGV);
	if (l->fail_at > 0 && item == l->fail_at)
		return err_set(err, ERR_FORMAT, "nonsense");
	return 0;
}

static int list_open(void **state)
{
	struct list *l = calloc(1, sizeof *l);

	*l = (struct list){.sink = {.ops = &list_ops}, .limits = limits_default};
	buf_init(&l->out, MIB(1));
	l->opts = (struct pool_opts){.limits = &l->limits};
	l->work = (struct pool_work){.n = ITEMS,
	    .sink = &l->sink,
	    .arg = l,
	    .item = item_number,
	    .lost = on_lost,
	    .lost_arg = l};
	*state = l;
	return 0;
}

static int list_close(void **state)
{
	struct list *l = *state;

	buf_release(&l->out);
	free(l);
	return 0;
}

static void run(struct list *l, unsigned readers)
{
	struct content_memory nothing;
	struct err err = ERR_INIT;

	content_memory_init(&nothing, NULL, NULL, 0);
	if (!l->work.content)
		l->work.content = &nothing.content;
	l->opts.readers = readers;
	buf_clear(&l->out);
	if (pool_run(&l->opts, &l->work, &err) != 0)
		fail_msg("%s", err.text);
	assert_true(buf_ok(&l->out));
	if (l->work.content == &nothing.content)
		l->work.content = NULL;
}

/* All numbers in their order, but those that are lost. */
static void assert_in_order(const struct list *l)
{
	struct buf wanted CLEANUP(buf_release) = BUF_INIT(MIB(1));

	for (size_t i = 0; i < l->work.n; i++) {
		bool lost = l->crash_every > 0 && i % l->crash_every == l->crash_every - 1;

		if (lost || (l->fail_at > 0 && i == l->fail_at))
			buf_addf(&wanted, "lost %zu (unit %zu) ", i, i);
		else
			buf_addf(&wanted, "%zu ", i);
	}
	assert_string_equal(buf_cstr(&l->out), buf_cstr(&wanted));
}

static void the_order_does_not_depend_on_the_readers(void **state)
{
	static const unsigned readers[] = {0, 1, 2, 3, 8};

	for (size_t i = 0; i < ARRAY_LEN(readers); i++) {
		run(*state, readers[i]);
		assert_in_order(*state);
	}
}

static void any_number_of_items(void **state)
{
	struct list *l = *state;

	for (l->work.n = 0; l->work.n < 40; l->work.n++) {
		run(l, 2);
		assert_in_order(l);
	}
}

/* What a lost item reported before is not committed, and no other item is missing or doubled. */
static void a_crash_costs_its_one_item(void **state)
{
	struct list *l = *state;

	l->crash_every = 97;
	for (unsigned readers = 1; readers < 5; readers++) {
		run(l, readers);
		assert_in_order(l);
	}
}

static void an_error_costs_its_one_item(void **state)
{
	struct list *l = *state;

	l->fail_at = 123;
	run(l, 2);
	assert_in_order(l);
}

static void too_many_crashes_end_the_list(void **state)
{
	struct list *l = *state;
	size_t n_lost = 0;

	l->crash_every = 1;
	run(l, 2);
	for (const char *p = buf_cstr(&l->out); (p = strstr(p, "lost ")) != NULL; p++)
		n_lost++;
	assert_in_range(n_lost, POOL_LOSSES_MAX, POOL_LOSSES_MAX + 64);
	assert_non_null(
	    strstr(buf_cstr(&l->out), "none (64 files ended their reader, so the last "));
}

static int begin_badly(struct job *job, void *arg, struct err *err)
{
	(void)job, (void)arg;
	return err_set(err, ERR_CONFIG, "no rules");
}

static void a_reader_that_cannot_begin_is_one_error(void **state)
{
	struct list *l = *state;

	l->work.begin = begin_badly;
	run(l, 2);
	assert_string_equal(buf_cstr(&l->out), "none (no rules) ");
}

/* ---- state of a reader ---- */

static int begin_counting(struct job *job, void *arg, struct err *err)
{
	(void)arg, (void)err;
	job->state = calloc(1, sizeof(size_t));
	return 0;
}

static int item_counting(struct job *job, size_t item, void *arg, struct err *err)
{
	size_t *n = job->state;

	(void)arg, (void)item;
	return tell_number(job, ++*n, err);
}

static void end_counting(struct job *job, void *arg)
{
	(void)arg;
	free(job->state);
}

static void a_reader_keeps_its_state(void **state)
{
	struct list *l = *state;

	l->work.begin = begin_counting;
	l->work.item = item_counting;
	l->work.end = end_counting;
	l->work.n = 5;
	run(l, 1);
	assert_string_equal(buf_cstr(&l->out), "1 2 3 4 5 ");
	l->opts.in_process = true;
	run(l, 1);
	assert_string_equal(buf_cstr(&l->out), "1 2 3 4 5 ");
}

/* ---- answers ---- */

static int item_replying(struct job *job, size_t item, void *arg, struct err *err)
{
	char text[32];

	(void)arg;
	(void)snprintf(text, sizeof text, "%zu", item * item);
	if (job_reply(job, str_of(text), err) != 0)
		return -1;
	return item == 3 ? job_reply(job, STR("again"), err) : 0;
}

static int on_reply(void *arg, size_t item, struct str bytes, struct err *err)
{
	struct list *l = arg;

	(void)err;
	buf_addf(&l->out, "%zu=" STR_FMT " ", item, STR_ARG(bytes));
	return 0;
}

static void each_item_answers_once(void **state)
{
	struct list *l = *state;

	l->work.item = item_replying;
	l->work.reply = on_reply;
	l->work.n = 5;
	run(l, 2);
	assert_string_equal(buf_cstr(&l->out), "0=0 1=1 2=4 lost 3 () 4=16 ");
	l->work.reply = NULL;
	run(l, 2);
	assert_string_equal(
	    buf_cstr(&l->out), "lost 0 () lost 1 () lost 2 () lost 3 () lost 4 () ");
}

static int item_in_vain(struct job *job, size_t item, void *arg, struct err *err)
{
	const struct package package = {.name = STR("x")};

	(void)item, (void)arg;
	return sink_package(job->sink, &package, err);
}

/* The list's sink takes no package. */
static int on_lost_why(
    void *arg, size_t item, struct str at, const struct err *why, struct err *err)
{
	struct list *l = arg;

	(void)item, (void)at;
	buf_addf(&l->out, "%s ", why->text);
	(void)err;
	return 0;
}

static void what_nobody_takes_is_an_error(void **state)
{
	struct list *l = *state;
	struct content_memory nothing;
	struct err err = ERR_INIT;

	content_memory_init(&nothing, NULL, NULL, 0);
	l->work.content = &nothing.content;
	l->work.item = item_in_vain;
	l->work.lost = on_lost_why;
	l->work.n = 1;
	assert_int_equal(pool_run(&l->opts, &l->work, &err), -1);
	assert_err(&err, ERR_FORMAT, "a package is reported here, and nobody takes it");
	l->opts.in_process = true;
	run(l, 1);
	assert_string_equal(buf_cstr(&l->out), "a package is reported here, and nobody takes it ");
}

/* ---- places that a finding gains ---- */

static int item_adding_places(struct job *job, size_t item, void *arg, struct err *err)
{
	const struct finding_id id = {.rule = STR("R"), .identity = STR("x"), .path = STR("first")};
	struct place place = {.origin.path = STR("first"), .line = 1};
	struct finding finding = {
	    .rule = STR("R"), .identity = STR("x"), .places = &place, .n_places = 1};

	(void)arg;
	if (item == 0)
		return sink_finding(job->sink, &finding, err);
	place = (struct place){
	    .origin = {.path = STR("later"), .commit = STR("c0ffee"), .author = STR("A <a@b>")},
	    .line = (uint32_t)item + 1};
	return sink_place(job->sink, &id, &place, err);
}

static void a_finding_gains_places_from_later_items(void **state)
{
	struct list *l = *state;
	struct report report CLEANUP(report_release) = {0};
	struct report_sink sink;

	report_init(&report, MIB(16), 100);
	report_sink_init(&sink, &report, 0);
	l->work.sink = &sink.sink;
	l->work.item = item_adding_places;
	l->work.n = 20;
	run(l, 3);
	assert_int_equal(report.findings.n, 1);
	assert_int_equal(report.findings.p[0].n_places, 20);
	for (uint32_t i = 0; i < 20; i++)
		assert_int_equal(report.findings.p[0].places[i].line, i + 1);
	assert_str(report.findings.p[0].places[19].origin.author, "A <a@b>");
}

/* ---- files ---- */

static struct str name_of(const void *arg, size_t item)
{
	return str_of(((const struct list *)arg)->names[item]);
}

/* The item's own file, and another that has to be asked for. */
static int item_reading(struct job *job, size_t item, void *arg, struct err *err)
{
	const struct list *l = arg;
	struct str own, other;
	char text[64];

	switch (content_read_all(job->content, name_of(arg, item), KIB(1), job->arena, &own, err)) {
	case CONTENT_MISSING:
		return tell(job, "missing", err);
	case CONTENT_ERROR:
		return -1;
	case CONTENT_OK:
		break;
	}
	if (content_read_all(job->content, str_of(l->names[0]), KIB(1), job->arena, &other, err) !=
	    CONTENT_OK)
		return err_set(err, ERR_FORMAT, "no other");
	(void)snprintf(text, sizeof text, STR_FMT "+" STR_FMT, STR_ARG(own), STR_ARG(other));
	return tell(job, text, err);
}

/* A descriptor that was sent can be read, and nothing else can be done with it or beside it. */
static int item_escaping(struct job *job, size_t item, void *arg, struct err *err)
{
	uint32_t handle;
	uint64_t size;
	int failed = 0;

	if (job->content->ops->open(job->content, name_of(arg, item), &handle, &size, err) !=
	    CONTENT_OK)
		return -1;
	for (int fd = 3; fd < 64; fd++) {
		failed += fd > 3 && write(fd, "x", 1) >= 0;
		failed += ftruncate(fd, 0) >= 0;
		failed += fchmod(fd, 0777) >= 0;
		failed += openat(fd, "..", O_RDONLY) >= 0;
		failed += syscall(SYS_dup, fd) >= 0;
	}
	return failed == 0 ? tell(job, "shut", err) : err_set(err, ERR_FORMAT, "%d ways", failed);
}

struct folder {
	char path[64];
	int fd;
};

static void folder_make(struct list *l, struct folder *f)
{
	(void)snprintf(f->path, sizeof f->path, "/tmp/plimsoll-pool-XXXXXX");
	assert_non_null(mkdtemp(f->path));
	f->fd = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(f->fd >= 0);
	for (size_t i = 0; i < l->work.n; i++) {
		int fd CLEANUP_FD = -1;

		(void)snprintf(l->names[i], sizeof l->names[i], "f%zu", i);
		fd = openat(f->fd, l->names[i], O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		assert_true(dprintf(fd, "%zu", i) > 0);
	}
}

static void folder_remove(struct folder *f)
{
	struct err err = ERR_INIT;

	(void)close(f->fd);
	assert_int_equal(dir_remove(f->path, &err), 0);
}

static void files_come_as_descriptors(void **state)
{
	struct list *l = *state;
	struct content_dir dir CLEANUP(content_dir_release) = {0};
	struct buf wanted CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct folder folder;

	l->work.n = 300;
	folder_make(l, &folder);
	assert_int_equal(unlinkat(folder.fd, "f7", 0), 0);
	assert_int_equal(unlinkat(folder.fd, "f8", 0), 0);
	assert_int_equal(symlinkat("/etc/passwd", folder.fd, "f8"), 0);
	content_dir_init(&dir, folder.fd);
	l->work.content = &dir.content;
	l->work.name = name_of;
	l->work.item = item_reading;
	for (size_t i = 0; i < l->work.n; i++) {
		if (i == 7 || i == 8)
			buf_addf(&wanted, "missing ");
		else
			buf_addf(&wanted, "%zu+0 ", i);
	}
	for (unsigned readers = 1; readers < 4; readers++) {
		run(l, readers);
		assert_string_equal(buf_cstr(&l->out), buf_cstr(&wanted));
	}
	l->opts.in_process = true;
	run(l, 1);
	assert_string_equal(buf_cstr(&l->out), buf_cstr(&wanted));
	folder_remove(&folder);
}

static void a_descriptor_can_only_be_read(void **state)
{
	struct list *l = *state;
	struct content_dir dir CLEANUP(content_dir_release) = {0};
	struct folder folder;

	l->work.n = 1;
	folder_make(l, &folder);
	content_dir_init(&dir, folder.fd);
	l->work.content = &dir.content;
	l->work.name = name_of;
	l->work.item = item_escaping;
	run(l, 1);
	assert_string_equal(buf_cstr(&l->out), "shut ");
	folder_remove(&folder);
}

/* ---- tools ---- */

static const struct tool tools[] = {
    {(const char *const[]){"tr", "a-z", "A-Z", NULL}, 10, 0, 10000, KIB(64), false},
    {(const char *const[]){"plimsoll-no-such-tool", NULL}, 10, 0, 10000, KIB(64), false},
    {(const char *const[]){"sleep", "60", NULL}, 10, 0, 200, KIB(64), false},
    {(const char *const[]){"yes", NULL}, 10, 0, 10000, KIB(64), false},
    {(const char *const[]){"false", NULL}, 10, 0, 10000, KIB(64), false},
    {(const char *const[]){"cat", NULL}, 10, 0, 10000, MIB(8), false},
};

static int item_with_tool(struct job *job, size_t item, void *arg, struct err *err)
{
	struct tool_result result;
	struct err why = ERR_INIT;
	char text[256];

	(void)arg;
	if (job_run_tool(job, item, STR("some text"), &result, &why) != 0)
		return tell(job, why.text, err);
	(void)snprintf(text, sizeof text, "%d:" STR_FMT, result.status, STR_ARG(result.output));
	return tell(job, text, err);
}

static void tools_are_run_for_readers(void **state)
{
	static const char wanted[] =
	    "0:SOME TEXT plimsoll-no-such-tool is not installed sleep ran longer than 200 ms "
	    "yes wrote more than 65536 bytes 1: 0:some text ";
	struct list *l = *state;

	l->opts.tools = tools;
	l->opts.n_tools = ARRAY_LEN(tools);
	l->work.n = ARRAY_LEN(tools);
	l->work.item = item_with_tool;
	run(l, 2);
	assert_string_equal(buf_cstr(&l->out), wanted);
	l->opts.in_process = true;
	run(l, 1);
	assert_string_equal(buf_cstr(&l->out), wanted);
}

static int item_with_large_tool(struct job *job, size_t item, void *arg, struct err *err)
{
	struct str input = str_make(arena_alloc(job->arena, MIB(3)), MIB(3));
	struct tool_result result;

	(void)item, (void)arg;
	if (!input.p || job_run_tool(job, 5, input, &result, err) != 0)
		return -1;
	return tell(job, str_eq(result.output, input) ? "same" : "other", err);
}

static void a_tool_takes_megabytes(void **state)
{
	struct list *l = *state;

	l->opts.tools = tools;
	l->opts.n_tools = ARRAY_LEN(tools);
	l->work.n = 20;
	l->work.item = item_with_large_tool;
	run(l, 2);
	assert_int_equal(l->out.n, 20 * strlen("same "));
}

/* Each text of the list is a file, and the answer comes a second time from the cache: the tool that
 * would say something else is not run. */
static const struct tool file_tools[] = {
    {(const char *const[]){"tail", "-v", "-n", "+1", NULL}, 10, 0, 10000, KIB(64), true},
    {(const char *const[]){"date", "+%N", NULL}, 10, 0, 10000, KIB(64), false},
};

static int item_with_files(struct job *job, size_t item, void *arg, struct err *err)
{
	struct buf input CLEANUP(buf_release) = BUF_INIT(KIB(4));
	struct tool_result result;

	(void)arg;
	frame_u32(&input, 2);
	frame_str(&input, STR("one\n"));
	frame_str(&input, STR("two\n"));
	if (job_run_tool(job, item, buf_str(&input), &result, err) != 0)
		return -1;
	return tell(job, arena_cstr(job->arena, result.output), err);
}

static void a_tool_takes_files(void **state)
{
	struct list *l = *state;

	l->opts.tools = file_tools;
	l->opts.n_tools = 1;
	l->work.n = 1;
	l->work.item = item_with_files;
	run(l, 1);
	assert_string_equal(
	    buf_cstr(&l->out), "==> /dev/fd/10 <==\none\n\n==> /dev/fd/11 <==\ntwo\n ");
}

static void each_entry(const char *folder, void (*fn)(const char *path))
{
	char pattern[512];
	glob_t found;

	(void)snprintf(pattern, sizeof pattern, "%s/*/*", folder);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		fn(found.gl_pathv[i]);
	globfree(&found);
}

static void spoil(const char *path)
{
	FILE *f = fopen(path, "r+");

	assert_non_null(f);
	assert_int_equal(fseek(f, -2, SEEK_END), 0);
	assert_int_equal(fputc('x', f), 'x');
	assert_int_equal(fclose(f), 0);
}

static void a_tool_is_asked_once(void **state)
{
	struct list *l = *state;
	char folder[] = "/tmp/plimsoll-test-XXXXXX", first[64];
	struct err err = ERR_INIT;

	assert_non_null(mkdtemp(folder));
	l->opts.tools = file_tools;
	l->opts.n_tools = 2;
	l->opts.tool_cache = folder;
	l->work.n = 2;
	l->work.item = item_with_files;
	run(l, 1);
	(void)snprintf(first, sizeof first, "%s", strrchr(buf_cstr(&l->out), '>') + 1);
	run(l, 1);
	assert_non_null(strstr(buf_cstr(&l->out), first));
	each_entry(folder, spoil);
	run(l, 1);
	assert_null(strstr(buf_cstr(&l->out), first));
	l->opts.in_process = true;
	(void)snprintf(first, sizeof first, "%s", strrchr(buf_cstr(&l->out), '>') + 1);
	run(l, 1);
	assert_non_null(strstr(buf_cstr(&l->out), first));
	assert_int_equal(dir_remove(folder, &err), 0);
}

/* ---- limits are an item's ---- */

static int item_burning(struct job *job, size_t item, void *arg, struct err *err)
{
	clock_t until = clock() + CLOCKS_PER_SEC * 6 / 10;

	(void)arg;
	while (clock() < until)
		;
	return tell_number(job, item, err);
}

/* Together they take more CPU time than one reader may. */
static void a_reader_retires_before_its_time_is_up(void **state)
{
	struct list *l = *state;

	l->limits.child_cpu_seconds = 2;
	l->work.item = item_burning;
	l->work.n = 6;
	run(l, 1);
	assert_string_equal(buf_cstr(&l->out), "0 1 2 3 4 5 ");
}

#define list_test(test) cmocka_unit_test_setup_teardown(test, list_open, list_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    list_test(the_order_does_not_depend_on_the_readers),
	    list_test(any_number_of_items),
	    list_test(a_crash_costs_its_one_item),
	    list_test(an_error_costs_its_one_item),
	    list_test(too_many_crashes_end_the_list),
	    list_test(a_reader_that_cannot_begin_is_one_error),
	    list_test(a_reader_keeps_its_state),
	    list_test(each_item_answers_once),
	    list_test(what_nobody_takes_is_an_error),
	    list_test(a_finding_gains_places_from_later_items),
	    list_test(files_come_as_descriptors),
	    list_test(a_descriptor_can_only_be_read),
	    list_test(tools_are_run_for_readers),
	    list_test(a_tool_takes_megabytes),
	    list_test(a_tool_takes_files),
	    list_test(a_tool_is_asked_once),
	    list_test(a_reader_retires_before_its_time_is_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
