/*
 * Feeds on disk to a database on disk. The parent lists and opens the files and writes
 * the result; the reader in its sandbox parses them, and lays the database into memory that
 * both share, for it may be larger than an answer.
 */
#include "detect/vuln/db/db_build.h"

#include "base/os/output.h"
#include "core/pool.h"
#include "core/wire_fields.h"
#include "detect/vuln/db/db.h"
#include "detect/vuln/feeds/feed_files.h"
#include "detect/vuln/feeds/feed_unpack.h"
#include "read/codec/codec.h"

#include <stdio.h>
#include <sys/mman.h>

enum { TAG_DATABASE = 1 << 16 | 0x106 };

/* As large as a database may be; the kernel gives what is used of it. */
#define DATABASE_MAX ((size_t)GIB(1))

/* ---- the reader ---- */

struct db_building {
	const struct feed_paths *paths;
	const size_t *ends; /* of each input: how many of the paths are its own or before it */
	const struct str *inputs;
	size_t n_inputs;
	int64_t built_ms;
	char *database;	       /* DATABASE_MAX bytes, shared */
	struct arena *arena;   /* the parent's */
	struct db_stats stats; /* the answer */
};

struct feeding {
	struct db_builder *builder;
	struct sink *sink;
};

static int add_file(void *arg, struct str name, struct str bytes, struct err *err)
{
	const struct feeding *f = arg;

	return db_builder_add(f->builder, name, bytes, f->sink, err);
}

static int refuse_entry(void *arg, struct str name, const struct err *why, struct err *err)
{
	const struct feeding *f = arg;

	db_stats_leave_out(db_builder_stats(f->builder), "files of an archive that are refused", 1);
	return sink_error(f->sink, STAGE_SCAN, name, why, err);
}

static int read_file(struct job *job, struct db_builder *builder, const char *path, size_t i,
    struct arena *arena, struct err *err)
{
	struct feeding feeding = {builder, job->sink};
	struct feed_unpacked to = {add_file, refuse_entry, &feeding};
	struct str name = str_of(path), key = arena_fmt(arena, "%zu", i);

	if (!key.p)
		return arena_err(arena, err);
	job_at(job, name);
	return feed_unpack(job->content, key, name, job->limits, &to, err);
}

/* What was named and holds no feed is not passed over. */
static int read_input(struct job *job, const struct db_building *building,
    struct db_builder *builder, size_t input, struct arena *arena, struct err *err)
{
	const struct db_stats *stats = db_builder_stats(builder);
	uint64_t before = stats->files - stats->ignored_files, records = stats->records;

	for (size_t i = input > 0 ? building->ends[input - 1] : 0; i < building->ends[input]; i++) {
		if (read_file(job, builder, building->paths->p[i], i, arena, err) != 0)
			return -1;
		arena_clear(arena);
	}
	if (stats->records > records)
		return 0;
	job_at(job, STR_NONE);
	if (stats->files - stats->ignored_files > before)
		return err_set(err, ERR_UNSUPPORTED,
		    STR_FMT ": it looks like an advisory feed, and no record of it can be read",
		    STR_ARG(building->inputs[input]));
	return err_set(err, ERR_UNSUPPORTED,
	    STR_FMT ": no advisory feed that is known here is in it; a folder of OSV records, "
		    "Debian's DSA list or CISA's catalogue is expected",
	    STR_ARG(building->inputs[input]));
}

static void walk_left_out(struct wire *w, void *item)
{
	struct db_left_out *left = item;
	struct str what = str_of(left->what);

	wire_str(w, &what);
	wire_u64(w, &left->n);
	if (!w->out)
		(void)snprintf(left->what, sizeof left->what, "%.*s", STR_ARG(what));
}

static void walk_stats(struct wire *w, void *item)
{
	enum { LEAST_LEFT_OUT = 12 };
	struct db_stats *s = item;
	uint64_t *const numbers[] = {&s->files, &s->ignored_files, &s->records, &s->refused,
	    &s->advisories, &s->packages, &s->bytes};
	const struct db_left_out *left;

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		wire_u64(w, numbers[i]);
	left = wire_items(
	    w, s->left_out, &s->n_left_out, sizeof *s->left_out, LEAST_LEFT_OUT, walk_left_out);
	if (w->out || !left)
		return;
	w->malformed |= s->n_left_out > ARRAY_LEN(s->left_out);
	if (!w->malformed)
		memcpy(s->left_out, left, s->n_left_out * sizeof *left);
}

static int build_job(struct job *job, void *arg, struct err *err)
{
	const struct db_building *building = arg;
	struct db_builder *builder CLEANUP(db_builder_cleanup) =
	    db_builder_new((size_t)(job->limits->child_memory / 2));
	struct buf out CLEANUP(buf_release) = BUF_INIT(DATABASE_MAX);
	struct buf answer CLEANUP(buf_release) = BUF_INIT(KIB(64));
	struct arena arena CLEANUP(arena_release);
	struct db_stats stats;

	arena_init(&arena, 2 * job->limits->wanted_bytes);
	if (!builder)
		return err_nomem(err);
	for (size_t i = 0; i < building->n_inputs; i++) {
		if (read_input(job, building, builder, i, &arena, err) != 0)
			return -1;
	}
	job_at(job, STR_NONE);
	if (db_builder_finish(builder, building->built_ms, &out, &stats, err) != 0)
		return -1;
	memcpy(building->database, out.p, out.n);
	stats.bytes = out.n;
	wire_put(&answer, TAG_DATABASE, &stats, walk_stats);
	if (!buf_ok(&answer))
		return buf_err(&answer, "what is said about the database", err);
	return job_reply(job, buf_str(&answer), err);
}

/* ---- the parent ---- */

/* Problems go on to the caller; nothing else is to be had of feeds. */
static int on_problem(struct sink *s, const struct problem *problem, struct err *err)
{
	return sink_problem(s->to, problem, err);
}

static int take_stats(void *arg, struct str bytes, struct err *err)
{
	struct db_building *building = arg;

	if (wire_get(bytes, TAG_DATABASE, "database", &building->stats, walk_stats, building->arena,
		err) != 0)
		return -1;
	return building->stats.bytes <= DATABASE_MAX
		   ? 0
		   : err_set(
			 err, ERR_FORMAT, "the reader of the feeds answered with an invalid size");
}

/* What a reader made is checked as any database is, before it takes the place of the last one. */
static int check_database(struct str bytes, struct err *err)
{
	struct db *db CLEANUP(db_cleanup) = NULL;

	if (db_open_bytes(bytes, 0, &db, err) != 0)
		return -1;
	return db_verify(db, err);
}

static int list_inputs(const struct db_build *build, struct arena *arena, struct feed_paths *ret,
    size_t *ends, struct err *err)
{
	for (size_t i = 0; i < build->n_inputs; i++) {
		const char *path = arena_cstr(arena, build->inputs[i]);

		if (!path)
			return arena_err(arena, err);
		if (feed_paths_add(ret, path, build->limits, arena, err) != 0)
			return -1;
		ends[i] = ret->n;
	}
	return 0;
}

struct shared_memory {
	void *p;
};

static void shared_release(struct shared_memory *m)
{
	if (m->p)
		(void)munmap(m->p, DATABASE_MAX);
}

static int shared_map(struct shared_memory *m, struct err *err)
{
	void *p = mmap(NULL, DATABASE_MAX, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return err_sys(err, "no room for a database");
	m->p = p;
	return 0;
}

static int run_build(
    const struct db_build *build, struct db_building *building, struct sink *sink, struct err *err)
{
	static const struct sink_ops problems_only = {.problem = on_problem};
	struct feed_content content CLEANUP(feed_content_release);
	struct pool_opts opts = {.limits = build->limits, .in_process = build->in_process};
	struct sink problems = {&problems_only, sink};
	struct pool_one job = {&content.content, &problems, build_job, take_stats, building};
	struct str at = STR_NONE;

	feed_content_init(&content, building->paths);
	if (codec_prepare(err) != 0)
		return -1;
	if (pool_run_one(&opts, &job, building->arena, &at, err) == 0)
		return 0;
	return at.n > 0 ? err_wrap(err, "while reading " STR_FMT, STR_ARG(at)) : -1;
}

int db_build(
    const struct db_build *build, struct sink *sink, struct db_stats *ret_stats, struct err *err)
{
	struct shared_memory memory CLEANUP(shared_release) = {NULL};
	struct arena arena CLEANUP(arena_release) = {0};
	struct feed_paths paths = {NULL, 0, 0};
	struct db_building building = {.paths = &paths,
	    .inputs = build->inputs,
	    .n_inputs = build->n_inputs,
	    .built_ms = build->clock->now_ms(build->clock),
	    .arena = &arena};
	struct str database;
	size_t *ends;

	arena_init(&arena, build->limits->scan_memory);
	ends = arena_array(&arena, build->n_inputs, sizeof *ends);
	if (!ends)
		return arena_err(&arena, err);
	building.ends = ends;
	if (list_inputs(build, &arena, &paths, ends, err) != 0 || shared_map(&memory, err) != 0)
		return -1;
	building.database = memory.p;
	if (run_build(build, &building, sink, err) != 0)
		return -1;
	/* The reader is gone: what is checked is what is written. */
	database = str_make(memory.p, (size_t)building.stats.bytes);
	if (check_database(database, err) != 0 ||
	    output_write(build->output, database, 0644, err) != 0)
		return -1;
	*ret_stats = building.stats;
	return 0;
}
