/*
 * A git repository seen from the parent's side: the git program, run so that nothing of
 * the repository is executed. Git is given a folder of our own as its repository, which
 * borrows the real one's objects, refs and shallow list but not its config, hooks,
 * attributes, grafts or replacements; the user's and the system's config and the
 * environment are shut out as well. One thread at a time.
 *
 * Refused with ERR_UNSUPPORTED: refs kept in a reftable; git older than 2.38.
 */
#ifndef READ_SOURCE_GIT_REPO_H
#define READ_SOURCE_GIT_REPO_H

#include "base/map.h"
#include "core/content.h"
#include "core/limits.h"
#include "read/source/git/object.h"

struct git_repo;

/* path: a work tree's top, a bare repository, or a .git folder or file. ERR_NOT_FOUND if there
 * is none. limits are borrowed. */
MUST_USE int git_repo_open(
    const char *path, const struct limits *limits, struct git_repo **ret_repo, struct err *err);
/* The same, and objects are looked for in `objects` first: where a push lies until it is accepted
 * (GIT_QUARANTINE_PATH). Nothing is written there. */
MUST_USE int git_repo_open_pushed(const char *path, const char *objects,
    const struct limits *limits, struct git_repo **ret_repo, struct err *err);
/* Ends git and removes the folder. NULL is fine. */
void git_repo_close(struct git_repo *repo);
/* For CLEANUP. */
void git_repo_closep(struct git_repo **repo);
/* The top of the work tree, or the repository, that holds `path`, by looking upwards; false if
 * none does. */
MUST_USE bool git_repo_discover(const char *path, struct arena *arena, const char **ret_top);

/* Objects by id, through git cat-file --batch: the last few stay in memory. An object above
 * limits->object_bytes is CONTENT_ERROR with ERR_LIMIT. Owned by the repo. */
struct content *git_repo_content(struct git_repo *repo);
/* All folders of objects, for readers of their own (odb/objects.h); loose ones are not listed.
 * Release it. What cannot be opened is in its list of faults. */
struct git_store;
MUST_USE int git_repo_store(struct git_repo *repo, struct git_store *ret, struct err *err);
/* 40 or 64. */
size_t git_repo_hex_digits(const struct git_repo *repo);
bool git_repo_is_bare(const struct git_repo *repo);
bool git_is_shallow(const struct git_repo *repo);
/* The branch that HEAD names, "main"; empty if it is detached. Borrowed from the repo. */
struct str git_head_branch(const struct git_repo *repo);

/* Git's own rules for names (git check-ref-format), and no leading '-': what comes from outside
 * passes here before it reaches a command line. */
bool git_ref_name_valid(struct str name);

/* The commit that `revision` names: HEAD or @; a full ref ("refs/tags/v1"); a commit id, full or
 * abbreviated; a branch, of this repository or as the remote-tracking one that it is
 * ("origin/main"); BRANCH@{u}. Any of ~N and ^N may follow. Nothing gets in front of anything: a
 * short name that may mean two things, also a tag of a branch's name, is ERR_USAGE and both are
 * named. A tag is given as a full ref. ERR_USAGE if the name is not allowed, ERR_NOT_FOUND if
 * there is none: with the nearest branch, and for an id in a shallow clone how to deepen it. */
MUST_USE int git_resolve(
    struct git_repo *repo, struct str revision, struct git_oid *ret_commit, struct err *err);
/* The same, and a tag's short name is one too. */
MUST_USE int git_resolve_any(
    struct git_repo *repo, struct str revision, struct git_oid *ret_commit, struct err *err);
/* Only refs/heads/<branch>, so that no tag of the same name gets in front. */
MUST_USE int git_resolve_branch(
    struct git_repo *repo, struct str branch, struct git_oid *ret_commit, struct err *err);
/* The id a full ref name stands at; false in *ret_exists if there is no such ref. */
MUST_USE int git_ref_read(struct git_repo *repo, struct str ref, bool *ret_exists,
    struct git_oid *ret_oid, struct err *err);

/* What git ignores below `folder` of the work tree at `top`, both real paths: what no commit's
 * index holds and .gitignore files or info/exclude name. Keys are paths from `folder`, in the
 * arena; one that ends in '/' stands for all that is in it. No .gitignore from `top` down may be a
 * FIFO or device: git would wait for it. */
MUST_USE int git_ignored(struct git_repo *repo, const char *top, const char *folder,
    struct arena *arena, struct map *ret, struct err *err);

/* The submodules that the index names, also those of a merge that is not finished. Keys are paths
 * from the work tree's top, in the arena. The index may be no FIFO or device. */
MUST_USE int git_gitlinks(
    struct git_repo *repo, struct arena *arena, struct map *ret, struct err *err);

/* What the index holds otherwise than a commit. */
struct git_staged {
	struct str path;
	uint32_t mode;		    /* 0: it was taken away, or is in conflict */
	struct git_oid before, now; /* hex empty: it is not there */
	bool conflict;		    /* of a merge that is not finished: nothing is staged */
};
struct git_staged_list {
	struct git_staged *p;
	size_t n, cap;
};
/* index: NULL is the repository's own; git names another one to a hook (GIT_INDEX_FILE). commit:
 * NULL is one that holds nothing. In the order of paths, in the arena. */
MUST_USE int git_staged(struct git_repo *repo, const char *index, const struct git_oid *commit,
    struct arena *arena, struct git_staged_list *ret, struct err *err);

/* The files that the index names. Keys are paths from the work tree's top, in the arena. */
MUST_USE int git_tracked(
    struct git_repo *repo, struct arena *arena, struct map *ret, struct err *err);

/* The best common ancestor. ERR_NOT_FOUND if there is none, which in a shallow clone says so. */
MUST_USE int git_merge_base(struct git_repo *repo, const struct git_oid *a, const struct git_oid *b,
    struct git_oid *ret_base, struct err *err);

struct git_oid_list {
	struct git_oid *p;
	size_t n, cap;
};

/* The commits reachable from head and from none of the bases, parents before children.
 * ERR_LIMIT above limits->commits. */
MUST_USE int git_rev_list(struct git_repo *repo, const struct git_oid *bases, size_t n_bases,
    const struct git_oid *head, struct arena *arena, struct git_oid_list *ret_commits,
    struct err *err);

/* The commits that would be made of what is staged have these parents: none before the first
 * commit, two or more while a merge is not finished. */
MUST_USE int git_next_parents(
    struct git_repo *repo, struct arena *arena, struct git_oid_list *ret, struct err *err);

/* Commits that the heads bring: reachable from one of them, and neither from `bases` nor from a ref
 * that `known` names: "--all", "--remotes=origin", or NULL. Parents before children. */
MUST_USE int git_rev_list_new(struct git_repo *repo, const struct git_oid_list *heads,
    const struct git_oid_list *bases, const char *known, struct arena *arena,
    struct git_oid_list *ret_commits, struct err *err);

/* All commits that a ref reaches. Parents before children. */
MUST_USE int git_rev_list_all(
    struct git_repo *repo, struct arena *arena, struct git_oid_list *ret_commits, struct err *err);

enum git_object_kind {
	GIT_OBJECT_MISSING,
	GIT_OBJECT_COMMIT,
	GIT_OBJECT_TREE,
	GIT_OBJECT_BLOB,
	GIT_OBJECT_TAG,
};
MUST_USE int git_object_kind(
    struct git_repo *repo, const struct git_oid *oid, enum git_object_kind *ret, struct err *err);

/* The merge of source into target, without a work tree. */
struct git_merge {
	bool clean;
	struct git_oid tree; /* if clean */
	struct {
		struct str *p;
		size_t n, cap;
	} conflicts; /* paths, if not clean */
};
MUST_USE int git_merge_tree(struct git_repo *repo, const struct git_oid *target,
    const struct git_oid *source, struct arena *arena, struct git_merge *ret_merge,
    struct err *err);

struct git_person {
	struct str name, email;
	int64_t when_ms; /* written in whole seconds, UTC */
};

/* The same arguments give the same commit. Parents as given, at most 16. */
MUST_USE int git_commit_tree(struct git_repo *repo, const struct git_oid *tree,
    const struct git_oid *parents, size_t n_parents, const struct git_person *author,
    const struct git_person *committer, struct str message, struct git_oid *ret_commit,
    struct err *err);

struct git_ref_update {
	struct str ref;		    /* "refs/heads/main" */
	const struct git_oid *from; /* where it must stand now; NULL: it must not exist */
	const struct git_oid *to;   /* NULL: only verify that it stands at `from` */
};
/* All or nothing, compare-and-swap. ERR_MOVED names the first ref that is not where `from` says;
 * ERR_IO if git could not (a lock, a full disk), nothing changed. No hook runs. */
MUST_USE int git_update_refs(
    struct git_repo *repo, const struct git_ref_update *updates, size_t n_updates, struct err *err);

MUST_USE int git_write_blob(
    struct git_repo *repo, struct str bytes, struct git_oid *ret_oid, struct err *err);
/* A file of a commit. CONTENT_MISSING if the path is not there or is not a file. */
MUST_USE enum content_result git_read_blob(struct git_repo *repo, const struct git_oid *commit,
    struct str path, size_t max_bytes, struct arena *arena, struct str *ret_bytes, struct err *err);

#endif
