#include "detect/lint/rule.h"

static const char *const downloaders[] = {"curl", "wget", "wget2", "lynx", NULL};
static const char *const interpreters[] = {
    "python", "python2", "python3", "perl", "ruby", "node", "php", NULL};

static bool is_stdin(const struct shell_word *word)
{
	return !word || str_eq(word->text, STR("-")) || str_eq(word->text, STR("/dev/stdin"));
}

/* What comes through the pipe is its script. */
static bool runs_its_input(const struct shell_command *c)
{
	if (lint_is_any(c->name, interpreters))
		return c->n_words == 1 || str_eq(c->words[1].text, STR("-"));
	if (!shell_is_shell(c->name) || shell_has_flag(c, "c"))
		return false;
	return shell_has_flag(c, "s") || is_stdin(shell_arg(c, 0));
}

/* All of the word is what a download prints: "$(curl …)", `curl …`, <(curl …). */
static bool is_download(const struct shell_word *word)
{
	static const char *const starts[] = {"$(", "`", "<("};
	struct str raw = word->raw, name;

	while (raw.n > 0 && (raw.p[0] == '"' || raw.p[0] == '\''))
		raw = str_sub(raw, 1, raw.n);
	for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
		struct str rest = str_sub(raw, strlen(starts[i]), raw.n);

		if (str_starts(raw, str_of(starts[i])) &&
		    str_split(str_trim_left(rest), ' ', &name, &rest) &&
		    lint_is_any(name, downloaders))
			return true;
	}
	return false;
}

static void check_words(struct lint *l, const struct shell_command *c)
{
	if (!shell_is_shell(c->name) && !shell_is(c, "eval") && !shell_is(c, "source") &&
	    !shell_is(c, "."))
		return;
	for (size_t i = 1; i < c->n_words; i++)
		if (is_download(&c->words[i]))
			lint_word(l, c, &c->words[i],
			    STR_FMT " runs what is fetched here, whatever it is", STR_ARG(c->name));
}

static void check_download_to_shell(struct lint *l, const struct docker_step *step)
{
	const struct shell_command *download = NULL; /* of the pipe that is being read */

	if (!lint_step_is(step, DOCKER_RUN) || !step->script)
		return;
	for (size_t i = 0; i < step->script->commands.n; i++) {
		const struct shell_command *c = &step->script->commands.p[i];

		if (c->join != SHELL_PIPE && download && !c->wrapped && c->depth <= download->depth)
			download = NULL;
		if (lint_is_any(c->name, downloaders))
			download = c;
		else if (download && c->join == SHELL_PIPE && runs_its_input(c))
			lint_command(l, c,
			    "what " STR_FMT " fetches is run by " STR_FMT ", whatever it is",
			    STR_ARG(download->name), STR_ARG(c->name));
		check_words(l, c);
	}
}

const struct lint_rule rule_download_to_shell = {
    .id = "PL1011",
    .title = "a download is run unseen",
    .why = "Whoever owns the server, or stands between it and the build, runs what they like in "
	   "it, and another thing each time; and where the line breaks, half a script is run.",
    .fix = "fetch it into a file, compare it with a checksum that is written here, and then run "
	   "it; or take a package",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://csrc.nist.gov/pubs/sp/800/190/final",
	"https://www.cisecurity.org/benchmark/docker"},
    .clauses = {NIST("4.1.3"), CIS("4.11")},
    .severity = SEVERITY_MEDIUM,
    .step = check_download_to_shell,
};
