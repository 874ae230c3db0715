#include "detect/sbom/cataloger.h"

#include "base/map.h"
#include "detect/sbom/catalog_parts.h"

#define RECORDS	       "detect/sbom/catalogers.def"
#define RECORDS_TYPE   struct cataloger
#define RECORDS_PREFIX cataloger
#define RECORDS_LIST   all_catalogers
#include "base/records.h"

const struct cataloger *const *catalogers(size_t *ret_n)
{
	*ret_n = ARRAY_LEN(all_catalogers);
	return all_catalogers;
}

bool sbom_wants(struct str path)
{
	for (size_t i = 0; i < ARRAY_LEN(all_catalogers); i++) {
		if (all_catalogers[i]->wants(path))
			return true;
	}
	return false;
}

int sbom_catalog(const struct unit *unit, struct sink *sink, struct arena *arena, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(all_catalogers); i++) {
		const struct cataloger *c = all_catalogers[i];

		if (c->wants(unit->origin.path) && c->catalog(unit, sink, arena, err) != 0)
			return err_wrap(err, STR_FMT, STR_ARG(c->name));
	}
	return 0;
}

struct str sbom_base_name(struct str path)
{
	size_t slash = str_rchr(path, '/');

	return slash == STR_NPOS ? path : str_sub(path, slash + 1, path.n);
}

struct place sbom_place(const struct unit *unit)
{
	return (struct place){.origin = unit->origin};
}

int sbom_problem(
    const struct unit *unit, uint32_t line, const char *message, struct sink *sink, struct err *err)
{
	struct problem problem = {
	    .stage = STAGE_SCAN,
	    .code = ERR_FORMAT,
	    .message = str_of(message),
	    .place = sbom_place(unit),
	};

	problem.place.line = line;
	return sink_problem(sink, &problem, err);
}

/* ---- the whole inventory ---- */

int sbom_finish(
    struct inventory *inventory, const struct map *owned, struct arena *arena, struct err *err)
{
	size_t kept = 0;

	for (size_t i = 0; i < inventory->packages.n; i++) {
		struct package *p = &inventory->packages.p[i];

		if (owned && str_eq(p->type, STR("pypi")) && map_has(owned, p->place.origin.path))
			continue;
		if (str_eq(p->type, STR("deb")) && p->distro.n == 0)
			p->distro = inventory->distro.id;
		if (p->purl.n == 0)
			p->purl = purl_make(p, &inventory->distro, arena);
		if (!p->purl.p)
			return arena_err(arena, err);
		inventory->packages.p[kept++] = *p;
	}
	inventory->packages.n = kept;
	return 0;
}
