/*
 * What a run remembers: one row a run, and the inventory of what was published, so that
 * a killed process resumes and the next run knows what the target already had. The
 * interface knows no SQL dialect; sqlite.c is the embedded store. The caller sees to it that one
 * process at a time works on a pull request.
 */
#ifndef PIPELINE_STORE_STORE_H
#define PIPELINE_STORE_STORE_H

#include "base/arena.h"
#include "core/package.h"

/* The steps of a run, in order. A step is written after what it names has happened; what follows
 * can be done again without harm. The last four end a run. */
#define RUN_STEPS(X)                                                           \
	X(STARTED, "started") /* source, target, base and policy are pinned */ \
	X(MERGED, "merged")   /* the test merge commit exists */               \
	X(BUILT, "built")     /* the image exists, its digest is known */      \
	X(JUDGED, "judged")   /* passed; report and comment are written */     \
	X(PUSHED, "pushed")   /* the registry has the digest, untagged */      \
	X(LANDED, "landed")   /* the target is the judged commit */            \
	X(TAGGED, "tagged")   /* the digest carries the commit's tag */        \
	X(DONE, "done")                                                        \
	X(BLOCKED, "blocked")	    /* judged, and not let through */          \
	X(FAILED, "failed")	    /* could not be judged or published */     \
	X(SUPERSEDED, "superseded") /* source, target or policy moved; a newer run took over */

enum run_step {
#define X(name, word) RUN_##name,
	RUN_STEPS(X)
#undef X
};

struct run {
	int64_t id;		   /* 0: not stored yet */
	struct str repo;	   /* canonical path or URL */
	struct str source, target; /* branches */
	struct str image;	   /* registry reference without tag; empty: nothing is published */
	enum run_step step;
	struct str source_oid, target_oid, base_oid;
	struct str policy_source, policy_commit;
	struct str merge_oid;	 /* the judged test merge */
	struct str image_digest; /* manifest digest of what was built */
	int64_t exit_code;
	int64_t started_ms, updated_ms;
	int64_t attempts; /* processes that worked on it */
};

struct run_store;

/* Creates the file (0600) if it is missing. ERR_IO, ERR_FORMAT (not ours, or a newer version).
 */
MUST_USE int run_store_open(const char *path, struct run_store **ret, struct err *err);
void run_store_close(struct run_store *store);
/* For CLEANUP. */
void run_store_closep(struct run_store **store);

enum store_result { STORE_FOUND, STORE_NONE, STORE_ERROR };

/* The run of this pull request that has not ended. */
enum store_result run_store_active(struct run_store *store, struct str repo, struct str source,
    struct str target, struct arena *arena, struct run *ret, struct err *err);
/* Inserts (id 0; sets it) or updates, in one transaction. */
MUST_USE int run_store_save(struct run_store *store, struct run *run, struct err *err);

/* Whether the last run that merged into this target had an image. STORE_FOUND or STORE_NONE. */
enum store_result run_store_published(
    struct run_store *store, struct str repo, struct str target, struct err *err);

/* The packages published from a commit of a repository; replaces an earlier one. */
MUST_USE int run_store_put_inventory(struct run_store *store, struct str repo, struct str commit,
    const struct inventory *inventory, struct err *err);
enum store_result run_store_get_inventory(struct run_store *store, struct str repo,
    struct str commit, struct arena *arena, struct inventory *ret, struct err *err);

struct str run_step_word(enum run_step step);
bool run_step_is_end(enum run_step step);

#endif
