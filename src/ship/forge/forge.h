/*
 * Where pull requests live: the comment that a developer reads, edited in place, and the
 * landing of exactly the commit that was judged (design 6.1). A forge is one file and one
 * line of forges.def. A report never knows who reads it: the comment comes as text.
 *
 * The thin form has one forge, `local`: a git repository on this machine.
 */
#ifndef SHIP_FORGE_FORGE_H
#define SHIP_FORGE_FORGE_H

#include "read/source/git/repo.h"

struct forge;

struct pull_request {
	struct str source, target; /* branches */
};

struct forge_landing {
	const struct git_oid *source; /* where the source branch was judged */
	const struct git_oid *target; /* where the target branch was judged */
	const struct git_oid *commit; /* what was judged and becomes the target */
};

struct forge_kind {
	const char *name;
	const char *summary; /* one line: where the comment and the branches are */
	int (*comment)(
	    struct forge *forge, const struct pull_request *pull, struct str text, struct err *err);
	int (*land)(struct forge *forge, const struct pull_request *pull,
	    const struct forge_landing *landing, struct err *err);
};

struct forge {
	const struct forge_kind *kind;
};

/* Replaces the pull request's comment, or makes it. The same text again changes nothing. */
MUST_USE int forge_comment(
    struct forge *forge, const struct pull_request *pull, struct str text, struct err *err);
/* Makes the target branch the judged commit, if both branches are where they were judged: all or
 * nothing. ERR_MOVED names the branch that is not. Landing what has landed is ERR_MOVED too: the
 * caller knows by the target's tip. */
MUST_USE int forge_land(struct forge *forge, const struct pull_request *pull,
    const struct forge_landing *landing, struct err *err);

#define RECORDS	       "ship/forge/forges.def"
#define RECORDS_TYPE   struct forge_kind
#define RECORDS_PREFIX forge_kind
#include "base/records.h"

/* ---- local ---- */

/*
 * The comment is a blob at refs/plimsoll/pull/<source>/into/<target>/comment, with '%' and '/' of
 * the branches' names as "%25" and "%2F": `git cat-file blob <ref>` prints it.
 */
struct forge_local {
	struct forge forge;
	struct git_repo *repo; /* borrowed */
};
void forge_local_init(struct forge_local *local, struct git_repo *repo);
/* The full name of that ref, in the arena; p NULL if the arena is full. */
struct str forge_local_comment_ref(const struct pull_request *pull, struct arena *arena);

#endif
