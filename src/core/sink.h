/*
 * Where what is found goes. A sink copies what it keeps: everything it is given is
 * borrowed for the call. The implementations: into a report (core/report.h), from a reader
 * to its parent (core/pool.h), and those that stand before one of these.
 */
#ifndef CORE_SINK_H
#define CORE_SINK_H

#include "base/err.h"
#include "core/finding.h"

/* Something that could not be read or done: one named error, and everything else is still
 * judged. A report with one never says clean. */
struct problem {
	enum stage stage;
	enum err_code code;
	struct str message; /* what and where, and what to do */
	struct place place;
};

/* Something that is there and that nothing judged: never clean, never silent. The policy decides
 * whether it blocks. */
struct not_covered {
	enum stage stage;
	enum gap_kind kind;
	struct str what;      /* a path, as the source has it, or what is not judged: "debian 13" */
	struct str why;	      /* a line for people */
	uint64_t packages;    /* how many that leaves unjudged */
	enum verdict verdict; /* the gate's */
};

/* A file that belongs to a package of the distribution, so that what else names it is no package of
 * its own. */
struct owned_file {
	struct str path;    /* without a leading '/' */
	struct str package; /* its name */
};

struct sink;

struct sink_ops {
	int (*finding)(struct sink *s, const struct finding *finding, struct err *err);
	int (*package)(struct sink *s, const struct package *package, struct err *err);
	int (*distro)(struct sink *s, const struct distro *distro, struct err *err);
	int (*problem)(struct sink *s, const struct problem *problem, struct err *err);
	int (*gap)(struct sink *s, const struct not_covered *gap, struct err *err);
	int (*owned)(struct sink *s, const struct owned_file *owned, struct err *err);
	/* One more place of a finding that was reported before. */
	int (*place)(struct sink *s, const struct finding_id *of, const struct place *place,
	    struct err *err);
};

/* A sink may stand before another: what it has no function for goes on to `to`. What reaches the
 * last one and has no function there is an error, never lost. */
struct sink {
	const struct sink_ops *ops;
	struct sink *to; /* NULL: the last one */
};

MUST_USE int sink_finding(struct sink *s, const struct finding *finding, struct err *err);
MUST_USE int sink_package(struct sink *s, const struct package *package, struct err *err);
MUST_USE int sink_distro(struct sink *s, const struct distro *distro, struct err *err);
MUST_USE int sink_problem(struct sink *s, const struct problem *problem, struct err *err);
MUST_USE int sink_gap(struct sink *s, const struct not_covered *gap, struct err *err);
MUST_USE int sink_owned(struct sink *s, const struct owned_file *owned, struct err *err);
MUST_USE int sink_place(
    struct sink *s, const struct finding_id *of, const struct place *place, struct err *err);
/* `why` as a problem of `stage` at `path`. */
MUST_USE int sink_error(
    struct sink *s, enum stage stage, struct str path, const struct err *why, struct err *err);

#endif
