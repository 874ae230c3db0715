/*
 * Databases for tests, built from feed texts in memory, and a sink that remembers. Static
 * inline helpers; a failure fails the test.
 */
#ifndef TEST_VULN_FIXTURE_H
#define TEST_VULN_FIXTURE_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/os/fd.h"
#include "detect/vuln/db/db.h"
#include "detect/vuln/db/db_build.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on

/* Copies what it is given; owned by its arena. */
struct memory_sink {
	struct sink sink;
	struct arena arena;
	VEC(struct finding) findings;
	VEC(struct package) packages;
	VEC(struct problem) problems;
	struct buf notes; /* "key=value\n" */
	struct distro distro;
};

static int memory_finding(struct sink *s, const struct finding *finding, struct err *err)
{
	struct memory_sink *m = container_of(s, struct memory_sink, sink);
	struct finding copy;

	if (finding_copy(finding, &m->arena, &copy, err) != 0)
		return -1;
	return vec_push(&m->findings, &m->arena, copy) ? 0 : arena_err(&m->arena, err);
}

static int memory_package(struct sink *s, const struct package *package, struct err *err)
{
	struct memory_sink *m = container_of(s, struct memory_sink, sink);
	struct package copy;

	if (package_copy(package, &m->arena, &copy, err) != 0)
		return -1;
	return vec_push(&m->packages, &m->arena, copy) ? 0 : arena_err(&m->arena, err);
}

static int memory_distro(struct sink *s, const struct distro *distro, struct err *err)
{
	struct memory_sink *m = container_of(s, struct memory_sink, sink);

	(void)err;
	m->distro = (struct distro){arena_str(&m->arena, distro->id),
	    arena_str(&m->arena, distro->version_id), arena_str(&m->arena, distro->codename),
	    arena_str(&m->arena, distro->pretty)};
	return 0;
}

static int memory_problem(struct sink *s, const struct problem *problem, struct err *err)
{
	struct memory_sink *m = container_of(s, struct memory_sink, sink);
	struct problem copy = *problem;

	copy.message = arena_str(&m->arena, problem->message);
	copy.place = (struct place){.origin.path = arena_str(&m->arena, problem->place.origin.path),
	    .line = problem->place.line};
	return vec_push(&m->problems, &m->arena, copy) ? 0 : arena_err(&m->arena, err);
}

static int memory_gap(struct sink *s, const struct not_covered *gap, struct err *err)
{
	struct memory_sink *m = container_of(s, struct memory_sink, sink);

	(void)err;
	buf_addf(
	    &m->notes, "gap " STR_FMT ": " STR_FMT "\n", STR_ARG(gap->what), STR_ARG(gap->why));
	return 0;
}

static const struct sink_ops memory_ops = {.finding = memory_finding,
    .package = memory_package,
    .distro = memory_distro,
    .problem = memory_problem,
    .gap = memory_gap};

static inline void memory_sink_init(struct memory_sink *m)
{
	*m = (struct memory_sink){.sink = {.ops = &memory_ops}, .notes = BUF_INIT(MIB(1))};
	arena_init(&m->arena, MIB(64));
}

static inline void memory_sink_release(struct memory_sink *m)
{
	arena_release(&m->arena);
	buf_release(&m->notes);
}

struct feed_text {
	const char *name, *text;
};

enum { BUILT_MS = 1000 };

/* The bytes of a database made of these; problems go to the sink. */
static inline void build_bytes(const struct feed_text *texts, size_t n, struct buf *out,
    struct sink *sink, struct db_stats *ret_stats)
{
	struct db_builder *b CLEANUP(db_builder_cleanup) = db_builder_new(MIB(64));
	struct err err = ERR_INIT;

	assert_non_null(b);
	for (size_t i = 0; i < n; i++) {
		if (db_builder_add(b, str_of(texts[i].name), str_of(texts[i].text), sink, &err) !=
		    0)
			fail_msg("%s", err.text);
	}
	if (db_builder_finish(b, BUILT_MS, out, ret_stats, &err) != 0)
		fail_msg("%s", err.text);
}

#endif
