#include "fixture.h"

#include "base/os/owned.h"

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

const char *fixture_path(struct fixture *f, const char *name)
{
	struct str path = arena_fmt(&f->arena, "%s/%s", f->dir, name);

	assert_non_null(path.p);
	return path.p;
}

void fixture_write(const char *path, const char *text)
{
	struct err err = ERR_INIT;

	assert_int_equal(file_write(path, str_of(text), 0644, &err), 0);
}

const char *fixture_read(struct fixture *f, const char *path)
{
	struct str bytes;
	struct err err = ERR_INIT;

	if (file_read(path, MIB(64), &f->arena, &bytes, &err) != 0)
		fail_msg("%s", err.text);
	return arena_cstr(&f->arena, bytes);
}

static void add_entry(struct archive *a, const char *name, unsigned type, struct str bytes)
{
	struct archive_entry *entry = archive_entry_new();

	archive_entry_set_pathname(entry, name);
	archive_entry_set_filetype(entry, type);
	archive_entry_set_perm(entry, 0755);
	archive_entry_set_size(entry, (la_int64_t)bytes.n);
	assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
	assert_int_equal(archive_write_data(a, bytes.p, bytes.n), (la_ssize_t)bytes.n);
	archive_entry_free(entry);
}

static struct str make_layer(struct fixture *f)
{
	size_t room = MIB(8), used = 0;
	char *memory = arena_alloc(&f->arena, room);
	struct archive *a = archive_write_new();
	struct str guest;

	assert_int_equal(file_read(GUEST_PROGRAM, MIB(4), &f->arena, &guest, &f->err), 0);
	(void)archive_write_set_format_ustar(a);
	(void)archive_write_set_bytes_per_block(a, 512);
	assert_int_equal(archive_write_open_memory(a, memory, room, &used), ARCHIVE_OK);
	add_entry(a, "bin", AE_IFDIR, STR_NONE);
	add_entry(a, "bin/sh", AE_IFREG, guest);
	add_entry(a, "tmp", AE_IFDIR, STR_NONE);
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	(void)archive_write_free(a);
	return str_make(memory, used);
}

static void write_blob(struct fixture *f, struct str bytes, char ret_digest[SHA256_DIGEST_SIZE])
{
	const char *path;

	sha256_digest(bytes, ret_digest);
	path = arena_fmt(&f->arena, "%s/blobs/sha256/%s", f->layout, ret_digest + 7).p;
	assert_int_equal(file_write(path, bytes, 0600, &f->err), 0);
}

static void make_base(struct fixture *f)
{
	char layer[SHA256_DIGEST_SIZE], config[SHA256_DIGEST_SIZE];
	struct str tar = make_layer(f), text;
	const char *blobs;

	f->layout = fixture_path(f, "base");
	blobs = fixture_path(f, "base/blobs/sha256");
	assert_int_equal(dir_make(blobs, 0700, &f->err), 0);
	write_blob(f, tar, layer);
	text = arena_fmt(&f->arena,
	    "{\"architecture\":\"%s\",\"os\":\"linux\",\"config\":{\"Env\":[\"PATH=/bin\"]},"
	    "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"%s\"]}}",
	    GUEST_ARCHITECTURE, layer);
	write_blob(f, text, config);
	text = arena_fmt(&f->arena,
	    "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\","
	    "\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\","
	    "\"digest\":\"%s\",\"size\":%zu},\"layers\":[{\"mediaType\":"
	    "\"application/vnd.oci.image.layer.v1.tar\",\"digest\":\"%s\",\"size\":%zu}]}",
	    config, text.n, layer, tar.n);
	write_blob(f, text, f->digest);
	text = arena_fmt(&f->arena,
	    "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":"
	    "\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"%s\",\"size\":%zu}]}",
	    f->digest, text.n);
	fixture_write(fixture_path(f, "base/index.json"), text.p);
	fixture_write(fixture_path(f, "base/oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
}

void fixture_open(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	arena_init(&f->arena, MIB(128));
	assert_int_equal(tempdir_open(NULL, &f->arena, &f->dir, &f->err), 0);
	make_base(f);
	f->base = (struct build_base){
	    .reference = GUEST_REFERENCE, .layout = f->layout, .digest = f->digest};
}

void fixture_close(struct fixture *f)
{
	struct err err = ERR_INIT;

	assert_int_equal(dir_remove(f->dir, &err), 0);
	arena_release(&f->arena);
}

const char *fixture_context(struct fixture *f, const char *dockerfile)
{
	struct str dir = arena_fmt(&f->arena, "%s/context-%u", f->dir, ++f->contexts);
	struct str file = arena_fmt(&f->arena, STR_FMT "/Dockerfile", STR_ARG(dir));

	assert_int_equal(dir_make(dir.p, 0755, &f->err), 0);
	fixture_write(file.p, dockerfile);
	return dir.p;
}

struct build_plan fixture_plan(struct fixture *f, const char *context)
{
	struct str out = arena_fmt(&f->arena, "%s/out-%u", f->dir, ++f->contexts);

	return (struct build_plan){
	    .context_dir = context,
	    .bases = &f->base,
	    .n_bases = 1,
	    .work_dir = fixture_path(f, "work"),
	    .output_layout = out.p,
	    .timeout_ms = 120000,
	    .timestamp = 1700000000,
	    .arena = &f->arena,
	    .log_fd = getenv("BUILD_TEST_LOG") ? 2 : 0,
	};
}

int build_plan_run(const struct build_plan *plan, struct build_result *ret, struct err *err)
{
	struct building *building;

	if (image_build_begin(plan, &building, err) != 0)
		return -1;
	return image_build_end(building, ret, err);
}

int fixture_build(struct fixture *f, const char *dockerfile)
{
	struct build_plan plan = fixture_plan(f, fixture_context(f, dockerfile));

	f->err = ERR_INIT;
	return build_plan_run(&plan, &f->result, &f->err);
}

static struct str read_member(struct fixture *f, struct archive *a, la_int64_t size)
{
	char *bytes = arena_alloc(&f->arena, (size_t)size + 1);

	assert_non_null(bytes);
	assert_int_equal(archive_read_data(a, bytes, (size_t)size), size);
	return str_make(bytes, (size_t)size);
}

/* Whatever of blobs is a tar, plain or compressed; the last match in folder order is as good as
 * any: tests use each name once. */
static struct str find_in_blob(struct fixture *f, const char *path, const char *name)
{
	struct archive *a = archive_read_new();
	struct archive_entry *entry;
	struct str found = STR_NONE;

	(void)archive_read_support_filter_gzip(a);
	(void)archive_read_support_format_tar(a);
	if (archive_read_open_filename(a, path, 65536) == ARCHIVE_OK)
		while (archive_read_next_header(a, &entry) == ARCHIVE_OK)
			if (strcmp(archive_entry_pathname(entry), name) == 0)
				found = read_member(f, a, archive_entry_size(entry));
	(void)archive_read_free(a);
	return found;
}

struct str fixture_image_file(struct fixture *f, const char *layout, const char *name)
{
	const char *blobs = arena_fmt(&f->arena, "%s/blobs/sha256", layout).p;
	DIR *dir = opendir(blobs);
	const struct dirent *entry;
	struct str found = STR_NONE;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		const char *path = arena_fmt(&f->arena, "%s/%s", blobs, entry->d_name).p;

		if (entry->d_name[0] != '.' && found.n == 0)
			found = find_in_blob(f, path, name);
	}
	(void)closedir(dir);
	return found;
}

unsigned fixture_count_processes(const char *word)
{
	DIR *dir = opendir("/proc");
	const struct dirent *entry;
	unsigned n = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		char path[300], line[4096];
		int fd CLEANUP_FD = -1;
		ssize_t size;

		(void)snprintf(path, sizeof(path), "/proc/%s/cmdline", entry->d_name);
		if (!byte_is_digit(entry->d_name[0]) || (fd = open(path, O_RDONLY)) < 0)
			continue;
		size = read(fd, line, sizeof(line));
		n += size > 0 && memmem(line, (size_t)size, word, strlen(word)) != NULL;
	}
	(void)closedir(dir);
	return n;
}
