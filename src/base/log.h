/*
 * Diagnostics and progress for people, on stderr, written by programs and never by
 * libraries. The one global of the house besides main's. Text from outside is made safe
 * on the way (buf_add_safe); secrets are never passed here.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/err.h"

enum log_level { LOG_QUIET, LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

void log_init(const char *program, enum log_level level);
enum log_level log_level_now(void);
/* "plimsoll: text\n" in one write. */
void log_error(const char *format, ...) PRINTF_LIKE(1, 2);
void log_warn(const char *format, ...) PRINTF_LIKE(1, 2);
void log_info(const char *format, ...) PRINTF_LIKE(1, 2);
void log_debug(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
