/*
 * Git's hooks as files: where a repository has them (core.hooksPath, worktrees), what stands
 * there, and how ours comes and goes. A hook of somebody else's is kept beside ours and runs first.
 */
#ifndef CLI_HOOK_FILES_H
#define CLI_HOOK_FILES_H

#include "base/arena.h"

enum hook_kind { HOOK_PRE_COMMIT, HOOK_COMMIT_MSG, HOOK_PRE_PUSH, HOOK_PRE_RECEIVE, HOOK_COUNT };

const char *hook_name(enum hook_kind kind);
/* False, and an error that names the nearest one, if there is no such hook. */
MUST_USE bool hook_find(struct str name, enum hook_kind *ret, struct err *err);

/* This very program, quoted for a shell, so that a hook works also where no PATH has it. */
struct buf;
void hook_write_program(struct buf *out);

struct hook_place {
	const char *folder; /* as git names it from here */
	bool bare;	    /* a repository without a work tree */
	bool shared;	    /* it lies outside of the repository: others may use it too */
};
/* Of the repository that the current folder is in, by its own and the user's configuration. */
MUST_USE int hook_place_find(struct arena *arena, struct hook_place *ret, struct err *err);

enum hook_state {
	HOOK_NONE,
	HOOK_OURS,
	HOOK_OURS_AND_OTHER, /* ours, which calls one that was there before */
	HOOK_OTHER,
};
MUST_USE int hook_look(const struct hook_place *place, enum hook_kind kind, struct arena *arena,
    enum hook_state *ret, struct err *err);

/* options: what is put behind `plimsoll hook run NAME`, each quoted for a shell. *ret_kept: a hook
 * that was there before is kept. */
MUST_USE int hook_put(const struct hook_place *place, enum hook_kind kind,
    const struct str *options, size_t n_options, struct arena *arena, bool *ret_kept,
    struct err *err);
/* Ours goes, and what was there before is there again. Nothing of anybody else's is touched. */
MUST_USE int hook_take_out(
    const struct hook_place *place, enum hook_kind kind, struct arena *arena, struct err *err);

#endif
