/*
 * The whole of what one command found and what the policy made of it: the engine fills
 * it, the gate judges it, the formats print it. Owns everything in its own arena.
 */
#ifndef CORE_REPORT_H
#define CORE_REPORT_H

#include "base/map.h"
#include "core/path_view.h"
#include "core/sink.h"

struct subject {
	struct str kind; /* image, repository, file */
	struct str name;
	struct str digest;
	struct str platform;
	uint32_t parent;       /* index + 1 into subjects; 0: a top one */
	struct path_view view; /* its findings have their paths written so */
};

struct stage_result {
	enum stage stage;
	bool ran;	      /* false: not_run says why */
	enum verdict verdict; /* the gravest of its findings; BLOCKS also if it failed */
	bool failed;	      /* an error kept it from seeing everything */
	int64_t duration_ms;
	struct str why; /* if it did not run */
};

struct policy_info {
	struct str source; /* "starter (built in)", a path, or a repository's URL */
	struct str commit;
	struct str mode;
	struct str note; /* a line the policy wants printed ("demonstration data …") */
};

struct database_info {
	struct str digest;
	int64_t built_ms; /* 0: no database */
	bool used;
};

/* What a branch excuses by comments of its own, or asks to be excused. Each comment counts once for
 * each rule it names. */
struct suppressions {
	size_t granted, asked,
	    unused; /* the finding is excused; it stands; there is none to excuse */
};

enum report_verdict { REPORT_PASSED, REPORT_BLOCKED, REPORT_ERROR };

struct report {
	struct arena arena;
	struct arena scratch; /* what is looked at while one finding is added */
	int64_t started_ms;
	VEC(struct finding) findings;
	VEC(struct problem) problems;
	VEC(struct subject) subjects;
	VEC(struct stage_result) stages;
	VEC(struct not_covered) not_covered;
	struct inventory inventory;
	struct policy_info policy;
	struct database_info database;
	struct suppressions suppressions;	/* all of them */
	struct suppressions suppressions_added; /* those that the target branch does not have */
	bool compared;				/* with a target branch */
	enum report_verdict verdict;
	size_t findings_max;
	int exit_code;
	struct map seen;     /* what was added: a digest of subject, rule, identity and place */
	struct map gaps;     /* a digest of each not_covered: it is there once */
	struct map ordinals; /* a digest of subject, rule, path and identity to uint32_t * */
	struct map secrets;  /* fingerprint to uint32_t *, the finding's index */
	struct map named;    /* a digest of a finding_id and its subject to struct named * */
	size_t n_named;	     /* how many findings are in there */
	bool full;	     /* findings_max was reached, and a problem says so */
};

/* The report stays where it is from here on: its maps point into it. */
void report_init(struct report *r, size_t memory_bytes, size_t findings_max);
void report_release(struct report *r);

/* A sink that fills the report: findings get `subject` and, if they have none, a fingerprint
 * with the next free ordinal; a finding that is already there (same rule and fingerprint identity
 * at the same place) is not added twice. A secret is one finding, whatever subjects and places it
 * stands in: its places are gathered, it is new if one of them is, and the gravest severity and
 * verdict and the earliest stage hold. Past findings_max the rest is dropped and one problem
 * (ERR_LIMIT) reported. */
struct report_sink {
	struct sink sink;
	struct report *report;
	uint32_t subject;
};
void report_sink_init(struct report_sink *s, struct report *r, uint32_t subject);

/* One more place of a finding that is already there, of `subject`; a secret's is found whatever the
 * subject. A place that it has is not added twice; past FINDING_PLACES_MAX they are counted. The
 * first place of any other finding stays the first. ERR_FORMAT: there is no such finding, and none
 * was left out for findings_max. Whoever takes findings out of the
 * list calls report_sort before the next call. */
MUST_USE int report_add_place(struct report *r, uint32_t subject, const struct finding_id *of,
    const struct place *place, struct err *err);
MUST_USE int report_add_subject(
    struct report *r, const struct subject *subject, uint32_t *ret_index, struct err *err);
MUST_USE int report_add_stage(struct report *r, const struct stage_result *stage, struct err *err);
/* The same one is there once. */
MUST_USE int report_add_not_covered(
    struct report *r, const struct not_covered *nc, struct err *err);
/* Tells a sink all findings, packages, the distribution, the problems and what is not covered. */
MUST_USE int report_replay(const struct report *from, struct sink *sink, struct err *err);
/* Takes over what another report says, as about `subject` of this one: all that report_replay
 * tells, and stages, the database, and the digest and platform of from's
 * first subject. */
MUST_USE int report_merge(
    struct report *r, const struct report *from, uint32_t subject, struct err *err);
/* Sorts findings (finding_compare), packages, problems, and what is not covered, blocking first. */
void report_sort(struct report *r);
/* From the verdicts of findings and of what is not covered, problems and failed stages: sets
 * exit_code (3 before 5 before 4 before 1), and verdict: error for 3, 4 and 5, blocked for 1, else
 * passed. */
void report_conclude(struct report *r);
size_t report_count(const struct report *r, enum verdict verdict);
/* Of a report that is sorted: whether the gap before says the same of another stage. People are
 * shown one of them. */
bool report_gap_is_repeated(const struct report *r, size_t index);
/* How much is not covered and has this verdict; what several stages say alike is one. */
size_t report_count_gaps(const struct report *r, enum verdict verdict);

#endif
