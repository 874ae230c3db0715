/*
 * What the registry tests share: a folder that goes away, an image made by hand, and
 * servers on loopback that end with the test.
 */
#ifndef REGISTRY_SUPPORT_H
#define REGISTRY_SUPPORT_H

#include "base/os/spawn.h"
#include "ship/registry/client.h"

#define TEST_USER     "harbour-master"
#define TEST_PASSWORD "load-line-1876"

struct image {
	char digest[REGISTRY_DIGEST_SIZE]; /* of the manifest */
	char layer[REGISTRY_DIGEST_SIZE];
	size_t layer_bytes, manifest_bytes;
};

struct server {
	struct spawned process;
	unsigned port;
};

/* Everything of a test program: made once, removed at its end. */
struct harbour {
	struct arena arena;
	const char *folder;
	struct server registry; /* docker-registry; port 0: not started */
	struct server fake;
	struct registry_login login;
};

int harbour_open(struct harbour *h);
void harbour_close(struct harbour *h);

/* Debian's docker-registry with a password, over folder/storage. */
int registry_start(struct harbour *h);
/* fake_registry.py, over plain http or TLS. */
int fake_start(struct harbour *h, const char *layout, bool tls);
void server_stop(struct server *server);

/* A layout folder with one image whose layer holds layer_bytes of noise from `seed`. */
void image_make(const char *layout, unsigned seed, size_t layer_bytes, struct image *ret);
/* "folder/name" in the harbour's arena. */
const char *harbour_path(struct harbour *h, const char *name);
/* 127.0.0.1:port/path[:tag][@digest] */
struct image_ref harbour_ref(struct harbour *h, unsigned port, const char *rest);
/* The options that most tests use: the right login, few attempts, small time limits. */
struct registry_opts harbour_opts(struct harbour *h);
/* Whether two layouts hold the same bytes under this digest ("sha256:…"). */
bool same_blob(const char *layout_a, const char *layout_b, const char *digest);
/* Whether any file below blobs/ is an unfinished one. */
bool has_leftovers(const char *layout);

#endif
