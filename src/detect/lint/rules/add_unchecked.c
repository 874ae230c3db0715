#include "detect/lint/rule.h"

/* BuildKit clones it: its fragment may name a commit, and --checksum is another's. */
static bool is_repository(struct str source)
{
	struct str path = source, fragment;

	(void)str_split(source, '#', &path, &fragment);
	(void)str_split(path, '?', &path, &fragment);
	return str_ends(path, STR(".git"));
}

static bool is_remote_file(struct str source)
{
	return (str_starts_nocase(source, STR("http://")) ||
		   str_starts_nocase(source, STR("https://"))) &&
	       !is_repository(source);
}

static void check_add_unchecked(struct lint *l, const struct docker_step *step)
{
	const struct docker_instruction *in = step->instruction;

	if (in->kind != DOCKER_ADD || docker_flag_get(in, "checksum"))
		return;
	for (size_t i = 0; i + 1 < in->n_words; i++)
		if (is_remote_file(in->words[i].text))
			lint_report(l, docker_range(in, in->words[i].raw), in->words[i].text, NULL,
			    "nothing says what ADD must get from " STR_FMT,
			    STR_ARG(in->words[i].text));
}

const struct lint_rule rule_add_unchecked = {
    .id = "PL1014",
    .title = "ADD fetches a file without a checksum",
    .why = "The server decides, at each build anew, what becomes part of the image.",
    .fix = "add --checksum=sha256:… to ADD",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/dockerfile/#add---checksum",
	"https://csrc.nist.gov/pubs/sp/800/190/final"},
    .clauses = {NIST("4.1.3"), CIS("4.9")},
    .severity = SEVERITY_MEDIUM,
    .step = check_add_unchecked,
};
