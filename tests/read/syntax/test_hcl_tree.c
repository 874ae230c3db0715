#include "tree_support.h"

static void test_attributes(void **state)
{
	(void)state;
	assert_tree(hcl_tree,
	    "a = \"x\\n\\u00e9\\\"\" # one\nb=-1 // two\nc = 2.5e3\nd = true /* three */\ne = null\n",
	    "map 0..76\n"
	    "  a: string 4..17 x\\x0aé\"\n"
	    "  b: string 26..28 ${-1}\n"
	    "  c: number 40..45 2.5e3\n"
	    "  d: bool 50..54 true\n"
	    "  e: null 71..75\n");
}

/* As the JSON form has them: a map for each type, a member for each label. */
static void test_blocks(void **state)
{
	(void)state;
	assert_tree(hcl_tree,
	    "target \"a\" {\n  tags = [\"x\", \"y\",]\n}\ngroup \"g\" { targets = [\"a\"] }\n"
	    "target b {}\ntarget \"a\" {\n}\n",
	    "map 0..93\n"
	    "  target: map 0..0\n"
	    "    a: map 7..35\n"
	    "      tags: list 22..33\n"
	    "        string 23..26 x\n"
	    "        string 28..31 y\n"
	    "    b: map 73..77\n"
	    "    a: map 85..92\n"
	    "  group: map 36..36\n"
	    "    g: map 42..65\n"
	    "      targets: list 58..63\n"
	    "        string 59..62 a\n");
}

static void test_templates_stay(void **state)
{
	(void)state;
	assert_tree(hcl_tree, "a = \"${x}-${f(\"}\")}-$${no}\"\nb = x\nc = cond ? \"}\" : [1]\n",
	    "map 0..55\n"
	    "  a: string 4..27 ${x}-${f(\"}\")}-$${no}\n"
	    "  b: string 32..33 ${x}\n"
	    "  c: string 38..54 ${cond ? \"}\" : [1]}\n");
}

static void test_computed(void **state)
{
	(void)state;
	assert_tree(hcl_tree,
	    "a = [for x in y : x]\nb = {for k, v in m : k => v}\nc = f(1,\n 2)\nd = \"x\" == y ? 1 : 2\n"
	    "e = [foreign, \"z\"]\n",
	    "map 0..103\n"
	    "  a: string 4..20 ${[for x in y : x]}\n"
	    "  b: string 25..49 ${{for k, v in m : k => v}}\n"
	    "  c: string 54..62 ${f(1,\\x0a 2)}\n"
	    "  d: string 67..83 ${\"x\" == y ? 1 : 2}\n"
	    "  e: list 88..102\n"
	    "    string 89..96 ${foreign}\n"
	    "    string 98..101 z\n");
}

static void test_objects(void **state)
{
	(void)state;
	assert_tree(hcl_tree, "args = {\n  A = \"1\"\n  \"b.c\" : x, D = {}\n}\n",
	    "map 0..41\n"
	    "  args: map 7..40\n"
	    "    A: string 15..18 1\n"
	    "    b.c: string 29..30 ${x}\n"
	    "    D: map 36..38\n");
}

static void test_heredocs(void **state)
{
	(void)state;
	assert_tree(hcl_tree,
	    "a = <<EOT\nFROM x\n  RUN y\nEOT\nb = <<-E\n    one\n\n      two\n    E\nc = 1\n",
	    "map 0..69\n"
	    "  a: string 4..28 FROM x\\x0a  RUN y\\x0a\n"
	    "  b: string 33..62 one\\x0a\\x0a  two\\x0a\n"
	    "  c: number 67..68 1\n");
	assert_tree(hcl_tree, "a = <<EOT\nx\n",
	    "map 0..12\n"
	    "  a: string 4..12 x\\x0a\n"
	    "! 4..6 this text has no last line with its name alone\n");
}

static void test_mistakes(void **state)
{
	(void)state;
	assert_tree(hcl_tree, "a = \nb = 1\n",
	    "map 0..11\n"
	    "  a: string 4..4 ${}\n"
	    "  b: number 9..10 1\n"
	    "! 4..5 a value is missing here\n");
	assert_tree(hcl_tree, "= 1\nb = 1\n",
	    "map 0..10\n"
	    "  b: number 8..9 1\n"
	    "! 0..1 a name is missing here\n");
	assert_tree(hcl_tree, "a = \"x\nb = 1\n",
	    "map 0..13\n"
	    "  a: string 4..6 x\n"
	    "  b: number 11..12 1\n"
	    "! 4..5 this quote does not end on its line\n");
	assert_tree(hcl_tree, "a = [1 2\nb = 1\n",
	    "map 0..15\n"
	    "  a: list 4..15\n"
	    "    string 5..8 ${1 2}\n"
	    "    string 9..14 ${b = 1}\n"
	    "! 9..10 a comma is missing in this list\n"
	    "! 4..5 this list does not end\n");
	assert_tree(hcl_tree, "t \"x\" {\n a = 1\n",
	    "map 0..15\n"
	    "  t: map 0..0\n"
	    "    x: map 2..15\n"
	    "      a: number 13..14 1\n"
	    "! 0..1 this block is not closed\n");
	assert_tree(hcl_tree, "t \"x\" = {\n}\n}\nb = 1\n",
	    "map 0..20\n"
	    "  t: map 0..0\n"
	    "    x: map 2..2\n"
	    "  b: number 18..19 1\n"
	    "! 0..6 this is neither \"name = value\" nor a block\n"
	    "! 10..11 this brace closes nothing\n"
	    "! 12..13 this brace closes nothing\n");
	assert_tree(hcl_tree, "a = {\n ?\n b = 1\n}\n",
	    "map 0..18\n"
	    "  a: map 4..17\n"
	    "    b: number 14..15 1\n"
	    "! 7..8 this is not \"name = value\"\n");
	assert_tree(hcl_tree, "a = \"\\q\\u12\"\n/* x",
	    "map 0..17\n"
	    "  a: string 4..12 \\q\\u12\n"
	    "! 5..6 this escape has no meaning\n"
	    "! 7..8 this escape has no meaning\n"
	    "! 13..15 this comment does not end\n");
	assert_tree(hcl_tree, "a = \"x\" b = [1]\nc = d == 1\n",
	    "map 0..27\n"
	    "  a: string 4..7 x\n"
	    "  b: list 12..15\n"
	    "    number 13..14 1\n"
	    "  c: string 20..26 ${d == 1}\n"
	    "! 7..8 what follows on this line belongs on the next\n");
	assert_tree(hcl_tree, "a = 1\na = 2\n",
	    "map 0..12\n"
	    "  a: number 4..5 1\n"
	    "  a: number 10..11 2\n"
	    "! 6..7 this name was given before; the last one counts\n");
	assert_tree(hcl_tree,
	    "\xff\xfe"
	    "a",
	    "! 0..2 UTF-16 text; save the file as UTF-8\n");
	assert_tree(hcl_tree, "a = \"\xc3(\"\n",
	    "map 0..9\n"
	    "  a: string 4..8 ?(\n"
	    "! 0..0 bytes that are not UTF-8; they are read as '?'\n");
}

static void test_nesting(void **state)
{
	static const char *const deeper[][2] = {
	    {"a = ", "["}, {"", "a {\n"}, {"a ", "\"\" "}, {"a = ", "{ b = "}};
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
		assert_int_equal(hcl_tree(buf_str(&text), 64, &arena, &tree, &err), 0);
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
	assert_survives_full_arena(
	    hcl_tree, STR("a \"b\" {\n c = [1, \"x\"]\n d = f(1)\n}\ne = <<-E\n  x\n  E\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_attributes),
	    cmocka_unit_test(test_blocks),
	    cmocka_unit_test(test_templates_stay),
	    cmocka_unit_test(test_computed),
	    cmocka_unit_test(test_objects),
	    cmocka_unit_test(test_heredocs),
	    cmocka_unit_test(test_mistakes),
	    cmocka_unit_test(test_nesting),
	    cmocka_unit_test(test_full_arenas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
