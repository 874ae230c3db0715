/* Any bytes as a TOML tree (src/read/syntax/toml.c). */
#include "tree_walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make((const char *)data, size);
	struct syntax_tree tree;
	struct arena arena;
	struct err err = ERR_INIT;

	arena_init(&arena, MIB(64));
	if (toml_tree(text, WALK_NESTING, &arena, &tree, &err) == 0)
		(void)walk_tree(&tree);
	else if (err.code != ERR_LIMIT)
		abort();
	arena_release(&arena);
	return 0;
}
