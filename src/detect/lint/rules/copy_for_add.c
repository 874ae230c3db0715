#include "detect/lint/rule.h"

static const char *const ends[] = {".tar", ".Z", ".bz2", ".gz", ".lz", ".lzma", ".tZ", ".tb2",
    ".tbz", ".tbz2", ".tgz", ".tlz", ".tpz", ".txz", ".xz"};

static bool is_archive(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (str_ends(name, str_of(ends[i])))
			return true;
	return false;
}

/* What ADD unpacks: of tar archives those that gzip, bzip2 or xz compressed; a lone .gz it copies.
 */
static bool is_tar(struct str name)
{
	static const char *const tars[] = {".tar", ".tar.gz", ".tgz", ".tpz", ".tar.bz2", ".tb2",
	    ".tbz", ".tbz2", ".tar.xz", ".txz"};

	for (size_t i = 0; i < ARRAY_LEN(tars); i++)
		if (str_ends(name, str_of(tars[i])))
			return true;
	return false;
}

static bool has_base_name(const struct shell_command *c, struct str name)
{
	for (size_t i = 1; i < c->n_words; i++)
		if (str_eq(str_base_name(c->words[i].text), name))
			return true;
	return false;
}

/* "xf", "-xzf", "--extract", and all of it under its own names, as ADD does. */
static bool extracts(const struct shell_command *c)
{
	static const char *const selects[] = {
	    "strip-components", "exclude", "exclude-from", "transform", "xform", "wildcards"};
	struct str first = c->n_words > 1 ? c->words[1].text : STR_NONE;

	if (!shell_is(c, "tar"))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(selects); i++)
		if (shell_has_flag(c, selects[i]))
			return false;
	if (first.n > 0 && first.p[0] != '-' && str_chr(first, 'x') != STR_NPOS)
		return true;
	return shell_has_flag(c, "x") || shell_has_flag(c, "extract") || shell_has_flag(c, "get");
}

static bool is_unpacked(const struct docker_view *view, size_t at, struct str name)
{
	const struct docker_stage *stage = view->steps[at].stage;

	for (size_t i = at + 1; i < view->n_steps && view->steps[i].stage == stage; i++) {
		const struct docker_step *step = &view->steps[i];

		for (size_t k = 0;
		    lint_step_is(step, DOCKER_RUN) && step->script && k < step->script->commands.n;
		    k++)
			if (extracts(&step->script->commands.p[k]) &&
			    has_base_name(&step->script->commands.p[k], name))
				return true;
	}
	return false;
}

static void check_copy(struct lint *l, const struct docker_view *view, size_t at)
{
	const struct docker_instruction *in = view->steps[at].instruction;
	struct str target = in->words[in->n_words - 1].text;

	for (size_t i = 0; i + 1 < in->n_words; i++) {
		struct str name = str_base_name(is_tar(target) ? target : in->words[i].text);

		if (!is_tar(name) || !is_unpacked(view, at, name))
			continue;
		lint_instruction(
		    l, in, STR_FMT " is copied, and unpacked by a later RUN", STR_ARG(name));
		return;
	}
}

static void check_copy_for_add(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_steps; i++)
		if (lint_step_is(&view->steps[i], DOCKER_COPY) && view->steps[i].stage &&
		    view->steps[i].stage->shipped && view->steps[i].instruction->n_words > 1 &&
		    !docker_flag_get(view->steps[i].instruction, "from"))
			check_copy(l, view, i);
}

/* ---- as hadolint has it: in the last stage ---- */

static bool unpacks(const struct hado_command *c, struct str name)
{
	static const char *const others[] = {"unzip", "gunzip", "bunzip2", "unlzma", "unxz", "zgz",
	    "uncompress", "zcat", "gzcat", NULL};
	static const char *const flags[] = {"extract", "get", NULL};
	bool extract = hado_has_any_flag(c, flags), named = false, word = false;

	for (size_t i = 0; i < c->n_args; i++) {
		struct str arg = c->args[i];

		extract |= arg.n > 0 && arg.p[0] == '-' && str_chr(arg, 'x') != STR_NPOS;
		named |= str_eq(str_base_name(arg), name);
		word |= str_eq(str_base_name(arg), name) && arg.p[0] != '-';
	}
	return (hado_is(c, "tar") && extract && named) || (hado_is_any(c, others) && word);
}

static bool is_unpacked_later(const struct hado_pass *pass, size_t at, struct str name)
{
	for (size_t i = at + 1; i < pass->n_steps; i++)
		for (size_t k = 0; k < pass->steps[i].n_commands; k++)
			if (unpacks(&pass->steps[i].commands[k], name))
				return true;
	return false;
}

static void judge(struct lint *l, const struct hado_pass *pass)
{
	size_t last = pass->n_steps > 0 ? pass->steps[pass->n_steps - 1].stage : 0;

	for (size_t i = 0; i < pass->n_steps; i++) {
		const struct docker_instruction *in = pass->steps[i].in;
		struct str target;
		bool bad = false;

		if (pass->steps[i].stage != last || in->kind != DOCKER_COPY || in->n_words < 2 ||
		    docker_flag_get(in, "from"))
			continue;
		target = in->words[in->n_words - 1].text;
		if (is_archive(target))
			bad = is_unpacked_later(pass, i, str_base_name(target));
		for (size_t k = 0; !is_archive(target) && k + 1 < in->n_words; k++)
			bad |= is_archive(in->words[k].text) &&
			       is_unpacked_later(pass, i, str_base_name(in->words[k].text));
		if (bad)
			hado_report(l, pass->steps[i].line);
	}
}

const struct lint_rule rule_copy_for_add = {
    .id = "DL3010",
    .title = "an archive is copied, then unpacked",
    .why = "COPY puts the archive into a layer that keeps it, whatever a later RUN "
	   "removes; ADD unpacks it in the same step.",
    .fix = "use ADD, which unpacks it",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "info",
    .references = {"https://docs.docker.com/reference/dockerfile/#adding-local-tar-archives"},
    .severity = SEVERITY_INFO,
    .dockerfile = check_copy_for_add,
    .hadolint = {.pass = judge},
};
