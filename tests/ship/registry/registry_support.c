#include "registry_support.h"

#include "base/hash.h"
#include "base/os/fd.h"
#include "base/os/owned.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, TRIES = 400, TRY_MS = 25 };

/* ---- folders and images ---- */

const char *harbour_path(struct harbour *h, const char *name)
{
	return arena_fmt(&h->arena, "%s/%s", h->folder, name).p;
}

int harbour_open(struct harbour *h)
{
	struct err err = ERR_INIT;

	*h = (struct harbour){0};
	arena_init(&h->arena, MIB(64));
	(void)snprintf(h->login.user, sizeof h->login.user, TEST_USER);
	(void)snprintf(h->login.password, sizeof h->login.password, TEST_PASSWORD);
	return tempdir_open(NULL, &h->arena, &h->folder, &err);
}

void harbour_close(struct harbour *h)
{
	struct err err = ERR_INIT;

	server_stop(&h->registry);
	server_stop(&h->fake);
	if (dir_remove(h->folder, &err))
		abort();
	arena_release(&h->arena);
}

static void must(int result, const struct err *err)
{
	if (result == 0)
		return;
	(void)fprintf(stderr, "test set-up: %s\n", err->text);
	abort();
}

static void put_blob(const char *layout, struct str bytes, char ret_digest[REGISTRY_DIGEST_SIZE])
{
	char path[PATH_BYTES];
	struct err err = ERR_INIT;

	sha256_digest(bytes, ret_digest);
	(void)snprintf(path, sizeof path, "%s/blobs/sha256/%s", layout, ret_digest + 7);
	must(file_write(path, bytes, 0644, &err), &err);
}

static void put_file(const char *folder, const char *name, struct str bytes)
{
	char path[PATH_BYTES];
	struct err err = ERR_INIT;

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	must(file_write(path, bytes, 0644, &err), &err);
}

/* Registries and tools take any bytes for a layer until somebody unpacks it. */
static char *make_noise(unsigned seed, size_t n)
{
	uint64_t state = seed + 1;
	char *p = malloc(n ? n : 1);

	for (size_t i = 0; p && i < n; i++) {
		state = state * 6364136223846793005U + 1442695040888963407U;
		p[i] = (char)(state >> 56);
	}
	return p;
}

void image_make(const char *layout, unsigned seed, size_t layer_bytes, struct image *ret)
{
	struct buf text = BUF_INIT(MIB(1));
	char config[REGISTRY_DIGEST_SIZE], blobs[PATH_BYTES];
	char *noise = make_noise(seed, layer_bytes);
	size_t config_bytes;
	struct err err = ERR_INIT;

	(void)snprintf(blobs, sizeof blobs, "%s/blobs/sha256", layout);
	must(dir_make(blobs, 0755, &err), &err);
	put_blob(layout, str_make(noise, layer_bytes), ret->layer);
	ret->layer_bytes = layer_bytes;
	free(noise);
	buf_addf(&text,
	    "{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{},"
	    "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"%s\"]}}",
	    ret->layer);
	config_bytes = text.n;
	put_blob(layout, buf_str(&text), config);
	buf_clear(&text);
	buf_addf(&text,
	    "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\","
	    "\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\","
	    "\"digest\":\"%s\",\"size\":%zu},"
	    "\"layers\":[{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar\","
	    "\"digest\":\"%s\",\"size\":%zu}]}",
	    config, config_bytes, ret->layer, layer_bytes);
	put_blob(layout, buf_str(&text), ret->digest);
	ret->manifest_bytes = text.n;
	buf_clear(&text);
	buf_addf(&text,
	    "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":"
	    "\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"%s\",\"size\":%zu}]}",
	    ret->digest, ret->manifest_bytes);
	put_file(layout, "index.json", buf_str(&text));
	put_file(layout, "oci-layout", STR("{\"imageLayoutVersion\":\"1.0.0\"}"));
	buf_release(&text);
}

bool same_blob(const char *layout_a, const char *layout_b, const char *digest)
{
	struct arena arena CLEANUP(arena_release);
	char path[PATH_BYTES];
	struct str a, b;
	struct err err = ERR_INIT;

	arena_init(&arena, MIB(64));
	(void)snprintf(path, sizeof path, "%s/blobs/sha256/%s", layout_a, digest + 7);
	if (file_read(path, MIB(16), &arena, &a, &err))
		return false;
	(void)snprintf(path, sizeof path, "%s/blobs/sha256/%s", layout_b, digest + 7);
	return file_read(path, MIB(16), &arena, &b, &err) == 0 && str_eq(a, b);
}

bool has_leftovers(const char *layout)
{
	char path[PATH_BYTES];
	struct dirent *entry;
	bool found = false;
	DIR *dir;

	(void)snprintf(path, sizeof path, "%s/blobs/sha256", layout);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)) != NULL)
		found |= entry->d_name[0] != '.' && strlen(entry->d_name) != 64;
	if (dir)
		(void)closedir(dir);
	return found;
}

/* ---- servers ---- */

static int connect_to(unsigned port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int result = connect(fd, (const struct sockaddr *)&address, sizeof address);

	(void)close(fd);
	return result;
}

static unsigned free_port(void)
{
	struct sockaddr_in address = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (bind(fd, (const struct sockaddr *)&address, sizeof address) ||
	    getsockname(fd, (struct sockaddr *)&address, &n))
		abort();
	(void)close(fd);
	return ntohs(address.sin_port);
}

static int await_port(unsigned port)
{
	static const struct timespec pause = {0, TRY_MS * 1000000L};

	for (int i = 0; i < TRIES; i++) {
		if (connect_to(port) == 0)
			return 0;
		(void)nanosleep(&pause, NULL);
	}
	return -1;
}

static int make_password_file(struct harbour *h, const char *path, struct err *err)
{
	const char *const argv[] = {"htpasswd", "-nbB", "-C", "4", TEST_USER, TEST_PASSWORD, NULL};
	struct buf out CLEANUP(buf_release) = BUF_INIT(KIB(4));
	struct spawn spawn = {.argv = argv, .out = &out};
	struct spawn_result result;

	(void)h;
	if (spawn_run(&spawn, &result, err) || result.status != 0)
		return -1;
	return file_write(path, buf_str(&out), 0600, err);
}

int registry_start(struct harbour *h)
{
	const char *config = harbour_path(h, "registry.yml");
	const char *passwords = harbour_path(h, "htpasswd");
	const char *const argv[] = {"docker-registry", "serve", config, NULL};
	struct spawn spawn = {.argv = argv};
	struct err err = ERR_INIT;
	struct str text;

	h->registry.port = free_port();
	text = arena_fmt(&h->arena,
	    "version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\n"
	    "storage: {filesystem: {rootdirectory: %s/storage}}\n"
	    "http: {addr: \"127.0.0.1:%u\"}\n"
	    "auth: {htpasswd: {realm: test, path: %s}}\n",
	    h->folder, h->registry.port, passwords);
	must(make_password_file(h, passwords, &err), &err);
	must(file_write(config, text, 0600, &err), &err);
	must(spawn_open(&spawn, &h->registry.process, &err), &err);
	return await_port(h->registry.port);
}

static void make_certificate(const char *folder)
{
	const char *const argv[] = {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
	    "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=plimsoll test",
	    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem",
	    NULL};
	struct spawn spawn = {.argv = argv, .cwd = folder};
	struct spawn_result result;
	struct err err = ERR_INIT;

	must(spawn_run(&spawn, &result, &err), &err);
	if (result.status != 0)
		abort();
}

/* It writes its port, then serves until its stdin closes. */
int fake_start(struct harbour *h, const char *layout, bool tls)
{
	const char *const argv[] = {
	    "python3", TEST_SOURCE "/fake_registry.py", layout, tls ? h->folder : NULL, NULL};
	struct spawn spawn = {.argv = argv, .err_fd = STDERR_FILENO};
	char line[16];
	uint64_t port;
	struct err err = ERR_INIT;
	size_t n;

	if (tls)
		make_certificate(h->folder);
	must(spawn_open(&spawn, &h->fake.process, &err), &err);
	must(fd_read_full(h->fake.process.from, line, 6, &n, &err), &err);
	if (!str_to_u64(str_trim(str_make(line, n)), &port))
		return -1;
	h->fake.port = (unsigned)port;
	return 0;
}

void server_stop(struct server *server)
{
	struct spawn_result result;
	struct err err = ERR_INIT;

	if (server->port == 0)
		return;
	server->port = 0;
	if (spawn_close(&server->process, 0, &result, &err))
		(void)fprintf(stderr, "test server: %s\n", err.text);
}

/* ---- requests ---- */

struct image_ref harbour_ref(struct harbour *h, unsigned port, const char *rest)
{
	struct str text = arena_fmt(&h->arena, "127.0.0.1:%u/%s", port, rest);
	struct image_ref ref;
	struct err err = ERR_INIT;

	must(image_ref_parse(text, &h->arena, &ref, &err), &err);
	return ref;
}

struct registry_opts harbour_opts(struct harbour *h)
{
	return (struct registry_opts){
	    .login = &h->login, .stall_seconds = 2, .attempts = 2, .platform = STR("linux/amd64")};
}
