#include "base/log.h"

#include "base/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* A pipe keeps a write in one piece up to this: PIPE_BUF on Linux. */
enum { LINE_MAX_BYTES = 4096 };

static struct {
	const char *program;
	enum log_level level;
	struct timespec began;
	struct str (*mask)(void *arg, struct str text);
	void *mask_arg;
} settings = {.program = "plimsoll", .level = LOG_WARN};

void log_init(const char *program, enum log_level level)
{
	settings.program = program;
	settings.level = level;
	(void)clock_gettime(CLOCK_MONOTONIC, &settings.began);
}

bool log_level_from_environment(void)
{
	static const char *const names[] = {"quiet", "error", "warn", "info", "debug"};
	const char *wanted = getenv("PLIMSOLL_LOG");

	if (!wanted || !*wanted)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (str_eq(str_of(wanted), str_of(names[i]))) {
			settings.level = (enum log_level)i;
			return true;
		}
	}
	return false;
}

void log_set_mask(struct str (*mask)(void *arg, struct str text), void *arg)
{
	settings.mask = mask;
	settings.mask_arg = arg;
}

static struct str masked(struct str text)
{
	return settings.mask ? settings.mask(settings.mask_arg, text) : text;
}

enum log_level log_level_now(void)
{
	return settings.level;
}

/* One write, so that the lines of several threads and processes do not mix. */
static void write_line(struct str line)
{
	ssize_t n;

	do {
		n = write(STDERR_FILENO, line.p, line.n);
	} while (n < 0 && errno == EINTR);
}

/* Ends the line, cut between two characters if it is too long. */
static void end_line(struct buf *line, bool cut)
{
	size_t room = LINE_MAX_BYTES - strlen("...\n");

	if (line->n > room) {
		cut = true;
		line->n = room;
		while (line->n > 0 && ((unsigned char)line->p[line->n] & 0xc0) == 0x80)
			line->n--;
	}
	buf_add(line, cut ? STR("...\n") : STR("\n"));
}

/* "plimsoll: ", and what a line for debugging has before that. */
static void begin_line(struct buf *line, enum log_level level)
{
	struct timespec now;
	int64_t us;

	if (level < LOG_DEBUG) {
		buf_addf(line, "%s: ", settings.program);
		return;
	}
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	us = (int64_t)(now.tv_sec - settings.began.tv_sec) * 1000000 +
	     (now.tv_nsec - settings.began.tv_nsec) / 1000;
	buf_addf(line, "%s[%d] %lld.%03d ms: ", settings.program, (int)getpid(),
	    (long long)(us / 1000), (int)(us % 1000));
}

PRINTF_LIKE(2, 0)
static void log_line(enum log_level level, const char *format, va_list args)
{
	struct buf line CLEANUP(buf_release) = BUF_INIT((size_t)8 * LINE_MAX_BYTES);
	char text[LINE_MAX_BYTES];
	int n, saved = errno;

	if (level > settings.level)
		return;
	n = vsnprintf(text, sizeof text, format, args);
	begin_line(&line, level);
	buf_add_safe(&line, n < 0 ? STR("a message that cannot be written")
				  : masked(str_excerpt(str_of(text), sizeof text - 2)));
	if (buf_ok(&line))
		end_line(&line, n >= (int)sizeof text);
	write_line(buf_ok(&line) ? buf_str(&line) : STR("out of memory\n"));
	errno = saved;
}

#define LOG_FUNCTION(name, level)              \
	void name(const char *format, ...)     \
	{                                      \
		va_list args;                  \
                                               \
		va_start(args, format);        \
		log_line(level, format, args); \
		va_end(args);                  \
	}

LOG_FUNCTION(log_error, LOG_ERROR)
LOG_FUNCTION(log_warn, LOG_WARN)
LOG_FUNCTION(log_info, LOG_INFO)
LOG_FUNCTION(log_debug_line, LOG_DEBUG)

void log_progress(const char *text)
{
	struct buf line CLEANUP(buf_release) = BUF_INIT((size_t)8 * LINE_MAX_BYTES);

	buf_add_safe(&line, masked(str_excerpt(str_of(text), LINE_MAX_BYTES)));
	if (buf_ok(&line))
		end_line(&line, false);
	write_line(buf_ok(&line) ? buf_str(&line) : STR("out of memory\n"));
}
