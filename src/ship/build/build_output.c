#include "ship/build/build_output.h"

#include "base/fault.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/os/fd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MANIFEST_MAX = 4 << 20, BLOBS_MAX = 4096, COPY_SIZE = 64 << 10 };
#define MANIFEST_TYPE "application/vnd.oci.image.manifest.v1+json"

static bool is_blob_name(const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < n; i++)
		if (!byte_is_digit(name[i]) && (name[i] < 'a' || name[i] > 'f'))
			return false;
	return n == SHA256_HEX_SIZE - 1;
}

static int copy_bytes(int from, int to, struct err *err)
{
	static const size_t size = COPY_SIZE;
	char *memory = malloc(size);
	size_t n = 0;
	int result = memory ? 0 : err_nomem(err);

	while (result == 0) {
		result = fd_read_full(from, memory, size, &n, err);
		if (result == 0 && n == 0)
			break;
		if (result == 0)
			result = fd_write_all(to, str_make(memory, n), err);
	}
	free(memory);
	return result;
}

static int copy_blob(int from_dir, int to_dir, const char *name, struct err *err)
{
	int from CLEANUP_FD = openat(from_dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	int to CLEANUP_FD =
	    openat(to_dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);

	if (from < 0 || to < 0)
		return err_sys(err, "taking the built image's blob %s", name);
	return copy_bytes(from, to, err);
}

/* Its owner is one of the build's users; a hard link would be writable elsewhere. */
static int own_blob(int dir, const char *name, struct err *err)
{
	int fd CLEANUP_FD = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 || fchown(fd, geteuid(), getegid()) != 0 || fchmod(fd, 0644) != 0)
		return err_sys(err, "taking over the built image's blob %s", name);
	return 0;
}

static int take_blob(int from, int to, const char *name, struct err *err)
{
	struct stat st;

	if (!is_blob_name(name) || fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    !S_ISREG(st.st_mode))
		return err_set(
		    err, ERR_FORMAT, "the build wrote a layout with more than blobs in it");
	if (fault_here("build-oci-write"))
		return err_sys(err, "taking the built image's blob %s", name);
	if (st.st_nlink != 1)
		return copy_blob(from, to, name, err);
	if (renameat(from, name, to, name) == 0)
		return own_blob(to, name, err);
	if (errno != EXDEV)
		return err_sys(err, "taking the built image's blob %s", name);
	return copy_blob(from, to, name, err);
}

static int take_blobs(int from, int to, struct err *err)
{
	DIR *dir = fdopendir(dup(from));
	const struct dirent *entry;
	int result = 0;
	unsigned n = 0;

	if (!dir)
		return err_sys(err, "reading the built image");
	while (result == 0 && (entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (++n > BLOBS_MAX)
			result = err_set(err, ERR_LIMIT, "the built image has too many blobs");
		else
			result = take_blob(from, to, entry->d_name, err);
	}
	(void)closedir(dir);
	return result;
}

static int open_folder(int at, const char *path)
{
	return openat(at, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* The build's blobs/sha256, with no link on the way. */
static int open_blobs(const char *layout, struct err *err)
{
	int top CLEANUP_FD = open_folder(AT_FDCWD, layout);
	int blobs CLEANUP_FD = top < 0 ? -1 : open_folder(top, "blobs");
	int fd = blobs < 0 ? -1 : open_folder(blobs, "sha256");

	if (fd < 0)
		return err_sys(err, "opening the built image in %s", layout);
	return fd;
}

static int verify_manifest(
    int blobs, struct str digest, struct arena *arena, size_t *ret_size, struct err *err)
{
	struct buf bytes CLEANUP(buf_release) = BUF_INIT(MANIFEST_MAX);
	char found[SHA256_DIGEST_SIZE];
	const char *name = arena_cstr(arena, str_sub(digest, strlen("sha256:"), digest.n));
	int fd CLEANUP_FD = -1;

	if (!name)
		return arena_err(arena, err);
	fd = openat(blobs, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "opening the built image's manifest");
	if (fd_read_to_end(fd, &bytes, err) != 0)
		return err_wrap(err, "the built image's manifest");
	sha256_digest(buf_str(&bytes), found);
	if (!str_eq(str_of(found), digest))
		return err_set(
		    err, ERR_FORMAT, "the built image's manifest is not what was reported");
	*ret_size = bytes.n;
	return 0;
}

static int write_text(const char *dir, const char *name, struct str text, struct err *err)
{
	char path[4096];
	int n = snprintf(path, sizeof(path), "%s/%s", dir, name);

	if (n < 0 || (size_t)n >= sizeof(path))
		return err_set(err, ERR_LIMIT, "the output's path is too long");
	return file_write(path, text, 0644, err);
}

static int write_index(const char *to, struct str digest, size_t size, struct err *err)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT(4096);
	struct json_out j;

	json_out_init(&j, &b, false);
	json_begin_object(&j);
	json_key(&j, "schemaVersion");
	json_int(&j, 2);
	json_key(&j, "manifests");
	json_begin_array(&j);
	json_begin_object(&j);
	json_key(&j, "mediaType");
	json_str(&j, STR(MANIFEST_TYPE));
	json_key(&j, "digest");
	json_str(&j, digest);
	json_key(&j, "size");
	json_uint(&j, size);
	json_end_object(&j);
	json_end_array(&j);
	json_end_object(&j);
	if (!buf_ok(&b))
		return buf_err(&b, "the image index", err);
	if (write_text(to, "oci-layout", STR("{\"imageLayoutVersion\":\"1.0.0\"}"), err) != 0)
		return -1;
	return write_text(to, "index.json", buf_str(&b), err);
}

static int take(
    const char *from, const char *to, struct str digest, struct arena *arena, struct err *err)
{
	int from_fd CLEANUP_FD = open_blobs(from, err);
	int to_fd CLEANUP_FD = -1;
	struct str blobs = arena_fmt(arena, "%s/blobs/sha256", to);
	size_t size = 0;

	if (from_fd < 0)
		return -1;
	if (!blobs.p)
		return arena_err(arena, err);
	if (dir_make(blobs.p, 0755, err) != 0)
		return -1;
	to_fd = open_folder(AT_FDCWD, blobs.p);
	if (to_fd < 0)
		return err_sys(err, "opening %s", blobs.p);
	if (take_blobs(from_fd, to_fd, err) != 0 ||
	    verify_manifest(to_fd, digest, arena, &size, err) != 0)
		return -1;
	return write_index(to, digest, size, err);
}

int output_take(
    const char *from, const char *to, struct str digest, struct arena *arena, struct err *err)
{
	struct err ignored = ERR_INIT;

	if (!digest_is_valid(digest) || !str_starts(digest, STR("sha256:")))
		return err_set(err, ERR_FORMAT, "the build reported no digest");
	if (mkdir(to, 0755) != 0)
		return err_sys(err, "making %s", to);
	if (take(from, to, digest, arena, err) == 0)
		return 0;
	(void)!dir_remove(to, &ignored);
	return -1;
}
