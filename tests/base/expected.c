#include "expected.h"

#include "base/os/fd.h"
#include "with_cmocka.h"

#include <glob.h>
#include <stdlib.h>

unsigned each_file(const char *pattern, void (*fn)(const char *path))
{
	struct buf full CLEANUP(buf_release) = BUF_INIT(KIB(4));
	glob_t found;
	unsigned n;

	buf_addf(&full, "%s/%s", TEST_DATA, pattern);
	if (glob(buf_cstr(&full), 0, NULL, &found) != 0)
		fail_msg("no file is named by %s", pattern);
	n = (unsigned)found.gl_pathc;
	for (size_t i = 0; i < found.gl_pathc; i++)
		fn(found.gl_pathv[i]);
	globfree(&found);
	return n;
}

static void compare(const char *path, struct str got, struct str wanted)
{
	struct str is = STR_NONE, should = STR_NONE;
	bool more_is, more_should;
	unsigned line = 0;

	do {
		more_is = str_cut(&got, '\n', &is);
		more_should = str_cut(&wanted, '\n', &should);
		line++;
		if (more_is != more_should || (more_is && !str_eq(is, should)))
			fail_msg("%s:%u:\nis     " STR_FMT "\nshould " STR_FMT, path, line,
			    STR_ARG(more_is ? is : STR("(the end)")),
			    STR_ARG(more_should ? should : STR("(the end)")));
	} while (more_is);
}

void assert_expected(const char *path, const struct buf *got)
{
	struct buf name CLEANUP(buf_release) = BUF_INIT(KIB(4));
	const char *mode = getenv("PLIMSOLL_EXPECTED");
	struct arena arena CLEANUP(arena_release);
	struct str wanted;
	struct err err = ERR_INIT;

	arena_init(&arena, MIB(8));
	assert_true(buf_ok(got));
	buf_add(&name, str_sub(str_of(path), 0, str_rchr(str_of(path), '.')));
	buf_add(&name, STR(".expect"));
	if (mode && strcmp(mode, "write") == 0) {
		assert_int_equal(file_write(buf_cstr(&name), buf_str(got), 0644, &err), 0);
		return;
	}
	if (file_read(buf_cstr(&name), MIB(4), &arena, &wanted, &err) != 0)
		fail_msg("%s", err.text);
	compare(buf_cstr(&name), buf_str(got), wanted);
}

void add_quoted(struct buf *out, struct str s)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '\n')
			buf_add(out, STR("\\n"));
		else if (c == '\t')
			buf_add(out, STR("\\t"));
		else if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", c);
		else if (c < ' ' || c > '~')
			buf_addf(out, "\\x%02x", (unsigned char)c);
		else
			buf_addc(out, c);
	}
	buf_addc(out, '"');
}
