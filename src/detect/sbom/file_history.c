#include "detect/sbom/file_history.h"

#include "base/buf.h"
#include "detect/sbom/catalog_parts.h"
#include "detect/sbom/dpkg.h"
#include "detect/sbom/history_parts.h"

void history_init(struct history *h, struct arena *arena)
{
	*h = (struct history){.arena = arena};
	map_init(&h->owners, arena);
	map_init(&h->listed, arena);
	map_init(&h->files, arena);
	map_init(&h->folders, arena);
	map_init(&h->sums, arena);
}

/* ---- which records there are ---- */

static bool is_below(struct str path, struct str folder, const char *end)
{
	struct str name = sbom_base_name(path);

	return str_starts(path, folder) && path.n == folder.n + name.n &&
	       str_ends(name, str_of(end)) && name.n > strlen(end);
}

static bool is_list(struct str path)
{
	return is_below(path, STR("var/lib/dpkg/info/"), ".list");
}

static bool is_sums(struct str path)
{
	return is_below(path, STR("var/lib/dpkg/info/"), ".md5sums") ||
	       is_below(path, STR("var/lib/dpkg/status.d/"), ".md5sums");
}

static bool is_python(struct str path)
{
	return str_ends(path, STR(".dist-info/METADATA")) ||
	       str_ends(path, STR(".egg-info/PKG-INFO")) || str_ends(path, STR(".egg-info"));
}

static bool is_python_record(struct str path)
{
	return str_ends(path, STR(".dist-info/RECORD"));
}

bool history_wants(struct str path)
{
	return is_sums(path) || is_python_record(path);
}

/* ---- keeping them ---- */

struct history_owner *history_owner_named(const struct history *h, struct str name, struct str arch)
{
	struct history_owner *owner = map_get(&h->owners, name);
	struct str full;

	if (owner || arch.n == 0)
		return owner;
	full = arena_fmt(h->arena, STR_FMT ":" STR_FMT, STR_ARG(name), STR_ARG(arch));
	return full.p ? map_get(&h->owners, full) : NULL;
}

static struct history_owner *owner_of_record(struct history *h, struct str path, struct err *err)
{
	struct str base = sbom_base_name(path);
	struct str name = str_sub(base, 0, str_rchr(base, '.'));
	struct history_owner *owner = map_get(&h->owners, name);

	if (owner)
		return owner;
	owner = arena_new(h->arena, struct history_owner);
	name = arena_str(h->arena, name);
	if (!owner || !name.p || !map_put(&h->owners, name, owner)) {
		(void)arena_err(h->arena, err);
		return NULL;
	}
	owner->name = name;
	return owner;
}

static int keep(struct history *h, struct history_texts *to, const struct unit *unit, size_t layer,
    size_t gone_by, struct err *err)
{
	struct history_text t = {.layer = layer, .gone_by = gone_by};

	if (origin_copy(&unit->origin, h->arena, &t.origin, err) != 0)
		return -1;
	t.text = arena_str(h->arena, unit->bytes);
	return t.text.p && vec_push(to, h->arena, t) ? 0 : arena_err(h->arena, err);
}

static int list_name(struct history *h, struct str name, struct err *err)
{
	if (map_has(&h->listed, name))
		return 0;
	name = arena_str(h->arena, name);
	return name.p && map_put(&h->listed, name, h) ? 0 : arena_err(h->arena, err);
}

/* A package that the database says is gone, with the version that it had: if its files are there,
 * it is not. */
static int suspect_removed(struct history *h, const struct unit *unit, const struct package *p,
    size_t layer, struct err *err)
{
	struct history_suspect s = {.layer = layer, .gone_by = layer};

	if (package_copy(p, h->arena, &s.package, err) != 0)
		return -1;
	s.record = arena_str(h->arena, unit->origin.path);
	return s.record.p && vec_push(&h->suspects, h->arena, s) ? 0 : arena_err(h->arena, err);
}

static int read_database(struct history *h, const struct unit *unit, size_t layer, struct err *err)
{
	struct stanza_reader r = stanza_reader_of(unit->bytes);
	struct stanza s;

	h->has_database = true;
	while (h->listed.n < HISTORY_PACKAGES_MAX && h->suspects.n < HISTORY_PACKAGES_MAX &&
	       stanza_next(&r, &s)) {
		struct package p = {.type = STR("deb"), .place = sbom_place(unit)};

		dpkg_read_package(&s, &p);
		p.place.line = s.line;
		if (p.name.n > 0 && list_name(h, p.name, err) != 0)
			return -1;
		if (p.name.n > 0 && p.version.n > 0 && !dpkg_is_installed(&s) &&
		    suspect_removed(h, unit, &p, layer, err) != 0)
			return -1;
	}
	return 0;
}

int history_add(
    struct history *h, const struct unit *unit, size_t layer, size_t gone_by, struct err *err)
{
	struct str path = unit->origin.path;
	bool stays = gone_by == HISTORY_STAYS;
	struct history_owner *owner;

	if (dpkg_wants(path))
		return stays ? read_database(h, unit, layer, err)
			     : keep(h, &h->status, unit, layer, gone_by, err);
	if (str_eq(path, STR("etc/os-release")) || str_eq(path, STR("usr/lib/os-release")))
		return keep(h, &h->releases, unit, layer, gone_by, err);
	if (is_python_record(path))
		return keep(h, &h->records, unit, layer, gone_by, err);
	if (is_python(path))
		return stays ? 0 : keep(h, &h->python, unit, layer, gone_by, err);
	if (!is_list(path) && !is_sums(path))
		return 0;
	owner = owner_of_record(h, path, err);
	if (!owner)
		return -1;
	return keep(h, is_list(path) ? &owner->lists : &owner->sums, unit, layer, gone_by, err);
}

/* ---- paths ---- */

/* With merged /usr the same file has two names: the shorter one is its key. */
struct str history_key(struct str path)
{
	static const struct str merged[] = {STR_INIT("bin/"), STR_INIT("sbin/"), STR_INIT("lib/"),
	    STR_INIT("lib32/"), STR_INIT("lib64/"), STR_INIT("libx32/"), STR_INIT("libo32/")};
	struct str rest;

	while (str_starts(path, STR("/")) || str_starts(path, STR("./")))
		path = str_sub(path, path.p[0] == '/' ? 1 : 2, path.n);
	if (!str_starts(path, STR("usr/")))
		return path;
	rest = str_sub(path, 4, path.n);
	for (size_t i = 0; i < ARRAY_LEN(merged); i++) {
		if (str_starts(rest, merged[i]))
			return rest;
	}
	return path;
}

int history_ask(struct history *h, struct str key, struct err *err)
{
	struct history_file *file;

	if (map_has(&h->files, key))
		return 0;
	file = arena_new(h->arena, struct history_file);
	return file && map_put(&h->files, key, file) ? 0 : arena_err(h->arena, err);
}

const struct history_file *history_file_at(const struct history *h, struct str key)
{
	return map_get(&h->files, key);
}

/* "usr/lib/python3/dist-packages/flask_cors" for any file below it, and for its .py. */
static struct history_file *folder_of(struct history *h, struct str key)
{
	for (size_t i = 0; i < h->folders.n; i++) {
		struct str folder = h->folders.items[i].key;
		struct str rest = str_sub(key, folder.n, key.n);

		if (str_starts_nocase(key, folder) &&
		    (str_starts(rest, STR("/")) || str_eq(rest, STR(".py"))))
			return h->folders.items[i].value;
	}
	return NULL;
}

bool history_asks(struct history *h, struct str path)
{
	struct str key = history_key(path);

	return map_has(&h->files, key) || folder_of(h, key) != NULL;
}

/* *ret: NULL if nobody asks for it. */
static int file_of(struct history *h, struct history_file *folder, struct str key,
    struct history_file **ret, struct err *err)
{
	*ret = map_get(&h->files, key);
	if (*ret || !folder)
		return 0;
	*ret = arena_new(h->arena, struct history_file);
	key = arena_str(h->arena, key);
	return *ret && key.p && vec_push(&folder->inside, h->arena, key) &&
		       map_put(&h->files, key, *ret)
		   ? 0
		   : arena_err(h->arena, err);
}

static int keep_sum(struct history *h, struct str md5, size_t layer, struct err *err)
{
	const void *known = map_get(&h->sums, md5);

	if (md5.n == 0 || (uintptr_t)known > layer)
		return 0;
	return map_put(&h->sums, md5, (void *)(uintptr_t)(layer + 1)) ? 0
								      : arena_err(h->arena, err);
}

int history_file(struct history *h, struct str path, size_t layer, const char *md5, struct err *err)
{
	struct str key = history_key(path), sum = arena_str(h->arena, str_of(md5 ? md5 : ""));
	struct history_file *folder = folder_of(h, key), *file;

	if (!sum.p)
		return arena_err(h->arena, err);
	if (keep_sum(h, sum, layer, err) != 0 || file_of(h, folder, key, &file, err) != 0)
		return -1;
	if (folder) {
		folder->there = true;
		folder->layer = layer;
	}
	if (!file)
		return 0;
	file->there = true;
	file->layer = layer;
	file->md5 = sum;
	return 0;
}

int history_was(struct history *h, struct str path, size_t layer, const char *md5, struct err *err)
{
	struct str key = history_key(path);
	struct history_bytes bytes = {layer, arena_str(h->arena, str_of(md5 ? md5 : ""))};
	struct history_file *file;

	if (file_of(h, folder_of(h, key), key, &file, err) != 0)
		return -1;
	if (!file)
		return 0;
	return bytes.md5.p && vec_push(&file->was, h->arena, bytes) ? 0 : arena_err(h->arena, err);
}

/* ---- checksums ---- */

bool history_next_sum(struct str *rest, struct str *ret_md5, struct str *ret_key)
{
	struct str line;

	while (str_cut(rest, '\n', &line)) {
		if (line.n < 35 || line.p[32] != ' ')
			continue;
		*ret_md5 = str_sub(line, 0, 32);
		*ret_key = history_key(str_trim_left(str_sub(line, 32, line.n)));
		return true;
	}
	return false;
}

bool history_next_path(struct str *rest, struct str *ret_key)
{
	struct str line;

	while (str_cut(rest, '\n', &line)) {
		*ret_key = history_key(line);
		if (ret_key->n > 0 && ret_key->p[0] != '.')
			return true;
	}
	return false;
}

const struct history_text *history_current(const struct history_texts *texts)
{
	for (size_t i = 0; i < texts->n; i++) {
		if (texts->p[i].gone_by == HISTORY_STAYS)
			return &texts->p[i];
	}
	return NULL;
}
