#include "base/vec.h"

bool vec_grow(void *vec, struct arena *arena, size_t item_size)
{
	struct vec_head head;
	size_t cap;
	void *p;

	memcpy(&head, vec, sizeof head);
	cap = head.cap ? head.cap : 4;
	if (head.cap && mul_overflows(cap, (size_t)2, &cap))
		cap = SIZE_MAX; /* which no arena has */
	p = arena_array(arena, cap, item_size);
	if (!p)
		return false;
	if (head.n > 0)
		memcpy(p, head.p, head.n * item_size);
	head.p = p;
	head.cap = cap;
	memcpy(vec, &head, sizeof head);
	return true;
}
