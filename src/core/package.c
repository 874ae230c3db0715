#include "core/package.h"

#include "base/buf.h"
#include "base/map.h"
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

/* ---- the same package in several places ---- */

static int order_packages(const void *a, const void *b)
{
	return package_compare(a, b);
}

static void add_key(struct buf *b, struct str part)
{
	buf_addf(b, "%zu ", part.n);
	buf_add(b, part);
}

/* What makes two records the same package. */
static int key_of(const struct package *p, struct arena *arena, struct str *ret, struct err *err)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT(WIRE_MAX_BYTES);

	add_key(&b, p->purl);
	add_key(&b, p->source);
	add_key(&b, p->source_version);
	add_key(&b, p->licence);
	buf_addf(&b, "%d %d", (int)p->scope, (int)p->from_base);
	if (!buf_ok(&b))
		return buf_err(&b, "a package", err);
	*ret = arena_str(arena, buf_str(&b));
	return ret->p ? 0 : arena_err(arena, err);
}

static void count_more(struct package *p, size_t n)
{
	p->more_occurrences =
	    (uint32_t)MIN_OF((uint64_t)p->more_occurrences + n, (uint64_t)UINT32_MAX);
}

/* At most PACKAGE_OCCURRENCES_MAX times for a package, so that a list may be made anew each time.
 */
static int add_occurrences(
    struct package *p, const struct place *places, size_t n, struct arena *arena, struct err *err)
{
	size_t free_ones =
	    PACKAGE_OCCURRENCES_MAX - MIN_OF(p->n_occurrences, (size_t)PACKAGE_OCCURRENCES_MAX);
	size_t taken = MIN_OF(n, free_ones);
	struct place *all;

	count_more(p, n - taken);
	if (taken == 0)
		return 0;
	all = arena_array(arena, p->n_occurrences + taken, sizeof *all);
	if (!all)
		return arena_err(arena, err);
	if (p->n_occurrences > 0)
		memcpy(all, p->occurrences, p->n_occurrences * sizeof *all);
	memcpy(all + p->n_occurrences, places, taken * sizeof *all);
	p->occurrences = all;
	p->n_occurrences += taken;
	return 0;
}

int inventory_join(struct inventory *inventory, struct arena *arena, struct err *err)
{
	struct package *packages = inventory->packages.p;
	struct map first; /* of a key to struct package * */
	size_t kept = 0;

	map_init(&first, arena);
	if (inventory->packages.n > 1)
		qsort(packages, inventory->packages.n, sizeof *packages, order_packages);
	for (size_t i = 0; i < inventory->packages.n; i++) {
		const struct package p = packages[i];
		struct package *same;
		struct str key;

		if (key_of(&p, arena, &key, err) != 0)
			return -1;
		same = p.purl.n > 0 ? map_get(&first, key) : NULL;
		if (same) {
			if (add_occurrences(same, &p.place, 1, arena, err) != 0 ||
			    add_occurrences(same, p.occurrences, p.n_occurrences, arena, err) != 0)
				return -1;
			count_more(same, p.more_occurrences);
			continue;
		}
		packages[kept] = p;
		if (!map_put(&first, key, &packages[kept++]))
			return arena_err(arena, err);
	}
	inventory->packages.n = kept;
	return 0;
}

bool inventory_has_type(const struct inventory *inventory, struct str type)
{
	for (size_t i = 0; i < inventory->packages.n; i++) {
		if (str_eq(inventory->packages.p[i].type, type))
			return true;
	}
	return false;
}
