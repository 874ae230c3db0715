#include "detect/sbom/cataloger.h"

#include "base/map.h"
#include "detect/sbom/notes.h"

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

static bool is_owned(const struct package *p, const struct map *notes, struct arena *arena)
{
	struct str key;

	if (!notes || !str_eq(p->type, STR("pypi")))
		return false;
	key = arena_fmt(arena, NOTE_OWNED STR_FMT, STR_ARG(p->place.origin.path));
	return key.p && map_has(notes, key);
}

static int finish_package(struct package *p, const struct distro *distro, struct arena *arena)
{
	if (str_eq(p->type, STR("deb")) && p->distro.n == 0)
		p->distro = distro->id;
	if (p->purl.n == 0)
		p->purl = purl_make(p, distro, arena);
	return p->purl.p ? 0 : -1;
}

int sbom_finish(
    struct inventory *inventory, const struct map *notes, struct arena *arena, struct err *err)
{
	size_t kept = 0;

	for (size_t i = 0; i < inventory->packages.n; i++) {
		struct package *p = &inventory->packages.p[i];

		if (is_owned(p, notes, arena))
			continue;
		if (finish_package(p, &inventory->distro, arena) < 0)
			return arena_err(arena, err);
		inventory->packages.p[kept++] = *p;
	}
	inventory->packages.n = kept;
	return 0;
}

/* ---- notes that tell of something unjudged ---- */

static bool unpinned_gap(
    struct str path, struct str value, struct arena *arena, struct not_covered *ret)
{
	uint64_t n;

	if (!str_to_u64(value, &n) || n == 0)
		return false;
	ret->what = arena_fmt(
	    arena, STR_FMT ": %llu without an exact version", STR_ARG(path), (unsigned long long)n);
	ret->why = STR("only name==version says what will be installed");
	ret->packages = n;
	return ret->what.p != NULL;
}

/* An included file is read for itself where its name is one of a requirements file. */
static bool include_gap(
    struct str place, struct str target, struct arena *arena, struct not_covered *ret)
{
	size_t colon = str_rchr(place, ':');
	struct str path = str_sub(place, 0, colon == STR_NPOS ? place.n : colon);
	struct str folder = str_sub(path, 0, path.n - sbom_base_name(path).n);
	struct str included = arena_fmt(arena, STR_FMT STR_FMT, STR_ARG(folder), STR_ARG(target));

	if (!included.p || sbom_wants(included))
		return false;
	ret->what = arena_fmt(arena, STR_FMT " includes " STR_FMT, STR_ARG(path), STR_ARG(target));
	ret->why = STR("a file of this name is not read; call it requirements-NAME.txt");
	ret->packages = 0;
	return ret->what.p != NULL;
}

bool sbom_gap(
    struct str note_key, struct str note_value, struct arena *arena, struct not_covered *ret_gap)
{
	struct str unpinned = STR(NOTE_UNPINNED), includes = STR(NOTE_INCLUDES);
	struct not_covered gap = {.stage = STAGE_SCAN, .kind = GAP_PACKAGES};

	if (str_starts(note_key, unpinned) &&
	    unpinned_gap(str_sub(note_key, unpinned.n, note_key.n), note_value, arena, &gap)) {
		*ret_gap = gap;
		return true;
	}
	if (str_starts(note_key, includes) &&
	    include_gap(str_sub(note_key, includes.n, note_key.n), note_value, arena, &gap)) {
		*ret_gap = gap;
		return true;
	}
	return false;
}
