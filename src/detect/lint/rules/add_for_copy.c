#include "detect/lint/rule.h"

static bool needs_add(struct str source)
{
	static const char *const ends[] = {".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".tlz", ".tzst",
	    ".gz", ".bz2", ".xz", ".zst", ".lz", ".lzma", ".Z"};

	if (str_has(source, STR("://")) || str_starts(source, STR("git@")) ||
	    str_chr(source, '$') != STR_NPOS)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (str_ends(source, str_of(ends[i])))
			return true;
	return false;
}

/* The first source that COPY would take as well. */
static const struct docker_word *plain_source(const struct docker_instruction *in)
{
	if (in->n_heredocs > 0)
		return NULL;
	for (size_t i = 0; i + 1 < in->n_words; i++)
		if (!needs_add(in->words[i].text))
			return &in->words[i];
	return NULL;
}

/* All sources are plain, and COPY knows all flags. */
static bool may_be_copy(const struct docker_instruction *in)
{
	for (size_t i = 0; i + 1 < in->n_words; i++)
		if (needs_add(in->words[i].text))
			return false;
	return !docker_flag_get(in, "checksum") && !docker_flag_get(in, "keep-git-dir") &&
	       !docker_flag_get(in, "unpack");
}

/* A folder, or a name whose ending is not an archive's: ADD unpacks an archive whatever its name,
 * and one without an ending may be anything. */
static bool is_no_archive(struct str source)
{
	struct str name = str_base_name(source);
	size_t dot = str_rchr(name, '.');

	return name.n == 0 || str_eq(name, STR(".")) || str_eq(name, STR("..")) ||
	       (dot != STR_NPOS && dot > 0 && dot + 1 < name.n &&
		   str_chr(str_sub(name, dot, name.n), '*') == STR_NPOS);
}

static enum edit_level level_of(const struct docker_instruction *in)
{
	for (size_t i = 0; i + 1 < in->n_words; i++)
		if (!is_no_archive(in->words[i].text))
			return EDIT_SUGGESTED;
	return EDIT_SAFE;
}

static void check_add_for_copy(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_instruction *in = view->steps[i].instruction;
		const struct docker_word *source = in->kind == DOCKER_ADD ? plain_source(in) : NULL;

		if (!source)
			continue;
		if (may_be_copy(in))
			lint_edit(l, level_of(in), docker_range(in, in->keyword), STR("COPY"));
		lint_report(l, docker_range(in, in->keyword), in->args, NULL,
		    "ADD of " STR_FMT ": COPY does the same and no more", STR_ARG(source->text));
	}
}

static bool hado_needs_add(struct str source)
{
	return hado_is_archive(source) || str_starts(source, STR("http://")) ||
	       str_starts(source, STR("https://"));
}

static bool is_for_copy(struct lint *l, const struct hado_step *step)
{
	(void)l;
	for (size_t i = 0; step->in->kind == DOCKER_ADD && i + 1 < step->in->n_words; i++)
		if (!hado_needs_add(step->in->words[i].text))
			return true;
	return false;
}

const struct lint_rule rule_add_for_copy = {
    .id = "DL3020",
    .title = "ADD of what COPY copies as well",
    .why = "ADD unpacks archives and fetches from the network; where neither is meant, a "
	   "file with an unlucky name does something else than COPY would.",
    .fix = "use COPY",
    .threat = "image",
    .since = "2026-11-23",
    .peer = "error",
    .references = {"https://docs.docker.com/build/building/best-practices/#add-or-copy"},
    .clauses = {CIS("4.9")},
    .severity = SEVERITY_LOW,
    .dockerfile = check_add_for_copy,
    .hadolint = {.step = is_for_copy},
};
