/* Manifests and indexes from a registry (src/net/registry/registry_manifest.h). The first line is
 * the media type that it was served as. */
#include "net/registry/registry_manifest.h"

#include "base/hash.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena CLEANUP(arena_release);
	struct str rest = str_make((const char *)data, size), served = STR_NONE;
	struct manifest manifest;
	struct err err = ERR_INIT;

	arena_init(&arena, MIB(16));
	(void)str_cut(&rest, '\n', &served);
	if (manifest_parse(rest, served, &arena, &manifest, &err))
		return 0;
	for (size_t i = 0; i < manifest.layers.n; i++) {
		if (!digest_is_valid(manifest.layers.p[i].digest))
			abort();
	}
	(void)manifest_pick(&manifest, STR("linux/arm64/v8"));
	return 0;
}
