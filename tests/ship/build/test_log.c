/* What a build printed, and the one line and the last lines that are reported of it. */
#include "../../core/unit.h"
#include "ship/build/build_log.h"

static const struct {
	const char *printed, *message, *missing;
} logs[] = {
    {"", "build failed", ""},
    {"no error\n", "build failed", ""},
    {"Error: something else\n", "build failed: something else", ""},
    {"Error: first\nError: second\nrest\n", "build failed: second", ""},
    {" Error: indented\nerror: small\n", "build failed", ""},
    {"Error: no end", "build failed: no end", ""},
    {"Error: trailing  \r\n", "build failed: trailing", ""},
    {"STEP 3/5: RUN exit 7\nError: building at STEP \"RUN exit 7\": exit status 7\n",
	"build failed at Dockerfile step 3: RUN exit 7 (exit status 7)", ""},
    {"[2/3] STEP 12/15: RUN exit 7\nError: building at STEP \"RUN exit 7\": exit status 7\n",
	"build failed at Dockerfile step 12: RUN exit 7 (exit status 7)", ""},
    {"[2/3]STEP 3/5: RUN x\nError: building at STEP \"RUN x\": y\n",
	"build failed at Dockerfile step: RUN x (y)", ""},
    {"STEP 3/5: RUN other\nError: building at STEP \"RUN x\": y\n",
	"build failed at Dockerfile step: RUN x (y)", ""},
    {"STEP 3: RUN x\nError: building at STEP \"RUN x\": y\n",
	"build failed at Dockerfile step: RUN x (y)", ""},
    {"STEP 3/5 RUN x\nError: building at STEP \"RUN x\": y\n",
	"build failed at Dockerfile step: RUN x (y)", ""},
    {"STEP x/5: RUN x\nError: building at STEP \"RUN x\": y\n",
	"build failed at Dockerfile step: RUN x (y)", ""},
    {"STEP 1234567/5: RUN x\nError: building at STEP \"RUN x\": y\n",
	"build failed at Dockerfile step 1234567: RUN x (y)", ""},
    {"STEP 12345678/5: RUN x\nError: building at STEP \"RUN x\": y\n",
	"build failed at Dockerfile step: RUN x (y)", ""},
    {"STEP 1/5: RUN x\nSTEP 2/5: RUN x y\nError: building at STEP \"RUN x\": y\n",
	"build failed at Dockerfile step 2: RUN x (y)", ""},
    /* The instruction is quoted: what stands behind an escape may be printed otherwise. */
    {"STEP 4/5: RUN echo \"a\"\nError: building at STEP \"RUN echo \\\"a\\\"\": y\n",
	"build failed at Dockerfile step 4: RUN echo \\\"a\\\" (y)", ""},
    {"Error: building at STEP \"RUN x\"\n", "build failed at Dockerfile step: RUN x", ""},
    {"Error: building at STEP \"RUN x\" y\n", "build failed at Dockerfile step: RUN x", ""},
    {"Error: building at STEP \"RUN no end\n", "build failed at Dockerfile step: RUN no end", ""},
    {"Error: building at STEP \"RUN no end\\\n", "build failed at Dockerfile step: RUN no end\\",
	""},
    {"Error: building at step \"x\"\n", "build failed: building at step \"x\"", ""},
    {"Error: creating build container: docker.io/library/debian:13: image not known\n",
	"build failed: the image docker.io/library/debian:13 is not among the base images of this "
	"build (FROM, COPY --from)",
	"docker.io/library/debian:13"},
    {"Error: debian: image not known\n",
	"build failed: the image debian is not among the base images of this build (FROM, COPY "
	"--from)",
	"debian"},
    {"Error: evil\033[31m\x01\n", "build failed: evil\\x1b[31m\\x01", ""},
};

static void the_message_says_which_step(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(logs); i++) {
		struct build_log log = {.tail_n = 0};

		build_log_add(&log, str_of(logs[i].printed));
		build_log_end(&log);
		assert_str(build_log_message(&log, &f->arena), logs[i].message);
		assert_str(build_log_missing_image(&log), logs[i].missing);
	}
}

/* What stands in a message is cut: 200 bytes of an image, 160 of a step and of a reason, 300 of
 * anything else. */
static void long_words_are_cut(void **state)
{
	static const struct {
		const char *before, *behind;
		size_t kept;
	} rows[] = {
	    {"Error: ", "", 300},
	    {"Error: building at STEP \"", "\": y", 160},
	    {"Error: building at STEP \"x\": ", "", 160},
	    {"Error: ", ": image not known", 200},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (size_t more = 0; more < 2; more++) {
			struct build_log log = {.tail_n = 0};
			char x[400];
			struct str text, message;
			size_t n = 0;

			memset(x, '@', sizeof x);
			text = arena_fmt(&f->arena, "%s%.*s%s\n", rows[i].before,
			    (int)(rows[i].kept + more), x, rows[i].behind);
			build_log_add(&log, text);
			message = build_log_message(&log, &f->arena);
			for (size_t k = 0; k < message.n; k++)
				n += message.p[k] == '@';
			assert_int_equal(n, rows[i].kept);
			assert_int_equal(str_has(message, STR("@...")), more);
		}
	}
}

static void a_line_has_a_longest_length(void **state)
{
	struct fixture *f = *state;
	struct build_log log = {.tail_n = 0};
	char line[BUILD_LOG_LINE + 100];

	memset(line, ' ', sizeof line);
	memcpy(line, "Error: ", 7);
	line[BUILD_LOG_LINE - 1] = 'y';
	line[BUILD_LOG_LINE] = 'z';
	build_log_add(&log, str_make(line, sizeof line));
	build_log_end(&log);
	assert_int_equal(log.error_n, BUILD_LOG_LINE - 7);
	assert_int_equal(log.error[log.error_n - 1], 'y');
	assert_true(build_log_message(&log, &f->arena).n > 0);
}

static void the_last_lines_are_told(void **state)
{
	struct fixture *f = *state;
	struct build_log log = {.tail_n = 0};
	char wide[BUILD_LOG_WIDTH + 2] = {0};

	assert_str(build_log_tail(&log, &f->arena), "");
	build_log_add(&log, STR("one\n\n  \ntwo  \nthree\033"));
	assert_str(build_log_tail(&log, &f->arena), "\none\ntwo\nthree\\x1b");
	build_log_add(&log, STR("\n4\n5\n6\n7\n8\n\n9\n10\n"));
	assert_str(build_log_tail(&log, &f->arena), "\none\ntwo\nthree\\x1b\n4\n5\n6\n7\n8\n9\n10");
	build_log_add(&log, STR("11\n"));
	assert_str(build_log_tail(&log, &f->arena), "\ntwo\nthree\\x1b\n4\n5\n6\n7\n8\n9\n10\n11");
	log = (struct build_log){.tail_n = 0};
	memset(wide, 'w', BUILD_LOG_WIDTH);
	build_log_add(&log, str_of(wide));
	assert_str(build_log_tail(&log, &f->arena), arena_fmt(&f->arena, "\n%s", wide).p);
	wide[BUILD_LOG_WIDTH] = 'v';
	build_log_add(&log, STR("v"));
	wide[BUILD_LOG_WIDTH] = '\0';
	assert_str(build_log_tail(&log, &f->arena), arena_fmt(&f->arena, "\n%s...", wide).p);
}

/* Only the last bytes are kept, and the line that they cut is left out. */
static void the_tail_is_a_ring(void **state)
{
	struct fixture *f = *state;
	struct build_log log = {.tail_n = 0};
	char x[BUILD_LOG_TAIL];

	memset(x, 'x', sizeof x);
	x[0] = 'a';
	x[1] = '\n';
	x[BUILD_LOG_TAIL - 3] = '\n';
	build_log_add(&log, str_make(x, sizeof x));
	assert_true(str_ends(build_log_tail(&log, &f->arena), STR("...\nxx")));
	build_log_add(&log, STR("yz\nend"));
	assert_true(str_eq(build_log_tail(&log, &f->arena), STR("\nxxyz\nend")));
	x[BUILD_LOG_TAIL - 3] = 'x';
	build_log_add(&log, str_make(x + 2, sizeof x - 2));
	build_log_add(&log, STR("\nlast"));
	assert_str(build_log_tail(&log, &f->arena), "\nlast");
	/* More than all of it at once. */
	log = (struct build_log){.tail_n = 0};
	{
		char more[BUILD_LOG_TAIL + 3];

		memset(more, 'm', sizeof more);
		memcpy(more, "no\n", 3);
		more[sizeof more - 2] = '\n';
		build_log_add(&log, str_make(more, sizeof more));
	}
	assert_str(build_log_tail(&log, &f->arena), "\nm");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    unit_test_here(the_message_says_which_step),
	    unit_test_here(long_words_are_cut),
	    unit_test_here(a_line_has_a_longest_length),
	    unit_test_here(the_last_lines_are_told),
	    unit_test_here(the_tail_is_a_ring),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
