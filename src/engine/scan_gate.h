/*
 * Scans for git's hooks: what is staged, and what a push brings. Only objects are read: the index
 * and the commits count, whatever the work tree holds.
 */
#ifndef ENGINE_SCAN_GATE_H
#define ENGINE_SCAN_GATE_H

#include "engine/scan.h"

/* The secrets in what the next commit would bring; whole: in all that is in the index. index: NULL
 * is the repository's own. What all of its parents hold at the same place is known. A file in
 * conflict is not covered. */
MUST_USE int scan_staged(
    struct scan *scan, struct git_repo *repo, const char *index, bool whole, struct err *err);

/* The secrets in what each commit brought that a ref reaches. */
MUST_USE int scan_all_commits(struct scan *scan, struct git_repo *repo, struct err *err);

/* A ref that is pushed. */
struct pushed_ref {
	struct str name;	/* "refs/heads/main": a place's ref, for what is no commit */
	struct git_oid old, to; /* hex empty: it is new; it is deleted */
};

/* The secrets in what the refs bring: the commits that no ref has which `known` names (as
 * git_rev_list_new has it), merges too, and the tags, trees and files that refs point to
 * themselves. What is at the old end of a ref at the same path is known. */
MUST_USE int scan_pushed(struct scan *scan, struct git_repo *repo, const struct pushed_ref *refs,
    size_t n_refs, const char *known, struct err *err);

#endif
