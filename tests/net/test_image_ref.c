/* Image references: one a line in tests/data/net/image_refs.txt. */
#include "core/image_ref.h"
#include "data_lines.h"
#include "with_cmocka.h"

static void assert_str(struct str line, struct str is, struct str expected)
{
	if (!str_eq(is, expected))
		fail_msg(STR_FMT ": \"" STR_FMT "\" is not \"" STR_FMT "\"", STR_ARG(line),
		    STR_ARG(is), STR_ARG(expected));
}

static void check_refused(struct str line, struct str text, struct str words)
{
	struct arena arena CLEANUP(arena_release);
	struct image_ref ref;
	struct err err = ERR_INIT;

	arena_init(&arena, KIB(64));
	if (image_ref_parse(text, &arena, &ref, &err) == 0)
		fail_msg(STR_FMT ": taken", STR_ARG(line));
	if (!str_has(str_of(err.text), words))
		fail_msg(STR_FMT ": \"%s\"", STR_ARG(line), err.text);
	assert_int_equal(err.code, ERR_FORMAT);
}

static void check_line(struct str line)
{
	struct arena arena CLEANUP(arena_release) = {0};
	size_t refused = str_find(line, STR(" ! "));
	struct image_ref ref, again;
	struct str rest = line, text;
	struct err err = ERR_INIT;

	if (refused != STR_NPOS) {
		check_refused(line, str_sub(line, 0, refused), str_sub(line, refused + 3, line.n));
		return;
	}
	arena_init(&arena, KIB(64));
	text = take_field(&rest, '|');
	if (image_ref_parse(text, &arena, &ref, &err))
		fail_msg(STR_FMT ": %s", STR_ARG(line), err.text);
	assert_str(line, ref.host, take_field(&rest, '|'));
	assert_str(line, ref.path, take_field(&rest, '|'));
	assert_str(line, ref.tag, take_field(&rest, '|'));
	assert_str(line, ref.digest, take_field(&rest, '|'));
	/* What is printed is read as the same. */
	text = image_ref_text(&ref, &arena);
	assert_int_equal(image_ref_parse(text, &arena, &again, &err), 0);
	assert_str(line, image_ref_text(&again, &arena), text);
	assert_true(again.host_written);
}

static void references_are_taken_apart(void **state)
{
	(void)state;
	assert_true(each_line("image_refs.txt", check_line) > 50);
}

static void long_references_are_refused(void **state)
{
	struct arena arena CLEANUP(arena_release);
	static char text[IMAGE_REF_MAX + 1];
	struct image_ref ref;
	struct err err = ERR_INIT;

	(void)state;
	arena_init(&arena, KIB(64));
	memset(text, 'a', sizeof text);
	assert_int_equal(image_ref_parse(str_make(text, sizeof text), &arena, &ref, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	assert_int_equal(
	    image_ref_parse(str_make(text, IMAGE_REF_PATH_MAX - 7), &arena, &ref, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	assert_int_equal(
	    image_ref_parse(str_make(text, IMAGE_REF_PATH_MAX - 8), &arena, &ref, &err), 0);
	assert_false(image_tag_is_valid(str_make(text, IMAGE_REF_TAG_MAX + 1)));
	assert_true(image_tag_is_valid(str_make(text, IMAGE_REF_TAG_MAX)));
	assert_int_equal(image_ref_parse(STR(""), &arena, &ref, &err), -1);
}

static void the_selector_is_tag_then_digest_then_latest(void **state)
{
	struct image_ref ref = {.host = STR("h"), .path = STR("p")};

	(void)state;
	assert_true(str_eq(image_ref_selector(&ref), STR("latest")));
	ref.digest = STR("sha256:1");
	assert_true(str_eq(image_ref_selector(&ref), STR("sha256:1")));
	ref.tag = STR("v1");
	assert_true(str_eq(image_ref_selector(&ref), STR("v1")));
}

static void loopback_is_by_name_or_literal(void **state)
{
	static const char *const loopback[] = {"localhost", "localhost:5000", "LOCALHOST:1",
	    "127.0.0.1", "127.0.0.1:5000", "127.255.255.255", "[::1]", "[::1]:5000"};
	static const char *const other[] = {"", "127.0.0.1.example.com", "127.example", "127.0.0",
	    "127.0.0.256", "127.0.0.1.", "localhost.example", "128.0.0.1", "[::2]", "::1",
	    "127.0.0.1:0", "127.0.0.0001"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(loopback); i++)
		assert_true(image_ref_host_is_loopback(str_of(loopback[i])));
	for (size_t i = 0; i < ARRAY_LEN(other); i++) {
		if (image_ref_host_is_loopback(str_of(other[i])))
			fail_msg("\"%s\" is taken for loopback", other[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(references_are_taken_apart),
	    cmocka_unit_test(long_references_are_refused),
	    cmocka_unit_test(the_selector_is_tag_then_digest_then_latest),
	    cmocka_unit_test(loopback_is_by_name_or_literal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
