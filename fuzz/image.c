/* Any bytes as an archive that holds an image, OCI layout or docker save. */
#include "image_walks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str name = STR("image.tar"), bytes = str_make((const char *)data, size);
	struct image_opts opts = {.archive = name};
	struct limits limits = walk_limits();
	struct content_memory memory;
	struct image image;
	struct arena arena;
	struct err err = ERR_INIT;

	arena_init(&arena, MIB(64));
	content_memory_init(&memory, &name, &bytes, 1);
	if (image_open(&memory.content, &opts, &limits, &arena, &image, &err) == 0) {
		(void)walk_image(&image, &limits);
		image_release(&image);
	} else if (err.code == ERR_NONE) {
		abort();
	}
	arena_release(&arena);
	return 0;
}
