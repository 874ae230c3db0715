/*
 * Runs of base64 and of hexadecimal digits, over several lines if they are wrapped. Private to
 * the decoder.
 */
#ifndef DETECT_SECRET_DECODE_RUNS_H
#define DETECT_SECRET_DECODE_RUNS_H

#include "base/arena.h"
#include "detect/secret/wide.h"

enum { RUN_HEX_MIN = 32 };

/* Digits of one line: text[from, to). */
struct run_line {
	uint32_t from, to;
};

enum run_holds { RUN_NOTHING, RUN_TEXT, RUN_BLOB };

struct decode_run {
	bool hex;
	size_t end; /* behind the last digit and what fills up the last group */
	struct run_line *lines;
	size_t n_lines;
	enum run_holds holds;
	enum wide_order order; /* of a text in UTF-16 or -32, which is UTF-8 then */
	struct str bytes;
};

/* What is in a run. */
enum { RUN_UPPER = 1, RUN_LOWER = 2, RUN_DIGIT = 4, RUN_SIGN = 8 };

/* Where the run ends in which text[start] stands; *ret_kinds is what is in it from there on. */
size_t run_measure(struct str text, size_t start, unsigned *ret_kinds);

/* The run whose first LOOK_RUN_MIN digits begin at start. is_alone: it is taken from one line.
 * Allocates only if it holds something, or seems to. */
MUST_USE int run_read(struct str text, size_t start, bool is_alone, struct arena *arena,
    struct decode_run *ret, struct err *err);

/* Whether the bytes are a text for people, but for a tenth of them. */
bool run_is_text(struct str bytes);

#endif
