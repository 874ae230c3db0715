/*
 * The advisory database, built: feeds in, one file out. The builder works on bytes in
 * memory and knows no disk; db_build ties it to files, with the parsers in a sandboxed
 * child. The same input and date give the same bytes.
 *
 * What the thin form refuses: compressions but gzip, archives inside archives, feeds that
 * no parser of feeds.def recognises (each such file is a problem, and an input without any
 * other is an error), and databases above 1 GiB.
 */
#ifndef DETECT_VULN_DB_BUILD_H
#define DETECT_VULN_DB_BUILD_H

#include "base/buf.h"
#include "base/clock.h"
#include "core/limits.h"
#include "core/sink.h"

struct db_builder;

/* NULL if memory is out. The builder owns an arena of at most memory_bytes. */
struct db_builder *db_builder_new(size_t memory_bytes);
void db_builder_free(struct db_builder *b);
/* Usable as CLEANUP(db_builder_cleanup). */
void db_builder_cleanup(struct db_builder **b);

/* Reads one file of whatever feed it is. What cannot be read is reported to the sink as a problem
 * (the file, or one record of it) and the rest is kept. -1 only for the sink, memory and limits.
 * Bytes are borrowed for the call. */
MUST_USE int db_builder_add(
    struct db_builder *b, struct str name, struct str bytes, struct sink *sink, struct err *err);

/* What is not in the database, and why. */
struct db_left_out {
	char what[96];
	uint64_t n;
};
enum { DB_LEFT_OUT_MAX = 32 };

struct db_stats {
	uint64_t files, ignored_files, records, refused, advisories, packages, bytes;
	struct db_left_out left_out[DB_LEFT_OUT_MAX]; /* the last one stands for all further ones */
	size_t n_left_out;
};
/* n more that are left out for this reason, a plural: "records that …". */
void db_stats_leave_out(struct db_stats *stats, const char *what, uint64_t n);
/* The counts so far. */
struct db_stats *db_builder_stats(struct db_builder *b);
/* Appends the database. ERR_DATABASE if nothing was read: an empty database is invalid. */
MUST_USE int db_builder_finish(struct db_builder *b, int64_t built_ms, struct buf *out,
    struct db_stats *ret_stats, struct err *err);

struct db_build {
	const struct str *inputs; /* files and folders, each a feed or several */
	size_t n_inputs;
	const char *output; /* written at once or not at all */
	const struct clock *clock;
	const struct limits *limits;
	bool in_process; /* no sandbox: for debugging */
};

/* Builds the file. An input in which nothing is recognised, and one that is damaged, is an error
 * and no file is written. Refused records are reported to the sink as problems; that is not a
 * failure.
 */
MUST_USE int db_build(
    const struct db_build *build, struct sink *sink, struct db_stats *ret_stats, struct err *err);

#endif
