#include "base/buf.h"
#include "tree_support.h"

static void test_values(void **state)
{
	(void)state;
	assert_tree(yaml_tree, "a: 1\nb: [x, \"y\"]\nc:\n- true\n-\n",
	    "map 0..28\n"
	    "  a: number 3..4 1\n"
	    "  b: list 8..16\n"
	    "    string 9..10 x\n"
	    "    string 12..15 y\n"
	    "  c: list 20..28\n"
	    "    bool 22..26 true\n"
	    "    null 28..28\n");
}

/* YAML 1.2 section 10.3.2, and what only looks like it: the kind, and texts apart by '|'. */
static const char *const scalars[][2] = {
    {"null", "~|null|Null|NULL||!!null \"\""},
    {"bool", "true|True|FALSE|!!bool \"true\""},
    {"number", "0|-12|+12|0o17|0xfF|1.|.5|-.5|1e3|1e+3|1.5e-3|-.inf|.NaN|!!int \"1\"|!Ref 1|"
	       "!!float 1.5"},
    {"string", "nULL|yes|on|0o18|0x|.|1e|e3|'-'|-.nan|1.2.3|1_000|2026-11-23|\"1\"|'true'|"
	       "!!str 1|!!int x|! 1|!!binary aGk="},
};

static void check_scalar(struct str text, const char *kind)
{
	struct buf list CLEANUP(buf_release) = BUF_INIT(100),
			got CLEANUP(buf_release) = BUF_INIT(1000);
	struct syntax_tree tree;
	struct err err = ERR_INIT;
	struct arena arena;

	arena_init(&arena, MIB(1));
	buf_addf(&list, "- " STR_FMT "\n", STR_ARG(text));
	assert_int_equal(yaml_tree(buf_str(&list), 9, &arena, &tree, &err), 0);
	assert_int_equal(tree.problems.n, 0);
	assert_int_equal(tree.roots.p[0]->n, 1);
	tree_print(&tree, &got);
	if (!str_has(buf_str(&got), str_of(kind)))
		fail_msg(STR_FMT ": %s", STR_ARG(text), buf_cstr(&got));
	arena_release(&arena);
}

static void test_scalars(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(scalars); i++) {
		struct str rest = str_of(scalars[i][1]), text;

		while (str_cut(&rest, '|', &text))
			check_scalar(text, scalars[i][0]);
	}
}

static void test_scalar_text(void **state)
{
	(void)state;
	assert_tree(yaml_tree,
	    "a: |\n  one\n  two\n\nb: >-\n  folded\n  text\nc: 'it''s'\nd: True\ne: ~\n",
	    "map 0..63\n"
	    "  a: string 3..16 one\\x0atwo\\x0a\n"
	    "  b: string 21..39 folded text\n"
	    "  c: string 43..50 it's\n"
	    "  d: bool 54..58 true\n"
	    "  e: null 62..63\n");
}

/* Marks of libyaml count code points, and other ends of lines; offsets are bytes. */
static void test_offsets(void **state)
{
	(void)state;
	assert_tree(yaml_tree, "\xc3\xa9: \xf0\x9f\x9a\xa2\r\nb: x\r\n",
	    "map 0..14\n"
	    "  \xc3\xa9: string 4..8 \xf0\x9f\x9a\xa2\n"
	    "  b: string 13..14 x\n");
	assert_tree(yaml_tree,
	    "\xef\xbb\xbf"
	    "a: x\nb: \xc3\xa9\nc: y\n",
	    "map 3..18\n"
	    "  a: string 6..7 x\n"
	    "  b: string 11..13 \xc3\xa9\n"
	    "  c: string 17..18 y\n");
	assert_tree(yaml_tree, "a: \xe2\x80\xa8 x\nb: y",
	    "map 0..13\n"
	    "  a: string 7..8 x\n"
	    "  b: string 12..13 y\n");
}

/* Offsets stay exact far into a text that is not ASCII. */
static void test_offsets_in_long_text(void **state)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct syntax_tree tree;
	struct err err = ERR_INIT;
	struct arena arena;

	(void)state;
	for (int i = 0; i < 3000; i++)
		buf_addf(&text, "- \"\xc3\xa9\xf0\x9f\x9a\xa2%d\"\n", i);
	arena_init(&arena, MIB(16));
	assert_int_equal(yaml_tree(buf_str(&text), 9, &arena, &tree, &err), 0);
	assert_int_equal(tree.roots.p[0]->n, 3000);
	for (const struct node *n = node_first(tree.roots.p[0]); n; n = n->next) {
		struct str quoted = str_sub(buf_str(&text), n->offset, n->end - n->offset);

		assert_true(str_starts(quoted, STR("\"")) && str_ends(quoted, STR("\"")));
		assert_true(str_eq(str_sub(quoted, 1, quoted.n - 2), n->text));
	}
	arena_release(&arena);
}

static void test_documents(void **state)
{
	(void)state;
	assert_tree(yaml_tree, "", "");
	assert_tree(yaml_tree, "# nothing\n", "");
	assert_tree(yaml_tree, "a: &x 1\n---\nb: *x\n...\n--- c\n",
	    "map 0..7\n"
	    "  a: number 3..7 1\n"
	    "---\n"
	    "map 12..17\n"
	    "  b: null 15..17\n"
	    "---\n"
	    "string 26..27 c\n"
	    "! 15..17 an alias to an anchor that is not there\n");
}

static void test_aliases(void **state)
{
	(void)state;
	assert_tree(yaml_tree, "a: &x {k: 1}\nb: *x\nc: [*x]\n&n d: *n\n",
	    "map 0..35\n"
	    "  a: map 3..12\n"
	    "    k: number 10..11 1\n"
	    "  b: map 16..18\n"
	    "    k: number 10..11 1\n"
	    "  c: list 22..26\n"
	    "    map 23..25\n"
	    "      k: number 10..11 1\n"
	    "  d: string 33..35 d\n");
	assert_tree(yaml_tree, "a: &x [*x]\nb: *x\n",
	    "map 0..16\n"
	    "  a: list 3..10\n"
	    "    null 7..9\n"
	    "  b: list 14..16\n"
	    "    null 7..9\n"
	    "! 7..9 an alias to what it is a part of\n");
}

static void test_merge(void **state)
{
	(void)state;
	assert_tree(yaml_tree,
	    "x: &x {k: 1, l: 2}\ny: &y {k: 3, m: 4}\nz:\n  l: 5\n  <<: [*x, *y]\n  n: 6\n",
	    "map 0..69\n"
	    "  x: map 3..18\n"
	    "    k: number 10..11 1\n"
	    "    l: number 16..17 2\n"
	    "  y: map 22..37\n"
	    "    k: number 29..30 3\n"
	    "    m: number 35..36 4\n"
	    "  z: map 43..69\n"
	    "    l: number 46..47 5\n"
	    "    <<: list 54..62\n"
	    "      map 55..57\n"
	    "        k: number 10..11 1\n"
	    "        l: number 16..17 2\n"
	    "      map 59..61\n"
	    "        k: number 29..30 3\n"
	    "        m: number 35..36 4\n"
	    "    n: number 68..69 6\n"
	    "    k: number 10..11 1\n"
	    "    m: number 35..36 4\n");
	assert_tree(yaml_tree, "{<<: x, \"<<\": {a: 1}}",
	    "map 0..21\n"
	    "  <<: string 5..6 x\n"
	    "  <<: map 14..20\n"
	    "    a: number 18..19 1\n"
	    "! 8..12 this name was given before; the last one counts\n"
	    "! 5..6 \"<<\" takes a map, or a list of maps\n");
	/* Of a name that stands twice the last counts, here too. */
	assert_tree(yaml_tree, "{<<: {a: 1, b: 2, a: 3}}",
	    "map 0..24\n"
	    "  <<: map 5..23\n"
	    "    a: number 9..10 1\n"
	    "    b: number 15..16 2\n"
	    "    a: number 21..22 3\n"
	    "  b: number 15..16 2\n"
	    "  a: number 21..22 3\n"
	    "! 18..19 this name was given before; the last one counts\n");
	assert_tree(yaml_tree, "{!!str <<: {a: 1}}",
	    "map 0..18\n"
	    "  <<: map 11..17\n"
	    "    a: number 15..16 1\n");
	assert_tree(yaml_tree, "{!!merge <<: {a: 1}}",
	    "map 0..20\n"
	    "  <<: map 13..19\n"
	    "    a: number 17..18 1\n"
	    "  a: number 17..18 1\n");
}

/* Nine levels of nine aliases each: a walk stays small, and it is reported. */
static void test_alias_bomb(void **state)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT(KIB(4));
	struct syntax_tree tree;
	struct err err = ERR_INIT;
	struct arena arena;

	(void)state;
	buf_add(&text, STR("a0: &a0 [x,x,x,x,x,x,x,x,x]\n"));
	for (int i = 1; i < 9; i++) {
		buf_addf(&text, "a%d: &a%d [", i, i);
		for (int k = 0; k < 9; k++)
			buf_addf(&text, "*a%d,", i - 1);
		buf_add(&text, STR("]\n"));
	}
	arena_init(&arena, MIB(1));
	assert_int_equal(yaml_tree(buf_str(&text), 64, &arena, &tree, &err), 0);
	assert_in_range(tree_check(&tree), 9000, 10200);
	assert_in_range(tree.problems.n, 9, SYNTAX_PROBLEMS_MAX);
	assert_string_equal(tree.problems.p[0].what, "aliases make this text too large");
	arena_release(&arena);
}

static void test_merge_bomb(void **state)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct syntax_tree tree;
	struct err err = ERR_INIT;
	struct arena arena;

	(void)state;
	buf_add(&text, STR("a: &a {"));
	for (int i = 0; i < 1000; i++)
		buf_addf(&text, "k%d: 1,", i);
	buf_add(&text, STR("}\n"));
	for (int i = 0; i < 100; i++)
		buf_addf(&text, "b%d: {<<: *a}\n", i);
	arena_init(&arena, MIB(16));
	assert_int_equal(yaml_tree(buf_str(&text), 64, &arena, &tree, &err), 0);
	assert_in_range(tree_check(&tree), 9000, 11400);
	assert_true(tree.problems.n > 0);
	arena_release(&arena);
}

static void test_odd_names(void **state)
{
	(void)state;
	assert_tree(yaml_tree, "a: 1\n? [x, {y: z}]\n: 2\n? k\n3: 4\n",
	    "map 0..31\n"
	    "  a: number 3..4 1\n"
	    "  : number 21..22 2\n"
	    "  k: null 27..27\n"
	    "  3: number 30..31 4\n"
	    "! 7..8 a name that is not text\n");
	assert_tree(yaml_tree, "a: 1\nb: 2\na: 3\n",
	    "map 0..14\n"
	    "  a: number 3..4 1\n"
	    "  b: number 8..9 2\n"
	    "  a: number 13..14 3\n"
	    "! 10..11 this name was given before; the last one counts\n");
}

/* Each common mistake has our words; what was read before it stays, and the next document. */
static void test_mistakes(void **state)
{
	static const char tab[] = "a tab cannot indent; use blanks",
			  character[] = "no text can begin with this character; quote it",
			  colon[] = "a colon that cannot stand here: quote the text, or mend the "
				    "indentation",
			  indentation[] = "the indentation does not fit, or this is not \"name: "
					  "value\"";
	static const struct {
		const char *text, *what;
		size_t offset, roots;
	} rows[] = {
	    // clang-format off
	    {"a:\n\tb: 1\n---\nc: 2\n", tab, 3, 2},
	    {"a: @x\n", character, 3, 1},
	    {"a: b: c\n", colon, 4, 1},
	    {"a: 1\n b: 2\n", colon, 7, 1},
	    {"a:\n  b: 1\n c: 2\n", indentation, 11, 1},
	    {"a: [1\n---\nb: 2\n", "a comma or a closing bracket is missing", 6, 2},
	    {"a: {b: 1\nc: 2\n", "a comma or a closing brace is missing", 10, 1},
	    {"- a\nb: 1\n", "a list item without its \"-\"", 4, 1},
	    {"a: 1\nbbb\nc: 2\n", "a name without a colon", 9, 1},
	    {"a: \"x\nb: y\n", "a quote that is not closed", 11, 1},
	    {"a: \"x\n---\nb: y\n", "a quote that is not closed", 6, 2},
	    // clang-format on
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf got CLEANUP(buf_release) = BUF_INIT(KIB(4));
		struct syntax_tree tree;
		struct err err = ERR_INIT;
		struct arena arena;

		arena_init(&arena, MIB(1));
		assert_int_equal(yaml_tree(str_of(rows[i].text), 9, &arena, &tree, &err), 0);
		(void)tree_check(&tree);
		tree_print(&tree, &got);
		if (tree.problems.n != 1 || strcmp(tree.problems.p[0].what, rows[i].what) != 0 ||
		    tree.problems.p[0].offset != rows[i].offset || tree.roots.n != rows[i].roots)
			fail_msg("%s\n%s", rows[i].text, buf_cstr(&got));
		arena_release(&arena);
	}
}

static void test_broken_off(void **state)
{
	(void)state;
	assert_tree(yaml_tree, "a:\n  b: 1\n  c:\n\t- 2\n",
	    "map 0..13\n"
	    "  a: map 5..13\n"
	    "    b: number 8..9 1\n"
	    "    c: null 13..13\n"
	    "! 15..15 a tab cannot indent; use blanks\n");
}

static void test_forbidden_bytes(void **state)
{
	struct str text = STR("a: x\0\0y\nb: \xff\xc2\x80z # \x07\nc: \xc2\x85 1\n");
	struct buf got CLEANUP(buf_release) = BUF_INIT(KIB(4));
	struct syntax_tree tree;
	struct err err = ERR_INIT;
	struct arena arena;

	(void)state;
	arena_init(&arena, MIB(1));
	assert_int_equal(yaml_tree(text, 9, &arena, &tree, &err), 0);
	(void)tree_check(&tree);
	tree_print(&tree, &got);
	assert_string_equal(buf_cstr(&got),
	    "map 0..27\n"
	    "  a: string 3..7 x??y\n"
	    "  b: string 11..15 ???z\n"
	    "  c: number 26..27 1\n"
	    "! 4..6 a NUL byte\n"
	    "! 11..14 bytes that are not UTF-8, or a control character\n"
	    "! 18..19 bytes that are not UTF-8, or a control character\n");
	arena_release(&arena);
	assert_tree(yaml_tree, "\xfe\xff", "! 0..2 UTF-16 text; save the file as UTF-8\n");
}

static void test_limits(void **state)
{
	struct syntax_tree tree;
	struct err err = ERR_INIT;
	struct arena arena;

	(void)state;
	arena_init(&arena, MIB(1));
	assert_int_equal(yaml_tree(STR("- - [[x]]"), 4, &arena, &tree, &err), 0);
	assert_int_equal(yaml_tree(STR("# x\n- - [[x]]"), 3, &arena, &tree, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	assert_string_equal(err.text, "line 2: nested too deep");
	arena_release(&arena);
	assert_survives_full_arena(
	    yaml_tree, STR("a: &x {k: \"\\n\"}\n\xc3\xa9: {<<: *x, \x01: 1}\nb: *y\n---\n[x"));
}

/* Texts that would keep a careless reader busy. */
static void test_hostile_runs(void **state)
{
	static const char *const pieces[] = {"[", "{", "- ", "---\n", "---\n@\n", "--- @\n", "? ",
	    "a: ", "&a ", "*a ", "!x ", "\"", "'\n", "#", "%\n", "|\n ", ">\n\n", ",", "}", "\t",
	    "...\n", "\xff", "\xc3\xa9", "- &a\n", "a\n", "a: b\n", "\r", "k: [\n---\n"};
	enum { SIZE = 1 << 16 };
	static char text[SIZE + 1];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		size_t n = strlen(pieces[i]);
		struct syntax_tree tree;
		struct err err = ERR_INIT;
		struct arena arena;
		int result;

		for (size_t at = 0; at < SIZE; at++)
			text[at] = pieces[i][at % n];
		arena_init(&arena, MIB(64));
		result = yaml_tree(str_make(text, SIZE), 64, &arena, &tree, &err);
		if (result == 0)
			(void)tree_check(&tree);
		else
			assert_int_equal(err.code, ERR_LIMIT);
		arena_release(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_values),
	    cmocka_unit_test(test_scalars),
	    cmocka_unit_test(test_scalar_text),
	    cmocka_unit_test(test_offsets),
	    cmocka_unit_test(test_offsets_in_long_text),
	    cmocka_unit_test(test_documents),
	    cmocka_unit_test(test_aliases),
	    cmocka_unit_test(test_merge),
	    cmocka_unit_test(test_alias_bomb),
	    cmocka_unit_test(test_merge_bomb),
	    cmocka_unit_test(test_odd_names),
	    cmocka_unit_test(test_mistakes),
	    cmocka_unit_test(test_broken_off),
	    cmocka_unit_test(test_forbidden_bytes),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_hostile_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
