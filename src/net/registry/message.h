/*
 * What plimsoll and plimsoll-net say to each other: one request down the pipe, any number
 * of progress frames and then one result or one error up. Version 2 of a private format
 * (base/frame.h); both ends treat the other's bytes as hostile. Slices borrow the
 * payload that they were read from, which holds a password: whoever owns it wipes it.
 */
#ifndef NET_REGISTRY_MESSAGE_H
#define NET_REGISTRY_MESSAGE_H

#include "base/buf.h"

enum {
	NET_FRAME_REQUEST = 0x71,
	NET_FRAME_PROGRESS = 0x72,
	NET_FRAME_RESULT = 0x73,
	NET_FRAME_ERROR = 0x74,
	NET_MESSAGE_MAX = 64 * 1024,
};

enum net_op {
	NET_OP_RESOLVE, /* selector → its digest, or none */
	NET_OP_PULL,	/* selector, platform → layout folder */
	NET_OP_PUSH,	/* layout folder, digest → repository */
	NET_OP_TAG,	/* digest, selector (the tag) */
	NET_OP_COUNT,
};

enum net_flags {
	NET_INSECURE = 1 << 0, /* plain http to any host */
	NET_TLS = 1 << 1,      /* TLS to a loopback host too */
	NET_NO_SANDBOX = 1 << 2,
};

struct net_request {
	enum net_op op;
	uint32_t flags;
	uint32_t stall_seconds; /* 1 to 3600 */
	uint32_t attempts;	/* 1 to 10 */
	struct str host;	/* as image_ref has it */
	struct str path;
	struct str selector; /* a tag or a digest; empty for a push */
	struct str digest;   /* of the manifest, for push, tag, and a pull that must give it */
	struct str platform; /* "os/arch[/variant]" */
	struct str layout;   /* an absolute path, for pull and push */
	struct str user, password;
	struct str token_services; /* "host[:port]" that may get them too, separated by spaces */
};

struct net_progress {
	struct str digest;
	uint64_t done_bytes, total_bytes;
	bool skipped;
};

void net_put_request(struct buf *b, const struct net_request *request);
void net_put_progress(struct buf *b, const struct net_progress *progress);
void net_put_error(struct buf *b, const struct err *why);

/* ERR_FORMAT if the bytes are not what net_put_… writes, or a field is out of its range: op,
 * flags, numbers, host, path, tag and digest are checked by their grammars. */
MUST_USE int net_get_request(struct str payload, struct net_request *ret, struct err *err);
MUST_USE int net_get_progress(struct str payload, struct net_progress *ret, struct err *err);
/* Fills *err with what the other end said, and returns -1. */
int net_get_error(struct str payload, struct err *err);

#endif
