#include "detect/lint/lint.h"

static bool is_id(struct str id, bool number)
{
	bool digits = true;

	for (size_t i = 0; i < id.n; i++) {
		if (!byte_is_alnum(id.p[i]) && id.p[i] != '-')
			return false;
		digits &= byte_is_digit(id.p[i]);
	}
	/* Numbers have no zeros before them. */
	return id.n > 0 && !(number && digits && id.n > 1 && id.p[0] == '0');
}

static bool are_ids(struct str list, bool number)
{
	struct str id;

	if (list.n == 0 || list.p[list.n - 1] == '.')
		return false;
	while (str_cut(&list, '.', &id))
		if (!is_id(id, number))
			return false;
	return true;
}

/* semver.org, version 2.0.0 */
static bool is_valid(struct str value)
{
	struct str core = value, build = STR_NONE, pre = STR_NONE, part;
	bool has_build = str_split(value, '+', &core, &build);
	bool has_pre = str_split(core, '-', &core, &pre);
	int parts = 0;

	if ((has_build && !are_ids(build, false)) || (has_pre && !are_ids(pre, true)) ||
	    core.n == 0 || core.p[core.n - 1] == '.')
		return false;
	while (str_cut(&core, '.', &part)) {
		for (size_t i = 0; i < part.n; i++)
			if (!byte_is_digit(part.p[i]))
				return false;
		if (!is_id(part, true))
			return false;
		parts++;
	}
	return parts == 3;
}

/* hadolint reads the three numbers, and does not mind zeros before them or nothing behind a dash.
 */
static bool is_loosely_valid(struct str value)
{
	struct str core = value, rest, part;
	int parts = 0;

	(void)str_split(core, '+', &core, &rest);
	(void)str_split(core, '-', &core, &rest);
	while (str_cut(&core, '.', &part)) {
		for (size_t i = 0; i < part.n; i++)
			if (!byte_is_digit(part.p[i]))
				return false;
		parts += part.n > 0;
	}
	return parts == 3;
}

static void check_label_version(struct lint *l, const struct docker_step *step)
{
	lint_check_labels(l, step, LABEL_SEMVER, is_valid);
}

static void judge(struct lint *l, const struct hado_pass *pass)
{
	hado_check_labels(l, pass, LABEL_SEMVER, is_loosely_valid);
}

const struct lint_rule rule_label_version = {
    .id = "DL3056",
    .title = "a label is not a semantic version",
    .why = "The organisation asks for this label, and what reads it (a catalogue, a "
	   "scanner, a person) finds it empty or cannot use it.",
    .fix = "say MAJOR.MINOR.PATCH: 1.4.2, without a v before",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://github.com/opencontainers/image-spec/blob/main/annotations.md"},
    .severity = SEVERITY_LOW,
    .step = check_label_version,
    .hadolint = {.pass = judge},
};
