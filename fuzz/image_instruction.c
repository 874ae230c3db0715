/* A history's text and the instructions of a Dockerfile, as fields: which one stands for it. */
#include "fields.h"
#include "read/source/image/image.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INSTRUCTIONS_MAX = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = str_make((const char *)data, size), instructions[INSTRUCTIONS_MAX];
	struct image_layer layer = {.created_by = next_field(&rest)};
	struct arena arena;
	size_t n = 0;

	arena_init(&arena, MIB(16));
	while (rest.n > 0 && n < INSTRUCTIONS_MAX)
		instructions[n++] = next_field(&rest);
	(void)image_layer_instruction(&layer, &arena);
	for (size_t from = 0; from <= n; from++) {
		size_t at = SIZE_MAX;
		bool found = image_match_instruction(layer.created_by, instructions, n, from, &at);

		if (found != (at != SIZE_MAX) || (found && at >= n))
			abort();
	}
	arena_release(&arena);
	return 0;
}
