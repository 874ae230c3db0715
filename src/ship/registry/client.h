/*
 * Images to and from a registry, for the rest of the house. Each call runs libexec's
 * plimsoll-net once and talks frames with it: there is no network code here. Calls block,
 * keep no state and may be made from several threads; one layout folder has one writer at
 * a time. The login is borrowed; it travels in a frame, never in argv or environment, and
 * never stands in an error.
 *
 * The thin form refuses, by name, with ERR_UNSUPPORTED: credential helpers, identity tokens,
 * layers that lie elsewhere (foreign, non-distributable), manifests of schema 1, uploads
 * that a registry sends to another host.
 */
#ifndef SHIP_REGISTRY_CLIENT_H
#define SHIP_REGISTRY_CLIENT_H

#include "core/finding.h"
#include "core/image_ref.h"
#include "net/registry/login.h"

enum { REGISTRY_DIGEST_SIZE = 136 }; /* "sha512:" + 128 + NUL */

/* What is under way: one call when a blob begins, every few megabytes, and when it ends. */
struct registry_progress {
	struct str digest;
	uint64_t done_bytes, total_bytes;
	bool skipped; /* it was there already */
};

struct registry_opts {
	const struct registry_login *login; /* NULL: anonymous */
	bool insecure;	     /* plain http to a host that is not loopback; loopback is always plain
			      * http, except … */
	bool tls;	     /* … if this asks for TLS */
	struct str platform; /* "linux/arm64/v8"; empty: linux and this machine's architecture */
	const char *program; /* plimsoll-net; NULL: see registry_program */
	uint32_t stall_seconds;		/* without a byte, then give up; 0: 60 */
	uint32_t attempts;		/* of each request, at most; 0: 4 */
	bool no_sandbox;		/* for debugging */
	struct str_list token_services; /* "host[:port]" that the login may be sent to for a token,
					 * besides the registry's own and those logged in to */
	void (*progress)(void *arg, const struct registry_progress *progress); /* may be NULL */
	void *progress_arg;
};

/*
 * All return 0, or -1 with: ERR_AUTH (401, 403), ERR_NOT_FOUND (404), ERR_NET (no answer, TLS,
 * any other status), ERR_FORMAT (bytes that are not what their digest says, or not a manifest),
 * ERR_LIMIT (larger than allowed), ERR_IO (the layout folder), ERR_UNSUPPORTED.
 */

/* Fetches the image that ref names, for one platform if it names several, into the OCI layout
 * at layout_dir (made if missing; blobs that are there and right are kept; index.json is
 * replaced, last). *ret_digest is the image manifest's. Every byte is verified. */
MUST_USE int registry_pull(const struct registry_opts *opts, const struct image_ref *ref,
    const char *layout_dir, char ret_digest[REGISTRY_DIGEST_SIZE], struct err *err);

/* Sends the manifest (or index, with all it lists) that `digest` names in the layout, and all of
 * its blobs that are not there yet, to to->host and to->path. No tag is set or read. */
MUST_USE int registry_push(const struct registry_opts *opts, const char *layout_dir,
    struct str digest, const struct image_ref *to, struct err *err);

/* Makes `tag` of ref's repository name the manifest ref->digest, which is there already. */
MUST_USE int registry_tag(
    const struct registry_opts *opts, const struct image_ref *ref, struct str tag, struct err *err);

/* What ref's tag (or its digest, if it has one) names now; "" if the registry has no such
 * repository, tag or manifest. */
MUST_USE int registry_resolve(const struct registry_opts *opts, const struct image_ref *ref,
    char ret_digest[REGISTRY_DIGEST_SIZE], struct err *err);

/* Where plimsoll-net lies: in $PLIMSOLL_LIBEXEC, beside the running program, in its build tree, or
 * where it was installed. ERR_CONFIG if it is at none of them. */
MUST_USE int registry_program(struct arena *arena, const char **ret_path, struct err *err);

#endif
