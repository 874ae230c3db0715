/*
 * Runs a function as the first process of new namespaces, in a tree of its own:
 *
 *	caller ── supervisor ── init (pid 1 there) ── whatever it starts
 *
 * The supervisor keeps the caller's rights, builds mounts and network, and then only
 * waits; init has the build's users and sees only the tree. When the caller dies, is
 * killed, or calls ns_stop, both die and with init every process of the namespaces.
 * Knows nothing of builds. The child processes use only what was made before ns_start.
 */
#ifndef SHIP_BUILD_NAMESPACES_H
#define SHIP_BUILD_NAMESPACES_H

#include "ship/build/ids.h"

enum { NS_TEXT_SIZE = 1024 };

/* What init reports to the caller in the end. */
struct ns_outcome {
	uint32_t code;		 /* the function's own */
	char text[NS_TEXT_SIZE]; /* untrusted once hostile code ran inside */
};

struct ns_job {
	const char *root; /* an empty folder, where the tree is mounted */
	bool own_network;
	bool refuse_users; /* tests: as if the kernel had no user namespaces */
	int log_fd;	   /* stdout and stderr of init */
	struct id_range ids;
	/* In the supervisor, in its own mount namespace: mounts the tree on root. users_fd is the
	 * build's user namespace, for idmapped mounts, or -1. */
	int (*tree)(void *arg, const char *root, int users_fd, struct err *err);
	/* In init, still with the caller's rights: mounts root/proc and seals the tree. */
	int (*proc)(void *arg, const char *root, struct err *err);
	/* In the supervisor, in the new network namespace, after ns_go. May be NULL. */
	int (*network)(void *arg, struct err *err);
	/* In init, in the tree, as root of its users: gives rights away. */
	int (*confine)(void *arg, struct err *err);
	/* In init, at last. */
	int (*init)(void *arg, struct ns_outcome *ret, struct err *err);
	void *arg;
};

struct ns_child {
	pid_t pid;	/* the supervisor, in the caller's pid namespace */
	int life_fd;	/* closed by the caller: all die */
	int report_fd;	/* readable: call ns_outcome */
	bool has_users; /* known after ns_start */
	char why[160];	/* if it has not */
};

/* Makes the namespaces; returns once they exist and nothing runs in them yet. `before` (may be
 * NULL) is called with the supervisor's pid while it still waits: to put it in a cgroup.
 * ERR_UNSUPPORTED if the kernel or this user cannot. */
MUST_USE int ns_start(const struct ns_job *job,
    int (*before)(void *arg, pid_t pid, struct err *err), struct ns_child *ret, struct err *err);
/* Lets it run. */
MUST_USE int ns_go(struct ns_child *child, struct err *err);
/* What init reported: 0 and the outcome, or -1 and the error of the step that failed. Blocks. */
MUST_USE int ns_result(struct ns_child *child, struct ns_outcome *ret, struct err *err);
/* Kills what is left and waits until no process of the namespaces is alive. */
void ns_stop(struct ns_child *child);

/* Runs fn as root of the build's users, with this mount tree and these processes: to remove files
 * that belong to them. */
MUST_USE int ns_as_users(
    const struct id_range *ids, int (*fn)(void *arg, struct err *err), void *arg, struct err *err);

#endif
