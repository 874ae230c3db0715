/* Any bytes as an index, with ids of both lengths; and as a config file. */
#include "read/source/git/git_index.h"

#include "read/source/git/git_place.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct str bytes, size_t id_bytes)
{
	struct arena arena;
	struct git_index_reader reader;
	struct git_index_entry entry;
	struct err err = ERR_INIT;

	arena_init(&arena, MIB(16));
	if (git_index_begin(&reader, bytes, id_bytes, &arena, &err) == 0) {
		while (git_index_next(&reader, &entry, &err)) {
			if (entry.stage > 3 || entry.id < bytes.p ||
			    entry.id + id_bytes > bytes.p + bytes.n)
				abort();
		}
	} else if (err.code == ERR_NONE) {
		abort();
	}
	arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = str_make((const char *)data, size), value;

	check(bytes, 20);
	check(bytes, 32);
	value = git_config_value(bytes, STR("extensions"), STR("objectformat"));
	if (value.n > size)
		abort();
	return 0;
}
