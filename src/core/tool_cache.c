#include "core/tool_cache.h"

#include "base/os/fd.h"
#include "base/os/spawn.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	PATH_BYTES = 4096,
	FOLDER_ENTRIES = 512,		    /* in each of 256 folders; then the oldest half goes */
	HEADER_BYTES = SHA256_HEX_SIZE + 4, /* the digest of what follows, and the exit status */
	ENTRY_BYTES = 16 << 20,
};

static void add(struct hasher *h, struct str bytes)
{
	char size[32];

	(void)snprintf(size, sizeof size, "%zu:", bytes.n);
	hasher_add(h, str_of(size));
	hasher_add(h, bytes);
}

bool tool_key_make(const struct tool *tool, struct str input, struct tool_key *ret)
{
	struct hasher h CLEANUP(hasher_release) = {0};
	struct buf stamp CLEANUP(buf_release) = BUF_INIT(PATH_BYTES * 2);
	struct err ignored = ERR_INIT;

	if (!spawn_stamp(tool->argv[0], &stamp) || hasher_open(&h, "sha256", &ignored) != 0)
		return false;
	buf_addf(&stamp, " %d %llu %llu %zu", (int)tool->files,
	    (unsigned long long)tool->cpu_seconds, (unsigned long long)tool->memory_bytes,
	    tool->output_bytes);
	add(&h, buf_str(&stamp));
	for (size_t i = 0; tool->argv[i]; i++)
		add(&h, str_of(tool->argv[i]));
	add(&h, STR(""));
	add(&h, input);
	return buf_ok(&stamp) && hasher_close(&h, ret->hex, sizeof ret->hex, &ignored) == 0;
}

static bool entry_path(
    const char *folder, const struct tool_key *key, const char *end, char ret[PATH_BYTES])
{
	int n = snprintf(ret, PATH_BYTES, "%s/%.2s/%s%s", folder, key->hex, key->hex + 2, end);

	return n > 0 && n < PATH_BYTES;
}

static int to_memory(struct str bytes)
{
	int fd CLEANUP_FD = memfd_create("tool-output", MFD_CLOEXEC);
	struct err ignored = ERR_INIT;
	int ret = fd;

	if (fd < 0 || fd_write_all(fd, bytes, &ignored) != 0)
		return -1;
	fd = -1;
	return ret;
}

int tool_cache_get(const char *folder, const struct tool_key *key, int *ret_status)
{
	char path[PATH_BYTES], digest[SHA256_HEX_SIZE];
	struct arena arena CLEANUP(arena_release);
	struct err ignored = ERR_INIT;
	struct str entry, wanted, status;
	uint64_t value;

	arena_init(&arena, 2 * ENTRY_BYTES);
	if (!folder || !entry_path(folder, key, "", path) ||
	    file_read(path, ENTRY_BYTES, &arena, &entry, &ignored) != 0 || entry.n < HEADER_BYTES)
		return -1;
	wanted = str_sub(entry, 0, SHA256_HEX_SIZE - 1);
	sha256_hex(str_sub(entry, SHA256_HEX_SIZE, entry.n), digest);
	status = str_sub(entry, SHA256_HEX_SIZE, 3);
	if (!str_eq(wanted, str_of(digest)) || !str_to_u64(status, &value))
		return -1;
	*ret_status = (int)value;
	return to_memory(str_sub(entry, HEADER_BYTES, entry.n));
}

/* ---- writing ---- */

static int older_first(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Of the next entry, in ns; false behind the last. */
static bool next_entry(DIR *dir, struct dirent **ret, int64_t *ret_time)
{
	struct stat st;

	while ((*ret = readdir(dir)) != NULL) {
		if ((*ret)->d_name[0] == '.' ||
		    fstatat(dirfd(dir), (*ret)->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		*ret_time = st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec;
		return true;
	}
	return false;
}

/* A folder that is full loses its older half. What cannot be removed is tried again by the next. */
static void make_place(const char *folder)
{
	int64_t times[FOLDER_ENTRIES], time;
	DIR *dir = opendir(folder);
	struct dirent *entry;
	size_t n = 0;

	while (dir && n < FOLDER_ENTRIES && next_entry(dir, &entry, &time))
		times[n++] = time;
	if (n == FOLDER_ENTRIES) {
		qsort(times, n, sizeof times[0], older_first);
		rewinddir(dir);
		while (next_entry(dir, &entry, &time))
			if (time <= times[n / 2])
				(void)unlinkat(dirfd(dir), entry->d_name, 0);
	}
	if (dir)
		(void)closedir(dir);
}

static bool write_entry(const char *path, const char *digest, struct str whole)
{
	int fd CLEANUP_FD = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct err ignored = ERR_INIT;

	return fd >= 0 && fd_write_all(fd, str_make(digest, SHA256_HEX_SIZE - 1), &ignored) == 0 &&
	       fd_write_all(fd, STR("\n"), &ignored) == 0 && fd_write_all(fd, whole, &ignored) == 0;
}

/* What is hashed: the status and the output. */
static bool read_output(int output, uint64_t size, int status, struct buf *whole)
{
	struct err ignored = ERR_INIT;
	char *room;
	size_t got;

	buf_addf(whole, "%03d\n", status);
	room = buf_room(whole, (size_t)size);
	if (!room || fd_pread_full(output, 0, room, (size_t)size, &got, &ignored) != 0)
		return false;
	buf_commit(whole, got);
	return true;
}

void tool_cache_put(
    const char *folder, const struct tool_key *key, int status, int output, uint64_t size)
{
	struct buf whole CLEANUP(buf_release) = BUF_INIT(ENTRY_BYTES);
	char path[PATH_BYTES], temporary[PATH_BYTES], end[32], digest[SHA256_HEX_SIZE];
	struct err ignored = ERR_INIT;
	char *slash;

	(void)snprintf(end, sizeof end, ".%d", (int)getpid());
	if (!folder || status > 255 || size > ENTRY_BYTES / 2 ||
	    !entry_path(folder, key, "", path) || !entry_path(folder, key, end, temporary) ||
	    !read_output(output, size, status, &whole))
		return;
	sha256_hex(buf_str(&whole), digest);
	slash = strrchr(path, '/');
	*slash = '\0';
	if (dir_make(path, 0700, &ignored) != 0)
		return;
	make_place(path);
	*slash = '/';
	if (!write_entry(temporary, digest, buf_str(&whole)) || rename(temporary, path) != 0)
		(void)unlink(temporary);
}
