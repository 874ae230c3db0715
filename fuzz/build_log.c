/* Any bytes as what a build prints, in one piece and in two: the message is one safe line. */
#include "ship/build/build_log.h"

#include "base/utf8.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void printable(struct str text, bool one_line)
{
	while (text.n > 0) {
		uint32_t rune;
		size_t n = utf8_decode(text, &rune);

		if (n == 0 || (!rune_is_printable(rune) && (one_line || rune != '\n')))
			abort();
		text = str_sub(text, n, text.n);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = str_make((const char *)data, size);
	struct build_log whole = {.tail_n = 0}, pieces = {.tail_n = 0};
	struct str message;
	struct arena arena;

	arena_init(&arena, MIB(4));
	build_log_add(&whole, bytes);
	build_log_end(&whole);
	build_log_add(&pieces, str_sub(bytes, 0, size / 3));
	build_log_add(&pieces, str_sub(bytes, size / 3, size));
	build_log_end(&pieces);
	message = build_log_message(&whole, &arena);
	printable(message, true);
	printable(build_log_tail(&whole, &arena), false);
	if (!str_eq(message, build_log_message(&pieces, &arena)) ||
	    !str_eq(build_log_missing_image(&whole), build_log_missing_image(&pieces)))
		abort();
	arena_release(&arena);
	return 0;
}
