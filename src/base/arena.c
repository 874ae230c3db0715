#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>

enum { BLOCK_FIRST = 16 * 1024, BLOCK_MAX = 1024 * 1024, ALIGN = 16 };

struct arena_block {
	struct arena_block *next;
	size_t size; /* of data */
	size_t used;
	size_t padding;
	_Alignas(16) char data[];
};

void arena_init(struct arena *arena, size_t limit_bytes)
{
	*arena = (struct arena){.limit_bytes = limit_bytes};
}

static void free_from(struct arena_block *block)
{
	while (block) {
		struct arena_block *next = block->next;

		free(block);
		block = next;
	}
}

void arena_release(struct arena *arena)
{
	free_from(arena->blocks);
	arena->blocks = NULL;
	arena->used_bytes = 0;
	arena->full = ERR_NONE;
}

void arena_clear(struct arena *arena)
{
	struct arena_block *keep = arena->blocks;

	arena->used_bytes = 0;
	arena->full = ERR_NONE;
	if (!keep)
		return;
	free_from(keep->next);
	keep->next = NULL;
	memset(keep->data, 0, keep->used);
	keep->used = 0;
}

static struct arena_block *block_add(struct arena *arena, size_t at_least)
{
#ifdef PLIMSOLL_PARANOID_ARENA
	size_t size = at_least;
#else
	size_t size = arena->blocks ? MIN_OF(arena->blocks->size * 2, (size_t)BLOCK_MAX)
				    : (size_t)BLOCK_FIRST;
#endif
	struct arena_block *block;

	if (size < at_least)
		size = at_least;
	block = calloc(1, sizeof *block + size);
	if (!block)
		return NULL;
	block->size = size;
	block->next = arena->blocks;
	arena->blocks = block;
	return block;
}

void arena_fail(struct arena *arena, enum err_code why)
{
	if (arena->full == ERR_NONE)
		arena->full = why;
}

static void *fail(struct arena *arena, enum err_code why)
{
	arena_fail(arena, why);
	return NULL;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	struct arena_block *block = arena->blocks;
	size_t rounded;
	void *at;

	arena->count++;
	if (arena->full != ERR_NONE)
		return NULL;
	if (arena->fail_at != 0 && arena->count == arena->fail_at)
		return fail(arena, ERR_NOMEM);
	if (size > arena->limit_bytes || arena->used_bytes > arena->limit_bytes - size)
		return fail(arena, ERR_LIMIT);
	rounded = (MAX_OF(size, (size_t)1) + ALIGN - 1) & ~(size_t)(ALIGN - 1);
#ifdef PLIMSOLL_PARANOID_ARENA
	block = NULL;
	rounded = MAX_OF(size, (size_t)1);
#endif
	if (!block || block->size - block->used < rounded) {
		block = block_add(arena, rounded);
		if (!block)
			return fail(arena, ERR_NOMEM);
	}
	at = block->data + block->used;
	block->used += rounded;
	arena->used_bytes += size;
	return at;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
	size_t bytes;

	return arena_alloc(arena, mul_overflows(count, size, &bytes) ? SIZE_MAX : bytes);
}

struct str arena_str(struct arena *arena, struct str s)
{
	char *copy = arena_alloc(arena, s.n == SIZE_MAX ? s.n : s.n + 1);

	if (!copy)
		return STR_NONE;
	if (s.n > 0)
		memcpy(copy, s.p, s.n);
	return str_make(copy, s.n);
}

char *arena_cstr(struct arena *arena, struct str s)
{
	size_t nul = str_chr(s, '\0');
	size_t n = nul == STR_NPOS ? s.n : nul;
	char *copy = arena_alloc(arena, n == SIZE_MAX ? n : n + 1);

	if (copy && n > 0)
		memcpy(copy, s.p, n);
	return copy;
}

struct str arena_fmt(struct arena *arena, const char *format, ...)
{
	va_list args;
	char *text;
	int n;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	text = arena_alloc(arena, n < 0 ? SIZE_MAX : (size_t)n + 1);
	if (!text)
		return STR_NONE;
	va_start(args, format);
	(void)vsnprintf(text, (size_t)n + 1, format, args);
	va_end(args);
	return str_make(text, (size_t)n);
}

int arena_check(const struct arena *arena, struct err *err)
{
	return arena_ok(arena) ? 0 : arena_err(arena, err);
}

int arena_err(const struct arena *arena, struct err *err)
{
	if (arena->full == ERR_LIMIT)
		return err_set(
		    err, ERR_LIMIT, "more than %zu bytes of memory needed", arena->limit_bytes);
	return err_nomem(err);
}
