#include "detect/lint/rule.h"

static bool has_preference(struct str text)
{
	static const char *const words[] = {"ErrorActionPreference", "erroractionpreference",
	    "-ErrorAction", "-erroraction", "Set-StrictMode"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_has(text, str_of(words[i])))
			return true;
	return false;
}

static bool is_powershell(struct str program)
{
	struct str name = program;
	size_t slash = str_rchr(name, '\\');

	if (slash != STR_NPOS)
		name = str_sub(name, slash + 1, name.n);
	name = str_base_name(name);
	if (str_ends_nocase(name, STR(".exe")))
		name = str_sub(name, 0, name.n - 4);
	return str_eq_nocase(name, STR("powershell")) || str_eq_nocase(name, STR("pwsh"));
}

/* "powershell -Command a; b" without a shell around it, or a step of SHELL ["powershell", …]. */
static bool runs_powershell(const struct docker_step *step)
{
	const struct docker_instruction *in = step->instruction, *shell = step->shell;
	struct str first = in->args, rest;

	if (in->exec_form)
		return in->n_words > 0 && is_powershell(in->words[0].text);
	if (shell && shell->n_words > 0 && is_powershell(shell->words[0].text))
		return true;
	(void)str_split(in->args, ' ', &first, &rest);
	return is_powershell(first);
}

/* What cannot fail, or only says or sets something. */
static bool is_harmless(struct str statement)
{
	static const char *const starts[] = {"$", "Sleep", "Start-Sleep", "Write-", "echo "};

	for (size_t i = 0; i < ARRAY_LEN(starts); i++)
		if (str_starts_nocase(statement, str_of(starts[i])))
			return true;
	return statement.n == 0;
}

/* The last statement says by itself whether it failed. */
static bool has_several(struct str script)
{
	struct str one, word, behind;
	size_t n = 0;

	while (str_cut(&script, ';', &one)) {
		one = str_trim(one);
		/* The program and its options stand before the first. */
		while (n == 0 && str_split(one, ' ', &word, &behind) &&
		       (is_powershell(word) || word.p[0] == '-'))
			one = str_trim(behind);
		n += !is_harmless(one);
	}
	return n > 1;
}

static bool has_preference_before(const struct docker_step *step)
{
	const struct docker_instruction *shell = step->shell;

	for (size_t i = 0; shell && i < shell->n_words; i++)
		if (has_preference(shell->words[i].text))
			return true;
	return has_preference(step->instruction->text.text);
}

static void check_powershell_errors(struct lint *l, const struct docker_step *step)
{
	const struct docker_instruction *in = step->instruction;

	if (in->kind == DOCKER_RUN && runs_powershell(step) && in->n_heredocs == 0 &&
	    has_several(in->args) && !has_preference_before(step))
		lint_instruction(
		    l, in, "if one of its commands fails, the others run and the build goes on");
}

const struct lint_rule rule_powershell_errors = {
    .id = "PL1047",
    .title = "PowerShell goes on after an error",
    .why =
	"A cmdlet that fails does not stop the script: the step ends well, and what it should have made is missing or half there.",
    .fix =
	"SHELL [\"powershell\", \"-Command\", \"$ErrorActionPreference = 'Stop'; $ProgressPreference = 'SilentlyContinue';\"]",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/dockerfile/#shell",
	"https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_preference_variables"},
    .severity = SEVERITY_INFO,
    .step = check_powershell_errors,
};
