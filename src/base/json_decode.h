/*
 * The text of a JSON string without its escapes. Private to the JSON reader; no state but
 * the caller's.
 */
#ifndef BASE_JSON_DECODE_H
#define BASE_JSON_DECODE_H

#include "base/arena.h"

/* Tells a mistake at text[offset, end). 0 to go on, -1 to end with the error that it has set. */
typedef int json_mistake_fn(const void *arg, const char *what, size_t offset, size_t end);

struct json_decoding {
	struct str text;
	struct arena *arena; /* NULL: the string is only checked, and comes out empty */
	json_mistake_fn *tell;
	const void *tell_arg;
};

/*
 * What stands between the quotes, text[offset, end). Borrowed if nothing has to change. After
 * a mistake: half a surrogate pair and each byte that is not UTF-8 become U+FFFD, an escape that
 * does not exist and a control character stay as they are. -1 if tell says so, or the arena
 * is full.
 */
MUST_USE int json_decode(const struct json_decoding *decoding, size_t offset, size_t end,
    struct str *ret_text, struct err *err);

#endif
