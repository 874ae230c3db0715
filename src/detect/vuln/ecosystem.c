#include "detect/vuln/ecosystem.h"

struct ecosystem {
	struct str osv_name, key, scheme;
};

struct release {
	struct str distro, codename, version_id;
};

/* clang-format off */
#define ROW(name, key, scheme) {STR_INIT(name), STR_INIT(key), STR_INIT(scheme)},
static const struct ecosystem ecosystems[] = {
#include "detect/vuln/ecosystems.def"
};
#undef ROW

#define ROW(distro, codename, version_id) \
	{STR_INIT(distro), STR_INIT(codename), STR_INIT(version_id)},
static const struct release releases[] = {
#include "detect/vuln/releases.def"
};
#undef ROW
/* clang-format on */

struct str release_of_codename(struct str distro_id, struct str codename)
{
	for (size_t i = 0; i < ARRAY_LEN(releases); i++) {
		if (str_eq(releases[i].distro, distro_id) &&
		    str_eq_nocase(releases[i].codename, codename))
			return releases[i].version_id;
	}
	return STR("");
}

static struct str lower(struct str s, struct arena *arena)
{
	char *p = arena_alloc(arena, s.n + 1);

	if (!p)
		return STR_NONE;
	for (size_t i = 0; i < s.n; i++)
		p[i] = byte_lower(s.p[i]);
	return str_make(p, s.n);
}

/* What stands before the first ':' of a name or key. */
static struct str base_of(struct str name)
{
	struct str base = name, rest;

	(void)str_split(name, ':', &base, &rest);
	return base;
}

static struct str release_key(struct str distro, struct str release, struct arena *arena)
{
	struct str number = release_of_codename(distro, release);

	if (number.n == 0)
		number = release;
	return arena_fmt(arena, STR_FMT ":" STR_FMT, STR_ARG(distro), STR_ARG(number));
}

struct str ecosystem_key(struct str osv_name, struct arena *arena)
{
	struct str base = base_of(osv_name), release = str_sub(osv_name, base.n, osv_name.n);

	if (str_ends(release, STR(":LTS")))
		release.n -= 4;
	for (size_t i = 0; i < ARRAY_LEN(ecosystems); i++) {
		if (!str_eq_nocase(ecosystems[i].osv_name, base))
			continue;
		if (release.n < 2)
			return ecosystems[i].key;
		return release_key(ecosystems[i].key, str_sub(release, 1, release.n), arena);
	}
	return lower(osv_name, arena);
}

struct str ecosystem_of_package(
    const struct package *package, const struct distro *distro, struct arena *arena)
{
	struct str release = distro->version_id;

	if (!str_eq(package->type, STR("deb")))
		return package->type.n ? package->type : STR("");
	if (release.n == 0)
		release = release_of_codename(distro->id, distro->codename);
	if (distro->id.n == 0 || release.n == 0)
		return STR("");
	return release_key(distro->id, release, arena);
}

struct str ecosystem_package_name(struct str key, struct str name, struct arena *arena)
{
	if (str_eq(key, STR("pypi")))
		return pypi_normal_name(name, arena);
	return name.p ? name : STR("");
}

const struct version_scheme *ecosystem_scheme(struct str key)
{
	struct str base = base_of(key);

	for (size_t i = 0; i < ARRAY_LEN(ecosystems); i++) {
		if (str_eq(ecosystems[i].key, base))
			return version_scheme_find(ecosystems[i].scheme);
	}
	return NULL;
}

bool ecosystem_is_distribution(struct str key)
{
	return str_chr(key, ':') != STR_NPOS;
}
