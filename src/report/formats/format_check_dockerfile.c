/*
 * The shape that the workshop's exercise reads with jq: `.warnings.warnings[].message`.
 * Everything that blocks or warns, in the order of the file.
 */
#include "base/json.h"
#include "report/format.h"

static void write_warning(struct json_out *j, const struct finding *f)
{
	json_begin_object(j);
	json_member_str(j, "message", f->message.n ? f->message : f->title);
	json_member_str(j, "rule", f->rule);
	json_member_str(j, "severity", severity_word(f->severity));
	json_member_str(j, "verdict", verdict_word(f->verdict));
	if (f->n_places > 0) {
		json_member_str(j, "file", f->places[0].origin.path);
		if (f->places[0].line > 0) {
			json_member_int(j, "line", f->places[0].line);
			json_member_int(j, "column", f->places[0].column);
		}
	}
	json_end_object(j);
}

static void write_check_dockerfile(
    const struct report *report, const struct report_opts *opts, struct buf *out)
{
	struct json_out j;
	size_t count = 0;

	(void)opts;
	json_out_init(&j, out, true);
	json_begin_object(&j);
	json_key(&j, "warnings");
	json_begin_object(&j);
	json_key(&j, "warnings");
	json_begin_array(&j);
	for (size_t i = 0; i < report->findings.n; i++) {
		if (report->findings.p[i].verdict < VERDICT_WARNS)
			continue;
		write_warning(&j, &report->findings.p[i]);
		count++;
	}
	json_end_array(&j);
	json_member_int(&j, "count", (int64_t)count);
	json_end_object(&j);
	json_key(&j, "errors");
	json_begin_array(&j);
	for (size_t i = 0; i < report->problems.n; i++)
		json_str(&j, report->problems.p[i].message);
	json_end_array(&j);
	json_end_object(&j);
	buf_addc(out, '\n');
}

const struct report_format format_check_dockerfile = {
    .name = "check-dockerfile",
    .title = "JSON as the workshop's exercise reads it: .warnings.warnings[].message",
    .mime = "application/json",
    .write = write_check_dockerfile,
};
