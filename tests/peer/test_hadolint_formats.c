/* Each of hadolint's formats, byte for byte: tests/data/peer/hadolint.FORMAT.expect. */
#include "expected.h"
#include "peer/hadolint_format.h"
#include "with_cmocka.h"

#include <stdio.h>

static const char *const names[] = {"tty", "gnu", "json", "checkstyle", "codeclimate",
    "gitlab_codeclimate", "codacy", "sonarqube", "sarif", "junit"};

static const struct hadolint_finding all[] = {
    {STR_INIT("DL3004"), STR_INIT("sudo in a build"), HADOLINT_ERROR, 2, 1, false, 0},
    {STR_INIT("DL3008"), STR_INIT("a <b> & \"c\" 'd' \\"), HADOLINT_WARNING, 3, 5, false, 0},
    {STR_INIT("DL3015"), STR_INIT("an info"), HADOLINT_INFO, 3, 5, false, 0},
    {STR_INIT("DL3048"), STR_INIT("style"), HADOLINT_STYLE, 40, 1, false, 0},
};
static const struct hadolint_finding hostile[] = {
    {STR_INIT("SC1"), STR_INIT("\x1b[2Jbell\a nul\x01 \xc3\xa9 \xe2\x80\xae \xff\nline"),
	HADOLINT_ERROR, 1, 1, false, 0},
};
static const struct hadolint_finding unread[] = {
    {STR_INIT("DL1000"), STR_INIT("this is <no> instruction"), HADOLINT_ERROR, 7, 3, true, 0},
};

static const struct hadolint_file files[] = {
    {STR_INIT("Dockerfile"), STR_INIT("Dockerfile"), all, ARRAY_LEN(all)},
    {STR_INIT("clean"), STR_INIT("clean"), NULL, 0},
    {STR_INIT("a&\"<b>\x01\xff\n"), STR_INIT("a&\"<b>\x01\xff\n"), hostile, ARRAY_LEN(hostile)},
    {STR_INIT("dir/broken"), STR_INIT("dir/broken"), unread, ARRAY_LEN(unread)},
    {STR_INIT("-"), STR_INIT("-"), unread, ARRAY_LEN(unread)},
    {STR_INIT("-"), STR_INIT("SHOWN"), all, 1},
    {STR_INIT("Dockerfile"), STR_INIT("SHOWN"), unread, ARRAY_LEN(unread)},
};

/* What follows a zero begins a line of its own, so that people can read the file. */
static void make_readable(struct str from, struct buf *to)
{
	static const struct str version = STR_INIT("plimsoll " PLIMSOLL_VERSION);

	while (from.n > 0) {
		if (str_starts(from, version)) {
			buf_add(to, STR("plimsoll VERSION"));
			from = str_sub(from, version.n, from.n);
			continue;
		}
		if (from.p[0] == '\0')
			buf_add(to, STR("\\0\n"));
		else
			buf_addc(to, from.p[0]);
		from = str_sub(from, 1, from.n);
	}
}

static void assert_written(const char *name, const struct hadolint_report *report, const char *as)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct buf text CLEANUP(buf_release) = BUF_INIT(MIB(1));
	char path[400];

	hadolint_format_find(str_of(name))->write(report, &out);
	make_readable(buf_str(&out), &text);
	(void)snprintf(path, sizeof path, "%s/peer/%s.%s.expect", TEST_DATA, as, name);
	assert_expected(path, &text);
}

static void every_format_is_written_as_it_should_be(void **state)
{
	const struct hadolint_report report = {
	    files, ARRAY_LEN(files), INT64_C(1795600805000), false};
	struct hadolint_report other = report;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		assert_written(names[i], &report, "hadolint");
	other.color = true;
	assert_written("tty", &other, "hadolint-color");
	other.n = 0;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		assert_written(names[i], &other, "hadolint-nothing");
}

static void formats_are_found_by_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct hadolint_format *format = hadolint_format_find(str_of(names[i]));

		assert_string_equal(format->name, names[i]);
		assert_int_equal(
		    format->never_fails, str_eq(str_of(names[i]), STR("codacy")) ||
					     str_eq(str_of(names[i]), STR("codeclimate")));
	}
	assert_null(hadolint_format_find(STR("JSON")));
	assert_null(hadolint_format_find(STR("")));
	assert_string_equal(hadolint_format_near(STR("josn")), "json");
	assert_null(hadolint_format_near(STR("something else")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_format_is_written_as_it_should_be),
	    cmocka_unit_test(formats_are_found_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
