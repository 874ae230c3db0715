/* The map against a naive one: the same operations, the same answers. */
#include "base/map.h"
#include "with_cmocka.h"

enum { KEYS = 300, OPERATIONS = 100000 };

struct naive {
	struct str keys[KEYS];
	void *values[KEYS];
	size_t n;
};

static size_t naive_find(const struct naive *m, struct str key)
{
	size_t i = 0;

	while (i < m->n && !str_eq(m->keys[i], key))
		i++;
	return i;
}

static void naive_put(struct naive *m, struct str key, void *value)
{
	size_t i = naive_find(m, key);

	if (i == m->n)
		m->keys[m->n++] = key;
	m->values[i] = value;
}

static uint32_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)(*state >> 33);
}

static void test_against_naive(void **state)
{
	static char bytes[OPERATIONS];
	static struct naive naive;
	struct str keys[KEYS];
	struct arena arena;
	uint64_t random = 1;
	struct map map;

	(void)state;
	arena_init(&arena, MIB(16));
	for (size_t i = 0; i < KEYS; i++)
		keys[i] = arena_fmt(&arena, "%zu", i * i % 100003);
	keys[0] = STR_NONE;
	keys[1] = str_make("a\0b", 3);
	keys[2] = str_make("a\0c", 3);
	map_init(&map, &arena);
	for (size_t i = 0; i < OPERATIONS; i++) {
		struct str key = keys[next_random(&random) % KEYS];
		size_t at = naive_find(&naive, key);

		assert_int_equal(map_has(&map, key), at < naive.n);
		assert_ptr_equal(map_get(&map, key), at < naive.n ? naive.values[at] : NULL);
		if (next_random(&random) % 3 == 0) {
			assert_true(map_put(&map, key, &bytes[i]));
			naive_put(&naive, key, &bytes[i]);
		}
	}
	assert_int_equal(map.n, naive.n);
	for (size_t i = 0; i < map.n; i++) {
		assert_true(str_eq(map.items[i].key, naive.keys[i]));
		assert_ptr_equal(map.items[i].value, naive.values[i]);
	}
	arena_release(&arena);
}

static void test_null_value(void **state)
{
	struct arena arena;
	struct map map;

	(void)state;
	arena_init(&arena, KIB(64));
	map_init(&map, &arena);
	assert_false(map_has(&map, STR("x")));
	assert_true(map_put(&map, STR("x"), NULL));
	assert_true(map_has(&map, STR("x")));
	assert_null(map_get(&map, STR("x")));
	arena_release(&arena);
}

/* With any allocation failing, the map answers for what was put before. */
static void test_arena_fails(void **state)
{
	(void)state;
	for (size_t fail_at = 1; fail_at < 20; fail_at++) {
		struct str keys[] = {STR("a"), STR("b"), STR("c"), STR("d"), STR("e"), STR("f"),
		    STR("g"), STR("h"), STR("i"), STR("j"), STR("k"), STR("l")};
		bool in[ARRAY_LEN(keys)];
		struct arena arena;
		struct map map;

		arena_init(&arena, KIB(64));
		arena.fail_at = fail_at;
		map_init(&map, &arena);
		for (size_t i = 0; i < ARRAY_LEN(keys); i++)
			in[i] = map_put(&map, keys[i], &keys[i]);
		for (size_t i = 0; i < ARRAY_LEN(keys); i++)
			assert_ptr_equal(map_get(&map, keys[i]), in[i] ? &keys[i] : NULL);
		arena_release(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_against_naive),
	    cmocka_unit_test(test_null_value),
	    cmocka_unit_test(test_arena_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
