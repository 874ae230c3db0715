#include "peer/hadolint_format.h"

static const struct hadolint_format *const formats[] = {&hadolint_tty, &hadolint_gnu,
    &hadolint_json, &hadolint_checkstyle, &hadolint_codeclimate, &hadolint_gitlab_codeclimate,
    &hadolint_codacy, &hadolint_sonarqube, &hadolint_sarif, &hadolint_junit};

const struct hadolint_format *hadolint_format_find(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		if (str_eq(name, str_of(formats[i]->name)))
			return formats[i];
	return NULL;
}

const char *hadolint_format_near(struct str name)
{
	const char *names[ARRAY_LEN(formats)];

	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		names[i] = formats[i]->name;
	return opt_nearest(name, names, ARRAY_LEN(names));
}

/* ---- for terminals and compilers' readers ---- */

static struct str paint(enum hadolint_level level)
{
	static const struct str paints[] = {
	    [HADOLINT_ERROR] = STR_INIT("\x1b[1m\x1b[91m"),
	    [HADOLINT_WARNING] = STR_INIT("\x1b[1m\x1b[93m"),
	    [HADOLINT_INFO] = STR_INIT("\x1b[92m"),
	    [HADOLINT_STYLE] = STR_INIT("\x1b[96m"),
	    [HADOLINT_IGNORE] = STR_INIT(""),
	};

	return paints[level];
}

static void add_tty_line(
    const struct hadolint_file *file, const struct hadolint_finding *f, bool color, struct buf *out)
{
	buf_add_safe(out, hadolint_path_of(file, f));
	if (f->unread) {
		buf_addf(out, ":%u:%u ", f->line, f->column);
	} else {
		buf_addf(out, ":%u " STR_FMT " ", f->line, STR_ARG(f->rule));
		buf_add(out, color ? paint(f->level) : STR(""));
		buf_add(out, hadolint_level_word(f->level));
		buf_add(out, color ? STR("\x1b[0m: ") : STR(": "));
	}
	buf_add_safe(out, f->message);
	buf_addc(out, '\n');
}

static void write_tty(const struct hadolint_report *report, struct buf *out)
{
	for (size_t i = 0; i < report->n; i++)
		for (size_t j = 0; j < report->files[i].n; j++)
			add_tty_line(
			    &report->files[i], &report->files[i].findings[j], report->color, out);
}

static void add_gnu_line(
    const struct hadolint_file *file, const struct hadolint_finding *f, struct buf *out)
{
	buf_add(out, STR("hadolint:"));
	buf_add_safe(out, hadolint_path_of(file, f));
	if (f->unread)
		buf_addf(out, ":%u:%u: ", f->line, f->column);
	else
		buf_addf(out, ":%u: " STR_FMT " " STR_FMT ": ", f->line, STR_ARG(f->rule),
		    STR_ARG(hadolint_level_word(f->level)));
	buf_add_safe(out, f->message);
	buf_addc(out, '\n');
}

static void write_gnu(const struct hadolint_report *report, struct buf *out)
{
	for (size_t i = 0; i < report->n; i++)
		for (size_t j = 0; j < report->files[i].n; j++)
			add_gnu_line(&report->files[i], &report->files[i].findings[j], out);
}

const struct hadolint_format hadolint_tty = {.name = "tty", .write = write_tty};
const struct hadolint_format hadolint_gnu = {.name = "gnu", .write = write_gnu};
