/* Any bytes as YAML documents (src/read/syntax/yaml.c). */
#include "tree_walk.h"

enum { EXPANDED = 10000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* a node of the text's own takes a byte at least, or follows one that does */
	if (fuzz_tree(data, size, yaml_tree) > 2 * size + 2 + EXPANDED)
		abort();
	return 0;
}
