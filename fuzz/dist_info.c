/* Python metadata, os-release and dpkg's file lists (src/detect/sbom/catalogers). */
#include "detect/sbom/cataloger.h"
#include "null_sink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct str paths[] = {STR_INIT("a.dist-info/METADATA"),
	    STR_INIT("etc/os-release"), STR_INIT("var/lib/dpkg/info/a.list")};
	struct sink sink = {.ops = &null_ops};

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct unit unit = {
		    .origin.path = paths[i], .bytes = str_make((const char *)data, size)};
		struct arena arena;
		struct err err = ERR_INIT;

		arena_init(&arena, MIB(16));
		(void)!sbom_catalog(&unit, &sink, &arena, &err);
		arena_release(&arena);
	}
	return 0;
}
