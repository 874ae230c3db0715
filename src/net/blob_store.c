#include "net/blob_store.h"

#include "base/fault.h"
#include "base/json.h"
#include "base/os/fd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define INCOMING "incoming-"

enum { PATH_SIZE = 256, HEX_SIZE = 129, CHUNK = 256 * 1024, PROGRESS_STEP = 8 << 20 };

/* "blobs/sha256/<prefix><hex>"; the digest is valid. */
static void blob_path(char path[PATH_SIZE], const char *prefix, struct str digest)
{
	struct str algorithm = STR_NONE, hex = STR_NONE;

	(void)str_split(digest, ':', &algorithm, &hex);
	(void)snprintf(path, PATH_SIZE, "blobs/" STR_FMT "/%s" STR_FMT, STR_ARG(algorithm), prefix,
	    STR_ARG(hex));
}

static const char *algorithm_of(struct str digest)
{
	return str_starts(digest, STR("sha512:")) ? "sha512" : "sha256";
}

static int write_bytes(int fd, struct str bytes, struct err *err)
{
	if (fault_here("file-write"))
		return err_sys(err, "layout folder");
	return fd_write_all(fd, bytes, err);
}

static int make_folder(int dir_fd, const char *name, struct err *err)
{
	if (mkdirat(dir_fd, name, 0755) == 0 || errno == EEXIST)
		return 0;
	return err_sys(err, "layout folder: %s", name);
}

/* Removes the blobs that a writer before this one did not finish. */
static int sweep(int dir_fd, const char *name, struct err *err)
{
	int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir) {
		(void)err_sys(err, "layout folder: %s", name);
		fd_cleanup(&fd);
		return -1;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (str_starts(str_of(entry->d_name), STR(INCOMING)))
			(void)unlinkat(dirfd(dir), entry->d_name, 0);
	}
	(void)closedir(dir);
	return 0;
}

static int prepare_to_write(const struct blob_store *store, struct err *err)
{
	if (flock(store->dir_fd, LOCK_EX | LOCK_NB) != 0)
		return err_set(err, ERR_IO, "layout folder: another pull writes to it now");
	if (make_folder(store->dir_fd, "blobs", err) ||
	    make_folder(store->dir_fd, "blobs/sha256", err) ||
	    make_folder(store->dir_fd, "blobs/sha512", err))
		return -1;
	return sweep(store->dir_fd, "blobs/sha256", err) ||
		       sweep(store->dir_fd, "blobs/sha512", err)
		   ? -1
		   : 0;
}

int blob_store_open(struct blob_store *store, const char *path, bool to_write, struct err *err)
{
	store->dir_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (store->dir_fd < 0)
		return err_sys(err, "layout folder %s", path);
	if (to_write && prepare_to_write(store, err)) {
		blob_store_close(store);
		return -1;
	}
	return 0;
}

void blob_store_close(struct blob_store *store)
{
	fd_cleanup(&store->dir_fd);
}

static int open_sized(
    const struct blob_store *store, const struct descriptor *blob, int *ret_fd, uint64_t *ret_size)
{
	char path[PATH_SIZE];
	struct stat st;
	int fd;

	blob_path(path, "", blob->digest);
	fd = openat(store->dir_fd, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		fd_cleanup(&fd);
		errno = EINVAL;
		return -1;
	}
	*ret_size = (uint64_t)st.st_size;
	*ret_fd = fd;
	return 0;
}

int blob_store_open_blob(
    const struct blob_store *store, const struct descriptor *blob, int *ret_fd, struct err *err)
{
	uint64_t size;
	int fd;

	if (open_sized(store, blob, &fd, &size))
		return err_sys(err, "layout folder: blob " STR_FMT, STR_ARG(blob->digest));
	if (size != blob->size_bytes) {
		fd_cleanup(&fd);
		return err_set(err, ERR_FORMAT,
		    "layout folder: blob " STR_FMT
		    " has %llu bytes, not the %llu that its manifest says",
		    STR_ARG(blob->digest), (unsigned long long)size,
		    (unsigned long long)blob->size_bytes);
	}
	*ret_fd = fd;
	return 0;
}

/* Closes the hasher; whether what it saw has this digest. */
static bool hash_matches(struct hasher *h, struct str digest)
{
	char hex[HEX_SIZE];
	struct err ignored = ERR_INIT;
	struct str algorithm, wanted;

	return hasher_close(h, hex, sizeof hex, &ignored) == 0 &&
	       str_split(digest, ':', &algorithm, &wanted) && str_eq(str_of(hex), wanted);
}

static bool bytes_match(struct str bytes, struct str digest)
{
	struct hasher h CLEANUP(hasher_release) = {0};
	struct err ignored = ERR_INIT;

	if (hasher_open(&h, algorithm_of(digest), &ignored))
		return false;
	hasher_add(&h, bytes);
	return hash_matches(&h, digest);
}

static void buffer_cleanup(char **p)
{
	free(*p);
}

static bool file_matches(int fd, struct str digest)
{
	char *chunk CLEANUP(buffer_cleanup) = malloc(CHUNK);
	struct hasher h CLEANUP(hasher_release) = {0};
	struct err ignored = ERR_INIT;
	size_t n = CHUNK;

	if (!chunk || hasher_open(&h, algorithm_of(digest), &ignored))
		return false;
	while (n == CHUNK) {
		if (fd_read_full(fd, chunk, CHUNK, &n, &ignored))
			return false;
		hasher_add(&h, str_make(chunk, n));
	}
	return hash_matches(&h, digest);
}

bool blob_store_has(const struct blob_store *store, const struct descriptor *blob)
{
	int fd CLEANUP_FD = -1;
	uint64_t size;

	return open_sized(store, blob, &fd, &size) == 0 && size == blob->size_bytes &&
	       file_matches(fd, blob->digest);
}

int blob_store_read(const struct blob_store *store, struct str digest, size_t max_bytes,
    struct arena *arena, struct str *ret_bytes, struct err *err)
{
	struct descriptor blob = {.digest = digest};
	int fd CLEANUP_FD = -1;
	uint64_t size;
	size_t n;
	char *p;

	if (open_sized(store, &blob, &fd, &size))
		return err_sys(err, "layout folder: manifest " STR_FMT, STR_ARG(digest));
	if (size > max_bytes)
		return err_set(err, ERR_LIMIT, "layout folder: " STR_FMT " has more than %zu bytes",
		    STR_ARG(digest), max_bytes);
	p = arena_alloc(arena, (size_t)size + 1);
	if (!p)
		return arena_err(arena, err);
	if (fd_read_full(fd, p, (size_t)size, &n, err))
		return err_wrap(err, "layout folder");
	if (!bytes_match(str_make(p, n), digest))
		return err_set(err, ERR_FORMAT,
		    "layout folder: the bytes of " STR_FMT " are not what its digest says",
		    STR_ARG(digest));
	*ret_bytes = str_make(p, n);
	return 0;
}

/* name's bytes by way of temp, in the same folder: with Landlock's first version a file cannot be
 * renamed into another. */
static int write_file(const struct blob_store *store, const char *temp, const char *name,
    struct str bytes, struct err *err)
{
	int fd CLEANUP_FD = openat(
	    store->dir_fd, temp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	int result;

	if (fd < 0)
		return err_sys(err, "layout folder: %s", temp);
	result = write_bytes(fd, bytes, err);
	if (result == 0 && fsync(fd) != 0)
		result = err_sys(err, "layout folder: cannot sync");
	if (result) {
		(void)unlinkat(store->dir_fd, temp, 0);
		return -1;
	}
	if (renameat(store->dir_fd, temp, store->dir_fd, name) != 0)
		return err_sys(err, "layout folder: %s", name);
	return 0;
}

int blob_store_put(
    const struct blob_store *store, struct str digest, struct str bytes, struct err *err)
{
	char path[PATH_SIZE], temp[PATH_SIZE];

	blob_path(path, "", digest);
	blob_path(temp, INCOMING, digest);
	return write_file(store, temp, path, bytes, err);
}

int blob_store_finish(
    const struct blob_store *store, const struct descriptor *manifest, struct err *err)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT(KIB(64));
	struct json_out j;

	json_out_init(&j, &text, false);
	json_begin_object(&j);
	json_member_int(&j, "schemaVersion", 2);
	json_member_str(&j, "mediaType", STR("application/vnd.oci.image.index.v1+json"));
	json_key(&j, "manifests");
	json_begin_array(&j);
	json_begin_object(&j);
	json_member_str(&j, "mediaType", manifest->media_type);
	json_member_str(&j, "digest", manifest->digest);
	json_member_int(&j, "size", (int64_t)manifest->size_bytes);
	json_end_object(&j);
	json_end_array(&j);
	json_end_object(&j);
	if (!buf_ok(&text))
		return buf_err(&text, "index.json", err);
	if (write_file(store, INCOMING "oci-layout", "oci-layout",
		STR("{\"imageLayoutVersion\":\"1.0.0\"}"), err))
		return -1;
	return write_file(store, INCOMING "index.json", "index.json", buf_str(&text), err);
}

/* ---- a blob on its way in ---- */

static int writer_begin(struct http_sink *sink, struct err *err)
{
	struct blob_writer *w = container_of(sink, struct blob_writer, sink);

	hasher_release(&w->hasher);
	if (hasher_open(&w->hasher, algorithm_of(w->blob->digest), err))
		return -1;
	w->done_bytes = 0;
	if (lseek(w->fd, 0, SEEK_SET) != 0 || ftruncate(w->fd, 0) != 0)
		return err_sys(err, "layout folder: blob " STR_FMT, STR_ARG(w->blob->digest));
	return 0;
}

static bool passed_step(uint64_t before, uint64_t after)
{
	return before / PROGRESS_STEP != after / PROGRESS_STEP;
}

static int writer_write(struct http_sink *sink, struct str bytes, struct err *err)
{
	struct blob_writer *w = container_of(sink, struct blob_writer, sink);
	uint64_t before = w->done_bytes;

	if (bytes.n > w->blob->size_bytes - w->done_bytes)
		return err_set(err, ERR_FORMAT,
		    "blob " STR_FMT " has more than the %llu bytes that its manifest says",
		    STR_ARG(w->blob->digest), (unsigned long long)w->blob->size_bytes);
	if (write_bytes(w->fd, bytes, err))
		return err_wrap(err, "blob " STR_FMT, STR_ARG(w->blob->digest));
	hasher_add(&w->hasher, bytes);
	w->done_bytes += bytes.n;
	if (w->progress && passed_step(before, w->done_bytes))
		w->progress(w->progress_arg, w->blob, w->done_bytes);
	return 0;
}

int blob_writer_open(struct blob_writer *w, const struct blob_store *store,
    const struct descriptor *blob, struct err *err)
{
	char temp[PATH_SIZE];

	*w = (struct blob_writer){
	    .sink = {writer_begin, writer_write}, .store = store, .blob = blob, .fd = -1};
	blob_path(temp, INCOMING, blob->digest);
	w->fd =
	    openat(store->dir_fd, temp, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (w->fd < 0)
		return err_sys(err, "layout folder: blob " STR_FMT, STR_ARG(blob->digest));
	return 0;
}

int blob_writer_commit(struct blob_writer *w, struct err *err)
{
	char temp[PATH_SIZE], path[PATH_SIZE];

	if (w->done_bytes != w->blob->size_bytes)
		return err_set(err, ERR_FORMAT, "blob " STR_FMT " ended after %llu of %llu bytes",
		    STR_ARG(w->blob->digest), (unsigned long long)w->done_bytes,
		    (unsigned long long)w->blob->size_bytes);
	if (!hash_matches(&w->hasher, w->blob->digest))
		return err_set(err, ERR_FORMAT,
		    "the bytes of blob " STR_FMT " are not what its digest says",
		    STR_ARG(w->blob->digest));
	blob_path(temp, INCOMING, w->blob->digest);
	blob_path(path, "", w->blob->digest);
	if (fsync(w->fd) != 0 || renameat(w->store->dir_fd, temp, w->store->dir_fd, path) != 0)
		return err_sys(err, "layout folder: blob " STR_FMT, STR_ARG(w->blob->digest));
	fd_cleanup(&w->fd);
	return 0;
}

void blob_writer_release(struct blob_writer *w)
{
	char temp[PATH_SIZE];

	hasher_release(&w->hasher);
	if (w->fd < 0)
		return;
	blob_path(temp, INCOMING, w->blob->digest);
	(void)unlinkat(w->store->dir_fd, temp, 0);
	fd_cleanup(&w->fd);
}

/* ---- a blob on its way out ---- */

static int reader_begin(struct http_source *source, struct err *err)
{
	struct blob_reader *r = container_of(source, struct blob_reader, source);

	hasher_release(&r->hasher);
	if (hasher_open(&r->hasher, algorithm_of(r->blob->digest), err))
		return -1;
	r->done_bytes = 0;
	return 0;
}

static int reader_read(
    struct http_source *source, char *p, size_t n, size_t *ret_n, struct err *err)
{
	struct blob_reader *r = container_of(source, struct blob_reader, source);
	uint64_t before = r->done_bytes;
	size_t got = 0;

	if (fd_pread_full(r->fd, r->done_bytes, p, n, &got, err))
		return err_wrap(err, "layout folder: blob " STR_FMT, STR_ARG(r->blob->digest));
	if (got == 0)
		return err_set(err, ERR_IO,
		    "layout folder: blob " STR_FMT " was cut while it was read",
		    STR_ARG(r->blob->digest));
	hasher_add(&r->hasher, str_make(p, got));
	r->done_bytes += got;
	if (r->done_bytes == r->blob->size_bytes && !hash_matches(&r->hasher, r->blob->digest))
		return err_set(err, ERR_FORMAT,
		    "layout folder: the bytes of blob " STR_FMT " are not what its digest says",
		    STR_ARG(r->blob->digest));
	if (r->progress && passed_step(before, r->done_bytes))
		r->progress(r->progress_arg, r->blob, r->done_bytes);
	*ret_n = got;
	return 0;
}

int blob_reader_open(struct blob_reader *r, const struct blob_store *store,
    const struct descriptor *blob, struct err *err)
{
	*r = (struct blob_reader){
	    .source = {blob->size_bytes, reader_begin, reader_read}, .blob = blob, .fd = -1};
	return blob_store_open_blob(store, blob, &r->fd, err);
}

void blob_reader_release(struct blob_reader *r)
{
	hasher_release(&r->hasher);
	fd_cleanup(&r->fd);
}
