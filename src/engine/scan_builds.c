#include "engine/scan_builds.h"

#include "base/buf.h"
#include "detect/lint/build_file.h"
#include "engine/readers.h"

#include <stdlib.h>

enum { TAG_BUILDS = 1 << 16 | 0x109, KEY_BYTES = 64 << 10 };

enum given_kind { GIVEN_ARG, GIVEN_OPEN_ARG, GIVEN_CONTEXT };

/* One member of a build's maps. */
struct sent_given {
	enum given_kind kind;
	struct str name, value;
};

/* A build as it is sent. */
struct sent_build {
	struct str path, target, platform;
	struct sent_given *given;
	size_t n_given;
};

struct builds_job {
	const struct build_file_name *files;
	size_t n_files;
	const struct skip_list *skip;
	/* in the reader */
	struct arena *arena;
	VEC(struct sent_build) found;
	struct map seen;     /* a build's text, so that the same one is sent once */
	struct map n_of_one; /* a Dockerfile's path, to size_t * */
	/* what is sent, and in the parent what came */
	struct sent_build *builds;
	size_t n;
	struct arena *of_report;
};

/* ---- in a reader ---- */

static void add_given(struct sent_build *build, enum given_kind kind, const struct map *map)
{
	for (size_t i = 0; i < map->n; i++) {
		const struct str *value = map->items[i].value;

		build->given[build->n_given++] =
		    (struct sent_given){kind, map->items[i].key, *value};
	}
}

static bool is_new(struct builds_job *b, const struct sent_build *build)
{
	struct buf key CLEANUP(buf_release) = BUF_INIT(KEY_BYTES);
	size_t *n = map_get(&b->n_of_one, build->path);
	struct str text;

	buf_addf(&key, STR_FMT "\n" STR_FMT "\n" STR_FMT, STR_ARG(build->path),
	    STR_ARG(build->target), STR_ARG(build->platform));
	for (size_t i = 0; i < build->n_given; i++)
		buf_addf(&key, "\n%d " STR_FMT "=" STR_FMT, (int)build->given[i].kind,
		    STR_ARG(build->given[i].name), STR_ARG(build->given[i].value));
	text = arena_str(b->arena, buf_str(&key));
	if (!buf_ok(&key) || !text.p || map_has(&b->seen, text))
		return false;
	map_put(&b->seen, text, b);
	if (!n) {
		n = arena_new(b->arena, size_t);
		if (!n)
			return false;
		*n = 0;
		map_put(&b->n_of_one, build->path, n);
	}
	return (*n)++ < BUILDS_OF_ONE;
}

static void add_build(struct builds_job *b, const struct build_target *target)
{
	const struct docker_build *how = &target->how;
	struct sent_build build = {target->dockerfile, how->target, how->platform, NULL, 0};

	if (target->dockerfile.n == 0 || b->found.n >= BUILDS_MAX)
		return;
	build.given = arena_array(
	    b->arena, how->args->n + how->open_args->n + how->contexts->n, sizeof *build.given);
	if (!build.given)
		return;
	add_given(&build, GIVEN_ARG, how->args);
	add_given(&build, GIVEN_OPEN_ARG, how->open_args);
	add_given(&build, GIVEN_CONTEXT, how->contexts);
	if (is_new(b, &build))
		vec_push(&b->found, b->arena, build);
}

static void read_one(struct job *job, struct builds_job *b, const struct build_file_name *name)
{
	struct build_file file;
	struct str bytes;
	struct err ignored = ERR_INIT;

	job_at(job, name->path);
	if (content_read_all(job->content, name->name, job->limits->unit_bytes, b->arena, &bytes,
		&ignored) != CONTENT_OK ||
	    build_file_read(name->path, bytes, b->arena, &file, &ignored) != 0)
		return;
	for (size_t i = 0; i < file.targets.n; i++)
		add_build(b, &file.targets.p[i]);
}

static void walk_given(struct wire *w, void *item)
{
	struct sent_given *given = item;

	wire_enum(w, &given->kind, GIVEN_CONTEXT);
	wire_str(w, &given->name);
	wire_str(w, &given->value);
}

static void walk_build(struct wire *w, void *item)
{
	enum { LEAST_GIVEN = 12 };
	struct sent_build *build = item;
	void *given;

	wire_str(w, &build->path);
	wire_str(w, &build->target);
	wire_str(w, &build->platform);
	given = wire_items(
	    w, build->given, &build->n_given, sizeof *build->given, LEAST_GIVEN, walk_given);
	if (!w->out)
		build->given = given;
}

static void walk_builds(struct wire *w, void *item)
{
	enum { LEAST_BUILD = 16 };
	struct builds_job *b = item;
	void *builds = wire_items(w, b->builds, &b->n, sizeof *b->builds, LEAST_BUILD, walk_build);

	if (!w->out)
		b->builds = builds;
}

static int run_builds(struct job *job, void *arg, struct err *err)
{
	struct builds_job *b = arg;

	b->arena = job->arena;
	map_init(&b->seen, b->arena);
	map_init(&b->n_of_one, b->arena);
	for (size_t i = 0; i < b->n_files; i++)
		if (!skip_has(b->skip, b->files[i].path))
			read_one(job, b, &b->files[i]);
	b->builds = b->found.p;
	b->n = b->found.n;
	return reply_send(job, TAG_BUILDS, b, walk_builds, err);
}

/* ---- in the parent ---- */

static int take_builds(void *arg, struct str bytes, struct err *err)
{
	struct builds_job *b = arg;

	return reply_take(bytes, TAG_BUILDS, b, walk_builds, b->of_report, err);
}

static int make_build(
    const struct sent_build *sent, struct arena *arena, struct lint_build *ret, struct err *err)
{
	struct map *maps = arena_array(arena, GIVEN_CONTEXT + 1, sizeof *maps);

	if (!maps)
		return arena_err(arena, err);
	for (int i = 0; i <= GIVEN_CONTEXT; i++)
		map_init(&maps[i], arena);
	for (size_t i = 0; i < sent->n_given; i++)
		map_put(&maps[sent->given[i].kind], sent->given[i].name, &sent->given[i].value);
	*ret = (struct lint_build){.path = sent->path,
	    .how = {.target = sent->target,
		.args = &maps[GIVEN_ARG],
		.open_args = &maps[GIVEN_OPEN_ARG],
		.contexts = &maps[GIVEN_CONTEXT],
		.platform = sent->platform}};
	return arena_check(arena, err);
}

/* By path, and else in the order that they came in. */
static int path_order(const void *a, const void *b)
{
	const struct sent_build *x = *(const struct sent_build *const *)a;
	const struct sent_build *y = *(const struct sent_build *const *)b;
	int order = str_cmp(x->path, y->path);

	return order ? order : (x > y) - (x < y);
}

static int take_all(const struct builds_job *b, struct lint_builds *ret, struct err *err)
{
	struct lint_build *builds = arena_array(b->of_report, b->n, sizeof *builds);
	const struct sent_build **sorted =
	    arena_array(b->of_report, b->n, sizeof(const struct sent_build *));

	if (!builds || !sorted)
		return arena_err(b->of_report, err);
	for (size_t i = 0; i < b->n; i++)
		sorted[i] = &b->builds[i];
	if (b->n > 1)
		qsort(sorted, b->n, sizeof(const struct sent_build *), path_order);
	for (size_t i = 0; i < b->n; i++)
		if (make_build(sorted[i], b->of_report, &builds[i], err) != 0)
			return -1;
	*ret = (struct lint_builds){builds, b->n};
	return 0;
}

int scan_builds(struct scan *scan, struct content *content, const struct build_file_name *files,
    size_t n, struct lint_builds *ret, struct err *err)
{
	struct report report CLEANUP(report_release) = {0};
	struct skip_list skip = {.n = 0};
	struct builds_job b = {
	    .files = files, .n_files = n, .skip = &skip, .of_report = &scan->report->arena};
	const struct pool_one job = {
	    .content = content, .fn = run_builds, .reply = take_builds, .arg = &b};
	struct scan quiet;

	*ret = (struct lint_builds){NULL, 0};
	if (n == 0)
		return 0;
	if (scan_quietly(scan, STR("repository"), &report, &quiet, err) != 0 ||
	    scan_walk(&quiet, STAGE_VALIDATE, &job, &skip, err) != 0)
		return -1;
	return take_all(&b, ret, err);
}
