/*
 * HTTP requests over libcurl, one at a time: whole answers with caps, time limits,
 * bounded retries. It follows no redirect and adds no credentials of its own: both are
 * the caller's. Proxies (HTTPS_PROXY, NO_PROXY …) and certificate authorities
 * (CURL_CA_BUNDLE, SSL_CERT_FILE, SSL_CERT_DIR) come from the environment; a proxy is
 * never used for a loopback address. Not for several threads at once.
 *
 * Faults of tests: "net-connect", "net-401", "net-404", "net-500" stand in for the
 * request, which is not sent; "net-short-read" cuts the body of an answer to GET.
 */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "base/buf.h"
#include "net/url.h"

enum {
	HTTP_ERROR_BODY_MAX =
	    64 * 1024, /* of an answer that is not a success; the rest is dropped */
	HTTP_HEADERS_MAX = 64 * 1024,
	HTTP_CONNECT_SECONDS = 10,
	HTTP_RETRY_AFTER_MAX_MS = 10 * 1000,
};

struct http;

struct http_opts {
	uint32_t stall_seconds; /* without progress, then the request fails */
	uint32_t attempts;	/* of one request, the first included */
};

/* Where the body of a 2xx answer goes. */
struct http_sink {
	/* Forget what came before: a request starts, perhaps again. */
	int (*begin)(struct http_sink *sink, struct err *err);
	int (*write)(struct http_sink *sink, struct str bytes, struct err *err);
};

/* Where the body of a request comes from; may be read again from the start. */
struct http_source {
	uint64_t size_bytes;
	int (*begin)(struct http_source *source, struct err *err);
	/* Up to n bytes, at least one. */
	int (*read)(struct http_source *source, char *p, size_t n, size_t *ret_n, struct err *err);
};

/* Which addresses a request may connect to. If a server, not the user, chose the host, the
 * machine's own services and its cloud's metadata must stay out of its reach. */
enum http_reach { HTTP_REACH_ANY, HTTP_REACH_NO_LINK_LOCAL, HTTP_REACH_NO_LOCAL };

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT };

struct http_request {
	enum http_method method;
	struct url url;
	const char *authorization; /* the header's value, or NULL */
	const char *accept;	   /* or NULL */
	const char *content_type;  /* or NULL */
	struct str body;	   /* PUT, if there is no source */
	struct http_source *source;
	struct http_sink *sink; /* GET; NULL: into the answer's body */
	size_t body_max;	/* of a 2xx answer without a sink */
	enum http_reach reach;
	bool once;	  /* never repeated here */
	const char *who;  /* for errors: "registry example.com:5000" */
	const char *what; /* "reading app/web:1" */
};

struct http_answer {
	long status;
	struct buf body;
	struct buf location;
	struct buf challenge; /* WWW-Authenticate, several joined by ", " */
	struct buf digest;    /* Docker-Content-Digest */
	struct buf content_type;
	uint64_t content_length;
	bool has_length;
	uint64_t retry_after_ms;
	bool is_passing; /* a failure that may be gone next time: a reset, 429, 502, 503, 504 */
	size_t header_bytes;
};

MUST_USE int http_open(const struct http_opts *opts, struct http **ret, struct err *err);
/* NULL is fine. */
void http_close(struct http *http);
/* The bundle and folder of authorities that will be read; may be NULL. */
void http_trust_paths(const struct http *http, const char **ret_file, const char **ret_folder);

void http_answer_init(struct http_answer *answer);
/* Usable as CLEANUP(http_answer_release). */
void http_answer_release(struct http_answer *answer);

/* 0 with whatever status the last attempt had. -1: ERR_NET if there was no whole answer,
 * ERR_LIMIT if it was larger or slower than allowed, or what sink or source said. */
MUST_USE int http_perform(struct http *http, const struct http_request *request,
    struct http_answer *answer, struct err *err);

/* Sleeps before another attempt at what failed in passing: longer each time, and as long as the
 * server asked for, up to HTTP_RETRY_AFTER_MAX_MS. attempt counts from 1. */
void http_wait(const struct http_answer *answer, uint32_t attempt);

#endif
