/*
 * Diagnostics and progress for people, on stderr, written by programs and never by
 * libraries. The one global of the house besides main's. Text from outside is made safe
 * on the way (buf_add_safe), and goes through the program's mask, which hides secrets.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/err.h"
#include "base/str.h"

enum log_level { LOG_QUIET, LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

void log_init(const char *program, enum log_level level);
enum log_level log_level_now(void);
/* What every line passes before it is written; the answer is borrowed until the next call. */
void log_set_mask(struct str (*mask)(void *arg, struct str text), void *arg);
/* A line of progress, without the program's name. */
void log_progress(const char *line);
/* "plimsoll: text\n" in one write. */
void log_error(const char *format, ...) PRINTF_LIKE(1, 2);
void log_warn(const char *format, ...) PRINTF_LIKE(1, 2);
void log_info(const char *format, ...) PRINTF_LIKE(1, 2);
void log_debug(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
