/*
 * Shuts plimsoll-net in before its first connection: it may use the network and write
 * below one folder, and nothing else. No file but that folder, resolver settings and
 * certificate authorities can be opened (Landlock, if the kernel has it); no program
 * run, no process traced or signalled, no listening or local socket made (seccomp); no
 * core dump. There is no way back. For a process of one thread.
 */
#ifndef NET_NET_SANDBOX_H
#define NET_NET_SANDBOX_H

#include "base/err.h"

struct net_sandbox {
	int folder_fd; /* -1: none */
	bool writes_folder;
	const char *ca_file, *ca_folder; /* may be NULL */
};

/* ERR_UNSUPPORTED if the kernel has no seccomp. */
MUST_USE int net_sandbox_enter(const struct net_sandbox *opts, struct err *err);

#endif
