/* Lines and columns: ends of lines, code points, bytes that are no UTF-8, endless lines. */
#include "core/place.h"
#include "unit.h"

static struct place place_of(struct fixture *f, struct str text, size_t offset, size_t end)
{
	struct line_index lines;
	struct place place = {0};

	assert_int_equal(line_index_init(&lines, text, &f->arena, &f->err), 0);
	line_index_place(&lines, offset, end, &place);
	return place;
}

static void assert_place(
    struct place place, uint32_t line, uint32_t column, uint32_t end_line, uint32_t end_column)
{
	assert_int_equal(place.line, line);
	assert_int_equal(place.column, column);
	assert_int_equal(place.end_line, end_line);
	assert_int_equal(place.end_column, end_column);
}

static void places_are_one_based(void **state)
{
	struct fixture *f = *state;
	struct str text = STR("FROM a\nUSER root\n\nEXPOSE 1");

	assert_place(place_of(f, text, 0, 4), 1, 1, 1, 5);
	assert_place(place_of(f, text, 12, 16), 2, 6, 2, 10);
	assert_place(place_of(f, text, 17, 17), 3, 1, 3, 1);
	assert_place(place_of(f, text, 18, text.n), 4, 1, 4, 9);
	assert_place(place_of(f, text, 5, 11), 1, 6, 2, 5);
}

static void a_range_with_its_line_end_stays_on_the_line(void **state)
{
	struct fixture *f = *state;
	struct str text = STR("one\ntwo\n");

	assert_place(place_of(f, text, 0, 4), 1, 1, 1, 4);
	assert_place(place_of(f, text, 4, 8), 2, 1, 2, 4);
	assert_place(place_of(f, text, 0, 8), 1, 1, 2, 4);
	/* An empty range behind the last LF is on a line of its own. */
	assert_place(place_of(f, text, 8, 8), 3, 1, 3, 1);
}

static void offsets_are_clamped(void **state)
{
	struct fixture *f = *state;

	assert_place(place_of(f, STR("ab"), 100, 50), 1, 3, 1, 3);
	assert_place(place_of(f, STR(""), 0, 1), 1, 1, 1, 1);
	assert_place(place_of(f, STR_NONE, 0, 0), 1, 1, 1, 1);
}

static void columns_count_code_points(void **state)
{
	struct fixture *f = *state;

	/* Two, three and four bytes each. */
	assert_place(place_of(f, STR("\xc3\xa9\xe2\x82\xac\xf0\x9f\x9a\xa2x"), 9, 10), 1, 4, 1, 5);
	/* Each byte that is not UTF-8 counts as one. */
	assert_place(place_of(f, STR("\xff\xc3\xa9\x80x"), 4, 5), 1, 4, 1, 5);
}

static void text_of_lines(void **state)
{
	struct fixture *f = *state;
	struct line_index lines;

	assert_int_equal(line_index_init(&lines, STR("a\r\n\nlast"), &f->arena, &f->err), 0);
	assert_int_equal(lines.n, 3);
	assert_str(line_index_text(&lines, 1), "a");
	assert_str(line_index_text(&lines, 2), "");
	assert_str(line_index_text(&lines, 3), "last");
	assert_str(line_index_text(&lines, 0), "");
	assert_str(line_index_text(&lines, 4), "");
}

/* The reference: count from the start of the line. */
static uint32_t slow_column(struct str text, size_t offset)
{
	uint32_t column = 1;

	for (size_t i = 0; i < offset; i++) {
		if (text.p[i] == '\n')
			column = 1;
		else
			column += ((unsigned char)text.p[i] & 0xc0) != 0x80;
	}
	return column;
}

static void endless_lines_are_right_and_cheap(void **state)
{
	enum { SIZE = 1 << 20 };
	struct fixture *f = *state;
	char *p = arena_alloc(&f->arena, SIZE);
	struct str text = {p, SIZE};
	struct line_index lines;
	size_t n = 0;

	/* Sequences of three bytes lie across every kind of boundary. */
	p[n++] = 'x';
	p[n++] = '\n';
	while (n + 3 <= SIZE) {
		memcpy(p + n, "\xe2\x82\xac", 3);
		n += 3;
	}
	while (n < SIZE)
		p[n++] = '.';
	assert_int_equal(line_index_init(&lines, text, &f->arena, &f->err), 0);
	assert_true(lines.n_marks > 0);
	for (size_t at = 2; at < SIZE; at += 3 * 4099) {
		struct place place;

		line_index_place(&lines, at, at, &place);
		assert_int_equal(place.line, 2);
		assert_int_equal(place.column, slow_column(text, at));
	}
	/* Quadratic, this would read 100 GB. */
	for (size_t i = 0; i < 100000; i++) {
		struct place place;

		line_index_place(&lines, SIZE - 1, SIZE, &place);
		assert_int_equal(place.line, 2);
	}
}

static void a_full_arena_is_an_error(void **state)
{
	struct fixture *f = *state;
	struct line_index lines;

	f->arena.fail_at = 1;
	assert_int_equal(line_index_init(&lines, STR("a\nb"), &f->arena, &f->err), -1);
	assert_err(&f->err, ERR_NOMEM, "memory");
}

static void more_than_four_gib_is_refused(void **state)
{
	struct fixture *f = *state;
	struct line_index lines;

	/* The size alone decides: nothing is read. */
	assert_int_equal(
	    line_index_init(&lines, str_make("", (size_t)UINT32_MAX + 1), &f->arena, &f->err), -1);
	assert_err(&f->err, ERR_LIMIT, "4 GiB");
}

static void an_origin_is_copied_whole(void **state)
{
	struct fixture *f = *state;
	char text[] = "abcdefghijk";
	struct origin from = {.path = str_make(text, 1),
	    .inner = str_make(text + 1, 1),
	    .encoding = str_make(text + 2, 1),
	    .commit = str_make(text + 3, 1),
	    .author = str_make(text + 4, 1),
	    .ref = str_make(text + 5, 1),
	    .object = str_make(text + 6, 1),
	    .reach = str_make(text + 7, 1),
	    .removed = str_make(text + 8, 1),
	    .layer = str_make(text + 9, 1),
	    .instruction = str_make(text + 10, 1)};
	struct place place = {.origin = from, .within = str_make(text, 2), .line = 7}, copy;
	struct str *texts = (struct str *)(void *)&copy.origin;
	size_t fails = 0;

	assert_int_equal(place_copy(&place, &f->arena, &copy, &f->err), 0);
	assert_true(origin_eq(&copy.origin, &from));
	for (size_t i = 0; i < sizeof copy.origin / sizeof *texts; i++) {
		struct str kept = texts[i];

		assert_int_equal(texts[i].p[0], "abcdefghijk"[i]);
		texts[i] = STR("other");
		assert_false(origin_eq(&copy.origin, &from));
		texts[i] = kept;
	}
	memset(text, 'x', sizeof text - 1);
	assert_str(copy.origin.instruction, "k");
	assert_str(copy.within, "ab");
	assert_int_equal(copy.line, 7);
	for (;;) {
		fail_nth(&f->arena, ++fails);
		if (place_copy(&place, &f->arena, &copy, &f->err) == 0)
			break;
		assert_int_equal(f->err.code, ERR_NOMEM);
	}
	assert_int_equal(fails, 13);
	/* What is empty takes no memory. */
	fail_nth(&f->arena, 1);
	assert_int_equal(place_copy(&(struct place){0}, &f->arena, &copy, &f->err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    unit_test_here(an_origin_is_copied_whole),
	    unit_test_here(places_are_one_based),
	    unit_test_here(a_range_with_its_line_end_stays_on_the_line),
	    unit_test_here(offsets_are_clamped),
	    unit_test_here(columns_count_code_points),
	    unit_test_here(text_of_lines),
	    unit_test_here(endless_lines_are_right_and_cheap),
	    unit_test_here(a_full_arena_is_an_error),
	    unit_test_here(more_than_four_gib_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
