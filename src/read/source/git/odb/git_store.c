#include "read/source/git/odb/git_store.h"

#include "base/hash.h"
#include "base/os/fd.h"
#include "read/source/git/object.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ALTERNATES_BYTES = 1 << 20 };

/* ---- faults ---- */

static int tell_fault(struct git_store *store, const char *folder, const char *name,
    const struct err *why, struct err *err)
{
	struct git_fault fault = {.why = *why};

	fault.what = arena_fmt(&store->arena, "%s/%s", folder, name);
	vec_push(&store->faults, &store->arena, fault);
	return arena_check(&store->arena, err);
}

/* ---- packs ---- */

/* A regular file, mapped; empty, and why, if it is not one or cannot be. */
static struct str map_file(struct git_store *store, int folder, const char *name, struct err *why)
{
	int fd CLEANUP_FD = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct git_map map = {.p = MAP_FAILED};
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0) {
		(void)err_sys(why, "it cannot be opened");
		return STR_NONE;
	}
	if (!S_ISREG(st.st_mode) || st.st_size == 0) {
		(void)err_set(why, ERR_FORMAT, "it is empty, or no file");
		return STR_NONE;
	}
	map.n = (size_t)st.st_size;
	map.p = mmap(NULL, map.n, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map.p == MAP_FAILED) {
		(void)err_sys(why, "it cannot be mapped");
		return STR_NONE;
	}
	if (!vec_push(&store->maps, &store->arena, map)) {
		(void)munmap(map.p, map.n);
		(void)arena_err(&store->arena, why);
		return STR_NONE;
	}
	return str_make(map.p, map.n);
}

/* name: of the pack. */
static int add_pack(struct git_store *store, const struct git_folder *folder, int pack_dir,
    const char *name, struct err *err)
{
	struct str stem = str_sub(str_of(name), 0, strlen(name) - 5);
	struct str index_name = arena_fmt(&store->arena, STR_FMT ".idx", STR_ARG(stem)), data,
		   index;
	struct git_pack pack;
	struct err why = ERR_INIT;

	if (!index_name.p || store->packs.n >= GIT_PACKS_MAX)
		return index_name.p ? err_set(err, ERR_LIMIT, "%s: more than %d packs",
					  folder->path, GIT_PACKS_MAX)
				    : arena_err(&store->arena, err);
	data = map_file(store, pack_dir, name, &why);
	index = data.p ? map_file(store, pack_dir, index_name.p, &why) : STR_NONE;
	if (data.p && !index.p)
		(void)err_wrap(&why, "its index");
	if (index.p && git_pack_open(&pack, arena_str(&store->arena, str_of(name)), data, index,
			   store->id_bytes, &why) == 0) {
		vec_push(&store->packs, &store->arena, pack);
		return arena_check(&store->arena, err);
	}
	return tell_fault(store, folder->path, name, &why, err);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

struct names {
	VEC(char *) list;
};

/* The names in a folder that `wanted` takes, sorted. */
static int list_names(struct git_store *store, int fd, bool (*wanted)(const char *name),
    struct names *ret, struct err *err)
{
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	DIR *dir = own < 0 ? NULL : fdopendir(own);
	struct dirent *entry;

	if (!dir) {
		fd_cleanup(&own);
		return err_sys(err, "it cannot be listed");
	}
	rewinddir(dir);
	while ((entry = readdir(dir)) != NULL) {
		if (wanted(entry->d_name))
			vec_push(&ret->list, &store->arena,
			    arena_cstr(&store->arena, str_of(entry->d_name)));
	}
	(void)closedir(dir);
	if (arena_check(&store->arena, err) != 0)
		return -1;
	if (ret->list.n > 1)
		qsort(ret->list.p, ret->list.n, sizeof *ret->list.p, by_name);
	return 0;
}

static bool is_pack_name(const char *name)
{
	return str_ends(str_of(name), STR(".pack")) || str_ends(str_of(name), STR(".idx"));
}

/* What stands in the way of a folder: one that is not there does not. */
static int tell_folder(
    struct git_store *store, const struct git_folder *folder, const char *name, struct err *err)
{
	struct err why = ERR_INIT;

	if (errno == ENOENT)
		return 0;
	(void)err_sys(&why, "it cannot be opened, so nothing in it was looked at");
	return tell_fault(store, folder->path, name, &why, err);
}

/* An index whose pack is gone. names: sorted. */
static int tell_alone(struct git_store *store, const struct git_folder *folder,
    const struct names *names, size_t at, struct err *err)
{
	struct str name = str_of(names->list.p[at]), next = STR("");
	struct err why = ERR_INIT;

	if (at + 1 < names->list.n)
		next = str_of(names->list.p[at + 1]);
	if (str_eq(str_sub(next, 0, next.n - MIN_OF(next.n, (size_t)5)),
		str_sub(name, 0, name.n - 4)) &&
	    str_ends(next, STR(".pack")))
		return 0;
	(void)err_set(&why, ERR_NOT_FOUND, "its pack is missing");
	return tell_fault(store, folder->path, names->list.p[at], &why, err);
}

static int add_packs(struct git_store *store, const struct git_folder *folder, struct err *err)
{
	int fd CLEANUP_FD = openat(folder->fd, "pack", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct names names = {.list = {0}};

	if (fd < 0)
		return tell_folder(store, folder, "pack", err);
	if (list_names(store, fd, is_pack_name, &names, err) != 0)
		return -1;
	for (size_t i = 0; i < names.list.n; i++) {
		int result = str_ends(str_of(names.list.p[i]), STR(".idx"))
				 ? tell_alone(store, folder, &names, i, err)
				 : add_pack(store, folder, fd, names.list.p[i], err);

		if (result != 0)
			return -1;
	}
	return 0;
}

/* ---- loose objects ---- */

static bool is_hex(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!byte_is_digit(s.p[i]) && !(s.p[i] >= 'a' && s.p[i] <= 'f'))
			return false;
	}
	return true;
}

static bool is_fan_name(const char *name)
{
	return strlen(name) == 2 && is_hex(str_of(name));
}

static bool is_id_name(const char *name)
{
	return is_hex(str_of(name));
}

static int add_fan(struct git_store *store, uint32_t at, const char *fan, struct err *err)
{
	int fd CLEANUP_FD =
	    openat(store->folders.p[at].fd, fan, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct names names = {.list = {0}};

	if (fd < 0)
		return tell_folder(store, &store->folders.p[at], fan, err);
	if (list_names(store, fd, is_id_name, &names, err) != 0)
		return -1;
	for (size_t i = 0; i < names.list.n; i++) {
		struct git_loose loose = {.folder = at};
		struct str rest = str_of(names.list.p[i]);

		if (rest.n == 2 * store->id_bytes - 2 && git_oid_raw(str_of(fan), loose.id) &&
		    git_oid_raw(rest, loose.id + 1))
			vec_push(&store->loose, &store->arena, loose);
	}
	return arena_check(&store->arena, err);
}

static int add_loose(struct git_store *store, uint32_t at, struct err *err)
{
	struct names fans = {.list = {0}};

	if (list_names(store, store->folders.p[at].fd, is_fan_name, &fans, err) != 0)
		return -1;
	for (size_t i = 0; i < fans.list.n; i++) {
		if (add_fan(store, at, fans.list.p[i], err) != 0)
			return -1;
	}
	return 0;
}

/* ---- folders ---- */

static bool has_folder(const struct git_store *store, const char *path)
{
	for (size_t i = 0; i < store->folders.n; i++) {
		if (strcmp(store->folders.p[i].path, path) == 0)
			return true;
	}
	return false;
}

/* Opens it, if it is new. *ret_at: its number, or UINT32_MAX. */
static int open_folder(struct git_store *store, const char *path, uint32_t *ret_at, struct err *err)
{
	char real[PATH_MAX];
	struct git_folder folder = {.fd = -1};
	struct err why = ERR_INIT;

	*ret_at = UINT32_MAX;
	if (realpath(path, real) && has_folder(store, real))
		return 0;
	if (store->folders.n >= GIT_ALTERNATES_MAX) {
		(void)err_set(
		    &why, ERR_LIMIT, "more than %d folders of objects", GIT_ALTERNATES_MAX);
		return tell_fault(store, path, "", &why, err);
	}
	folder.fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder.fd < 0) {
		(void)err_sys(&why, "it cannot be opened");
		return tell_fault(store, path, "", &why, err);
	}
	folder.path = arena_cstr(&store->arena, str_of(real));
	if (!folder.path || !vec_push(&store->folders, &store->arena, folder)) {
		fd_cleanup(&folder.fd);
		return arena_err(&store->arena, err);
	}
	*ret_at = (uint32_t)store->folders.n - 1;
	return 0;
}

/* A line of info/alternates: a path, relative to the folder; '#' begins a comment. Quoted ones are
 * as git's C strings. */
static int add_alternate(
    struct git_store *store, const char *folder, struct str line, struct err *err)
{
	struct str path = str_trim_right(line);
	uint32_t at;

	if (path.n == 0 || path.p[0] == '#')
		return 0;
	if (path.p[0] != '/')
		path = arena_fmt(&store->arena, "%s/" STR_FMT, folder, STR_ARG(path));
	else
		path = arena_str(&store->arena, path);
	if (!path.p)
		return arena_err(&store->arena, err);
	return open_folder(store, path.p, &at, err);
}

static int add_alternates(struct git_store *store, uint32_t at, struct err *err)
{
	const char *folder = store->folders.p[at].path;
	struct str path = arena_fmt(&store->arena, "%s/info/alternates", folder), text, line;
	struct err why = ERR_INIT;

	if (!path.p)
		return arena_err(&store->arena, err);
	if (access(path.p, F_OK) != 0)
		return tell_folder(store, &store->folders.p[at], "info/alternates", err);
	if (file_read(path.p, ALTERNATES_BYTES, &store->arena, &text, &why) != 0)
		return tell_fault(store, folder, "info/alternates", &why, err);
	while (str_cut(&text, '\n', &line)) {
		if (add_alternate(store, folder, line, err) != 0)
			return -1;
	}
	return 0;
}

int git_store_add(struct git_store *store, const char *objects, struct err *err)
{
	uint32_t at;

	if (open_folder(store, objects, &at, err) != 0)
		return -1;
	/* The folders that alternates name come behind it. */
	for (; at < store->folders.n; at++) {
		if (add_packs(store, &store->folders.p[at], err) != 0 ||
		    (store->lists_loose && add_loose(store, at, err) != 0) ||
		    add_alternates(store, at, err) != 0)
			return -1;
	}
	return 0;
}

/* ---- the files of loose objects, as content ---- */

static struct git_store *store_of(struct content *c)
{
	return container_of(c, struct git_store, content);
}

/* "FOLDER/xx/yyyy…". */
static int open_loose(const struct git_store *store, struct str name, struct err *why)
{
	struct str number, rest;
	uint64_t folder;
	char path[2 * GIT_ID_MAX + 2];

	if (!str_split(name, '/', &number, &rest) || !str_to_u64(number, &folder) ||
	    folder >= store->folders.n || rest.n != 2 * store->id_bytes + 1 || rest.p[2] != '/' ||
	    !is_hex(str_sub(rest, 0, 2)) || !is_hex(str_sub(rest, 3, rest.n)))
		return err_set(why, ERR_FORMAT, "that is no loose object");
	memcpy(path, rest.p, rest.n);
	path[rest.n] = '\0';
	return openat(
	    store->folders.p[folder].fd, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

static enum content_result loose_open(
    struct content *c, struct str name, uint32_t *ret_handle, uint64_t *ret_size, struct err *err)
{
	struct git_store *store = store_of(c);
	struct stat st;
	uint32_t slot = 0;
	int fd;

	while (slot < ARRAY_LEN(store->files) && store->files[slot] >= 0)
		slot++;
	if (slot == ARRAY_LEN(store->files)) {
		(void)err_set(err, ERR_LIMIT, "too many git objects are open at once");
		return CONTENT_ERROR;
	}
	fd = open_loose(store, name, err);
	if (fd < 0 && err->code == ERR_NONE && errno == ENOENT)
		return CONTENT_MISSING;
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		if (err->code == ERR_NONE)
			(void)err_sys(err, "it cannot be opened");
		fd_cleanup(&fd);
		return CONTENT_ERROR;
	}
	store->files[slot] = fd;
	*ret_handle = slot;
	*ret_size = (uint64_t)st.st_size;
	return CONTENT_OK;
}

static int loose_read(struct content *c, uint32_t handle, uint64_t offset, void *p, size_t n,
    size_t *ret_n, struct err *err)
{
	ssize_t got = pread(store_of(c)->files[handle], p, n, (off_t)offset);

	if (got < 0)
		return err_sys(err, "it cannot be read");
	*ret_n = (size_t)got;
	return 0;
}

static void loose_close(struct content *c, uint32_t handle)
{
	fd_cleanup(&store_of(c)->files[handle]);
}

static int loose_descriptor(struct content *c, uint32_t handle)
{
	return store_of(c)->files[handle];
}

void git_loose_name(
    const struct git_store *store, const struct git_loose *loose, char ret[GIT_LOOSE_NAME])
{
	char hex[2 * GIT_ID_MAX + 1];

	hex_write(loose->id, store->id_bytes, hex);
	(void)snprintf(ret, GIT_LOOSE_NAME, "%u/%.2s/%s", loose->folder, hex, hex + 2);
}

/* ---- */

int git_store_init(struct git_store *store, const struct limits *limits, size_t id_bytes,
    bool lists_loose, struct err *err)
{
	static const struct content_ops ops = {.open = loose_open,
	    .read = loose_read,
	    .close = loose_close,
	    .descriptor = loose_descriptor};

	*store = (struct git_store){
	    .content = {&ops}, .limits = limits, .id_bytes = id_bytes, .lists_loose = lists_loose};
	arena_init(&store->arena, limits->scan_memory);
	for (size_t i = 0; i < ARRAY_LEN(store->files); i++)
		store->files[i] = -1;
	return inflate_prepare(err);
}

static int by_id(const void *a, const void *b)
{
	const struct git_loose *x = a, *y = b;

	return memcmp(x->id, y->id, sizeof x->id);
}

void git_store_ready(struct git_store *store)
{
	if (store->loose.n > 1)
		qsort(store->loose.p, store->loose.n, sizeof *store->loose.p, by_id);
}

void git_store_release(struct git_store *store)
{
	for (size_t i = 0; i < store->maps.n; i++)
		(void)munmap(store->maps.p[i].p, store->maps.p[i].n);
	for (size_t i = 0; i < store->folders.n; i++)
		fd_cleanup(&store->folders.p[i].fd);
	for (size_t i = 0; i < ARRAY_LEN(store->files); i++)
		fd_cleanup(&store->files[i]);
	arena_release(&store->arena);
}

uint64_t git_store_packed(const struct git_store *store)
{
	uint64_t n = 0;

	for (size_t i = 0; i < store->packs.n; i++)
		n += store->packs.p[i].n;
	return n;
}

bool git_store_has(const struct git_store *store, const unsigned char *id)
{
	uint32_t at;

	for (size_t i = 0; i < store->packs.n; i++) {
		if (git_pack_find(&store->packs.p[i], id, &at))
			return true;
	}
	return git_loose_find(store, id) != NULL;
}

const struct git_loose *git_loose_find(const struct git_store *store, const unsigned char *id)
{
	size_t low = 0, high = store->loose.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(store->loose.p[middle].id, id, store->id_bytes);

		if (order == 0)
			return &store->loose.p[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}
