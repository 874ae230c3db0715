#include "detect/lint/rule.h"

static bool is_edge(struct str text, size_t i)
{
	return i >= text.n || text.p[i] == '-' || text.p[i] == '_' || text.p[i] == '.';
}

/* "not-", "non_" …: what follows is denied. `end` is behind the separator. */
static bool is_denied(struct str text, size_t end)
{
	static const struct str words[] = {
	    STR_INIT("not"), STR_INIT("non"), STR_INIT("no"), STR_INIT("without")};
	struct str before = str_sub(text, 0, end > 0 ? end - 1 : 0);

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		size_t n = words[i].n;

		if (before.n >= n && str_eq_nocase(str_sub(before, before.n - n, n), words[i]) &&
		    (before.n == n || is_edge(before, before.n - n - 1)))
			return true;
	}
	return false;
}

bool lint_name_says(struct str text, const char *word)
{
	struct str wanted = str_of(word);

	for (size_t i = 0; i + wanted.n <= text.n; i++)
		if (str_eq_nocase(str_sub(text, i, wanted.n), wanted) &&
		    is_edge(text, i + wanted.n) && (i == 0 || is_edge(text, i - 1)) &&
		    !is_denied(text, i))
			return true;
	return false;
}

bool lint_is_for_development(struct str stage)
{
	static const char *const words[] = {"dev", "devel", "develop", "development", "test",
	    "tests", "testing", "ci", "debug", "lint"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (lint_name_says(stage, words[i]))
			return true;
	return false;
}

static bool says_windows(struct str text)
{
	static const char *const words[] = {"windows", "nanoserver", "servercore",
	    "windowsservercore", "ltsc2016", "ltsc2019", "ltsc2022", "ltsc2025"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (lint_name_says(text, words[i]))
			return true;
	return false;
}

/* "windows", "windows/amd64", "windows(10.0.20348)/amd64". */
static bool is_windows_platform(struct str platform)
{
	static const struct str name = STR_INIT("windows");

	return str_starts_nocase(platform, name) &&
	       (platform.n == name.n || platform.p[name.n] == '/' || platform.p[name.n] == '(');
}

/* Of Microsoft, or Docker's official ones, which nobody else can name so. */
static bool is_of_windows(const struct docker_reference *image)
{
	static const char *const old[] = {
	    "microsoft/windowsservercore", "microsoft/nanoserver", "microsoft/iis", NULL};
	struct str name = image->repository;

	if (str_eq(image->registry, STR("mcr.microsoft.com")))
		return str_starts(name, STR("windows/")) || str_eq(name, STR("windows")) ||
		       str_starts(name, STR("dotnet/framework/")) || says_windows(image->tag);
	if (image->registry.n > 0 && !str_eq(image->registry, STR("docker.io")))
		return false;
	if (str_starts(name, STR("library/")))
		name = str_sub(name, 8, name.n);
	return lint_is_any(name, old) ||
	       (str_chr(name, '/') == STR_NPOS && says_windows(image->tag));
}

static bool has_windows_shell(const struct docker_stage *stage)
{
	static const char *const shells[] = {
	    "powershell", "powershell.exe", "cmd", "cmd.exe", "Powershell", "PowerShell", NULL};
	const struct docker_instruction *shell =
	    stage->shell_step ? stage->shell_step->instruction : NULL;

	return shell && shell->n_words > 0 && lint_is_any(shell->words[0].text, shells);
}

enum lint_windows lint_windows(const struct docker_view *view, const struct docker_stage *stage)
{
	const struct docker_stage *lowest = stage->lowest;
	struct str name = lowest->base.repository;
	size_t slash = str_rchr(name, '/');

	if (stage->outside)
		return stage->outside->windows ? WINDOWS_CERTAIN : WINDOWS_NO;
	if (lowest->scratch)
		return WINDOWS_NO;
	if (is_of_windows(&lowest->base))
		return WINDOWS_CERTAIN;
	if (is_windows_platform(lowest->platform))
		return WINDOWS_BY_PLATFORM;
	if (slash != STR_NPOS)
		name = str_sub(name, slash + 1, name.n);
	if (says_windows(name) || says_windows(lowest->base.tag))
		return WINDOWS_BY_NAME;
	return view->file->escape == '`' || has_windows_shell(stage) ? WINDOWS_BY_TEXT : WINDOWS_NO;
}

bool lint_is_windows_admin(struct str user)
{
	return str_eq_nocase(user, STR("ContainerAdministrator"));
}
