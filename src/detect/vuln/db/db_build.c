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
#include "detect/vuln/feeds/feed_unpack.h"
#include "read/codec/codec.h"

enum { PIECE_BYTES = 1 << 18, STATS = 7 };

static const struct str note_piece = STR_INIT("database");
static const struct str note_stats = STR_INIT("database-stats");
static const struct str note_left_out = STR_INIT("database-left-out");

static size_t database_max(void)
{
	return (size_t)GIB(1);
}

/* ---- the child ---- */

struct db_building {
	const struct feed_paths *paths;
	const size_t *ends; /* of each input: how many of the paths are its own or before it */
	const struct str *inputs;
	size_t n_inputs;
	int64_t built_ms;
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
	if (job->at)
		job->at(job, name);
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
	if (job->at)
		job->at(job, STR_NONE);
	if (stats->files - stats->ignored_files > before)
		return err_set(err, ERR_UNSUPPORTED,
		    STR_FMT ": it looks like an advisory feed, and no record of it can be read",
		    STR_ARG(building->inputs[input]));
	return err_set(err, ERR_UNSUPPORTED,
	    STR_FMT ": no advisory feed that is known here is in it; a folder of OSV records, "
		    "Debian's DSA list or CISA's catalogue is expected",
	    STR_ARG(building->inputs[input]));
}

static int send_stats(struct sink *sink, const struct db_stats *s, struct err *err)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT(256);
	const uint64_t numbers[STATS] = {s->files, s->ignored_files, s->records, s->refused,
	    s->advisories, s->packages, s->bytes};

	for (size_t i = 0; i < s->n_left_out; i++) {
		buf_clear(&b);
		frame_u64(&b, s->left_out[i].n);
		buf_add(&b, str_of(s->left_out[i].what));
		if (sink_note(sink, note_left_out, buf_str(&b), err) != 0)
			return -1;
	}
	buf_clear(&b);
	for (size_t i = 0; i < STATS; i++)
		frame_u64(&b, numbers[i]);
	return sink_note(sink, note_stats, buf_str(&b), err);
}

static int send_database(struct sink *sink, struct str bytes, struct err *err)
{
	for (size_t at = 0; at < bytes.n; at += PIECE_BYTES) {
		if (sink_note(sink, note_piece, str_sub(bytes, at, PIECE_BYTES), err) != 0)
			return -1;
	}
	return 0;
}

static int build_job(struct job *job, void *arg, struct err *err)
{
	const struct db_building *building = arg;
	struct db_builder *builder CLEANUP(db_builder_cleanup) =
	    db_builder_new((size_t)(job->limits->child_memory / 2));
	struct buf out CLEANUP(buf_release) = BUF_INIT(database_max());
	struct arena arena CLEANUP(arena_release);
	struct db_stats stats;

	arena_init(&arena, 2 * job->limits->wanted_bytes);
	if (!builder)
		return err_nomem(err);
	for (size_t i = 0; i < building->n_inputs; i++) {
		if (read_input(job, building, builder, i, &arena, err) != 0)
			return -1;
	}
	if (job->at)
		job->at(job, STR_NONE);
	if (db_builder_finish(builder, building->built_ms, &out, &stats, err) != 0 ||
	    send_database(job->sink, buf_str(&out), err) != 0)
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
	return sink_problem(container_of(s, struct gathering, sink)->to, problem, err);
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

static int on_left_out(struct gathering *g, struct str value, struct err *err)
{
	struct db_left_out left = {.n = 0};
	struct rd r = rd_of(value);
	struct str what;

	if (!rd_u64le(&r, &left.n))
		return err_set(err, ERR_FORMAT, "the reader of the feeds told nonsense");
	what = str_sub(value, sizeof left.n, value.n);
	(void)snprintf(left.what, sizeof left.what, "%.*s", STR_ARG(what));
	db_stats_leave_out(&g->stats, left.what, left.n);
	return 0;
}

static int on_note(struct sink *s, struct str key, struct str value, struct err *err)
{
	struct gathering *g = container_of(s, struct gathering, sink);

	if (str_eq(key, note_stats))
		return on_stats(g, value, err);
	if (str_eq(key, note_left_out))
		return on_left_out(g, value, err);
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

int db_build(
    const struct db_build *build, struct sink *sink, struct db_stats *ret_stats, struct err *err)
{
	struct arena arena CLEANUP(arena_release);
	struct feed_content content CLEANUP(feed_content_release);
	struct feed_paths paths = {NULL, 0, 0};
	struct db_building building = {.paths = &paths,
	    .inputs = build->inputs,
	    .n_inputs = build->n_inputs,
	    .built_ms = build->clock->now_ms(build->clock)};
	struct child_opts opts = {build->limits, build->in_process, &arena};
	struct gathering g = {{&gathering_ops}, sink, BUF_INIT(database_max()), {0}};
	struct str at = STR_NONE;
	size_t *ends;
	int result;

	arena_init(&arena, build->limits->scan_memory);
	feed_content_init(&content, &paths);
	ends = arena_array(&arena, build->n_inputs, sizeof *ends);
	building.ends = ends;
	result = ends ? list_inputs(build, &arena, &paths, ends, err) : arena_err(&arena, err);
	if (result == 0)
		result = codec_prepare(err);
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
