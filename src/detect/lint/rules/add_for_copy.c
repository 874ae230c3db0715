#include "detect/lint/rule.h"

static bool needs_add(struct str source)
{
	static const char *const ends[] = {".tar", ".tgz", ".tbz2", ".txz", ".tar.gz", ".tar.bz2",
	    ".tar.xz", ".tar.zst", ".gz", ".bz2", ".xz", ".tbz", ".tlz", ".Z", ".lzma"};

	if (str_has(source, STR("://")) || str_starts(source, STR("git@")) ||
	    str_chr(source, '$') != STR_NPOS)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		if (str_ends(source, str_of(ends[i])))
			return true;
	}
	return false;
}

static void check_add_for_copy(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_instruction *in = view->steps[i].instruction;

		if (in->kind != DOCKER_ADD || in->n_heredocs > 0)
			continue;
		for (size_t k = 0; k + 1 < in->n_words; k++) {
			if (needs_add(in->words[k].text))
				continue;
			lint_instruction(l, in, "ADD of a plain file or folder: COPY does no more");
			break;
		}
	}
}

const struct lint_rule rule_add_for_copy = {
    .id = "DL3020",
    .title = "ADD where COPY is meant",
    .why = "ADD unpacks archives and fetches from the network; where neither is meant, a "
	   "file with an unlucky name does something else than COPY would.",
    .fix = "use COPY",
    .threat = "image",
    .since = "2026-11-23",
    .peer = "error",
    .references = {"https://docs.docker.com/build/building/best-practices/#add-or-copy"},
    .severity = SEVERITY_LOW,
    .dockerfile = check_add_for_copy,
};
