#include "tree_support.h"

static void test_values(void **state)
{
	(void)state;
	assert_tree(toml_tree,
	    "a = \"x\\n\\u00e9\\\"\" # one\nb=-1_0\nc = 2.5e3\nd = true\ne = 1979-05-27 07:32:00Z\n"
	    "f = 'C:\\x'\ng = 0xFF\nh = nan\n",
	    "map 0..103\n"
	    "  a: string 4..17 x\\x0aé\"\n"
	    "  b: number 26..30 -10\n"
	    "  c: number 35..40 2.5e3\n"
	    "  d: bool 45..49 true\n"
	    "  e: string 54..74 1979-05-27 07:32:00Z\n"
	    "  f: string 79..85 C:\\x\n"
	    "  g: number 90..94 0xFF\n"
	    "  h: number 99..102 nan\n");
}

static void test_long_strings(void **state)
{
	(void)state;
	assert_tree(toml_tree, "a = '''\nx\\n\r\n''y'''\nb = \"\"\"a \\\n   b\"\"\"\"\n",
	    "map 0..40\n"
	    "  a: string 4..19 x\\n\\x0a''y\n"
	    "  b: string 24..39 a b\"\n");
}

static void test_tables(void **state)
{
	(void)state;
	assert_tree(toml_tree,
	    "t = 1\n[a.b]\nx = {y.z = 1, w = []}\n[[r]]\ni = 1\n[r.s]\nj = [1,\n # c\n 2,]\n[[r]]\n"
	    "[a]\nq.\"u v\" = 2\n",
	    "map 0..92\n"
	    "  t: number 4..5 1\n"
	    "  a: map 7..91\n"
	    "    b: map 9..33\n"
	    "      x: map 16..33\n"
	    "        y: map 17..18\n"
	    "          z: number 23..24 1\n"
	    "        w: list 30..32\n"
	    "    q: map 80..81\n"
	    "      u v: number 90..91 2\n"
	    "  r: list 36..37\n"
	    "    map 36..45\n"
	    "      i: number 44..45 1\n"
	    "      s: map 49..69\n"
	    "        j: list 56..69\n"
	    "          number 57..58 1\n"
	    "          number 66..67 2\n"
	    "    map 72..73\n");
}

static void test_mistakes(void **state)
{
	(void)state;
	assert_tree(toml_tree, "a = x\nb = 1\n",
	    "map 0..12\n"
	    "  b: number 10..11 1\n"
	    "! 4..5 this is no value: a text stands in quotes\n");
	assert_tree(toml_tree, "a = 1\na = 2\n",
	    "map 0..12\n"
	    "  a: number 4..5 1\n"
	    "  a: number 10..11 2\n"
	    "! 6..7 this name was given before\n");
	assert_tree(toml_tree, "a = \"\\d\"\nb = \"x\nc = 1 2\n",
	    "map 0..24\n"
	    "  a: string 4..8 \\d\n"
	    "  b: string 13..15 x\n"
	    "  c: number 20..21 1\n"
	    "! 5..7 this escape has no meaning; in '…' a backslash is a backslash\n"
	    "! 13..14 this quote does not end on its line\n"
	    "! 22..23 nothing more may stand on this line\n");
	assert_tree(toml_tree, "[a]\n[a]\nb = 1\n[[a]]\n[c\n",
	    "map 0..23\n"
	    "  a: map 1..2\n"
	    "! 5..6 this table was given before\n"
	    "! 16..17 this was given before, and is no list of tables\n"
	    "! 21..22 this header does not end\n");
	assert_tree(toml_tree, "a = [1 2\n",
	    "map 0..9\n"
	    "  a: list 4..9\n"
	    "    number 5..6 1\n"
	    "    number 7..8 2\n"
	    "! 7..8 a comma is missing in this list\n"
	    "! 4..5 this list does not end\n");
	assert_tree(toml_tree, "= 1\n", "map 0..4\n! 0..1 a name is missing here\n");
	assert_tree(toml_tree, "a = \"\xff\"\n",
	    "map 0..8\n! 0..0 bytes that are not UTF-8: nothing is read\n");
}

static void test_nesting(void **state)
{
	static const char *const deeper[][2] = {
	    {"a = ", "["}, {"a = ", "{b="}, {"[", "a."}, {"", "a."}};
	struct buf text CLEANUP(buf_release) = BUF_INIT(KIB(16));
	struct syntax_tree tree;
	struct err err = ERR_INIT;
	struct arena arena;

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(deeper); k++) {
		buf_clear(&text);
		buf_add(&text, str_of(deeper[k][0]));
		for (int i = 0; i < 1000; i++)
			buf_add(&text, str_of(deeper[k][1]));
		arena_init(&arena, MIB(1));
		assert_int_equal(toml_tree(buf_str(&text), 64, &arena, &tree, &err), 0);
		(void)tree_check(&tree);
		assert_int_equal(tree.problems.n, 1);
		assert_string_equal(
		    tree.problems.p[0].what, "this is nested too deep; the rest is not read");
		arena_release(&arena);
	}
}

static void test_full_arenas(void **state)
{
	(void)state;
	assert_survives_full_arena(toml_tree,
	    STR("a.b = [1, \"x\", {c = 1_0}]\n[d.e]\n[[f]]\n'g' = \"\"\"x\\\n y\"\"\"\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_values),
	    cmocka_unit_test(test_long_strings),
	    cmocka_unit_test(test_tables),
	    cmocka_unit_test(test_mistakes),
	    cmocka_unit_test(test_nesting),
	    cmocka_unit_test(test_full_arenas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
