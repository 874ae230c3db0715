/*
 * An advisory database that lies: opened with and without its checksums, and matched
 * against an inventory that asks for what the seeds hold.
 */
#include "detect/vuln/match.h"
#include "null_sink.h"

static void match(struct str bytes, unsigned flags)
{
	struct package packages[] = {
	    {.type = STR("pypi"), .name = STR("demo"), .version = STR("1.0")},
	    {.type = STR("pypi"), .name = STR("other"), .version = STR("1")},
	    {.type = STR("deb"), .name = STR("demo"), .version = STR("0.9-1")},
	};
	struct inventory inventory = {.distro = {.id = STR("debian"), .version_id = STR("12")}};
	struct vuln_options options = {0};
	struct vuln_gaps gaps = {0};
	struct sink sink = {.ops = &null_ops};
	struct arena arena;
	struct db *db = NULL;
	struct err err = ERR_INIT;

	inventory.packages.p = packages;
	inventory.packages.n = ARRAY_LEN(packages);
	arena_init(&arena, MIB(64));
	if (db_open_bytes(bytes, flags, &db, &err) == 0) {
		(void)!db_verify(db, &err);
		(void)!vuln_match(db, &inventory, &options, &sink, &gaps, &arena, &err);
	}
	db_close(db);
	arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = str_make((const char *)data, size);

	match(bytes, 0);
	match(bytes, DB_UNCHECKED);
	return 0;
}
