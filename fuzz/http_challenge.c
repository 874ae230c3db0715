/* WWW-Authenticate headers (src/net/registry/challenge.h). */
#include "net/registry/challenge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena CLEANUP(arena_release);
	struct challenge challenge;
	struct err err = ERR_INIT;

	arena_init(&arena, 4 * CHALLENGE_HEADER_MAX); /* more would be more than linear */
	if (challenge_parse(str_make((const char *)data, size), &arena, &challenge, &err)) {
		if (err.code != ERR_FORMAT &&
		    (err.code != ERR_LIMIT || size <= CHALLENGE_HEADER_MAX))
			abort();
		return 0;
	}
	if (challenge.scheme == CHALLENGE_BEARER && challenge.realm.n == 0)
		abort();
	return 0;
}
