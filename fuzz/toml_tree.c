/* Any bytes as a TOML tree (src/read/syntax/toml.c). */
#include "tree_walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)fuzz_tree(data, size, toml_tree);
	return 0;
}
