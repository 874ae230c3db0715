/*
 * Feeds on disk to a database on disk. The parent lists and opens the files and writes
 * the result; the child in its sandbox parses them, and sends the database back in pieces.
 */
#include "detect/vuln/db/db_build.h"

#include "base/frame.h"
#include "base/os/output.h"
#include "core/child.h"
#include "detect/vuln/db/db.h"
#include "detect/vuln/feeds/feed_files.h"

enum { PIECE_BYTES = 1 << 18, STATS = 7 };

static const struct str note_piece = STR_INIT("database");
static const struct str note_stats = STR_INIT("database-stats");

static size_t database_max(void)
{
	return (size_t)GIB(1);
}

/* ---- the child ---- */

struct building {
	const struct feed_paths *paths;
	int64_t built_ms;
};

static int read_file(struct job *job, struct db_builder *builder, const char *path, size_t i,
    struct arena *arena, struct err *err)
{
	struct str name = str_of(path), bytes, key = arena_fmt(arena, "%zu", i);
	struct err why = ERR_INIT;

	if (!key.p)
		return arena_err(arena, err);
	if (job->at)
		job->at(job, name);
	if (content_read_all(job->content, key, job->limits->wanted_bytes, arena, &bytes, &why) !=
	    CONTENT_OK) {
		if (why.code == ERR_NONE)
			(void)err_set(&why, ERR_IO, "it went away while it was read");
		return sink_error(job->sink, STAGE_SCAN, name, &why, err);
	}
	if (db_builder_add(builder, name, bytes, job->sink, err) < 0)
		return err_wrap(err, "%s", path);
	return 0;
}

static int send_stats(struct sink *sink, const struct db_stats *s, struct err *err)
{
	CLEANUP(buf_release) struct buf b = BUF_INIT(256);
	const uint64_t numbers[STATS] = {s->files, s->ignored_files, s->records, s->refused,
	    s->advisories, s->packages, s->bytes};

	for (size_t i = 0; i < STATS; i++)
		frame_u64(&b, numbers[i]);
	return sink_note(sink, note_stats, buf_str(&b), err);
}

static int send_database(struct sink *sink, struct str bytes, struct err *err)
{
	for (size_t at = 0; at < bytes.n; at += PIECE_BYTES) {
		if (sink_note(sink, note_piece, str_sub(bytes, at, PIECE_BYTES), err) < 0)
			return -1;
	}
	return 0;
}

static int build_job(struct job *job, void *arg, struct err *err)
{
	const struct building *building = arg;
	CLEANUP(db_builder_cleanup)
	struct db_builder *builder = db_builder_new((size_t)(job->limits->child_memory / 2));
	CLEANUP(buf_release) struct buf out = BUF_INIT(database_max());
	CLEANUP(arena_release) struct arena arena;
	struct db_stats stats;

	arena_init(&arena, 2 * job->limits->wanted_bytes);
	if (!builder)
		return err_nomem(err);
	for (size_t i = 0; i < building->paths->n; i++) {
		if (read_file(job, builder, building->paths->p[i], i, &arena, err) < 0)
			return -1;
		arena_clear(&arena);
	}
	if (db_builder_finish(builder, building->built_ms, &out, &stats, err) < 0 ||
	    send_database(job->sink, buf_str(&out), err) < 0)
		return -1;
	return send_stats(job->sink, &stats, err);
}

/* ---- the parent ---- */

/* Problems go on to the caller; the pieces are gathered. */
struct gathering {
	struct sink sink;
	struct sink *to;
	struct buf bytes;
	struct db_stats stats;
};

static int on_problem(struct sink *s, const struct problem *problem, struct err *err)
{
	return sink_problem(((struct gathering *)s)->to, problem, err);
}

static int on_stats(struct gathering *g, struct str value, struct err *err)
{
	struct db_stats *s = &g->stats;
	uint64_t *const numbers[STATS] = {&s->files, &s->ignored_files, &s->records, &s->refused,
	    &s->advisories, &s->packages, &s->bytes};
	struct rd r = rd_of(value);

	for (size_t i = 0; i < STATS; i++) {
		if (!rd_u64le(&r, numbers[i]))
			return err_set(err, ERR_FORMAT, "the reader of the feeds told nonsense");
	}
	return 0;
}

static int on_note(struct sink *s, struct str key, struct str value, struct err *err)
{
	struct gathering *g = (struct gathering *)s;

	if (str_eq(key, note_stats))
		return on_stats(g, value, err);
	if (!str_eq(key, note_piece))
		return 0;
	buf_add(&g->bytes, value);
	return buf_ok(&g->bytes) ? 0 : buf_err(&g->bytes, "the advisory database", err);
}

static int on_finding(struct sink *s, const struct finding *finding, struct err *err)
{
	(void)s;
	(void)finding;
	return err_set(err, ERR_FORMAT, "the reader of the feeds told a finding");
}

static int on_package(struct sink *s, const struct package *package, struct err *err)
{
	(void)s;
	(void)package;
	return err_set(err, ERR_FORMAT, "the reader of the feeds told a package");
}

static int on_distro(struct sink *s, const struct distro *distro, struct err *err)
{
	(void)s;
	(void)distro;
	return err_set(err, ERR_FORMAT, "the reader of the feeds told a distribution");
}

static int on_gap(struct sink *s, const struct not_covered *gap, struct err *err)
{
	(void)s;
	(void)gap;
	return err_set(err, ERR_FORMAT, "the reader of the feeds reported something not covered");
}

static const struct sink_ops gathering_ops = {.finding = on_finding,
    .package = on_package,
    .distro = on_distro,
    .problem = on_problem,
    .gap = on_gap,
    .note = on_note};

/* What a child sent is checked as any database is, before it takes the place of the last one. */
static int check_database(struct str bytes, struct err *err)
{
	CLEANUP(db_cleanup) struct db *db = NULL;

	if (db_open_bytes(bytes, 0, &db, err) < 0)
		return -1;
	return db_verify(db, err);
}

static int list_inputs(
    const struct db_build *build, struct arena *arena, struct feed_paths *ret, struct err *err)
{
	for (size_t i = 0; i < build->n_inputs; i++) {
		const char *path = arena_cstr(arena, build->inputs[i]);

		if (!path)
			return arena_err(arena, err);
		if (feed_paths_add(ret, path, build->limits, arena, err) < 0)
			return -1;
	}
	return 0;
}

int db_build(
    const struct db_build *build, struct sink *sink, struct db_stats *ret_stats, struct err *err)
{
	CLEANUP(arena_release) struct arena arena;
	CLEANUP(feed_content_release) struct feed_content content;
	struct feed_paths paths = {NULL, 0, 0};
	struct building building = {&paths, build->clock->now_ms(build->clock)};
	struct child_opts opts = {build->limits, build->in_process, &arena};
	struct gathering g = {{&gathering_ops}, sink, BUF_INIT(database_max()), {0}};
	struct str at = STR_NONE;
	int result;

	arena_init(&arena, build->limits->scan_memory);
	feed_content_init(&content, &paths);
	result = list_inputs(build, &arena, &paths, err);
	if (result == 0)
		result =
		    child_run(&opts, &content.content, &g.sink, build_job, &building, &at, err);
	if (result < 0 && at.n > 0)
		(void)err_wrap(err, "while reading " STR_FMT, STR_ARG(at));
	if (result == 0)
		result = check_database(buf_str(&g.bytes), err);
	if (result == 0)
		result = output_write(build->output, buf_str(&g.bytes), 0644, err);
	if (result == 0)
		*ret_stats = g.stats;
	buf_release(&g.bytes);
	return result;
}
