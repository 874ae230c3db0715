/* dpkg's status file (src/detect/sbom/catalogers/dpkg.c). */
#include "detect/sbom/cataloger.h"
#include "null_sink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct unit unit = {
	    .origin.path = STR("var/lib/dpkg/status"), .bytes = str_make((const char *)data, size)};
	struct sink sink = {.ops = &null_ops};
	struct arena arena;
	struct err err = ERR_INIT;

	arena_init(&arena, MIB(16));
	(void)!sbom_catalog(&unit, &sink, &arena, &err);
	arena_release(&arena);
	return 0;
}
