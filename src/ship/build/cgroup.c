#include "ship/build/cgroup.h"

#include "base/os/fd.h"
#include "base/os/owned.h"

#include <fcntl.h>
#include <unistd.h>

#define GROUP_PREFIX "plimsoll-build-"

/* Whether the comma-separated list has the word. */
static bool list_has(struct str list, struct str word)
{
	struct str item;

	while (str_cut(&list, ',', &item))
		if (str_eq(item, word))
			return true;
	return false;
}

/* /proc/PID/cgroup: "number:controllers:path" (cgroups(7)); v2 is "0::path". */
static bool find_own_path(struct str cgroup, struct str controller, struct str *ret)
{
	struct str line, rest, number, controllers, path;

	while (str_cut(&cgroup, '\n', &line)) {
		if (!str_split(line, ':', &number, &rest) ||
		    !str_split(rest, ':', &controllers, &path))
			continue;
		if (controller.n ? !list_has(controllers, controller) : controllers.n != 0)
			continue;
		*ret = path;
		return true;
	}
	return false;
}

struct cgroup_mount {
	struct str root, at;
};

/* /proc/PID/mountinfo: id, parent, device, root, mount point, …, "-", type, source, options. */
static bool parse_mount(struct str line, struct str controller, struct cgroup_mount *ret)
{
	struct str fields, tail, field;
	size_t dash = str_find(line, STR(" - "));

	if (dash == STR_NPOS)
		return false;
	fields = str_sub(line, 0, dash);
	tail = str_sub(line, dash + 3, line.n);
	for (int i = 0; i < 5 && str_cut(&fields, ' ', &field); i++) {
		if (i == 3)
			ret->root = field;
		if (i == 4)
			ret->at = field;
	}
	if (!str_cut(&tail, ' ', &field))
		return false;
	if (controller.n == 0)
		return str_eq(field, STR("cgroup2"));
	if (!str_eq(field, STR("cgroup")) || !str_cut(&tail, ' ', &field))
		return false;
	return list_has(tail, controller);
}

bool cgroup_locate(struct str cgroup, struct str mounts, struct str controller, struct arena *arena,
    const char **ret)
{
	struct str path, line;

	if (!find_own_path(cgroup, controller, &path))
		return false;
	while (str_cut(&mounts, '\n', &line)) {
		struct cgroup_mount m = {0};
		struct str below = path, text;

		if (!parse_mount(line, controller, &m))
			continue;
		if (!str_eq(m.root, STR("/")) && str_starts(path, m.root))
			below = str_sub(path, m.root.n, path.n);
		text = arena_fmt(arena, STR_FMT STR_FMT, STR_ARG(m.at),
		    STR_ARG(str_eq(below, STR("/")) ? STR_NONE : below));
		*ret = text.p;
		return text.p != NULL;
	}
	return false;
}

static bool write_value(const char *dir, const char *name, struct str value)
{
	char path[1024];
	int fd CLEANUP_FD = -1;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	return fd >= 0 && write(fd, value.p, value.n) == (ssize_t)value.n;
}

static bool write_number(const char *dir, const char *name, uint64_t value)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	return write_value(dir, name, str_of(text));
}

static const char *make_below(const char *parent, struct arena *arena)
{
	owned_sweep(parent, GROUP_PREFIX, OWNED_GROUP);
	return owned_make(parent, GROUP_PREFIX, OWNED_GROUP, arena);
}

static void make_v2(struct cgroup *g, const char *own, uint64_t memory_bytes, uint64_t pids)
{
	const char *path;

	/* Already on, or refused: what counts is whether the files below appear. */
	(void)write_value(own, "cgroup.subtree_control", STR("+memory"));
	(void)write_value(own, "cgroup.subtree_control", STR("+pids"));
	path = make_below(own, g->arena);
	if (!path)
		return;
	g->paths[g->n_paths++] = path;
	g->limits_memory = write_number(path, "memory.max", memory_bytes);
	g->limits_pids = write_number(path, "pids.max", pids);
	(void)write_value(path, "memory.swap.max", STR("0"));
	(void)write_value(path, "memory.oom.group", STR("1"));
}

static const char *make_v1(struct cgroup *g, struct str cgroup, struct str mounts,
    struct str controller, const char *file, uint64_t value)
{
	struct err ignored = ERR_INIT;
	const char *own, *path;

	if (!cgroup_locate(cgroup, mounts, controller, g->arena, &own))
		return NULL;
	path = make_below(own, g->arena);
	if (path && !write_number(path, file, value)) {
		(void)!owned_remove(path, &ignored);
		return NULL;
	}
	return path;
}

void cgroup_make(struct cgroup *g, uint64_t memory_bytes, uint64_t pids, struct arena *arena)
{
	struct str cgroup, mounts;
	struct err ignored = ERR_INIT;
	const char *path;

	*g = (struct cgroup){.arena = arena};
	if (file_read("/proc/self/cgroup", KIB(64), arena, &cgroup, &ignored) != 0 ||
	    file_read("/proc/self/mountinfo", MIB(4), arena, &mounts, &ignored) != 0)
		return;
	path = make_v1(g, cgroup, mounts, STR("pids"), "pids.max", pids);
	if (path) {
		g->limits_pids = true;
		g->paths[g->n_paths++] = path;
	}
	path = make_v1(g, cgroup, mounts, STR("memory"), "memory.limit_in_bytes", memory_bytes);
	if (path) {
		g->limits_memory = true;
		(void)write_number(path, "memory.memsw.limit_in_bytes", memory_bytes);
		g->paths[g->n_paths++] = path;
	}
	if (g->n_paths == 0 && cgroup_locate(cgroup, mounts, STR_NONE, arena, &path))
		make_v2(g, path, memory_bytes, pids);
}

void cgroup_add(struct cgroup *g, pid_t pid)
{
	for (size_t i = 0; i < g->n_paths; i++)
		if (!write_number(g->paths[i], "cgroup.procs", (uint64_t)pid))
			g->limits_memory = g->limits_pids = false;
}

void cgroup_remove(struct cgroup *g)
{
	struct err ignored = ERR_INIT;

	for (size_t i = 0; i < g->n_paths; i++)
		(void)!owned_remove(g->paths[i], &ignored);
	g->n_paths = 0;
}

void cgroup_sweep(struct arena *arena)
{
	static const struct str controllers[] = {
	    STR_INIT("pids"), STR_INIT("memory"), STR_INIT("")};
	struct str cgroup, mounts;
	struct err ignored = ERR_INIT;
	const char *own;

	if (file_read("/proc/self/cgroup", KIB(64), arena, &cgroup, &ignored) != 0 ||
	    file_read("/proc/self/mountinfo", MIB(4), arena, &mounts, &ignored) != 0)
		return;
	for (size_t i = 0; i < ARRAY_LEN(controllers); i++) {
		if (cgroup_locate(cgroup, mounts, controllers[i], arena, &own))
			owned_sweep(own, GROUP_PREFIX, OWNED_GROUP);
	}
}
