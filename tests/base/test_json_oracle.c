/*
 * The strict reader against jansson: generated texts, the same with bytes changed, and
 * the files of tests/data/base/json. Both take or refuse a text, and what they read is
 * equal. If jansson differs by its own limits the text is passed over: numbers that
 * do not fit its types, NUL in a name, a byte order mark.
 */
#include "base/os/fd.h"
#include "json_oracle.h"
#include "json_support.h"
#include "with_cmocka.h"

#include <dirent.h>

enum { TEXTS = 700, CHANGES = 25, NESTING = 6 };

static uint32_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)(*state >> 33);
}

static uint32_t below(uint64_t *random, uint32_t limit)
{
	return next_random(random) % limit;
}

/* ---- our events as a value of the oracle ---- */

static void *value_of(const struct json_event *event)
{
	switch (event->kind) {
	case JSON_OBJECT:
	case JSON_ARRAY:
		return oracle_container(event->kind == JSON_OBJECT);
	case JSON_STRING:
		return oracle_string(event->text);
	case JSON_NUMBER:
		return oracle_number(event->text);
	case JSON_TRUE:
		return oracle_word("true");
	case JSON_FALSE:
		return oracle_word("false");
	case JSON_NULL:
		return oracle_word("null");
	case JSON_KEY:
	case JSON_OBJECT_END:
	case JSON_ARRAY_END:
	case JSON_END:
		break;
	}
	return NULL;
}

struct builder {
	void *open[JSON_DEPTH_MAX], *root;
	unsigned depth;
	struct str name;
};

static void build(struct builder *b, const struct json_event *event)
{
	void *value;

	if (event->kind == JSON_KEY) {
		b->name = event->text;
		return;
	}
	if (event->kind == JSON_OBJECT_END || event->kind == JSON_ARRAY_END) {
		b->depth--;
		return;
	}
	value = value_of(event);
	assert_non_null(value);
	if (b->depth == 0)
		b->root = value;
	else
		assert_true(oracle_put(b->open[b->depth - 1], b->name, value));
	if (event->kind == JSON_OBJECT || event->kind == JSON_ARRAY)
		b->open[b->depth++] = value;
}

/* NULL if the reader refuses the text. */
static void *read_ours(struct str text, struct err *err)
{
	struct builder b = {.root = NULL};
	struct json_event event;
	struct arena arena;
	struct json_in j;
	int result;

	arena_init(&arena, MIB(16));
	json_in_init(&j, text, &arena);
	while ((result = json_next(&j, &event, err)) == 0 && event.kind != JSON_END)
		build(&b, &event);
	arena_release(&arena);
	if (result == 0)
		return b.root;
	if (b.root)
		oracle_free(b.root);
	return NULL;
}

struct tally {
	unsigned taken, refused, passed_over;
};

static void compare(struct str text, struct tally *tally)
{
	void *theirs = NULL, *ours;
	enum oracle_answer answer = oracle_read(text, &theirs);
	struct err err = ERR_INIT;

	if (answer == ORACLE_HAS_LIMIT || str_starts(text, STR("\xef\xbb\xbf"))) {
		tally->passed_over++;
		return;
	}
	ours = read_ours(text, &err);
	if (!theirs != !ours)
		fail_msg("jansson %s it, we do not agree (%s): %.*s", theirs ? "takes" : "refuses",
		    err.text, STR_ARG(text));
	if (!ours) {
		tally->refused++;
		return;
	}
	if (!oracle_equal(ours, theirs))
		fail_msg("read differently: %.*s", STR_ARG(text));
	tally->taken++;
	oracle_free(ours);
	oracle_free(theirs);
}

/* ---- texts ---- */

static void add_gap(struct buf *b, uint64_t *random)
{
	static const char blanks[] = " \t\r\n";

	while (below(random, 4) == 0)
		buf_addc(b, blanks[below(random, 4)]);
}

static void add_string(struct buf *b, uint64_t *random)
{
	static const char *const pieces[] = {"a", "\\n", "\\u00e9", "\\ud83d\\udea2", "\xc3\xa9",
	    "\xf0\x9f\x9a\xa2", "\\\\", "\\\"", "/", "\\/", "'", "\\b", "\\u001f", "{", "]", ",",
	    " ", "\x7f", "\\uD7FF", "\\uE000", "\\ufffe"};

	buf_addc(b, '"');
	while (below(random, 5) != 0)
		buf_add(b, str_of(pieces[below(random, ARRAY_LEN(pieces))]));
	buf_addc(b, '"');
}

static void add_scalar(struct buf *b, uint64_t *random)
{
	static const char *const scalars[] = {"true", "false", "null", "0", "-0", "12", "-3.25",
	    "1e5", "1E+2", "2.5e-3", "0.0", "-1e-0", "123456789012"};

	if (below(random, 2))
		add_string(b, random);
	else
		buf_add(b, str_of(scalars[below(random, ARRAY_LEN(scalars))]));
}

static void add_value(struct buf *b, uint64_t *random, unsigned depth);

static void add_items(struct buf *b, uint64_t *random, unsigned depth, bool object)
{
	uint32_t n = below(random, 4);

	for (uint32_t i = 0; i < n; i++) {
		add_gap(b, random);
		if (object) {
			add_string(b, random);
			add_gap(b, random);
			buf_addc(b, ':');
		}
		add_value(b, random, depth + 1);
		if (i + 1 < n)
			buf_addc(b, ',');
	}
	add_gap(b, random);
}

static void add_value(struct buf *b, uint64_t *random, unsigned depth)
{
	uint32_t kind = depth >= NESTING ? 2 : below(random, depth == 0 ? 2 : 4);

	add_gap(b, random);
	if (kind < 2) {
		buf_addc(b, kind ? '[' : '{');
		add_items(b, random, depth, kind == 0);
		buf_addc(b, kind ? ']' : '}');
	} else {
		add_scalar(b, random);
	}
	add_gap(b, random);
}

/* One to three bytes become others, go, or come twice. */
static void change(struct buf *b, uint64_t *random)
{
	static const char likely[] = "{}[]\",:\\ue0-+.truefalsn\x01\n\x80\xc3\xed/ '";
	uint32_t changes = 1 + below(random, 3);

	for (uint32_t i = 0; i < changes && b->n > 0; i++) {
		size_t at = below(random, (uint32_t)b->n);
		uint32_t how = below(random, 4);

		if (how == 0) {
			memmove(b->p + at, b->p + at + 1, b->n - at - 1);
			b->p[--b->n] = '\0';
		} else if (how == 1) {
			buf_addc(b, b->p[b->n - 1]);
			memmove(b->p + at + 1, b->p + at, b->n - at - 1);
		} else {
			b->p[at] = likely[below(random, sizeof likely - 1)];
		}
	}
}

/* What the other mode must keep to: it agrees with the strict one on whether all is well. */
static void compare_modes(struct str text)
{
	struct reading strict, lenient;

	json_read_all(text, false, &strict);
	json_read_all(text, true, &lenient);
	assert_int_equal(lenient.result, 0);
	assert_int_equal(strict.result == 0, lenient.n_problems == 0);
	if (strict.result == 0)
		assert_string_equal(buf_cstr(&strict.tokens), buf_cstr(&lenient.tokens));
	reading_release(&strict);
	reading_release(&lenient);
}

static void test_generated(void **state)
{
	struct tally tally = {0};
	uint64_t random = 20261123;

	(void)state;
	for (unsigned i = 0; i < TEXTS; i++) {
		struct buf text CLEANUP(buf_release) = BUF_INIT(MIB(1));
		unsigned taken = tally.taken;

		add_value(&text, &random, 0);
		assert_true(buf_ok(&text));
		compare(buf_str(&text), &tally);
		assert_int_equal(tally.taken, taken + 1);
		for (unsigned k = 0; k < CHANGES; k++) {
			struct buf changed CLEANUP(buf_release) = BUF_INIT(MIB(1));

			buf_add(&changed, buf_str(&text));
			change(&changed, &random);
			compare(buf_str(&changed), &tally);
			compare_modes(buf_str(&changed));
		}
	}
	print_message("%u taken, %u refused, %u passed over\n", tally.taken, tally.refused,
	    tally.passed_over);
	assert_in_range(tally.taken, TEXTS * 2, TEXTS * (CHANGES + 1));
	assert_in_range(tally.refused, TEXTS * 5, TEXTS * (CHANGES + 1));
	assert_in_range(tally.passed_over, 0, TEXTS);
}

static void compare_folder(const char *folder, struct tally *tally)
{
	struct arena arena;
	struct dirent *entry;
	DIR *dir;

	arena_init(&arena, MIB(16));
	dir = opendir(arena_cstr(&arena, arena_fmt(&arena, TEST_DATA "/base/json/%s", folder)));
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		struct str path =
		    arena_fmt(&arena, TEST_DATA "/base/json/%s/%s", folder, entry->d_name);
		struct err err = ERR_INIT;
		struct str text;

		if (!str_ends(path, STR(".json")))
			continue;
		assert_int_equal(file_read(path.p, MIB(1), &arena, &text, &err), 0);
		compare(text, tally);
	}
	(void)closedir(dir);
	arena_release(&arena);
}

static void test_files(void **state)
{
	struct tally tally = {0};

	(void)state;
	compare_folder("valid", &tally);
	assert_int_equal(tally.refused, 0);
	compare_folder("invalid", &tally);
	compare_folder("recover", &tally);
	assert_in_range(tally.taken, 15, 1000);
	assert_in_range(tally.refused, 50, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_generated),
	    cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
