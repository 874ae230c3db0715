/*
 * Builds a pull request's Dockerfile with buildah, as the smallest program that can build
 * (design 6.10): what RUN executes is hostile. The build sees a tree of its own that holds
 * buildah, the context, the base images and nothing else of this machine; it has its own
 * processes, IPC, host name and network, and, if the kernel allows, its own users.
 * docs/build-isolation.md says what holds and what does not. The plan is borrowed
 * until the build has ended. Several may be under way at once, each with a work_dir of its own.
 *
 * The thin form refuses with ERR_UNSUPPORTED: build secrets and SSH agents, platforms other
 * than this machine's, caches between builds, and (an ordinary user) a kernel without user
 * namespaces.
 */
#ifndef SHIP_BUILD_BUILD_H
#define SHIP_BUILD_BUILD_H

#include "base/arena.h"
#include "base/hash.h"

enum build_network {
	BUILD_NET_NONE,	  /* an empty network namespace */
	BUILD_NET_EGRESS, /* out only: no loopback, link-local or own address of the host */
	BUILD_NET_HOST,	  /* the host's: nothing of the network is isolated */
};

/* False if the word is not one of none, egress and host. */
bool build_network_parse(struct str word, enum build_network *ret);
struct str build_network_word(enum build_network network);

struct build_pair {
	const char *name;
	const char *value;
};

/* An image that FROM, or COPY --from, names. Nothing is ever pulled during a build. */
struct build_base {
	const char *reference; /* as FROM has it, ARGs resolved: "registry:5000/debian:12" */
	const char *layout;    /* an OCI layout folder that holds this one image */
	const char *digest;    /* "sha256:…" of its manifest; checked */
};

/* 0 in a field: its default. */
struct build_limits {
	uint64_t memory_bytes; /* default 4 GiB; needs a writable memory cgroup */
	uint64_t pids;	       /* default 4096 */
	uint64_t disk_bytes;   /* storage and output together, default 32 GiB */
	uint64_t log_bytes;    /* what goes to log_fd, default 64 MiB; the rest is dropped */
};

struct build_plan {
	const char *context_dir;    /* read-only to the build; see build_context_write */
	const char *dockerfile;	    /* relative to it; NULL: "Dockerfile" */
	struct str dockerfile_text; /* what is built, whatever that file holds; p NULL: the file */
	const char *target;	    /* a stage; NULL: the last */
	const struct build_pair *args; /* by buildah's environment, not by its arguments */
	size_t n_args;
	const struct build_pair *labels; /* org.opencontainers.image.revision … */
	size_t n_labels;
	const struct build_base *bases;
	size_t n_bases;
	bool omit_history; /* for bases whose history leaves layers out */
	enum build_network network;
	const char *work_dir; /* ours alone, 0700; its content is removed before and after */
	const char
	    *output_layout; /* made anew: an OCI layout with this one image; must not exist */
	int log_fd;	    /* buildah's and RUN's output; <= 0: nowhere */
	/* What all of that output passes, some lines at a time, before it is kept or quoted: it
	 * returns the text without the secrets in it, in the arena. NULL: as it is. */
	struct str (*mask)(void *arg, struct str text, struct arena *arena);
	void *mask_arg;
	int64_t timeout_ms; /* 0: one hour */
	int64_t timestamp;  /* SOURCE_DATE_EPOCH, seconds; -1: now */
	struct build_limits limits;
	struct arena *arena; /* for the build itself and the result's texts */
};

enum build_outcome {
	BUILD_OK,
	BUILD_FAILED, /* the Dockerfile's fault: message says which step */
};

struct build_result {
	enum build_outcome outcome;
	char digest[SHA256_DIGEST_SIZE]; /* of the manifest; empty if it failed */
	struct str isolation;		 /* one line: what held, and what this machine could not */
	int64_t duration_ms;
	struct str message; /* BUILD_FAILED: "build failed at Dockerfile step 3: RUN exit 7 …" */
	struct str tail; /* BUILD_FAILED: the log's last lines, safe to print, each after a '\n' */
};

/* A build that is under way, in processes of its own. */
struct building;

/* What `buildah --version` prints. ERR_UNSUPPORTED if there is none. In the arena. */
MUST_USE int image_builder_version(struct arena *arena, struct str *ret_text, struct err *err);

/* Returns when the build runs. ERR_UNSUPPORTED if this machine lacks a part (the text names
 * the package), ERR_NOT_FOUND for a context, Dockerfile or layout that is not there, ERR_CONFIG for
 * an argument whose name is the builder's own, ERR_IO. What was begun has to be ended; until then
 * its output is not taken, and a pipe's worth of it waits. A killed caller takes the build with it.
 */
MUST_USE int image_build_begin(
    const struct build_plan *plan, struct building **ret, struct err *err);
/* Waits for it. 0 with an outcome, or -1: ERR_LIMIT for time, ERR_IO. A base image that the plan
 * does not hold is BUILD_FAILED and is named. On return no process of the build is alive. */
MUST_USE int image_build_end(struct building *building, struct build_result *ret, struct err *err);

/* Removes a work_dir, also one whose files belong to the build's users (an ordinary user cannot
 * do that with dir_remove). Missing is fine. */
MUST_USE int build_work_remove(const char *work_dir, struct err *err);
/* Removes the control groups that killed builds left behind. */
void build_sweep(struct arena *arena);

#endif
