#include "base/map.h"

#include "base/hash.h"

enum { SLOTS_FIRST = 16 };

void map_init(struct map *m, struct arena *arena)
{
	*m = (struct map){.arena = arena};
}

/* The slot that holds key, or the free one where it belongs. Needs a free slot. */
static size_t find_slot(const struct map *m, struct str key, uint64_t hash)
{
	size_t mask = m->n_slots - 1;
	size_t at = (size_t)hash & mask;

	while (m->slots[at] != 0) {
		const struct map_item *item = &m->items[m->slots[at] - 1];

		if (item->hash == hash && str_eq(item->key, key))
			break;
		at = (at + 1) & mask;
	}
	return at;
}

static struct map_item *find_item(const struct map *m, struct str key)
{
	uint32_t index;

	if (m->n == 0)
		return NULL;
	index = m->slots[find_slot(m, key, hash64(key, m->seed))];
	return index ? &m->items[index - 1] : NULL;
}

void *map_get(const struct map *m, struct str key)
{
	const struct map_item *item = find_item(m, key);

	return item ? item->value : NULL;
}

bool map_has(const struct map *m, struct str key)
{
	return find_item(m, key) != NULL;
}

/* Twice the slots; they are never more than half full. */
static bool grow_slots(struct map *m)
{
	size_t n_slots = m->n_slots ? m->n_slots * 2 : (size_t)SLOTS_FIRST;
	uint32_t *slots = arena_array(m->arena, n_slots, sizeof *slots);

	if (!slots)
		return false;
	/* Many maps stay empty, and the kernel's random bytes cost a call. */
	if (m->n_slots == 0)
		random_bytes(&m->seed, sizeof m->seed);
	for (size_t i = 0; i < m->n; i++) {
		size_t at = (size_t)m->items[i].hash & (n_slots - 1);

		while (slots[at] != 0)
			at = (at + 1) & (n_slots - 1);
		slots[at] = (uint32_t)i + 1;
	}
	m->slots = slots;
	m->n_slots = n_slots;
	return true;
}

static bool grow_items(struct map *m)
{
	size_t cap = m->cap ? m->cap * 2 : (size_t)SLOTS_FIRST / 2;
	struct map_item *items = arena_array(m->arena, cap, sizeof *items);

	if (!items)
		return false;
	if (m->n > 0)
		memcpy(items, m->items, m->n * sizeof *items);
	m->items = items;
	m->cap = cap;
	return true;
}

bool map_put(struct map *m, struct str key, void *value)
{
	struct map_item *item = find_item(m, key);
	uint64_t hash;

	if (item) {
		item->value = value;
		return true;
	}
	if (!arena_ok(m->arena))
		return false;
	if (m->n >= UINT32_MAX / 2 || (m->n == m->cap && !grow_items(m)))
		return false;
	if (m->n >= m->n_slots / 2 && !grow_slots(m))
		return false;
	hash = hash64(key, m->seed);
	m->items[m->n++] = (struct map_item){key, value, hash};
	m->slots[find_slot(m, key, hash)] = (uint32_t)m->n;
	return true;
}
