#include "base/err.h"

#include "base/str.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const code_names[] = {
#define X(code, text) text,
    ERR_CODES(X)
#undef X
};

/* Of a text that filled its buffer and was longer. */
static void end_in_dots(char *text, size_t size)
{
	struct str start = str_excerpt(str_make(text, size - 1), size - 4);

	memcpy(text + start.n, "...", 4);
}

PRINTF_LIKE(2, 0)
static void format_text(struct err *err, const char *format, va_list args)
{
	int n = vsnprintf(err->text, sizeof err->text, format, args);

	if (n < 0)
		err->text[0] = '\0';
	else if ((size_t)n >= sizeof err->text)
		end_in_dots(err->text, sizeof err->text);
	/* One printable line; bytes above 0x7f stay, they may be UTF-8. */
	for (unsigned char *c = (unsigned char *)err->text; *c; c++) {
		if (*c < 0x20 || *c == 0x7f)
			*c = '?';
	}
}

int err_set(struct err *err, enum err_code code, const char *format, ...)
{
	va_list args;

	err->code = code;
	err->sys = 0;
	va_start(args, format);
	format_text(err, format, args);
	va_end(args);
	return -1;
}

int err_sys(struct err *err, const char *format, ...)
{
	int saved = errno;
	size_t used;
	va_list args;

	err->code = ERR_IO;
	err->sys = saved;
	va_start(args, format);
	format_text(err, format, args);
	va_end(args);
	used = strlen(err->text);
	(void)snprintf(err->text + used, sizeof err->text - used, ": %s", strerrordesc_np(saved));
	return -1;
}

bool err_is_machine(const struct err *err)
{
	switch (err->sys) {
	case EMFILE:
	case ENFILE:
	case ENOMEM:
	case ENOSPC:
	case EDQUOT:
		return true;
	default:
		return err->code == ERR_NOMEM;
	}
}

int err_nomem(struct err *err)
{
	return err_set(err, ERR_NOMEM, "out of memory");
}

int err_wrap(struct err *err, const char *format, ...)
{
	struct err inner = *err;
	size_t used;
	va_list args;
	int n;

	va_start(args, format);
	format_text(err, format, args);
	va_end(args);
	used = strlen(err->text);
	n = snprintf(err->text + used, sizeof err->text - used, ": %s", inner.text);
	if (n < 0 || (size_t)n >= sizeof err->text - used)
		end_in_dots(err->text, sizeof err->text);
	return -1;
}

const char *err_code_name(enum err_code code)
{
	return (size_t)code < ARRAY_LEN(code_names) ? code_names[code] : "unknown";
}

int err_exit_code(const struct err *err)
{
	switch (err->code) {
	case ERR_NONE:
		return 0;
	case ERR_USAGE:
		return 2;
	case ERR_CONFIG:
		return 3;
	case ERR_DATABASE:
		return 5;
	case ERR_INTERRUPTED:
		return 130;
	case ERR_IO:
	case ERR_FORMAT:
	case ERR_LIMIT:
	case ERR_NOMEM:
	case ERR_UNSUPPORTED:
	case ERR_NOT_FOUND:
	case ERR_NET:
	case ERR_AUTH:
	case ERR_MOVED:
		return 4;
	}
	return 4;
}
