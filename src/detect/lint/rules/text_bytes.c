#include "base/utf8.h"
#include "detect/lint/rule.h"

/* The first byte that is NUL or no UTF-8. */
static bool find_byte(struct str text, size_t *ret_at)
{
	uint32_t rune;

	for (size_t i = 0, n; i < text.n; i += n) {
		n = utf8_decode(str_sub(text, i, text.n), &rune);
		*ret_at = i;
		if (n == 0 || text.p[i] == '\0')
			return true;
	}
	return false;
}

static void report(struct lint *l, const struct docker_instruction *in, struct text_range range,
    struct str text, size_t at)
{
	if (text.p[at] == '\0')
		lint_report(l, range, in->text.text, NULL,
		    "a NUL byte in %s: no command, name or path can have one",
		    docker_kind_word(in->kind));
	else
		lint_report(l, range, in->text.text, NULL,
		    "a byte in %s that is not UTF-8 (0x%02x): builders refuse it, or change it",
		    docker_kind_word(in->kind), (unsigned char)text.p[at]);
}

/* One for each instruction. */
static void check_text_bytes(struct lint *l, const struct docker_view *view)
{
	const struct dockerfile *file = view->file;

	for (size_t i = 0; i < file->instructions.n; i++) {
		const struct docker_instruction *in = &file->instructions.p[i];
		struct str text = in->text.text;
		bool found;
		size_t at;

		found = find_byte(text, &at);
		if (found)
			report(l, in, docker_range(in, str_sub(text, at, 1)), text, at);
		for (size_t k = 0; k < in->n_heredocs && !found; k++) {
			uint32_t base;

			text = in->heredocs[k].body;
			found = find_byte(text, &at);
			if (!found)
				continue;
			base = (uint32_t)(text.p - file->text.p) + (uint32_t)at;
			report(l, in, (struct text_range){base, base + 1}, text, at);
		}
	}
}

const struct lint_rule rule_text_bytes = {
    .id = "PL1052",
    .title = "bytes that are no text",
    .why =
	"A command that holds a NUL byte cannot be started, and a builder hands an instruction on as UTF-8: other bytes are refused or become other ones. An editor does not show them either.",
    .fix = "save the file as UTF-8, and write such a byte as an escape: printf '\\351'",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/dockerfile/#format"},
    .severity = SEVERITY_MEDIUM,
    .dockerfile = check_text_bytes,
};
