/*
 * The inside of a git_repo, shared by the files of this folder and nobody else: how the
 * git program is called, and the objects that its batch mode gave.
 */
#ifndef READ_SOURCE_GIT_GIT_INNER_H
#define READ_SOURCE_GIT_GIT_INNER_H

#include "base/buf.h"
#include "base/os/spawn.h"
#include "read/source/git/repo.h"

enum {
	GIT_SLOTS = 64,
	GIT_ENV_MAX = 40,
	GIT_OUT_BYTES = 1 << 20,
	GIT_TIMEOUT_MS = 300000,
	GIT_ANSWER_MS = 60000, /* one read from git cat-file */
};

/* An object that was asked for. */
struct git_slot {
	struct git_oid oid; /* hex empty: the slot is free */
	char *bytes;
	uint64_t size;
	unsigned users;
	uint64_t last_used;
};

/* git cat-file --batch and what it said last. */
struct git_batch {
	struct content content;
	struct git_repo *repo;
	struct spawned git;
	bool running;
	char ahead[4096]; /* read and not yet taken: [at, end) */
	size_t at, end;
	struct git_slot slots[GIT_SLOTS];
	uint64_t clock, bytes;
};

struct git_repo {
	const struct limits *limits;
	struct arena arena;
	const char *path;    /* as it was given: for messages */
	const char *git_dir; /* where its HEAD and index are */
	const char *common;  /* where its objects and refs are */
	const char *own;     /* the folder that git takes for the repository */
	const char *pushed;  /* a folder of objects beside the others, or NULL */
	struct str head_branch;
	const char *env[GIT_ENV_MAX];
	size_t n_env;
	size_t hex_digits;
	bool bare;
	struct git_batch batch;
};

void git_batch_init(struct git_batch *batch, struct git_repo *repo);
void git_batch_release(struct git_batch *batch);

/* One run of git, to its end. */
struct git_call {
	const char *const *argv; /* from "git" on */
	struct str input;
	const char *const *more_env; /* NULL-terminated, or NULL */
	struct buf *out;
};
/* -1 if git could not be run or took too long. errors gets what it wrote to stderr. */
MUST_USE int git_call(struct git_repo *repo, const struct git_call *call, struct buf *errors,
    int *ret_status, struct err *err);
/* The same, and a status that is not 0 is ERR_IO with git's last line. */
MUST_USE int git_call_ok(struct git_repo *repo, const struct git_call *call, struct err *err);
/* A value of the repository's config, in its arena; empty if there is none. subsection may be
 * empty. */
MUST_USE int git_config_read(struct git_repo *repo, const char *section, struct str subsection,
    const char *name, struct str *ret_value, struct err *err);
/* The last line that git wrote, without "fatal: ". */
struct str git_last_words(const struct buf *errors);
/* Adds the ids of a list of commits, one a line. ERR_LIMIT above limits->commits. */
MUST_USE int git_take_oids(const struct git_repo *repo, struct str out, struct arena *arena,
    struct git_oid_list *list, struct err *err);
/* The first line of out as an object id. */
MUST_USE int git_take_oid(
    const struct git_repo *repo, const struct buf *out, struct git_oid *ret_oid, struct err *err);

#endif
