/*
 * Which secrets are a change's own. A file that a change touches holds secrets that stood
 * there before: a secret of a file is the change's only if it stands in it more often than
 * in what the file was in every parent, and it was not taken away from another file by
 * the same change (a move). What the base holds at the same path is known. Runs in the
 * child; one change at a time. Private to engine.
 */
#ifndef ENGINE_OWN_H
#define ENGINE_OWN_H

#include "engine/units.h"
#include "read/source/git/git_walk.h"
#include "read/source/git/repo.h"

struct own_counts;
struct own_secret;

struct own {
	struct sink sink; /* what a scanner reports of one unit comes here first */
	struct unit_detectors *detectors;
	const struct skip_list *skip;
	struct content *objects;     /* earlier files, by object id */
	const struct git_oid *bases; /* commits */
	size_t n_bases;
	bool parent_is_base; /* what stood there before is known */
	/* of one change */
	struct arena arena;
	VEC(struct finding) found;  /* in the unit that was looked at last */
	VEC(struct own_secret) own; /* may be the change's, if they were not moved */
	struct map moved;	    /* rule and hash to struct own_moved * */
	struct map now;		    /* path to its struct own_counts *, if it has any */
	/* of all changes */
	struct arena kept;
	struct map counts;   /* "<object id> <path>" to struct own_counts * */
	struct map clean;    /* object ids in whose bytes nothing is */
	struct map reported; /* rule, hash and path of what was reported as known */
	struct arena scratch;
	bool is_quiet; /* neither finding nor problem since it was set */
	bool is_deaf;  /* problems are not passed on: they were, or are of an earlier file */
};

void own_init(struct own *own, struct unit_detectors *detectors, const struct skip_list *skip);
void own_release(struct own *own);

/* A file as it is now, that content holds under `name`; without content unit->bytes is scanned.
 * is_object: `name` is an object id. *ret_any: own->found has something. */
MUST_USE int own_look(struct own *own, struct content *content, struct str name, bool is_object,
    const struct unit *unit, bool *ret_any, struct err *err);
/* What was found is held against what stood before at `path`, which is the git trees' name of it.
 */
MUST_USE int own_weigh(
    struct own *own, struct str path, const struct git_old *olds, size_t n, struct err *err);
/* Ends a change: what is new or known goes to the job's sink. */
MUST_USE int own_end_commit(struct own *own, const struct git_change *change, struct err *err);
/* The same for files as they lie in a folder. `scope` is their folder's path (or the only
 * file's) in the base's tree; what lies outside is taken as head, a commit, has it. */
MUST_USE int own_end_folder(
    struct own *own, struct str scope, const struct git_oid *head, struct err *err);

/* The same for what is staged: `parents` has what the index holds otherwise than each of the
 * commits that the next one will have as parents. */
MUST_USE int own_end_staged(
    struct own *own, const struct git_staged_list *parents, size_t n_parents, struct err *err);

#endif
