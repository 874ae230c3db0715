/*
 * What tools answered, kept in a folder of the user's own, so that the same question to the same
 * program is not asked twice. The key is everything that can change an answer: the program (where
 * it lies, its size and time), its arguments, its limits and its input. Entries are whole or not
 * there, checked against a digest when they are read, and bounded in number; a cache that cannot be
 * read or written is as if it were empty. Private to the pool.
 */
#ifndef CORE_TOOL_CACHE_H
#define CORE_TOOL_CACHE_H

#include "base/hash.h"
#include "core/job.h"

struct tool_key {
	char hex[SHA256_HEX_SIZE];
};

/* False: the program is not installed. */
bool tool_key_make(const struct tool *tool, struct str input, struct tool_key *ret);
/* A new memory file with what the tool wrote, from its start, or -1. `folder` may be NULL. */
int tool_cache_get(const char *folder, const struct tool_key *key, int *ret_status);
/* output is read from its start. */
void tool_cache_put(
    const char *folder, const struct tool_key *key, int status, int output, uint64_t size);

#endif
