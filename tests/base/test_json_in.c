/*
 * The reader on the files of tests/data/base/json: valid/ is taken in both modes, without
 * a problem; invalid/ is refused by the strict one and reported by the other; recover/ has
 * beside each text an .expect: the tokens that are read, and the mistakes.
 */
#include "base/os/fd.h"
#include "json_support.h"
#include "with_cmocka.h"

#include <dirent.h>

typedef void file_check(const char *name, struct str text, struct arena *arena);

static struct str read_data(const char *path, struct arena *arena)
{
	struct err err = ERR_INIT;
	struct str bytes;

	if (file_read(path, MIB(1), arena, &bytes, &err))
		fail_msg("%s", err.text);
	return bytes;
}

static void each_file(const char *folder, file_check *check, unsigned at_least)
{
	struct arena arena;
	struct dirent *entry;
	unsigned files = 0;
	DIR *dir;

	arena_init(&arena, MIB(16));
	dir = opendir(arena_cstr(&arena, arena_fmt(&arena, TEST_DATA "/base/json/%s", folder)));
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		struct str path =
		    arena_fmt(&arena, TEST_DATA "/base/json/%s/%s", folder, entry->d_name);

		if (!str_ends(path, STR(".json")))
			continue;
		check(path.p, read_data(path.p, &arena), &arena);
		files++;
	}
	(void)closedir(dir);
	assert_in_range(files, at_least, 10000);
	arena_release(&arena);
}

static void check_valid(const char *name, struct str text, struct arena *arena)
{
	struct reading strict, lenient;

	(void)arena;
	json_read_all(text, false, &strict);
	json_read_all(text, true, &lenient);
	if (strict.result)
		fail_msg("%s: %s", name, strict.err.text);
	if (lenient.n_problems > 0)
		fail_msg("%s: %s", name, buf_cstr(&lenient.problems));
	assert_string_equal(buf_cstr(&strict.tokens), buf_cstr(&lenient.tokens));
	reading_release(&strict);
	reading_release(&lenient);
}

static void check_invalid(const char *name, struct str text, struct arena *arena)
{
	struct reading strict, lenient;

	(void)arena;
	json_read_all(text, false, &strict);
	json_read_all(text, true, &lenient);
	if (!strict.result || strict.err.code != ERR_FORMAT)
		fail_msg("%s was taken", name);
	if (lenient.result || lenient.n_problems == 0)
		fail_msg("%s: no problem told", name);
	reading_release(&strict);
	reading_release(&lenient);
}

static void check_recover(const char *name, struct str text, struct arena *arena)
{
	struct str expect_path = arena_fmt(
	    arena, STR_FMT ".expect", STR_ARG(str_sub(str_of(name), 0, strlen(name) - 5)));
	struct str expect = read_data(expect_path.p, arena);
	struct buf got CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct reading lenient;

	check_invalid(name, text, arena);
	json_read_all(text, true, &lenient);
	buf_add(&got, buf_str(&lenient.tokens));
	buf_add(&got, buf_str(&lenient.problems));
	if (!str_eq(buf_str(&got), expect))
		fail_msg("%s:\n%s", name, buf_cstr(&got));
	reading_release(&lenient);
}

static void test_valid(void **state)
{
	(void)state;
	each_file("valid", check_valid, 15);
}

static void test_invalid(void **state)
{
	(void)state;
	each_file("invalid", check_invalid, 30);
}

static void test_recover(void **state)
{
	(void)state;
	each_file("recover", check_recover, 25);
}

static void test_error_place(void **state)
{
	struct reading r;

	(void)state;
	json_read_all(STR("{\n \"\xc3\xa9\": x}"), false, &r);
	assert_int_equal(r.result, -1);
	assert_string_equal(r.err.text, "line 2, column 7: a text without quotes");
	reading_release(&r);
}

static void test_offsets(void **state)
{
	struct str text = STR(" {\"a\": [12, \"x\\n\"]}");
	static const size_t wanted[][2] = {
	    {1, 2}, {2, 5}, {7, 8}, {8, 10}, {12, 17}, {17, 18}, {18, 19}, {19, 19}};
	struct json_event event;
	struct err err = ERR_INIT;
	struct arena arena;
	struct json_in j;

	(void)state;
	arena_init(&arena, MIB(1));
	json_in_init(&j, text, &arena);
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		assert_int_equal(json_next(&j, &event, &err), 0);
		assert_int_equal(event.offset, wanted[i][0]);
		assert_int_equal(event.end, wanted[i][1]);
	}
	assert_int_equal(event.kind, JSON_END);
	arena_release(&arena);
}

static void test_skip(void **state)
{
	struct str text = STR("{\"a\": [1, {\"\\u0041\": [[]]}, 2], \"b\": 3, \"c\": {}}");
	struct json_event event;
	struct err err = ERR_INIT;
	struct arena arena;
	struct json_in j;

	(void)state;
	arena_init(&arena, MIB(1));
	json_in_init(&j, text, &arena);
	assert_int_equal(json_next(&j, &event, &err), 0);
	assert_int_equal(json_next(&j, &event, &err), 0);
	assert_int_equal(json_skip(&j, &event, &err), 0); /* a key: its value */
	assert_int_equal(arena.used_bytes, 0);
	assert_int_equal(json_next(&j, &event, &err), 0);
	assert_true(str_eq(event.text, STR("b")));
	assert_int_equal(json_next(&j, &event, &err), 0);
	assert_int_equal(json_skip(&j, &event, &err), 0); /* a number: nothing */
	assert_int_equal(json_next(&j, &event, &err), 0);
	assert_int_equal(json_next(&j, &event, &err), 0);
	assert_int_equal(event.kind, JSON_OBJECT);
	assert_int_equal(json_skip(&j, &event, &err), 0);
	assert_int_equal(json_next(&j, &event, &err), 0);
	assert_int_equal(event.kind, JSON_OBJECT_END);
	json_in_init(&j, STR("{\"a\": [1, \"\\x\"]}"), &arena);
	assert_int_equal(json_next(&j, &event, &err), 0);
	assert_int_equal(json_skip(&j, &event, &err), -1); /* skipped, and yet checked */
	assert_int_equal(err.code, ERR_FORMAT);
	arena_release(&arena);
}

static void test_depth(void **state)
{
	char text[2 * JSON_DEPTH_MAX + 2];
	struct reading r;

	(void)state;
	memset(text, '[', JSON_DEPTH_MAX);
	memset(text + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
	json_read_all(str_make(text, (size_t)2 * JSON_DEPTH_MAX), false, &r);
	assert_int_equal(r.result, 0);
	reading_release(&r);
	memset(text, '[', sizeof text);
	for (int lenient = 0; lenient < 2; lenient++) {
		json_read_all(str_make(text, sizeof text), lenient == 1, &r);
		assert_int_equal(r.result, -1);
		assert_int_equal(r.err.code, ERR_LIMIT);
		reading_release(&r);
	}
}

/* Texts on which a reader that looks ahead too often would not come to an end. */
static void test_hostile_runs(void **state)
{
	static const char *const pieces[] = {"}", "]", "[}", "{\"a\":1}},", "[1],", "\"a\"", ":",
	    ",", "{]", "/*", "//\n", "'", "\"\n", "\\", "{\"a\":", "[1} ", "}/**/", "}\"a\":1",
	    "a:", "\xff", "\"\\ud800"};
	enum { SIZE = 1 << 16 };
	static char text[SIZE + 1];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		size_t n = strlen(pieces[i]);
		struct reading r;

		for (size_t at = 0; at + n <= SIZE; at++)
			text[at] = pieces[i][at % n];
		text[0] = i % 2 ? '{' : '[';
		json_read_all(str_make(text, SIZE - n), true, &r);
		assert_true(r.n_problems > 0 || r.result != 0);
		reading_release(&r);
	}
}

static void test_arena_fails(void **state)
{
	size_t fail_at = 0;
	int result = -1;

	(void)state;
	while (result) {
		struct json_event event = {.kind = JSON_NULL};
		struct err err = ERR_INIT;
		struct arena arena;
		struct json_in j;

		arena_init(&arena, MIB(1));
		arena.fail_at = ++fail_at;
		json_in_init(&j, STR("[\"\\n\", {\"\\t\": \"\\r\"}]"), &arena);
		result = 0;
		while (result == 0 && event.kind != JSON_END)
			result = json_next(&j, &event, &err);
		if (result)
			assert_int_equal(err.code, ERR_NOMEM);
		arena_release(&arena);
	}
	assert_int_equal(fail_at, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_valid),
	    cmocka_unit_test(test_invalid),
	    cmocka_unit_test(test_recover),
	    cmocka_unit_test(test_error_place),
	    cmocka_unit_test(test_offsets),
	    cmocka_unit_test(test_skip),
	    cmocka_unit_test(test_depth),
	    cmocka_unit_test(test_hostile_runs),
	    cmocka_unit_test(test_arena_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
