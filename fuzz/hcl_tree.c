/* Any bytes as an HCL tree (src/read/syntax/hcl.c). */
#include "tree_walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)fuzz_tree(data, size, hcl_tree);
	return 0;
}
