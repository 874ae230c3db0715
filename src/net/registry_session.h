/*
 * One job's talk with one registry (OCI distribution specification 1.1): where it lies,
 * who is asking, and what its answers mean. It owns the connection and all credentials,
 * and wipes them at the end. Not for several threads at once.
 *
 * Authentication is answered when a challenge comes, not before: Basic with the user's
 * name and password; Bearer with a token from the realm that the challenge names, fetched
 * with that name and password, or without if there are none (RFC 7617, and the
 * distribution project's token specification).
 */
#ifndef NET_REGISTRY_SESSION_H
#define NET_REGISTRY_SESSION_H

#include "net/http.h"
#include "net/registry/message.h"

enum { SESSION_MEMORY_MAX = 64 << 20 };

struct registry_session {
	const struct net_request *request; /* borrowed */
	struct arena arena;
	struct http *http;
	struct url home;     /* "https://host/v2/" */
	const char *who;     /* "registry host" */
	const char *name;    /* "path:tag", for errors */
	char *authorization; /* the header's value; NULL: none yet */
	bool is_token;
	int progress_fd;
};

MUST_USE int session_open(struct registry_session *s, const struct net_request *request,
    int progress_fd, struct err *err);
/* Usable as CLEANUP(session_close). */
void session_close(struct registry_session *s);

/* "<home>/<path>/<kind>/<id>": kind is "manifests" or "blobs". */
MUST_USE int session_url(
    struct registry_session *s, const char *kind, struct str id, struct url *ret, struct err *err);
/* "<what> <path:tag>", in the session's arena, for errors. */
const char *session_what(struct registry_session *s, const char *what);

/* Sends a request to the registry itself: adds who and authorization, and answers a challenge once
 * if one comes. 0 with whatever status came then. */
MUST_USE int session_send(struct registry_session *s, struct http_request *request,
    struct http_answer *answer, struct err *err);
/* A GET of a blob, which may be redirected elsewhere; credentials are not. */
MUST_USE int session_fetch(struct registry_session *s, struct http_request *request,
    struct http_answer *answer, struct err *err);
/* Fills err from an answer that is not what the request is for: status, and the cure. -1. */
int session_refused(const struct registry_session *s, const struct http_request *request,
    const struct http_answer *answer, struct err *err);

/* Says to the other end how far a blob is. A closed pipe is noticed at the result. */
void session_progress(
    struct registry_session *s, struct str digest, uint64_t done, uint64_t total, bool skipped);

/* Fetches the token that `challenge` asks for: registry_token.c. */
MUST_USE int session_fetch_token(struct registry_session *s, struct str realm, struct str service,
    const char *what, struct err *err);
/* "Basic …" of the request's user and password, in the arena. */
MUST_USE int session_basic(struct registry_session *s, char **ret, struct err *err);
/* Whether a URL that a server named may be used at all: https, or plain http if the registry
 * itself is plain. */
bool session_accepts_url(const struct registry_session *s, const struct url *url);
/* Which addresses may be reached for it. */
enum http_reach session_reach(const struct registry_session *s, const struct url *url);
void session_wipe(char *secret);

#endif
