/*
 * What plimsoll-net does for one request: each job runs to its end over one open session.
 * Nothing is written to the registry before everything that it names is there: blobs,
 * then manifests, then the tag.
 */
#ifndef NET_REGISTRY_JOBS_H
#define NET_REGISTRY_JOBS_H

#include "net/blob_store.h"
#include "net/registry_session.h"

/* A manifest as the registry gave it, verified; slices are in the session's arena. */
struct fetched {
	struct str bytes;
	struct str media_type; /* Content-Type; may be empty */
	struct str digest;
};

/* selector: a tag or a digest. The bytes must fit the digest, or what the registry says in
 * Docker-Content-Digest; if it says nothing, the digest is their SHA-256. */
MUST_USE int manifest_fetch(
    struct registry_session *s, struct str selector, struct fetched *ret, struct err *err);
/* Puts it under a tag or digest; what the registry says that it took must be `manifest->digest`. */
MUST_USE int manifest_store(struct registry_session *s, struct str selector,
    const struct fetched *manifest, struct err *err);

/* Each: *ret_digest is the manifest's; empty if job_resolve finds none. */
MUST_USE int job_resolve(struct registry_session *s, struct str *ret_digest, struct err *err);
MUST_USE int job_pull(struct registry_session *s, const struct blob_store *store,
    struct str *ret_digest, struct err *err);
MUST_USE int job_push(struct registry_session *s, const struct blob_store *store,
    struct str *ret_digest, struct err *err);
MUST_USE int job_tag(struct registry_session *s, struct str *ret_digest, struct err *err);

#endif
