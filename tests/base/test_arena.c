#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"
#include "with_cmocka.h"

static void test_zeroed_and_aligned(void **state)
{
	static const char zeros[300];
	struct arena arena;

	(void)state;
	arena_init(&arena, MIB(4));
	for (int round = 0; round < 2; round++) {
		for (size_t size = 0; size < sizeof zeros; size++) {
			char *p = arena_alloc(&arena, size);

			assert_non_null(p);
			assert_int_equal((uintptr_t)p % 16, 0);
			assert_memory_equal(p, zeros, size);
			memset(p, 0xaa, size);
		}
		arena_clear(&arena);
		assert_int_equal(arena.used_bytes, 0);
	}
	arena_release(&arena);
}

static void test_limit(void **state)
{
	struct arena arena;
	struct err err = ERR_INIT;

	(void)state;
	arena_init(&arena, 1000);
	assert_non_null(arena_alloc(&arena, 990));
	assert_non_null(arena_alloc(&arena, 10));
	assert_int_equal(arena_check(&arena, &err), 0);
	assert_null(arena_alloc(&arena, 1));
	assert_int_equal(arena_err(&arena, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	arena_release(&arena);
	for (size_t i = 0; i < 3; i++) {
		arena_init(&arena, 1000);
		assert_null(i == 0   ? arena_alloc(&arena, 1001)
			    : i == 1 ? arena_alloc(&arena, SIZE_MAX)
				     : arena_array(&arena, SIZE_MAX / 2, 4));
		assert_false(arena_ok(&arena));
		arena_release(&arena);
	}
	arena_init(&arena, MIB(1));
	(void)arena_err(&arena, &err);
	assert_int_equal(err.code, ERR_NOMEM);
	arena_release(&arena);
}

static void test_large_items(void **state)
{
	struct arena arena;
	char *p;

	(void)state;
	arena_init(&arena, MIB(64));
	p = arena_alloc(&arena, MIB(5));
	assert_non_null(p);
	p[MIB(5) - 1] = 'x';
	assert_non_null(arena_alloc(&arena, MIB(20)));
	assert_int_equal(arena.used_bytes, MIB(25));
	arena_release(&arena);
}

static void test_fail_at(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, MIB(1));
	arena.fail_at = 3;
	assert_non_null(arena_alloc(&arena, 1));
	assert_non_null(arena_str(&arena, STR("x")).p);
	assert_null(arena_fmt(&arena, "%d", 1).p);
	arena_release(&arena);
}

/* After one that failed nothing is had, until all is forgotten. */
static void test_is_sticky(void **state)
{
	VEC(int) list = {0};
	struct err err = ERR_INIT;
	struct arena arena;
	struct map map;
	bool pushed;

	(void)state;
	arena_init(&arena, 1000);
	map_init(&map, &arena);
	pushed = vec_push(&list, &arena, 1);
	assert_true(pushed);
	assert_true(map_put(&map, STR("a"), &map));
	assert_null(arena_alloc(&arena, 1001));
	assert_null(arena_alloc(&arena, 1));
	assert_null(arena_str(&arena, STR("x")).p);
	assert_null(arena_fmt(&arena, "x").p);
	assert_int_equal(arena_str(&arena, STR("x")).n, 0);
	/* Also what would have had room. */
	pushed = vec_push(&list, &arena, 2);
	assert_false(pushed);
	assert_false(map_put(&map, STR("b"), &map));
	assert_int_equal(list.n, 1);
	assert_int_equal(arena_check(&arena, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	arena_clear(&arena);
	assert_non_null(arena_alloc(&arena, 1));
	assert_int_equal(arena_check(&arena, &err), 0);
	arena_release(&arena);
}

static void test_strings(void **state)
{
	struct arena arena;
	struct str s;

	(void)state;
	arena_init(&arena, MIB(1));
	s = arena_str(&arena, STR_NONE);
	assert_non_null(s.p);
	assert_int_equal(s.n, 0);
	s = arena_str(&arena, str_make("a\0b", 3));
	assert_memory_equal(s.p, "a\0b", 4);
	assert_string_equal(arena_cstr(&arena, s), "a");
	assert_string_equal(arena_fmt(&arena, "%s-%d", "x", 7).p, "x-7");
	assert_null(arena_str(&arena, str_make("", SIZE_MAX)).p);
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_zeroed_and_aligned),
	    cmocka_unit_test(test_limit),
	    cmocka_unit_test(test_large_items),
	    cmocka_unit_test(test_fail_at),
	    cmocka_unit_test(test_is_sticky),
	    cmocka_unit_test(test_strings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
