#include "base/buf.h"
#include "detect/lint/rule.h"

enum lint_case lint_case_of(struct str word)
{
	bool lower = false, upper = false;

	for (size_t i = 0; i < word.n; i++) {
		lower |= word.p[i] != byte_upper(word.p[i]);
		upper |= word.p[i] != byte_lower(word.p[i]);
	}
	if (lower == upper)
		return LINT_MIXED;
	return lower ? LINT_LOWER : LINT_UPPER;
}

enum lint_case lint_file_case(const struct docker_view *view)
{
	size_t counts[LINT_UPPER + 1] = {0};

	for (size_t i = 0; i < view->file->instructions.n; i++) {
		const struct docker_instruction *in = &view->file->instructions.p[i];

		if (in->kind != DOCKER_UNKNOWN)
			counts[lint_case_of(in->keyword)]++;
	}
	return counts[LINT_LOWER] > counts[LINT_UPPER] ? LINT_LOWER : LINT_UPPER;
}

void lint_recase(struct lint *l, struct text_range range, struct str word, enum lint_case as)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT(KIB(4));

	for (size_t i = 0; i < word.n; i++)
		buf_addc(&text, as == LINT_LOWER ? byte_lower(word.p[i]) : byte_upper(word.p[i]));
	/* A continuation in the word would be lost. */
	if (buf_ok(&text) && range.end - range.offset == word.n)
		lint_edit(l, EDIT_SAFE, range, lint_keep(l, buf_str(&text)));
}
