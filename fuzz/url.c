/* Any bytes as the Location of a registry's answer: what is taken reads as itself. */
#include "net/url.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str location = str_make((const char *)data, size);
	struct url url, again, more;
	struct arena arena;
	struct err err = ERR_INIT;

	arena_init(&arena, MIB(4));
	if (url_resolve("https://registry.example/v2/a/blobs/uploads/1?x=y", location, &arena, &url,
		&err) == 0) {
		if (!str_eq_nocase(url.scheme, STR("http")) &&
		    !str_eq_nocase(url.scheme, STR("https")))
			abort();
		if (url_resolve(NULL, str_of(url.text), &arena, &again, &err) == 0 &&
		    !url_same_origin(&url, &again))
			abort();
		(void)!url_add_query(&url, "digest", location, &arena, &more, &err);
	} else if (err.code == ERR_NONE) {
		abort();
	}
	arena_release(&arena);
	return 0;
}
