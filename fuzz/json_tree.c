/* Any bytes as a JSON tree (src/read/syntax/json_tree.c). */
#include "tree_walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)fuzz_tree(data, size, json_tree);
	return 0;
}
