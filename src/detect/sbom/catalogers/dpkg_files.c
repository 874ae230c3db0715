/*
 * The file lists of Debian packages, for one purpose: a Python package that dpkg installed
 * is Debian's, with Debian's patches, and its Python version says nothing about what is
 * mended in it. sbom_finish drops those that a list names.
 */
#include "detect/sbom/notes.h"

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
	struct str rest = unit->bytes, line, name = sbom_base_name(unit->origin.path), key;

	name.n -= STR(".list").n;
	while (str_cut(&rest, '\n', &line)) {
		if (!str_starts(line, STR("/")) || !is_metadata(line))
			continue;
		key = arena_fmt(arena, NOTE_OWNED STR_FMT, STR_ARG(str_sub(line, 1, line.n)));
		if (!key.p)
			return arena_err(arena, err);
		if (sink_note(sink, key, name, err) != 0)
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
