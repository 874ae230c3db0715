#include "detect/lint/lint.h"

/* Deprecated ids are still ids. */
static bool is_id(struct str word)
{
	static const char *const deprecated[] = {"AGPL-1.0", "AGPL-3.0", "BSD-2-Clause-FreeBSD",
	    "BSD-2-Clause-NetBSD", "GFDL-1.1", "GFDL-1.2", "GFDL-1.3", "GPL-1.0", "GPL-2.0",
	    "GPL-2.0-with-GCC-exception", "GPL-2.0-with-autoconf-exception",
	    "GPL-2.0-with-bison-exception", "GPL-2.0-with-classpath-exception",
	    "GPL-2.0-with-font-exception", "GPL-3.0", "GPL-3.0-with-GCC-exception",
	    "GPL-3.0-with-autoconf-exception", "LGPL-2.0", "LGPL-2.1", "LGPL-3.0", "Net-SNMP",
	    "Nunit", "StandardML-NJ", "bzip2-1.0.5", "eCos-2.0", "wxWindows", NULL};

	return spdx_is_id(word) || lint_is_any(word, deprecated);
}

/* "MIT", "GPL-2.0-only WITH Classpath-exception-2.0", "(MIT OR Apache-2.0)", "LicenseRef-own". */
static bool is_valid(struct str value)
{
	size_t depth = 0;
	bool id = false;

	while (value.n > 0) {
		size_t end = 0;
		struct str word;

		if (byte_is_blank(value.p[0]) || value.p[0] == '(' || value.p[0] == ')') {
			depth += value.p[0] == '(';
			if (value.p[0] == ')' && depth-- == 0)
				return false;
			value = str_sub(value, 1, value.n);
			continue;
		}
		while (end < value.n && !byte_is_blank(value.p[end]) && value.p[end] != '(' &&
		       value.p[end] != ')')
			end++;
		word = str_sub(value, 0, end);
		value = str_sub(value, end, value.n);
		if (id && (str_eq(word, STR("OR")) || str_eq(word, STR("AND")))) {
			id = false;
		} else if (id && str_eq(word, STR("WITH"))) {
			value = str_trim_left(value);
			for (end = 0;
			    end < value.n && !byte_is_blank(value.p[end]) && value.p[end] != ')';
			    end++)
				;
			value = str_sub(value, end, value.n);
		} else if (!id &&
			   (is_id(word) || str_starts(word, STR("LicenseRef-")) ||
			       (str_ends(word, STR("+")) && is_id(str_sub(word, 0, word.n - 1))))) {
			id = true;
		} else {
			return false;
		}
	}
	return id && depth == 0;
}

static void check_label_licence(struct lint *l, const struct docker_step *step)
{
	lint_check_labels(l, step, LABEL_SPDX, is_valid);
}

static void judge(struct lint *l, const struct hado_pass *pass)
{
	hado_check_labels(l, pass, LABEL_SPDX, spdx_is_id);
}

const struct lint_rule rule_label_licence = {
    .id = "DL3054",
    .title = "a label is not a licence of the SPDX list",
    .why = "The organisation asks for this label, and what reads it (a catalogue, a "
	   "scanner, a person) finds it empty or cannot use it.",
    .fix = "name it as the SPDX list does: Apache-2.0",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://github.com/opencontainers/image-spec/blob/main/annotations.md"},
    .severity = SEVERITY_LOW,
    .step = check_label_licence,
    .hadolint = {.pass = judge},
};
