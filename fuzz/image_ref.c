/* Image references (src/core/image_ref.h): what is taken is printed and read again as the same. */
#include "core/image_ref.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena CLEANUP(arena_release);
	struct image_ref ref, again;
	struct str text;
	struct err err = ERR_INIT;

	arena_init(&arena, KIB(64));
	if (image_ref_parse(str_make((const char *)data, size), &arena, &ref, &err))
		return 0;
	text = image_ref_text(&ref, &arena);
	if (image_ref_parse(text, &arena, &again, &err) ||
	    !str_eq(image_ref_text(&again, &arena), text) || str_has(ref.path, STR("..")))
		abort();
	(void)image_ref_host_is_loopback(ref.host);
	return 0;
}
