#include "data_lines.h"

#include "base/os/fd.h"
#include "with_cmocka.h"

unsigned each_line(const char *name, void (*fn)(struct str line))
{
	struct arena arena CLEANUP(arena_release);
	const char *path;
	struct str text, line;
	struct err err = ERR_INIT;
	unsigned n = 0;

	arena_init(&arena, MIB(1));
	path = arena_fmt(&arena, "%s/net/%s", TEST_DATA, name).p;
	if (file_read(path, KIB(256), &arena, &text, &err))
		fail_msg("%s", err.text);
	while (str_cut(&text, '\n', &line)) {
		if (line.n == 0 || line.p[0] == '#')
			continue;
		fn(line);
		n++;
	}
	return n;
}

struct str take_field(struct str *line, char sep)
{
	struct str field = STR_NONE;

	(void)str_cut(line, sep, &field);
	return str_trim(field);
}
