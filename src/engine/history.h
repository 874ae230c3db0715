/*
 * Secrets in everything that a repository's object store holds. Private to engine.
 *
 *   probe    readers, by shards of packs: which objects have something in them, and what
 *            commits there are                                     history_probe.c
 *   trace    readers, by stretches of commits: which commit put such an object at which
 *            path, and which took it away                          history_trace.c
 *   order    here: what is reachable, and what came first          history_order.c
 *   tips     readers, by refs: which of them have it still         history_tips.c
 *   look     readers, by object and path: the findings             scan_history.c
 */
#ifndef ENGINE_HISTORY_H
#define ENGINE_HISTORY_H

#include "base/map.h"
#include "detect/secret/probe.h"
#include "engine/readers.h"
#include "engine/units.h"
#include "read/source/git/odb/families.h"

/* An object with something in it. */
struct history_object {
	struct str id; /* raw */
	uint32_t type; /* enum git_type */
};

/* A commit, or a tag: that has what it names as its parent. */
struct history_commit {
	struct str id;	    /* raw */
	struct str tree;    /* raw; empty: a tag's */
	struct str parents; /* their ids, one behind the other */
	uint64_t time;	    /* the committer's, in seconds; 0: malformed, or a tag */
};

/* An object that comes to stand at a path, or stops to. */
struct history_step {
	uint32_t commit, object; /* indexes */
	bool gone;
	struct str path;
};

struct history_ref {
	struct str name;   /* full; of an index's entry its path; of a log's empty */
	struct str id;	   /* raw; empty: it is symbolic */
	struct str target; /* of a symbolic one */
};

/* An object to look at, and where it comes from. */
struct history_unit {
	uint32_t object;
	uint32_t commit; /* that brought it; HISTORY_NONE: none */
	uint32_t
	    removed; /* the commit that took it away; HISTORY_NONE: it is there, or not known */
	struct str path, ref;
	const char *reach; /* as struct origin has it */
	bool there;	   /* a ref has it still */
};

/* A ref and the commit, or tag, that it names. */
struct history_tip {
	struct str name;
	uint32_t commit;
};
#define HISTORY_NONE UINT32_MAX

struct repo_history {
	struct scan *scan;
	const struct history_view *view;
	struct git_store *store;
	struct arena arena;
	VEC(struct history_object) objects;
	VEC(struct history_commit) commits;
	VEC(struct history_step) steps;
	VEC(struct history_ref) refs, logged, staged;
	VEC(struct history_unit) units; /* by path, those first that a commit has at one */
	size_t n_placed;		/* so many are */
	VEC(struct history_tip) tips;	/* HEAD's first */
	struct map commit_at; /* raw id to struct history_commit *, once they are sorted */
	struct map object_at; /* raw id to struct history_object * */
	uint64_t n_missing;   /* objects that folders name and that are not here */
	struct str missing;   /* the raw id of one */
	uint32_t *rank;	      /* of each commit: parents come before their children */
};

/* What a reader keeps from item to item. */
struct history_reader {
	struct unit_detectors detectors;
	struct git_objects *objects;
	struct arena arena;
	/* Of the probe. */
	struct git_families *families;
	struct secret_change *changes;
	size_t n_changes, cap_changes;
	struct buf names; /* of a folder */
};
/* As pool_work.begin and end; arg is the struct repo_history. */
MUST_USE int history_reader_begin(struct job *job, void *arg, struct err *err);
void history_reader_end(struct job *job, void *arg);

/* Fills objects and commits. */
MUST_USE int history_probe(struct repo_history *h, struct err *err);
/* Fills refs, logged and staged. common_fd: the repository's folder. */
MUST_USE int history_refs(struct repo_history *h, int common_fd, struct err *err);
/* Fills steps. */
MUST_USE int history_trace(struct repo_history *h, struct err *err);
/* Fills units, tips and rank. */
MUST_USE int history_order(struct repo_history *h, struct err *err);
/* Settles what is still there. */
MUST_USE int history_tips(struct repo_history *h, struct err *err);

/* Why something of the store is not judged, as a problem of the job's sink. */
MUST_USE int history_fault(struct sink *sink, const struct git_store *store,
    const unsigned char *id, uint64_t others, const struct err *why, struct err *err);

#endif
