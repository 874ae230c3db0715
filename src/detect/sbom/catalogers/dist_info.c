/*
 * Installed Python packages: *.dist-info/METADATA, *.egg-info/PKG-INFO, and *.egg-info
 * that is a file (Core metadata specifications: Name and Version are required,
 * License-Expression is SPDX; License is free text and is not taken).
 */
#include "detect/sbom/catalog_parts.h"
#include "detect/sbom/stanza.h"

static bool dist_info_wants(struct str path)
{
	return str_ends(path, STR(".dist-info/METADATA")) ||
	       str_ends(path, STR(".egg-info/PKG-INFO")) || str_ends(path, STR(".egg-info"));
}

static int dist_info_catalog(
    const struct unit *unit, struct sink *sink, struct arena *arena, struct err *err)
{
	struct stanza_reader r = stanza_reader_of(unit->bytes);
	struct package p = {.type = STR("pypi"), .place = sbom_place(unit)};
	struct stanza s;

	if (!stanza_next(&r, &s) || !stanza_field(&s, STR("Name"), &p.name) ||
	    !stanza_field(&s, STR("Version"), &p.version) || p.name.n == 0 || p.version.n == 0)
		return sbom_problem(unit, 0,
		    "a Python package without a name or version; it is not judged", sink, err);
	(void)stanza_field(&s, STR("License-Expression"), &p.licence);
	p.name = pypi_normal_name(p.name, arena);
	if (!p.name.p)
		return arena_err(arena, err);
	return sink_package(sink, &p, err);
}

const struct cataloger cataloger_dist_info = {
    .name = STR_INIT("dist-info"),
    .what = STR_INIT("installed Python packages"),
    .paths = STR_INIT("*.dist-info/METADATA, *.egg-info/PKG-INFO, *.egg-info"),
    .since = STR_INIT("2026-11-24"),
    .wants = dist_info_wants,
    .catalog = dist_info_catalog,
};
