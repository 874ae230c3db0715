#include "detect/lint/lint.h"

/* RFC 5322's addr-spec with a dot-atom on both sides. */
static bool is_dot_atom(struct str text)
{
	struct str atom;

	if (text.n == 0 || text.p[text.n - 1] == '.')
		return false;
	while (str_cut(&text, '.', &atom)) {
		for (size_t i = 0; i < atom.n; i++)
			if (!byte_is_alnum(atom.p[i]) &&
			    str_chr(STR("!#$%&'*+-/=?^_`{|}~"), atom.p[i]) == STR_NPOS)
				return false;
		if (atom.n == 0)
			return false;
	}
	return true;
}

static bool is_valid(struct str value)
{
	size_t at = str_rchr(value, '@');

	return at != STR_NPOS && is_dot_atom(str_sub(value, 0, at)) &&
	       is_dot_atom(str_sub(value, at + 1, value.n));
}

static void check_label_email(struct lint *l, const struct docker_step *step)
{
	lint_check_labels(l, step, LABEL_EMAIL, is_valid);
}

static void judge(struct lint *l, const struct hado_pass *pass)
{
	hado_check_labels(l, pass, LABEL_EMAIL, is_valid);
}

const struct lint_rule rule_label_email = {
    .id = "DL3058",
    .title = "a label is not an address of e-mail",
    .why = "The organisation asks for this label, and what reads it (a catalogue, a "
	   "scanner, a person) finds it empty or cannot use it.",
    .fix = "say name@example.com",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://github.com/opencontainers/image-spec/blob/main/annotations.md"},
    .severity = SEVERITY_LOW,
    .step = check_label_email,
    .hadolint = {.pass = judge},
};
