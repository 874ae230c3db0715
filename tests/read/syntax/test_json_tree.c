#include "tree_support.h"

static void test_values(void **state)
{
	(void)state;
	assert_tree(json_tree, "{\"a\": [1, \"x\\ny\", true, false, null], \"b\": {}}",
	    "map 0..46\n"
	    "  a: list 6..36\n"
	    "    number 7..8 1\n"
	    "    string 10..16 x\\x0ay\n"
	    "    bool 18..22 true\n"
	    "    bool 24..29 false\n"
	    "    null 31..35\n"
	    "  b: map 43..45\n");
}

/* The workshop's task definition: a bare container definition, a comma too many. */
static void test_trailing_comma(void **state)
{
	(void)state;
	assert_tree(json_tree, "{\"name\":\"app\",\"image\":\"nginx\",}",
	    "map 0..31\n"
	    "  name: string 8..13 app\n"
	    "  image: string 22..29 nginx\n"
	    "! 29..30 a comma with nothing after it\n");
}

static void test_names_twice(void **state)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT(KIB(16));
	struct syntax_tree tree;
	struct err err = ERR_INIT;
	struct arena arena;

	(void)state;
	assert_tree(json_tree, "{\"a\":1,\"b\":2,\"\\u0061\":3}",
	    "map 0..24\n"
	    "  a: number 5..6 1\n"
	    "  b: number 11..12 2\n"
	    "  a: number 22..23 3\n"
	    "! 13..21 this name was given before; the last one counts\n");
	buf_addc(&text, '{');
	for (int i = 0; i < 100; i++)
		buf_addf(&text, "\"%d\":%d,", i % 98, i);
	buf_add(&text, STR("\"x\":0}"));
	arena_init(&arena, MIB(1));
	assert_int_equal(json_tree(buf_str(&text), 64, &arena, &tree, &err), 0);
	assert_int_equal(tree.problems.n, 2);
	assert_true(str_eq(node_text(node_get(tree.roots.p[0], STR("1"))), STR("99")));
	arena_release(&arena);
}

static void test_look_ups(void **state)
{
	struct str text =
	    STR("{\"a\": {\"b\": {\"c\": 7}}, \"t\": true, \"n\": -1, \"s\": \"7\", \"z\": null}");
	const struct node *root;
	struct syntax_tree tree;
	struct err err = ERR_INIT;
	struct arena arena;
	uint64_t value = 0;

	(void)state;
	arena_init(&arena, MIB(1));
	assert_int_equal(json_tree(text, 64, &arena, &tree, &err), 0);
	root = tree.roots.p[0];
	assert_true(node_u64(node_path(root, "a.b.c"), &value));
	assert_int_equal(value, 7);
	assert_null(node_path(root, "a.x.c"));
	assert_null(node_path(root, "a.b.c.d"));
	assert_null(node_path(NULL, "a"));
	assert_false(node_u64(node_get(root, STR("n")), &value));
	assert_false(node_u64(node_get(root, STR("s")), &value));
	assert_int_equal(value, 7);
	assert_true(node_bool(node_get(root, STR("t")), false));
	assert_true(node_bool(node_get(root, STR("absent")), true));
	assert_false(node_bool(node_get(root, STR("s")), false));
	assert_true(node_is(node_get(root, STR("z")), NODE_NULL));
	assert_false(node_is(NULL, NODE_NULL));
	assert_null(node_first(NULL));
	assert_int_equal(node_text(NULL).n, 0);
	assert_null(node_get(node_get(root, STR("s")), STR("x")));
	arena_release(&arena);
}

static void test_places(void **state)
{
	struct str text = STR("{\n  \"\xc3\xa9\": [\n    \"x\"\n  ]\n}");
	const struct node *list;
	struct syntax_tree tree;
	struct err err = ERR_INIT;
	struct arena arena;
	struct place place;

	(void)state;
	arena_init(&arena, MIB(1));
	assert_int_equal(json_tree(text, 64, &arena, &tree, &err), 0);
	list = node_first(tree.roots.p[0]);
	node_place(&tree, list, STR("task.json"), &place);
	assert_int_equal(place.line, 2);
	assert_int_equal(place.column, 3);
	assert_int_equal(place.end_line, 4);
	assert_int_equal(place.end_column, 4);
	assert_true(str_eq(place.origin.path, STR("task.json")));
	node_place(&tree, node_first(list), STR("task.json"), &place);
	assert_int_equal(place.line, 3);
	assert_int_equal(place.column, 5);
	assert_int_equal(place.end_column, 8);
	arena_release(&arena);
}

static void test_nothing_to_read(void **state)
{
	(void)state;
	assert_tree(json_tree, "", "! 0..0 no value\n");
	assert_tree(json_tree, "\xff\xfe{", "! 0..2 UTF-16 text; save the file as UTF-8\n");
}

static void test_problems_are_capped(void **state)
{
	char text[2000];
	struct syntax_tree tree;
	struct err err = ERR_INIT;
	struct arena arena;

	(void)state;
	memset(text, ',', sizeof text);
	text[0] = '[';
	arena_init(&arena, MIB(1));
	assert_int_equal(json_tree(str_make(text, sizeof text), 64, &arena, &tree, &err), 0);
	assert_int_equal(tree.problems.n, SYNTAX_PROBLEMS_MAX);
	assert_non_null(strstr(tree.problems.p[tree.problems.n - 1].what, "not listed"));
	assert_null(strstr(tree.problems.p[tree.problems.n - 2].what, "not listed"));
	arena_release(&arena);
}

static void test_limits(void **state)
{
	struct str text = STR("[[[[[]]]]]");
	struct syntax_tree tree;
	struct err err = ERR_INIT;
	struct arena arena;

	(void)state;
	arena_init(&arena, MIB(1));
	assert_int_equal(json_tree(text, 5, &arena, &tree, &err), 0);
	assert_int_equal(json_tree(text, 4, &arena, &tree, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	arena_release(&arena);
	arena_init(&arena, 500);
	assert_int_equal(json_tree(text, 5, &arena, &tree, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	arena_release(&arena);
	assert_survives_full_arena(json_tree, STR("{\"a\":[1,,2],\"a\":\"\\n\",b:{}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_values),
	    cmocka_unit_test(test_trailing_comma),
	    cmocka_unit_test(test_names_twice),
	    cmocka_unit_test(test_look_ups),
	    cmocka_unit_test(test_places),
	    cmocka_unit_test(test_nothing_to_read),
	    cmocka_unit_test(test_problems_are_capped),
	    cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
