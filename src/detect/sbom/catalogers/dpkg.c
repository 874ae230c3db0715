/*
 * dpkg's status file, and distroless images' status.d with one file a package. Fields as
 * in dpkg-query(1) and deb-control(5): Package, Version, Architecture, Status, Source.
 */
#include "detect/sbom/dpkg.h"

#include "detect/sbom/catalog_parts.h"

bool dpkg_wants(struct str path)
{
	struct str folder = STR("var/lib/dpkg/status.d/"), name = sbom_base_name(path);

	if (str_eq(path, STR("var/lib/dpkg/status")))
		return true;
	return str_starts(path, folder) && path.n == folder.n + name.n && name.n > 0 &&
	       !str_ends(name, STR(".md5sums")) && !str_ends(name, STR(".preinst")) &&
	       !str_ends(name, STR(".postinst")) && !str_ends(name, STR(".prerm")) &&
	       !str_ends(name, STR(".postrm"));
}

/* "install ok installed", "install ok unpacked": the third word says whether its files are there,
 * all or in part. Without the field, as in status.d, they are. */
bool dpkg_is_installed(const struct stanza *s)
{
	struct str status, word;
	size_t blank;

	if (!stanza_field(s, STR("Status"), &status))
		return true;
	blank = str_rchr(status, ' ');
	word = blank == STR_NPOS ? status : str_sub(status, blank + 1, status.n);
	return !str_eq(word, STR("not-installed")) && !str_eq(word, STR("config-files"));
}

/* "Source: name" or "Source: name (version)"; absent, it is the package itself. */
static void read_source(const struct stanza *s, struct package *p)
{
	struct str source, name, version;

	p->source = p->name;
	p->source_version = p->version;
	if (!stanza_field(s, STR("Source"), &source) || source.n == 0)
		return;
	p->source = source;
	if (!str_split(source, '(', &name, &version))
		return;
	p->source = str_trim(name);
	(void)str_split(version, ')', &version, &source);
	if (str_trim(version).n > 0)
		p->source_version = str_trim(version);
}

void dpkg_read_package(const struct stanza *s, struct package *p)
{
	(void)stanza_field(s, STR("Package"), &p->name);
	(void)stanza_field(s, STR("Version"), &p->version);
	(void)stanza_field(s, STR("Architecture"), &p->arch);
	read_source(s, p);
}

static int one_stanza(
    const struct unit *unit, const struct stanza *s, struct sink *sink, struct err *err)
{
	struct package p = {.type = STR("deb"), .place = sbom_place(unit)};

	if (!dpkg_is_installed(s))
		return 0;
	dpkg_read_package(s, &p);
	if (p.name.n == 0)
		return sbom_problem(unit, s->line,
		    "an installed package without a name; it is not judged", sink, err);
	if (p.version.n == 0)
		return sbom_problem(unit, s->line,
		    "an installed package without a version; it is not judged", sink, err);
	p.place.line = s->line;
	return sink_package(sink, &p, err);
}

static int dpkg_catalog(
    const struct unit *unit, struct sink *sink, struct arena *arena, struct err *err)
{
	struct stanza_reader r = stanza_reader_of(unit->bytes);
	struct stanza s;

	(void)arena;
	while (stanza_next(&r, &s)) {
		if (one_stanza(unit, &s, sink, err) != 0)
			return -1;
	}
	return 0;
}

const struct cataloger cataloger_dpkg = {
    .name = STR_INIT("dpkg"),
    .what = STR_INIT("installed Debian packages, with their source packages"),
    .paths = STR_INIT("var/lib/dpkg/status, var/lib/dpkg/status.d/*"),
    .since = STR_INIT("2026-11-24"),
    .wants = dpkg_wants,
    .catalog = dpkg_catalog,
};
