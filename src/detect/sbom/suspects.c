/* Which packages lower layers had that are not there, or not as they were. */
#include "base/buf.h"
#include "detect/sbom/catalog_parts.h"
#include "detect/sbom/cataloger.h"
#include "detect/sbom/dpkg.h"
#include "detect/sbom/history_parts.h"
#include "detect/sbom/stanza.h"

struct planning {
	struct history *h;
	struct map now;	  /* type, name, arch: index + 1 into the inventory */
	struct map known; /* the same and version, source: index + 1 into the suspects */
	struct map owned; /* metadata of Python packages that dpkg brought */
};

static struct str key_of(struct history *h, const struct package *p, bool whole)
{
	struct str none = STR_NONE;

	return arena_fmt(h->arena,
	    STR_FMT "\n" STR_FMT "\n" STR_FMT "\n" STR_FMT "\n" STR_FMT "\n" STR_FMT,
	    STR_ARG(p->type), STR_ARG(p->name), STR_ARG(p->arch),
	    STR_ARG(whole ? p->version : none), STR_ARG(whole ? p->source : none),
	    STR_ARG(whole ? p->source_version : none));
}

static int put_index(
    struct history *h, struct map *map, struct str key, size_t index, struct err *err)
{
	return key.p && map_put(map, key, (void *)(uintptr_t)(index + 1))
		   ? 0
		   : arena_err(h->arena, err);
}

static size_t index_of(const struct map *map, struct str key)
{
	const void *value = map_get(map, key);

	return (size_t)(uintptr_t)value;
}

/* ---- what there is ---- */

static int plan_now(struct planning *p, const struct inventory *inventory, struct err *err)
{
	for (size_t i = 0; i < inventory->packages.n; i++) {
		const struct package *package = &inventory->packages.p[i];

		if (put_index(p->h, &p->now, key_of(p->h, package, false), i, err) != 0 ||
		    put_index(p->h, &p->known, key_of(p->h, package, true), (size_t)-2, err) != 0)
			return -1;
	}
	return 0;
}

static int own_texts(struct planning *p, const struct history_texts *lists, struct err *err)
{
	struct str rest, key;

	for (size_t i = 0; i < lists->n; i++) {
		for (rest = lists->p[i].text; history_next_path(&rest, &key);) {
			if ((str_ends(key, STR("METADATA")) || str_ends(key, STR("PKG-INFO")) ||
				str_ends(key, STR(".egg-info"))) &&
			    !map_put(&p->owned, key, p))
				return arena_err(p->h->arena, err);
		}
	}
	return 0;
}

/* ---- what there was ---- */

/* Of one version the highest layer that has it counts. */
static int suspect(struct planning *p, const struct package *package,
    const struct history_text *from, struct err *err)
{
	struct history *h = p->h;
	struct history_suspect s = {
	    .layer = from->layer, .gone_by = from->gone_by, .record = from->origin.path};
	struct str key = key_of(h, package, true);
	size_t known;

	if (!key.p)
		return arena_err(h->arena, err);
	known = index_of(&p->known, key);
	if (known == (size_t)-1)
		return 0;
	if (known > 0) {
		struct history_suspect *before = &h->suspects.p[known - 1];

		if (from->layer >= before->layer) {
			before->layer = from->layer;
			before->gone_by = from->gone_by;
		}
		return 0;
	}
	if (h->suspects.n == HISTORY_PACKAGES_MAX)
		return err_set(err, ERR_LIMIT,
		    "more than %d packages went from layer to layer: what is hidden is not known",
		    (int)HISTORY_PACKAGES_MAX);
	if (package_copy(package, h->arena, &s.package, err) != 0)
		return -1;
	if (!vec_push(&h->suspects, h->arena, s))
		return arena_err(h->arena, err);
	return put_index(h, &p->known, key, h->suspects.n - 1, err);
}

static struct place place_of(const struct history_text *t)
{
	return (struct place){.origin = t->origin};
}

static int suspect_debs(struct planning *p, const struct history_text *t, struct err *err)
{
	struct stanza_reader r = stanza_reader_of(t->text);
	struct stanza s;

	while (stanza_next(&r, &s)) {
		struct package package = {.type = STR("deb"), .place = place_of(t)};

		dpkg_read_package(&s, &package);
		package.place.line = s.line;
		if (package.name.n > 0 && package.version.n > 0 && dpkg_is_installed(&s) &&
		    suspect(p, &package, t, err) != 0)
			return -1;
	}
	return 0;
}

static int suspect_python(struct planning *p, const struct history_text *t, struct err *err)
{
	struct stanza_reader r = stanza_reader_of(t->text);
	struct package package = {.type = STR("pypi"), .place = place_of(t)};
	struct stanza s;

	if (map_has(&p->owned, history_key(t->origin.path)) || !stanza_next(&r, &s) ||
	    !stanza_field(&s, STR("Name"), &package.name) ||
	    !stanza_field(&s, STR("Version"), &package.version) || package.name.n == 0 ||
	    package.version.n == 0)
		return 0;
	package.name = pypi_normal_name(package.name, p->h->arena);
	return package.name.p ? suspect(p, &package, t, err) : arena_err(p->h->arena, err);
}

/* ---- whose files have to be looked at ---- */

static int ask_texts(
    struct history *h, const struct history_texts *texts, bool sums, struct err *err)
{
	struct str rest, key, md5;

	for (size_t i = 0; i < texts->n; i++) {
		rest = texts->p[i].text;
		while (
		    sums ? history_next_sum(&rest, &md5, &key) : history_next_path(&rest, &key)) {
			if (history_ask(h, key, err) != 0)
				return -1;
		}
	}
	return 0;
}

static int ask_deb(struct history *h, struct history_suspect *s, struct err *err)
{
	const struct history_owner *owner =
	    history_owner_named(h, s->package.name, s->package.arch);

	s->owner = owner;
	if (!owner)
		return 0;
	return ask_texts(h, &owner->lists, false, err) != 0 ||
		       ask_texts(h, &owner->sums, true, err) != 0
		   ? -1
		   : 0;
}

static struct str folder_of(struct str path)
{
	size_t slash = str_rchr(path, '/');

	return slash == STR_NPOS ? STR_NONE : str_sub(path, 0, slash);
}

/* What an installed package's RECORD names, but for its own metadata. */
static int ask_record(struct history *h, struct history_suspect *s, struct str site,
    const struct history_text *record, struct err *err)
{
	VEC(struct str) files = {0};
	struct str rest = record->text, line, name, tail;

	while (str_cut(&rest, '\n', &line)) {
		struct str key;

		name = line;
		(void)str_split(line, ',', &name, &tail);
		if (name.n == 0 || str_has(name, STR(".dist-info/")) ||
		    str_has(name, STR("__pycache__/")) || str_starts(name, STR("../")))
			continue;
		key = arena_fmt(h->arena, STR_FMT "/" STR_FMT, STR_ARG(site), STR_ARG(name));
		if (!key.p)
			return arena_err(h->arena, err);
		key = history_key(key);
		if (history_ask(h, key, err) != 0)
			return -1;
		vec_push(&files, h->arena, key);
	}
	s->files = (struct str_list){files.p, files.n};
	return arena_check(h->arena, err);
}

/* Without a RECORD: the folder or module that has the package's name. */
static int ask_folder(struct history *h, struct history_suspect *s, struct str site,
    struct str metadata, struct err *err)
{
	struct str name = metadata, version;
	struct history_file *file = arena_new(h->arena, struct history_file);
	struct str *one = arena_new(h->arena, struct str);

	(void)str_split(metadata, '-', &name, &version);
	if (!file || !one)
		return arena_err(h->arena, err);
	*one = arena_fmt(h->arena, STR_FMT "/" STR_FMT, STR_ARG(site), STR_ARG(name));
	if (!one->p)
		return arena_err(h->arena, err);
	*one = history_key(*one);
	s->files = (struct str_list){one, 1};
	return map_put(&h->folders, *one, file) ? 0 : arena_err(h->arena, err);
}

static int ask_python(struct history *h, struct history_suspect *s, struct err *err)
{
	bool is_file = str_ends(s->record, STR(".egg-info"));
	struct str metadata = is_file ? s->record : folder_of(s->record);
	struct str site = folder_of(metadata);
	struct str path = arena_fmt(h->arena, STR_FMT "/RECORD", STR_ARG(metadata));

	if (!path.p)
		return arena_err(h->arena, err);
	for (size_t i = 0; i < h->records.n; i++) {
		if (str_eq(h->records.p[i].origin.path, path))
			return ask_record(h, s, site, &h->records.p[i], err);
	}
	return ask_folder(h, s, site, sbom_base_name(metadata), err);
}

static int ask(struct planning *p, struct err *err)
{
	struct history *h = p->h;

	for (size_t i = 0; i < h->suspects.n; i++) {
		struct history_suspect *s = &h->suspects.p[i];
		struct str key = key_of(h, &s->package, false);

		if (!key.p)
			return arena_err(h->arena, err);
		s->now = index_of(&p->now, key);
		if ((str_eq(s->package.type, STR("deb")) ? ask_deb(h, s, err)
							 : ask_python(h, s, err)) != 0)
			return -1;
	}
	return 0;
}

/* Those that the database itself calls removed were added as it was read: they count as known. */
static int plan_removed(struct planning *p, struct err *err)
{
	for (size_t i = 0; i < p->h->suspects.n; i++) {
		struct str key = key_of(p->h, &p->h->suspects.p[i].package, true);

		if (key.p && index_of(&p->known, key) > 0)
			continue;
		if (put_index(p->h, &p->known, key, i, err) != 0)
			return -1;
	}
	return 0;
}

int history_plan(struct history *h, const struct inventory *inventory, struct err *err)
{
	struct planning p = {.h = h};

	map_init(&p.now, h->arena);
	map_init(&p.known, h->arena);
	map_init(&p.owned, h->arena);
	if (h->suspects.n == 0 && h->status.n == 0 && h->python.n == 0)
		return 0;
	if (plan_now(&p, inventory, err) != 0 || plan_removed(&p, err) != 0)
		return -1;
	for (size_t i = 0; h->python.n > 0 && i < h->owners.n; i++) {
		const struct history_owner *owner = h->owners.items[i].value;

		if (own_texts(&p, &owner->lists, err) != 0)
			return -1;
	}
	for (size_t i = 0; i < h->status.n; i++) {
		if (suspect_debs(&p, &h->status.p[i], err) != 0)
			return -1;
	}
	for (size_t i = 0; i < h->python.n; i++) {
		if (suspect_python(&p, &h->python.p[i], err) != 0)
			return -1;
	}
	return ask(&p, err);
}
