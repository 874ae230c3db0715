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

/* ---- what is fetched into a file, and then run ---- */

enum { FILES_MAX = 8 };

struct files {
	struct {
		struct str name;
		const struct shell_command *by;
	} p[FILES_MAX];
	size_t n;
};

/* "i.sh" of "https://example.com/x/i.sh?raw=1". */
static struct str name_in_address(const struct shell_command *c)
{
	for (size_t i = 1; i < c->n_words; i++) {
		struct str text = c->words[i].text;
		size_t query = str_chr(text, '?');

		if (str_has(text, STR("://")))
			return str_base_name(str_sub(text, 0, MIN_OF(query, text.n)));
	}
	return STR_NONE;
}

/* The name, without its folder, of the file into which it is written; empty: none. */
static struct str written_by(const struct shell_command *c)
{
	struct str name;

	if (shell_is(c, "curl")) {
		if (lint_short_option(c, 'o', "AbcCdDeEFhHKmPQrtTuUwxXyYz", &name) ||
		    shell_flag_value(c, "output", &name))
			return str_base_name(name);
		return shell_has_flag(c, "O") || shell_has_flag(c, "remote-name")
			   ? name_in_address(c)
			   : STR_NONE;
	}
	if (lint_short_option(c, 'O', "aeioPtTUw", &name) ||
	    shell_flag_value(c, "output-document", &name))
		return str_base_name(name);
	return name_in_address(c);
}

/* Whoever compares something once has looked. */
static bool looks(const struct shell_command *c)
{
	static const char *const programs[] = {"gpg", "gpg2", "gpgv", "gpgv2", "cosign", "minisign",
	    "signify", "openssl", "cksum", "shasum", "b2sum", "b3sum", "rhash", "sha256", "sha512",
	    "cmp", "diff", NULL};

	if (lint_is_any(c->name, programs) ||
	    (str_ends(c->name, STR("sum")) &&
		(str_starts(c->name, STR("sha")) || str_starts(c->name, STR("md5")))))
		return true;
	for (size_t i = 1; i < c->n_words; i++)
		if (str_has(c->words[i].text, STR("hash_file")))
			return true;
	return false;
}

/* The file that is run: "sh i.sh", "./i.sh", ". i.sh"; empty: none. */
static struct str run_by(const struct shell_command *c)
{
	const struct shell_word *word = shell_arg(c, 0);

	if ((shell_is_shell(c->name) && !shell_has_flag(c, "c")) || shell_is(c, "source") ||
	    shell_is(c, ".") || lint_is_any(c->name, interpreters))
		return word ? str_base_name(word->text) : STR_NONE;
	if (c->n_words > 0 && str_chr(c->words[0].text, '/') != STR_NPOS)
		return str_base_name(c->words[0].text);
	return STR_NONE;
}

static void check_files(struct lint *l, struct files *files, const struct shell_command *c)
{
	struct str file;

	if (looks(c)) {
		files->n = 0;
		return;
	}
	if (lint_is_any(c->name, downloaders)) {
		file = written_by(c);
		if (file.n > 1 && files->n < FILES_MAX) {
			files->p[files->n].name = file;
			files->p[files->n++].by = c;
		}
		return;
	}
	file = run_by(c);
	for (size_t i = 0; file.n > 0 && i < files->n; i++) {
		if (!str_eq(files->p[i].name, file))
			continue;
		lint_command(l, c, "what " STR_FMT " has fetched is run, whatever it is",
		    STR_ARG(files->p[i].by->name));
		files->p[i].name = STR_NONE;
	}
}

/* ---- PowerShell, which is not read as a script ---- */

/* In any letters, as a word of its own. */
static bool has_word(struct str text, const char *word)
{
	struct str wanted = str_of(word);

	for (size_t i = 0; i + wanted.n <= text.n; i++) {
		char before = i > 0 ? text.p[i - 1] : ' ';
		char behind = i + wanted.n < text.n ? text.p[i + wanted.n] : ' ';

		if (!byte_is_alnum(before) && !byte_is_alnum(behind) &&
		    str_eq_nocase(str_sub(text, i, wanted.n), wanted))
			return true;
	}
	return false;
}

static bool has_any_word(struct str text, const char *const *words)
{
	for (; *words; words++)
		if (has_word(text, *words))
			return true;
	return false;
}

static bool is_powershell(struct str text)
{
	static const char *const names[] = {"powershell", "pwsh", NULL};

	return has_any_word(text, names);
}

static void check_powershell(struct lint *l, const struct docker_step *step)
{
	static const char *const runs[] = {"iex", "Invoke-Expression", NULL};
	static const char *const fetches[] = {"iwr", "irm", "Invoke-WebRequest",
	    "Invoke-RestMethod", "DownloadString", "curl", "wget", NULL};
	const struct docker_instruction *in = step->instruction;

	if ((is_powershell(in->args) || (step->shell && is_powershell(step->shell->args))) &&
	    has_any_word(in->args, runs) && has_any_word(in->args, fetches))
		lint_instruction(l, in, "Invoke-Expression runs what is fetched, whatever it is");
}

static void check_download_to_shell(struct lint *l, const struct docker_step *step)
{
	struct files files = {.n = 0};
	const struct shell_command *download = NULL; /* of the pipe that is being read */

	if (lint_step_is(step, DOCKER_RUN))
		check_powershell(l, step);
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
		check_files(l, &files, c);
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
