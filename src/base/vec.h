/*
 * A typed array that grows inside an arena. `VEC(struct x) xs = {0};` then
 * `vec_push(&xs, arena, item)` and, when all is in, `return arena_check(arena, err)`; `xs.p[i]`,
 * `xs.n`. Old storage stays in the arena until the arena goes; pointers to items move on a push.
 */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include "base/arena.h"

#define VEC(type)              \
	struct {               \
		type *p;       \
		size_t n, cap; \
	}

/* What every VEC looks like in memory. */
struct vec_head {
	void *p;
	size_t n, cap;
};

/* Makes room for one more item of item_size; false if the arena has none. */
bool vec_grow(void *vec, struct arena *arena, size_t item_size);

/* True when the item is in; false in an arena that is full (the vec is unchanged), which
 * arena_check reports at the end of all pushes. */
#define vec_push(vec, arena, item)                                                  \
	((arena_ok(arena) &&                                                        \
	     ((vec)->n < (vec)->cap || vec_grow((vec), (arena), sizeof *(vec)->p))) \
		? ((vec)->p[(vec)->n++] = (item), true)                             \
		: false)

#endif
