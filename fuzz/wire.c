/* Records of a reader that was taken over: what is accepted is written again to the byte. */
#include "core/wire.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be(const struct buf *written, struct str payload)
{
	if (!buf_ok(written) || !str_eq(buf_str(written), payload))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str payload = {(const char *)data, size};
	struct buf written CLEANUP(buf_release) = BUF_INIT(WIRE_MAX_BYTES);
	struct arena arena CLEANUP(arena_release);
	struct finding finding;
	struct package package;
	struct distro distro;
	struct problem problem;
	struct err err = ERR_INIT;

	arena_init(&arena, MIB(16));
	if (wire_get_finding(payload, &arena, &finding, &err) == 0)
		wire_put_finding(&written, &finding);
	else if (wire_get_package(payload, &arena, &package, &err) == 0)
		wire_put_package(&written, &package);
	else if (wire_get_distro(payload, &arena, &distro, &err) == 0)
		wire_put_distro(&written, &distro);
	else if (wire_get_problem(payload, &arena, &problem, &err) == 0)
		wire_put_problem(&written, &problem);
	else
		return 0;
	must_be(&written, payload);
	return 0;
}
