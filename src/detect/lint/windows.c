#include "detect/lint/rule.h"

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
		return str_starts(name, STR("windows/")) || says_windows(str_base_name(name)) ||
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
