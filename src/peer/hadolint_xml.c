/* The formats that are XML: one line but for what failures say, and none at the end. */
#include "base/clock.h"
#include "base/xml.h"
#include "peer/hadolint_format.h"

/* ---- checkstyle ---- */

static void add_error(const struct hadolint_finding *f, struct buf *out)
{
	buf_addf(out, "<error column=\"%u\" line=\"%u\"", f->unread ? f->column : 1, f->line);
	xml_attribute(out, "message", f->message);
	xml_attribute(out, "severity", hadolint_level_word(f->level));
	if (!f->unread)
		xml_attribute(out, "source", f->rule);
	buf_add(out, STR("/>"));
}

static void write_checkstyle(const struct hadolint_report *report, struct buf *out)
{
	buf_add(out, STR(XML_DECLARATION "<checkstyle version=\"4.3\">"));
	for (size_t i = 0; i < report->n; i++) {
		const struct hadolint_file *file = &report->files[i];

		buf_add(out, STR("<file"));
		xml_attribute(out, "name", file->shown);
		if (file->n == 0) {
			buf_add(out, STR("/>"));
			continue;
		}
		buf_addc(out, '>');
		for (size_t j = 0; j < file->n; j++)
			add_error(&file->findings[j], out);
		buf_add(out, STR("</file>"));
	}
	buf_add(out, STR("</checkstyle>"));
}

/* ---- junit ---- */

/* hadolint measures no times: it writes this one everywhere. */
#define TIME "time=\"0.001\""

static void add_unread(
    const struct hadolint_file *file, const struct hadolint_finding *f, struct buf *out)
{
	buf_add(out, STR("<testcase id=\"hadolint.error\""));
	xml_attribute(out, "name", f->rule);
	buf_addf(out,
	    " " TIME "><failure message=\"parse error at line %u, column %u\" type=\"error\">"
	    "Parse Error in ",
	    f->line, f->column);
	xml_text(out, file->shown);
	buf_addf(out, "\nLine: %u\nColumn: %u\nParse Error: ", f->line, f->column);
	xml_text(out, f->message);
	buf_add(out, STR("\n</failure></testcase>"));
}

static void add_failure(
    const struct hadolint_file *file, const struct hadolint_finding *f, struct buf *out)
{
	struct str level = hadolint_level_word(f->level);

	buf_add(out, STR("<testcase id=\"hadolint.rule."));
	xml_quoted(out, f->rule);
	buf_add(out, STR("\" " TIME "><failure"));
	xml_attribute(out, "id", f->rule);
	xml_attribute(out, "message", f->message);
	xml_attribute(out, "type", level);
	buf_add(out, STR(">File: "));
	xml_text(out, file->shown);
	buf_addf(out, "\nLine: %u\nCategory: Hadolint - Dockerfile Static Analysis\n" STR_FMT ": ",
	    f->line, STR_ARG(level));
	xml_text(out, f->message);
	buf_add(out, STR("\n</failure></testcase>"));
}

static void add_suite(const struct hadolint_file *file, struct buf *out)
{
	bool unread = file->n > 0 && file->findings[0].unread;

	buf_addf(out,
	    "<testsuite errors=\"%d\" failures=\"%zu\" id=\"hadolint\" "
	    "name=\"Hadolint " HADOLINT_VERSION "\" " TIME,
	    unread, file->n);
	if (file->n == 0) {
		buf_add(out, STR("/>"));
		return;
	}
	buf_addc(out, '>');
	for (size_t i = 0; i < file->n; i++) {
		if (file->findings[i].unread)
			add_unread(file, &file->findings[i], out);
		else
			add_failure(file, &file->findings[i], out);
	}
	buf_add(out, STR("</testsuite>"));
}

/* "2026-11-23T10:00:00Z" without what is no digit, and as people write it. */
static void add_times(int64_t now_ms, struct buf *out)
{
	char text[TIME_TEXT_SIZE];
	struct str date, time;

	time_format(now_ms, text);
	date = str_sub(str_of(text), 0, 10);
	time = str_sub(str_of(text), 11, 8);
	buf_addf(out, "id=\"%.4s%.2s%.2s_%.2s%.2s%.2s\"", date.p, date.p + 5, date.p + 8, time.p,
	    time.p + 3, time.p + 6);
	buf_addf(out, " name=\"Hadolint run at " STR_FMT " " STR_FMT "\" " TIME, STR_ARG(date),
	    STR_ARG(time));
}

static void write_junit(const struct hadolint_report *report, struct buf *out)
{
	buf_add(out, STR(XML_DECLARATION "<testsuites "));
	add_times(report->now_ms, out);
	buf_addc(out, '>');
	for (size_t i = 0; i < report->n; i++)
		add_suite(&report->files[i], out);
	buf_add(out, STR("</testsuites>"));
}

const struct hadolint_format hadolint_checkstyle = {
    .name = "checkstyle", .write = write_checkstyle};
const struct hadolint_format hadolint_junit = {.name = "junit", .write = write_junit};
