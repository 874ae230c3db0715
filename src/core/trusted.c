#include "core/trusted.h"

/* '*' at either end stands for any text. */
static bool pattern_fits(struct str pattern, struct str text)
{
	bool open_start = str_starts(pattern, STR("*"));
	bool open_end = pattern.n > 1 && str_ends(pattern, STR("*"));
	struct str core = str_sub(pattern, open_start, pattern.n - open_start - open_end);

	if (open_start && (open_end || core.n == 0))
		return str_has(text, core);
	if (open_start)
		return str_ends(text, core);
	return open_end ? str_starts(text, core) : str_eq(text, core);
}

/* "registry" or "registry/path"; the path of an official image is "library/NAME" or "NAME". */
static bool entry_fits(struct str entry, struct str registry, struct str path)
{
	struct str host, rest, official = STR("library/");

	if (!str_split(entry, '/', &host, &rest))
		return pattern_fits(entry, registry);
	if (!pattern_fits(host, registry))
		return false;
	if (str_starts(rest, official) && str_chr(path, '/') == STR_NPOS &&
	    str_eq(registry, STR("docker.io")))
		rest = str_sub(rest, official.n, rest.n);
	return pattern_fits(rest, path);
}

bool registry_is_trusted(struct str_list entries, struct str registry, struct str path)
{
	if (registry.n == 0)
		registry = STR("docker.io");
	for (size_t i = 0; i < entries.n; i++)
		if (entry_fits(entries.p[i], registry, path))
			return true;
	return entries.n == 0;
}
