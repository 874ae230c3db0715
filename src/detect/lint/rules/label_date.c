#include "detect/lint/lint.h"

static bool is_number(struct str text, uint64_t least, uint64_t most)
{
	uint64_t value;

	return str_to_u64(text, &value) && value >= least && value <= most;
}

/* RFC 3339 section 5.6: date-time, with a fraction and an offset. */
static bool is_valid(struct str value)
{
	struct str rest = str_sub(value, 19, value.n);
	size_t digits = 0;

	if (value.n < 20 || value.p[4] != '-' || value.p[7] != '-' ||
	    byte_upper(value.p[10]) != 'T' || value.p[13] != ':' || value.p[16] != ':' ||
	    !is_number(str_sub(value, 0, 4), 0, 9999) || !is_number(str_sub(value, 5, 2), 1, 12) ||
	    !is_number(str_sub(value, 8, 2), 1, 31) || !is_number(str_sub(value, 11, 2), 0, 23) ||
	    !is_number(str_sub(value, 14, 2), 0, 59) || !is_number(str_sub(value, 17, 2), 0, 60))
		return false;
	if (rest.p[0] == '.') {
		for (digits = 1; digits < rest.n && byte_is_digit(rest.p[digits]); digits++)
			;
		if (digits < 2)
			return false;
		rest = str_sub(rest, digits, rest.n);
	}
	if (rest.n == 1)
		return byte_upper(rest.p[0]) == 'Z';
	return rest.n == 6 && (rest.p[0] == '+' || rest.p[0] == '-') && rest.p[3] == ':' &&
	       is_number(str_sub(rest, 1, 2), 0, 23) && is_number(str_sub(rest, 4, 2), 0, 59);
}

static void check_label_date(struct lint *l, const struct docker_step *step)
{
	lint_check_labels(l, step, LABEL_RFC3339, is_valid);
}

static void judge(struct lint *l, const struct hado_pass *pass)
{
	hado_check_labels(l, pass, LABEL_RFC3339, is_valid);
}

const struct lint_rule rule_label_date = {
    .id = "DL3053",
    .title = "a label is not a time by RFC 3339",
    .why = "The organisation asks for this label, and what reads it (a catalogue, a "
	   "scanner, a person) finds it empty or cannot use it.",
    .fix = "say it as 2026-11-27T09:30:00Z",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://github.com/opencontainers/image-spec/blob/main/annotations.md"},
    .severity = SEVERITY_LOW,
    .step = check_label_date,
    .hadolint = {.pass = judge},
};
