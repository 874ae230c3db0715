#include "core/package.h"

#include "base/buf.h"
#include "core/wire.h"

#include <stdlib.h>

enum { PURL_MAX = 16 * 1024 };

/* package-url specification, "Character encoding": letters, digits, ".-_~" and ':' stand for
 * themselves. */
static bool purl_is_plain(char c)
{
	return byte_is_alnum(c) || c == '.' || c == '-' || c == '_' || c == '~' || c == ':';
}

static void purl_add(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (purl_is_plain(s.p[i]))
			buf_addc(b, s.p[i]);
		else
			buf_addf(b, "%%%02X", (unsigned)(unsigned char)s.p[i]);
	}
}

static void purl_add_lower(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = byte_lower(s.p[i]);

		purl_add(b, str_make(&c, 1));
	}
}

/* deb and pypi names have no case; pypi writes '_' as '-' (purl-types: deb, pypi). */
static void purl_add_name(struct buf *b, const struct package *package)
{
	bool pypi = str_eq(package->type, STR("pypi"));

	if (!pypi && !str_eq(package->type, STR("deb"))) {
		purl_add(b, package->name);
		return;
	}
	for (size_t i = 0; i < package->name.n; i++) {
		char c = package->name.p[i];

		c = pypi && c == '_' ? '-' : byte_lower(c);
		purl_add(b, str_make(&c, 1));
	}
}

/* Qualifiers are sorted by key: arch, distro. */
static void purl_add_qualifiers(
    struct buf *b, const struct package *package, const struct distro *distro)
{
	char separator = '?';

	if (!str_empty(package->arch)) {
		buf_addf(b, "%carch=", separator);
		purl_add(b, package->arch);
		separator = '&';
	}
	if (!distro || str_empty(distro->id) || str_empty(package->distro))
		return;
	buf_addf(b, "%cdistro=", separator);
	purl_add(b, distro->id);
	if (!str_empty(distro->version_id) || !str_empty(distro->codename)) {
		buf_addc(b, '-');
		purl_add(b, str_empty(distro->version_id) ? distro->codename : distro->version_id);
	}
}

struct str purl_make(
    const struct package *package, const struct distro *distro, struct arena *arena)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT(PURL_MAX);

	buf_add(&b, STR("pkg:"));
	purl_add_lower(&b, package->type);
	buf_addc(&b, '/');
	if (!str_empty(package->distro)) {
		purl_add_lower(&b, package->distro);
		buf_addc(&b, '/');
	}
	purl_add_name(&b, package);
	if (!str_empty(package->version)) {
		buf_addc(&b, '@');
		purl_add(&b, package->version);
	}
	purl_add_qualifiers(&b, package, distro);
	return buf_ok(&b) ? arena_str(arena, buf_str(&b)) : STR_NONE;
}

static bool is_pypi_separator(char c)
{
	return c == '-' || c == '_' || c == '.';
}

struct str pypi_normal_name(struct str name, struct arena *arena)
{
	char *out = arena_alloc(arena, MAX_OF(name.n, (size_t)1));
	size_t n = 0;

	if (!out)
		return STR_NONE;
	for (size_t i = 0; i < name.n; i++) {
		if (!is_pypi_separator(name.p[i]))
			out[n++] = byte_lower(name.p[i]);
		else if (i == 0 || !is_pypi_separator(name.p[i - 1]))
			out[n++] = '-';
	}
	return str_make(out, n);
}

int package_copy(
    const struct package *from, struct arena *arena, struct package *ret_copy, struct err *err)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT(WIRE_MAX_BYTES);
	struct str bytes;

	wire_put_package(&b, from);
	if (!buf_ok(&b))
		return buf_err(&b, "package", err);
	bytes = arena_str(arena, buf_str(&b));
	if (!bytes.p)
		return arena_err(arena, err);
	return wire_get_package(bytes, arena, ret_copy, err);
}

int package_compare(const struct package *a, const struct package *b)
{
	const struct str pairs[][2] = {
	    {a->type, b->type},
	    {a->name, b->name},
	    {a->version, b->version},
	    {a->arch, b->arch},
	    {a->place.origin.path, b->place.origin.path},
	    {a->place.origin.inner, b->place.origin.inner},
	    {a->place.origin.layer, b->place.origin.layer},
	    {a->distro, b->distro},
	    {a->source, b->source},
	    {a->source_version, b->source_version},
	};

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		int order = str_cmp(pairs[i][0], pairs[i][1]);

		if (order != 0)
			return order;
	}
	return a->place.line < b->place.line ? -1 : a->place.line > b->place.line;
}

bool inventory_has_type(const struct inventory *inventory, struct str type)
{
	for (size_t i = 0; i < inventory->packages.n; i++) {
		if (str_eq(inventory->packages.p[i].type, type))
			return true;
	}
	return false;
}
