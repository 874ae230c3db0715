/*
 * The tokens of JSON, and of what people write for it, found without reporting anything:
 * where a string ends, what a word is, what comes next. Private to the JSON reader.
 * Pure functions over borrowed text; each takes time in proportion to what it passes.
 */
#ifndef BASE_JSON_SCAN_H
#define BASE_JSON_SCAN_H

#include "base/str.h"

struct json_string {
	size_t offset, end;	      /* with the quotes */
	size_t text_offset, text_end; /* between them */
	bool closed;		      /* false: it ends with its line or the text */
	bool plain;		      /* without escapes, control and other non-ASCII bytes */
};

/* The string whose opening quote (" or ') stands at text[at]. A string that is not closed ends
 * before the comma that ends its line, if one does. */
struct json_string json_scan_string(struct str text, size_t at);

/* Behind a run of blanks: space, tab, LF, CR. */
size_t json_scan_blank(struct str text, size_t at);
/* Behind a comment ("//", "#", or C's kind) that begins at text[at]; `at` if none does. */
size_t json_scan_comment(struct str text, size_t at);
/* Behind blanks and comments. */
size_t json_scan_gap(struct str text, size_t at);

/* Behind a run of letters, digits and what else people leave without quotes. A name ends at a
 * colon; a value (an image, an address) may hold some. `at` if none stands there. */
size_t json_scan_name(struct str text, size_t at);
size_t json_scan_word(struct str text, size_t at);
/* Behind a run of bytes that mean nothing in JSON; at least one. */
size_t json_scan_junk(struct str text, size_t at);
/* The whole of s is a number by RFC 8259 section 6. */
bool json_is_number(struct str s);

enum json_ahead_kind {
	AHEAD_END,
	AHEAD_OBJECT_END,
	AHEAD_ARRAY_END,
	AHEAD_KEY, /* a name with a colon behind it */
	AHEAD_VALUE,
};

struct json_ahead {
	enum json_ahead_kind kind;
	bool comma;    /* one stood before it */
	size_t offset; /* where it stands */
};

/* What comes at or behind text[at], after at most one comma. */
struct json_ahead json_look_ahead(struct str text, size_t at);
/* How many more brackets and braces are closed than opened in text[at..]. */
long json_closer_balance(struct str text, size_t at);

#endif
