/* Any bytes as .plimsoll.yaml; what is taken may be used. */
#include "gate/project.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(struct str path)
{
	struct str part;

	if (str_starts(path, STR("/")))
		abort();
	while (str_cut(&path, '/', &part)) {
		if (str_eq(part, STR("..")))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct project project;
	struct arena arena;
	struct err err = ERR_INIT;

	arena_init(&arena, MIB(64));
	if (project_parse(str_make((const char *)data, size), &arena, &project, &err) == 0) {
		check_inside(project.context);
		check_inside(project.file);
		if (project.file.n == 0 || project_check(&project, &err) != 0)
			abort();
	} else if (err.code == ERR_NONE) {
		abort();
	}
	arena_release(&arena);
	return 0;
}
