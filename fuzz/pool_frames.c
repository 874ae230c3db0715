/* A reader that sends any bytes to its parent: an error at worst, and the parent goes on. */
#include "base/os/fd.h"
#include "core/pool.h"
#include "core/report.h"

#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int send_input(struct job *job, void *arg, struct err *err)
{
	enum { FD_PARENT = 3 };

	(void)job;
	if (fd_write_all(FD_PARENT, *(const struct str *)arg, err) != 0)
		return -1;
	_exit(0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct str name = STR_INIT("a"), bytes = STR_INIT("some bytes");
	struct str input = {(const char *)data, size};
	struct content_memory content;
	struct report_sink sink;
	struct report report;
	struct pool_one one;
	struct err err = ERR_INIT;
	struct str at = STR_NONE;

	report_init(&report, MIB(16), 100);
	report_sink_init(&sink, &report, 0);
	content_memory_init(&content, &name, &bytes, 1);
	one = (struct pool_one){
	    .content = &content.content, .sink = &sink.sink, .fn = send_input, .arg = &input};
	if (pool_run_one(&(struct pool_opts){.limits = &limits_default}, &one, &report.arena, &at,
		&err) != 0 &&
	    err.code == ERR_NONE)
		abort();
	report_sort(&report);
	report_release(&report);
	return 0;
}
