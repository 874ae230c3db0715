/*
 * Diagnostics and progress for people, on stderr, written by programs and never by
 * libraries, except for log_debug. The one global of the house besides main's. Text from
 * outside is made safe on the way (buf_add_safe), and goes through the program's mask,
 * which hides secrets.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/err.h"
#include "base/str.h"

enum log_level { LOG_QUIET, LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

void log_init(const char *program, enum log_level level);
enum log_level log_level_now(void);
/* The level that PLIMSOLL_LOG names; false if it names none that exists. Unset: as it was. */
bool log_level_from_environment(void);
/* What every line passes before it is written; the answer is borrowed until the next call. */
void log_set_mask(struct str (*mask)(void *arg, struct str text), void *arg);
/* A line of progress, without the program's name. */
void log_progress(const char *line);
/* "plimsoll: text\n" in one write. */
void log_error(const char *format, ...) PRINTF_LIKE(1, 2);
void log_warn(const char *format, ...) PRINTF_LIKE(1, 2);
void log_info(const char *format, ...) PRINTF_LIKE(1, 2);

/*
 * What is being done, for whoever debugs it, from any room and any process of the program:
 * "plimsoll[PID] 12.345 ms: text\n", the time since log_init. Its arguments are evaluated only
 * under PLIMSOLL_LOG=debug. It gets names, counts and times, never content: not a match, not a
 * value of a variable, not a header, not a password.
 */
#define log_debug(...) (log_level_now() < LOG_DEBUG ? (void)0 : log_debug_line(__VA_ARGS__))
void log_debug_line(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
