/*
 * What buildah and RUN print, as it comes: kept short, and read for the step that
 * failed. All of it is hostile text: it decides a message, never an outcome. Pure, fixed
 * size, no allocation except for the message.
 */
#ifndef SHIP_BUILD_BUILD_LOG_H
#define SHIP_BUILD_BUILD_LOG_H

#include "base/arena.h"

enum { BUILD_LOG_LINE = 512, BUILD_LOG_TAIL = 4096, BUILD_LOG_LINES = 10, BUILD_LOG_WIDTH = 160 };

struct build_log {
	char tail[BUILD_LOG_TAIL]; /* a ring */
	size_t tail_n, tail_at;
	char line[BUILD_LOG_LINE]; /* the start of the line that is being read */
	size_t line_n;
	char step[BUILD_LOG_LINE];  /* the last "STEP 3/5: RUN …" line */
	char error[BUILD_LOG_LINE]; /* the last "Error: …" line */
	size_t step_n, error_n;
};

void build_log_add(struct build_log *log, struct str bytes);
/* The end of input ends the last line. */
void build_log_end(struct build_log *log);
/* "build failed at Dockerfile step 3: RUN exit 7 (exit status 7)", one safe line. */
struct str build_log_message(const struct build_log *log, struct arena *arena);
/* The last BUILD_LOG_LINES lines that say something, cut to BUILD_LOG_WIDTH, safe to print, a '\n'
 * before each. */
struct str build_log_tail(const struct build_log *log, struct arena *arena);
/* The image of a "… image not known" error, or empty. */
struct str build_log_missing_image(const struct build_log *log);

#endif
