/*
 * For fuzz targets: a sink that touches every byte it is given, so that a sanitizer sees a
 * slice that points nowhere, and forgets it.
 */
#ifndef FUZZ_NULL_SINK_H
#define FUZZ_NULL_SINK_H

#include "base/hash.h"
#include "core/wire.h"

#include <stdlib.h>

static inline int null_touch(struct buf *b)
{
	volatile uint64_t seen = hash64(buf_str(b), 0);

	(void)seen;
	buf_release(b);
	return 0;
}

static int null_finding(struct sink *s, const struct finding *finding, struct err *err)
{
	struct buf b = BUF_INIT(MIB(64));

	(void)s;
	(void)err;
	wire_put_finding(&b, finding);
	return null_touch(&b);
}

static int null_package(struct sink *s, const struct package *package, struct err *err)
{
	struct buf b = BUF_INIT(MIB(64));

	(void)s;
	(void)err;
	wire_put_package(&b, package);
	return null_touch(&b);
}

static int null_distro(struct sink *s, const struct distro *distro, struct err *err)
{
	struct buf b = BUF_INIT(MIB(64));

	(void)s;
	(void)err;
	wire_put_distro(&b, distro);
	return null_touch(&b);
}

static int null_problem(struct sink *s, const struct problem *problem, struct err *err)
{
	struct buf b = BUF_INIT(MIB(64));

	(void)s;
	(void)err;
	wire_put_problem(&b, problem);
	return null_touch(&b);
}

static int null_gap(struct sink *s, const struct not_covered *gap, struct err *err)
{
	struct buf b = BUF_INIT(MIB(64));

	(void)s;
	(void)err;
	wire_put_gap(&b, gap);
	return null_touch(&b);
}

static int null_owned(struct sink *s, const struct owned_file *owned, struct err *err)
{
	struct buf b = BUF_INIT(MIB(64));

	(void)s;
	(void)err;
	buf_add(&b, owned->path);
	buf_add(&b, owned->package);
	return null_touch(&b);
}

static const struct sink_ops null_ops = {.finding = null_finding,
    .package = null_package,
    .distro = null_distro,
    .problem = null_problem,
    .gap = null_gap,
    .owned = null_owned};

#endif
