/*
 * The file lists of Debian packages, for one purpose: a Python package that dpkg installed
 * is Debian's, with Debian's patches, and its Python version says nothing about what is
 * mended in it. sbom_finish drops those that a list names.
 */
#include "detect/sbom/catalog_parts.h"

static bool files_wants(struct str path)
{
	struct str folder = STR("var/lib/dpkg/info/"), name = sbom_base_name(path);

	return str_starts(path, folder) && path.n == folder.n + name.n &&
	       str_ends(name, STR(".list"));
}

static bool is_metadata(struct str path)
{
	return str_ends(path, STR(".dist-info/METADATA")) ||
	       str_ends(path, STR(".egg-info/PKG-INFO")) || str_ends(path, STR(".egg-info"));
}

static int files_catalog(
    const struct unit *unit, struct sink *sink, struct arena *arena, struct err *err)
{
	struct owned_file owned = {.package = sbom_base_name(unit->origin.path)};
	struct str rest = unit->bytes, line;

	(void)arena;
	owned.package.n -= STR(".list").n;
	while (str_cut(&rest, '\n', &line)) {
		if (!str_starts(line, STR("/")) || !is_metadata(line))
			continue;
		owned.path = str_sub(line, 1, line.n);
		if (sink_owned(sink, &owned, err) != 0)
			return -1;
	}
	return 0;
}

const struct cataloger cataloger_dpkg_files = {
    .name = STR_INIT("dpkg-files"),
    .what = STR_INIT("which Python packages belong to a Debian package"),
    .paths = STR_INIT("var/lib/dpkg/info/*.list"),
    .since = STR_INIT("2026-11-24"),
    .wants = files_wants,
    .catalog = files_catalog,
};
