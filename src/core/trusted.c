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

/* "library/NAME" as "NAME", and every other path as it is. */
static struct str short_name(struct str path)
{
	struct str official = STR("library/");
	struct str name = str_sub(path, official.n, path.n);

	return str_starts(path, official) && str_chr(name, '/') == STR_NPOS ? name : path;
}

/* "registry" or "registry/path". */
static bool entry_fits(struct str entry, struct str registry, struct str path)
{
	struct str host, rest;

	if (!str_split(entry, '/', &host, &rest))
		return pattern_fits(entry, registry);
	if (!pattern_fits(host, registry))
		return false;
	if (!str_eq(registry, STR("docker.io")))
		return pattern_fits(rest, path);
	if (str_chr(short_name(path), '/') != STR_NPOS)
		return pattern_fits(rest, path);
	return pattern_fits(short_name(rest), short_name(path));
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
