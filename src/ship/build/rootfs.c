#include "ship/build/rootfs.h"

#include "base/os/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* <sys/mount.h> and <linux/mount.h> do not go together in every libc: the few calls that are
 * needed are made directly. */
#define MOVE_FROM_FD 0x00000004 /* MOVE_MOUNT_F_EMPTY_PATH */
#define OLD_NOSUID   2UL
#define OLD_NODEV    4UL
#define OLD_NOEXEC   8UL

struct path {
	char text[1024];
};

static int path_in(struct path *p, const char *root, const char *below, struct err *err)
{
	int n = snprintf(p->text, sizeof(p->text), "%s%s", root, below);

	if (n < 0 || (size_t)n >= sizeof(p->text))
		return err_set(err, ERR_LIMIT, "a path of the build's tree is too long");
	return 0;
}

static int mount_fs(
    const char *type, const char *at, unsigned long flags, const char *options, struct err *err)
{
	if (syscall(SYS_mount, type, at, type, flags, options) != 0)
		return err_sys(err, "mounting %s for the build", type);
	return 0;
}

/* A copy of the mount at `from`, that is nowhere yet. */
static int copy_mount(const char *from, struct err *err)
{
	int fd = (int)syscall(
	    SYS_open_tree, AT_FDCWD, from, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);

	if (fd < 0)
		return err_sys(err, "taking %s into the build's tree", from);
	return fd;
}

static int set_attributes(
    int fd, const char *path, unsigned flags, const struct mount_attr *attributes)
{
	return (int)syscall(SYS_mount_setattr, fd, path, flags, attributes, sizeof(*attributes));
}

static int make_target(const struct tree_bind *bind, const char *at, struct err *err)
{
	int fd;

	if (!bind->is_file)
		return dir_make(at, 0755, err);
	fd = open(at, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0444);
	if (fd < 0)
		return err_sys(err, "making %s in the build's tree", bind->to);
	(void)close(fd);
	return 0;
}

static int bind_one(const struct tree_bind *bind, const char *root, int users_fd, struct err *err)
{
	struct mount_attr safe = {.attr_set = MOUNT_ATTR_NOSUID};
	struct mount_attr map = {.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (unsigned)users_fd};
	int fd CLEANUP_FD = -1;
	struct path at;

	if (path_in(&at, root, bind->to, err) != 0 || make_target(bind, at.text, err) != 0)
		return -1;
	fd = copy_mount(bind->from, err);
	if (fd < 0)
		return -1;
	if (strncmp(bind->to, "/dev/", 5) != 0)
		safe.attr_set |= MOUNT_ATTR_NODEV;
	if (!bind->writable)
		safe.attr_set |= MOUNT_ATTR_RDONLY;
	/* Refused by file systems that know no idmapped mounts: then the ids stay. */
	if (bind->as_users && users_fd >= 0)
		(void)set_attributes(fd, "", AT_EMPTY_PATH, &map);
	if (set_attributes(fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &safe) != 0)
		return err_sys(err, "restricting %s in the build's tree", bind->to);
	if (syscall(SYS_move_mount, fd, "", AT_FDCWD, at.text, MOVE_FROM_FD) != 0)
		return err_sys(err, "placing %s in the build's tree", bind->to);
	return 0;
}

static int write_one(const struct tree_file *file, const char *root, struct err *err)
{
	struct path at;
	int fd CLEANUP_FD = -1;
	char *slash;

	if (path_in(&at, root, file->path, err) != 0)
		return -1;
	slash = strrchr(at.text, '/');
	*slash = '\0';
	if (dir_make(at.text, 0755, err) != 0)
		return -1;
	*slash = '/';
	fd = open(at.text, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0444);
	if (fd < 0)
		return err_sys(err, "making %s in the build's tree", file->path);
	return fd_write_all(fd, str_of(file->text), err);
}

static int make_writable(
    const struct tree_plan *plan, const char *root, const char *where, struct err *err)
{
	struct path at;
	char options[96];

	(void)snprintf(options, sizeof(options), "mode=0755,size=64m,nr_inodes=16k,uid=%u,gid=%u",
	    plan->uid, plan->gid);
	if (path_in(&at, root, where, err) != 0 || dir_make(at.text, 0755, err) != 0)
		return -1;
	return mount_fs("tmpfs", at.text, OLD_NOSUID | OLD_NODEV | OLD_NOEXEC, options, err);
}

static int make_links(const char *root, struct err *err)
{
	static const char *const links[][2] = {
	    {"/proc/self/fd", "/dev/fd"},
	    {"/proc/self/fd/0", "/dev/stdin"},
	    {"/proc/self/fd/1", "/dev/stdout"},
	    {"/proc/self/fd/2", "/dev/stderr"},
	    {"pts/ptmx", "/dev/ptmx"},
	};
	struct path at;

	for (size_t i = 0; i < ARRAY_LEN(links); i++)
		if (path_in(&at, root, links[i][1], err) != 0 || symlink(links[i][0], at.text) != 0)
			return err_sys(err, "linking %s in the build's tree", links[i][1]);
	return 0;
}

static int make_devices(const char *root, struct err *err)
{
	static const char *const names[] = {
	    "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};
	struct path at;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct tree_bind device = {
		    .from = names[i], .to = names[i], .is_file = true, .writable = true};

		if (bind_one(&device, root, -1, err) != 0)
			return -1;
	}
	if (path_in(&at, root, "/dev/shm", err) != 0 || dir_make(at.text, 0755, err) != 0 ||
	    mount_fs("tmpfs", at.text, OLD_NOSUID | OLD_NODEV | OLD_NOEXEC,
		"mode=1777,size=64m,nr_inodes=16k", err) != 0)
		return -1;
	if (path_in(&at, root, "/dev/pts", err) != 0 || dir_make(at.text, 0755, err) != 0 ||
	    mount_fs("devpts", at.text, OLD_NOSUID | OLD_NOEXEC,
		"newinstance,ptmxmode=0666,mode=0620", err) != 0)
		return -1;
	return make_links(root, err);
}

/* /bin and the like: a link if this machine has a link, else the folder. */
static int take_top(const char *root, const char *name, struct err *err)
{
	struct tree_bind bind = {.from = name, .to = name};
	struct path target = {""}, at;
	struct stat st;
	ssize_t n;

	if (lstat(name, &st) != 0)
		return 0;
	if (!S_ISLNK(st.st_mode))
		return bind_one(&bind, root, -1, err);
	n = readlink(name, target.text, sizeof(target.text) - 1);
	if (n < 0 || path_in(&at, root, name, err) != 0 || symlink(target.text, at.text) != 0)
		return err_sys(err, "linking %s in the build's tree", name);
	return 0;
}

/* Programs and libraries, and of /usr/share only what buildah reads: not /usr/local, not
 * /usr/src, where people keep things. */
static int take_programs(const char *root, struct err *err)
{
	static const char *const folders[] = {"/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib32",
	    "/usr/lib64", "/usr/libx32", "/usr/libexec", "/usr/share/containers",
	    "/usr/share/ca-certificates"};
	static const char *const tops[] = {"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"};

	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		struct tree_bind bind = {.from = folders[i], .to = folders[i]};

		if (file_exists(folders[i]) && bind_one(&bind, root, -1, err) != 0)
			return -1;
	}
	for (size_t i = 0; i < ARRAY_LEN(tops); i++)
		if (take_top(root, tops[i], err) != 0)
			return -1;
	return 0;
}

static int make_empty(const char *root, struct err *err)
{
	static const char *const names[] = {"/proc", "/sys", "/dev", "/etc", "/root"};
	struct path at;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (path_in(&at, root, names[i], err) != 0 || dir_make(at.text, 0755, err) != 0)
			return -1;
	return 0;
}

static int take_given(const struct tree_plan *plan, const char *root, int users_fd, struct err *err)
{
	static const char *const writable[] = {"/tmp", "/run", "/var"};

	for (size_t i = 0; i < ARRAY_LEN(writable); i++)
		if (make_writable(plan, root, writable[i], err) != 0)
			return -1;
	for (size_t i = 0; i < plan->n_files; i++)
		if (write_one(&plan->files[i], root, err) != 0)
			return -1;
	for (size_t i = 0; i < plan->n_binds; i++)
		if (bind_one(&plan->binds[i], root, users_fd, err) != 0)
			return -1;
	return 0;
}

int tree_make(const struct tree_plan *plan, const char *root, int users_fd, struct err *err)
{
	(void)umask(022);
	if (mount_fs("tmpfs", root, OLD_NOSUID | OLD_NODEV, "mode=0755,size=16m", err) != 0)
		return -1;
	if (make_empty(root, err) != 0 || take_programs(root, err) != 0)
		return -1;
	if (make_devices(root, err) != 0)
		return -1;
	return take_given(plan, root, users_fd, err);
}

static int seal_proc(const char *root, const char *name, bool hide, struct err *err)
{
	struct mount_attr readonly = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOEXEC};
	int fd CLEANUP_FD = -1;
	struct path at, from;

	if (path_in(&at, root, name, err) != 0 ||
	    path_in(&from, root, hide ? "/dev/null" : name, err) != 0)
		return -1;
	if (!file_exists(at.text))
		return 0;
	fd = copy_mount(from.text, err);
	if (fd < 0)
		return -1;
	if (set_attributes(fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &readonly) != 0 ||
	    syscall(SYS_move_mount, fd, "", AT_FDCWD, at.text, MOVE_FROM_FD) != 0)
		return err_sys(err, "sealing %s of the build's tree", name);
	return 0;
}

int tree_seal(const char *root, struct err *err)
{
	static const char *const readonly[] = {"/proc/sys", "/proc/sysrq-trigger", "/proc/irq",
	    "/proc/bus", "/proc/fs", "/proc/mtrr", "/proc/acpi", "/proc/pressure"};
	static const char *const hidden[] = {"/proc/kcore", "/proc/keys", "/proc/key-users",
	    "/proc/kmsg", "/proc/kallsyms", "/proc/timer_list", "/proc/sched_debug"};
	struct mount_attr seal = {.attr_set = MOUNT_ATTR_RDONLY};
	struct path at;

	if (path_in(&at, root, "/proc", err) != 0 ||
	    mount_fs("proc", at.text, OLD_NOSUID | OLD_NODEV | OLD_NOEXEC, NULL, err) != 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(readonly); i++)
		if (seal_proc(root, readonly[i], false, err) != 0)
			return -1;
	for (size_t i = 0; i < ARRAY_LEN(hidden); i++)
		if (seal_proc(root, hidden[i], true, err) != 0)
			return -1;
	if (set_attributes(AT_FDCWD, root, 0, &seal) != 0)
		return err_sys(err, "sealing the build's tree");
	return 0;
}
