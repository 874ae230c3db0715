#include "ship/build/ids.h"

#include "base/os/fd.h"
#include "base/os/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <unistd.h>

/* Above what systemd, Debian and container tools hand out (0x70000000; see systemd's table of
 * user ids), below 2^31 where old tools stop. */
#define ROOT_RANGE_FIRST 1879048192U

bool subid_find(struct str text, struct str name, uint32_t id, uint32_t count, uint32_t *ret_first)
{
	struct str line;
	char number[16];

	(void)snprintf(number, sizeof(number), "%u", id);
	while (str_cut(&text, '\n', &line)) {
		struct str who, rest, first_text, count_text;
		uint64_t first, n;

		if (!str_split(line, ':', &who, &rest) ||
		    !str_split(rest, ':', &first_text, &count_text))
			continue;
		if (!str_eq(who, name) && !str_eq(who, str_of(number)))
			continue;
		if (!str_to_u64(first_text, &first) || !str_to_u64(str_trim(count_text), &n))
			continue;
		if (first == 0 || n < count || first > UINT32_MAX - count)
			continue;
		*ret_first = (uint32_t)first;
		return true;
	}
	return false;
}

static bool subid_of_file(const char *path, struct str name, uint32_t id, uint32_t *ret_first)
{
	struct arena arena CLEANUP(arena_release);
	struct err ignored = ERR_INIT;
	struct str text;

	arena_init(&arena, MIB(4));
	if (file_read(path, MIB(1), &arena, &text, &ignored) != 0)
		return false;
	return subid_find(text, name, id, ID_RANGE_COUNT - 1, ret_first);
}

int id_range_find(struct id_range *ret, struct err *err)
{
	uid_t uid = geteuid();
	char memory[4096];
	struct passwd entry, *found = NULL;
	struct id_range range = {.count = ID_RANGE_COUNT};
	struct str name = STR_NONE;

	if (getpwuid_r(uid, &entry, memory, sizeof(memory), &found) == 0 && found)
		name = str_of(found->pw_name);
	if (subid_of_file("/etc/subuid", name, uid, &range.first_uid) &&
	    subid_of_file("/etc/subgid", name, uid, &range.first_gid)) {
		/* An entry may be one id short: root of the build is then the user itself. */
		range.count = ID_RANGE_COUNT - 1;
	} else if (uid == 0) {
		range.first_uid = range.first_gid = ROOT_RANGE_FIRST;
	} else {
		return err_set(err, ERR_UNSUPPORTED,
		    "builds need a range of user ids for this user: as root, "
		    "`usermod --add-subuids 100000-165535 --add-subgids 100000-165535 " STR_FMT "`",
		    STR_ARG(name));
	}
	*ret = range;
	return 0;
}

static int run_mapper(
    const char *program, pid_t pid, uint32_t own, uint32_t first, uint32_t count, struct err *err)
{
	struct buf said CLEANUP(buf_release) = BUF_INIT(1024);
	struct spawn_result result;
	char text[4][16];
	struct spawn s = {.errors = &said, .truncate_output = true, .timeout_ms = 10000};

	if (!spawn_has(program))
		return err_set(err, ERR_UNSUPPORTED,
		    "builds as an ordinary user need %s: install the package uidmap", program);
	(void)snprintf(text[0], sizeof(text[0]), "%d", (int)pid);
	(void)snprintf(text[1], sizeof(text[1]), "%u", own);
	(void)snprintf(text[2], sizeof(text[2]), "%u", first);
	(void)snprintf(text[3], sizeof(text[3]), "%u", count);
	s.argv =
	    (const char *const[]){program, text[0], "0", text[1], "1", "1", text[2], text[3], NULL};
	if (spawn_run(&s, &result, err) != 0)
		return err_wrap(err, "%s", program);
	if (result.status != 0)
		return err_set(err, ERR_UNSUPPORTED, "%s refused the build's user ids: %s", program,
		    buf_cstr(&said));
	return 0;
}

int id_map_ordinary(pid_t pid, const struct id_range *range, struct err *err)
{
	uint32_t count = MIN_OF(range->count, (uint32_t)ID_RANGE_COUNT - 1);

	if (run_mapper("newuidmap", pid, geteuid(), range->first_uid, count, err) != 0)
		return -1;
	return run_mapper("newgidmap", pid, getegid(), range->first_gid, count, err);
}

static int write_map(
    int proc_fd, pid_t pid, const char *name, uint32_t first, uint32_t count, struct err *err)
{
	char path[64], line[64];
	int fd CLEANUP_FD = -1;

	(void)snprintf(path, sizeof(path), "%d/%s", (int)pid, name);
	/* An ordinary user's map has two extents, and a range may not span them. */
	if (first == 0)
		(void)snprintf(line, sizeof(line), "0 0 1\n1 1 %u\n", count - 1);
	else
		(void)snprintf(line, sizeof(line), "0 %u %u\n", first, count);
	fd = openat(proc_fd, path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "opening %s of the build's users", name);
	if (fd_write_all(fd, str_of(line), err) != 0)
		return err_wrap(err, "%s of the build's users", name);
	return 0;
}

int id_map_write(int proc_fd, pid_t pid, const struct id_range *range, struct err *err)
{
	if (write_map(proc_fd, pid, "uid_map", range->first_uid, range->count, err) != 0)
		return -1;
	return write_map(proc_fd, pid, "gid_map", range->first_gid, range->count, err);
}
