/*
 * A hash map from slices to pointers, inside an arena. Keys are borrowed: they must
 * live as long as the map. Seeded, so that hostile keys cannot choose their bucket. It
 * keeps insertion order: walk map->items[0..n).
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/arena.h"

struct map_item {
	struct str key;
	void *value;
	uint64_t hash;
};

struct map {
	struct arena *arena;
	struct map_item *items; /* in the order of insertion */
	size_t n, cap;
	uint32_t *slots; /* index + 1 into items, 0 = free; a power of two of them */
	size_t n_slots;
	uint64_t seed;
};

void map_init(struct map *m, struct arena *arena);
/* The value, or NULL if the key is not there. */
void *map_get(const struct map *m, struct str key);
bool map_has(const struct map *m, struct str key);
/* Sets or replaces. False if the arena is full, which arena_check reports. */
bool map_put(struct map *m, struct str key, void *value);

#endif
