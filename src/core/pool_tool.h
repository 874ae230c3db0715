/* A tool that runs for a reader. Private to the pool. */
#ifndef CORE_POOL_TOOL_H
#define CORE_POOL_TOOL_H

#include "core/tool_cache.h"

struct tool_run {
	const struct tool *tool;
	int pid;    /* 0: none runs */
	int pidfd;  /* readable at its end; -1: the kernel has none, look every few milliseconds */
	int output; /* a memory file */
	int64_t deadline_ms;
	const char *cache;
	struct tool_key key;
	bool known; /* it was not run: the cache has what it answered, and this exit status */
	int status;
};

/* cache: a folder, or NULL. */
MUST_USE int tool_start(const struct tool *tool, struct str input, const char *cache,
    struct tool_run *ret, struct err *err);
/* Whether it ended; then *ret_status and *ret_size are set, and run->output is at its start. An
 * error of its own (too long, too much) is -1 and it is gone. */
enum tool_state { TOOL_RUNS, TOOL_ENDED, TOOL_FAILED };
enum tool_state tool_look(
    struct tool_run *run, int *ret_status, uint64_t *ret_size, struct err *err);
/* Kills it if it runs, and closes everything. */
void tool_release(struct tool_run *run);

#endif
