#include "detect/lint/rule.h"

/* Of names of files and folders: words in quotes, which are no glob. */
static bool is_meant_as_names(struct str args)
{
	struct str first = str_trim_left(str_sub(args, 1, args.n));

	return first.n > 0 && (first.p[0] == '"' || first.p[0] == '\'');
}

/* Inside the brackets: words in quotes with commas between, or no blank behind the bracket, as the
 * shell's test has one. */
static bool is_meant_as_list(struct str args)
{
	struct str inside = str_sub(args, 1, args.n), first = str_trim_left(inside);
	size_t end;

	if (first.n == 0 || inside.p[0] == '[')
		return false;
	if (inside.p[0] == '"' || inside.p[0] == '\'')
		return true;
	if (first.p[0] != '"' && first.p[0] != '\'')
		return !byte_is_blank(inside.p[0]) && str_ends(args, STR("]"));
	/* "[ 'a' = b ]" is a test. */
	end = str_chr(str_sub(first, 1, first.n), first.p[0]);
	first = end == STR_NPOS ? STR_NONE : str_trim_left(str_sub(first, end + 2, first.n));
	return first.n == 0 || first.p[0] == ',' || first.p[0] == ']';
}

/* CMD and ENTRYPOINT are DL3025's, SHELL is a parse error. */
static void check_list_form(struct lint *l, const struct docker_step *step)
{
	const struct docker_instruction *in = step->instruction;
	struct str args = in->args;

	if (in->kind == DOCKER_HEALTHCHECK && str_starts_nocase(args, STR("CMD")))
		args = str_trim(str_sub(args, 3, args.n));
	else if (in->kind != DOCKER_RUN && in->kind != DOCKER_COPY && in->kind != DOCKER_ADD &&
		 in->kind != DOCKER_VOLUME)
		return;
	if (in->exec_form || in->malformed || in->n_heredocs > 0 || !str_starts(args, STR("[")) ||
	    !(is_meant_as_list(args) || (in->kind != DOCKER_RUN && in->kind != DOCKER_HEALTHCHECK &&
					    is_meant_as_names(args))))
		return;
	lint_instruction(
	    l, in, "%s looks like a JSON list but is not one", docker_kind_word(in->kind));
}

const struct lint_rule rule_list_form = {
    .id = "PL1036",
    .title = "what looks like a JSON list is none",
    .why =
	"Brackets that are no JSON list of strings are taken as they stand: for a command whose name begins with a bracket, or for the name of a file or folder. Lists take double quotes, commas between, and nothing behind.",
    .fix = "write [\"first\", \"second\"] with double quotes, or no brackets",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/dockerfile/#shell-and-exec-form"},
    .severity = SEVERITY_MEDIUM,
    .step = check_list_form,
};
