/* OSV records and the KEV catalogue, through the builder and back (src/detect/vuln/feeds). */
#include "detect/vuln/db/db.h"
#include "detect/vuln/db/db_build.h"
#include "null_sink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct db_builder *builder = db_builder_new(MIB(64));
	struct sink sink = {.ops = &null_ops};
	struct buf out = BUF_INIT(MIB(64));
	struct db_stats stats;
	struct db *db = NULL;
	struct err err = ERR_INIT;

	if (!builder)
		abort();
	if (db_builder_add(
		builder, STR("feed.json"), str_make((const char *)data, size), &sink, &err) == 0 &&
	    db_builder_finish(builder, 0, &out, &stats, &err) == 0 &&
	    (db_open_bytes(buf_str(&out), 0, &db, &err) != 0 || db_verify(db, &err) != 0))
		abort(); /* what we write we can read */
	db_close(db);
	buf_release(&out);
	db_builder_free(builder);
	return 0;
}
