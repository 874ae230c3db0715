/*
 * The tree that a build sees as "/": read-only parts of this machine's /usr, a few
 * devices, our configuration, and the folders that it was given. Made on a tmpfs by the
 * supervisor, sealed by init. Borrows everything.
 */
#ifndef SHIP_BUILD_ROOTFS_H
#define SHIP_BUILD_ROOTFS_H

#include "base/err.h"

struct tree_bind {
	const char *from; /* on this machine */
	const char *to;	  /* in the tree, "/context"; made there */
	bool is_file;
	bool writable;
	bool as_users; /* ids as the build's users have them: root's files are its root's */
};

struct tree_file {
	const char *path; /* "/etc/passwd" */
	const char *text;
};

struct tree_plan {
	const struct tree_bind *binds;
	size_t n_binds;
	const struct tree_file *files;
	size_t n_files;
	uint32_t uid, gid; /* own /tmp, /run, /var: root of the build's users, as seen outside */
};

/* In a private mount namespace. users_fd: a user namespace, or -1. A file system that cannot map
 * ids is bound as it is; its files must then be readable for others. */
MUST_USE int tree_make(
    const struct tree_plan *plan, const char *root, int users_fd, struct err *err);
/* In the new pid namespace: mounts root/proc with what reaches the kernel read-only or hidden,
 * then makes the tree's own folders read-only. */
MUST_USE int tree_seal(const char *root, struct err *err);

#endif
