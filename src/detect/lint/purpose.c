/* What names say of the purpose of an image, a stage or a file. */
#include "detect/lint/kind.h"

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

bool lint_is_system_folder(struct str path)
{
	static const struct str folders[] = {STR_INIT(""), STR_INIT("/bin"), STR_INIT("/boot"),
	    STR_INIT("/dev"), STR_INIT("/etc"), STR_INIT("/lib"), STR_INIT("/lib64"),
	    STR_INIT("/proc"), STR_INIT("/root"), STR_INIT("/run"), STR_INIT("/sbin"),
	    STR_INIT("/sys"), STR_INIT("/usr"), STR_INIT("/usr/bin"), STR_INIT("/usr/lib"),
	    STR_INIT("/usr/sbin"), STR_INIT("/var"), STR_INIT("/var/run"),
	    STR_INIT("/var/lib/dpkg")};

	if (!str_starts(path, STR("/")))
		return false;
	while (path.n > 0 && (path.p[path.n - 1] == '/' || str_ends(path, STR("/."))))
		path.n--;
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		if (str_eq(path, folders[i]))
			return true;
	}
	return str_ends(path, STR("/docker.sock")) || str_ends(path, STR("/containerd.sock"));
}

static bool says_development(struct str name)
{
	static const char *const words[] = {"dev", "devel", "develop", "development", "test",
	    "tests", "testing", "ci", "debug", "xdebug"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (lint_name_says(name, words[i]))
			return true;
	return false;
}

bool lint_is_for_development(struct lint *l, const struct docker_stage *stage)
{
	enum { NAMES = 3 }; /* the file's and those of the folders closest to it */
	struct str path = l->unit->origin.path;

	if (says_development(stage->name))
		return true;
	for (int i = 0; i < NAMES && path.n > 0; i++) {
		struct str name = str_base_name(path);

		if (says_development(name))
			return true;
		path = str_sub(path, 0, path.n - name.n);
		while (path.n > 0 && path.p[path.n - 1] == '/')
			path.n--;
	}
	return false;
}
