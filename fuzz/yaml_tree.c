/* Any bytes as YAML documents (src/read/syntax/yaml.c). */
#include "tree_walk.h"

enum { EXPANDED = 10000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make((const char *)data, size);
	struct syntax_tree tree;
	struct arena arena;
	struct err err = ERR_INIT;

	arena_init(&arena, MIB(64));
	if (yaml_tree(text, WALK_NESTING, &arena, &tree, &err) == 0) {
		/* a node of the text's own takes a byte at least, or follows one that does */
		if (walk_tree(&tree) > 2 * size + 2 + EXPANDED)
			abort();
	} else if (err.code != ERR_LIMIT) {
		abort();
	}
	arena_release(&arena);
	return 0;
}
