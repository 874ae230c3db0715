#include "detect/lint/lint.h"

static bool is_scheme_byte(char c)
{
	return byte_is_alnum(c) || c == '+' || c == '-' || c == '.';
}

/* RFC 3986: a scheme, ':' and only bytes that a URI may have. */
static bool is_valid(struct str value)
{
	size_t colon = str_chr(value, ':');

	if (colon == STR_NPOS || colon == 0 || !byte_is_alpha(value.p[0]))
		return false;
	for (size_t i = 0; i < colon; i++)
		if (!is_scheme_byte(value.p[i]))
			return false;
	for (size_t i = colon + 1; i < value.n; i++)
		if (!byte_is_alnum(value.p[i]) &&
		    str_chr(STR("-._~:/?#[]@!$&'()*+,;=%"), value.p[i]) == STR_NPOS)
			return false;
	return true;
}

static void check_label_url(struct lint *l, const struct docker_step *step)
{
	lint_check_labels(l, step, LABEL_URL, is_valid);
}

static void judge(struct lint *l, const struct hado_pass *pass)
{
	hado_check_labels(l, pass, LABEL_URL, is_valid);
}

const struct lint_rule rule_label_url = {
    .id = "DL3052",
    .title = "a label is not a URL",
    .why = "The organisation asks for this label, and what reads it (a catalogue, a "
	   "scanner, a person) finds it empty or cannot use it.",
    .fix = "say a whole URL: https://example.com/project",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://github.com/opencontainers/image-spec/blob/main/annotations.md"},
    .severity = SEVERITY_LOW,
    .step = check_label_url,
    .hadolint = {.pass = judge},
};
