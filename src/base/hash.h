/*
 * Digests (OpenSSL's code) and fast non-cryptographic hashes (xxHash). No state but the
 * caller's. Lower-case hex everywhere.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/arena.h"
#include "base/str.h"

#define SHA256_BYTES	   32
#define SHA256_HEX_SIZE	   65 /* with the NUL */
#define SHA1_HEX_SIZE	   41
#define MD5_HEX_SIZE	   33
#define SHA256_DIGEST_SIZE 72 /* "sha256:" + 64 + NUL */

/* Streaming digests: "sha256", "sha512", "sha1" or "md5". */
struct hasher {
	struct hasher_state *state;
	size_t digest_bytes;
};
int hasher_open(struct hasher *h, const char *algorithm, struct err *err);
void hasher_add(struct hasher *h, struct str bytes);
/* Writes hex with a NUL; size is at least 2 * digest_bytes + 1. Closes the hasher. */
int hasher_close(struct hasher *h, char *ret_hex, size_t size, struct err *err);
/* Usable as CLEANUP(hasher_release); harmless after hasher_close. */
void hasher_release(struct hasher *h);

void sha256_hex(struct str bytes, char ret_hex[SHA256_HEX_SIZE]);
/* "sha256:<hex>", as OCI writes a digest. */
void sha256_digest(struct str bytes, char ret_digest[SHA256_DIGEST_SIZE]);
/* The whole of "sha256:" + 64 lower-case hex, or "sha512:" + 128. */
bool digest_is_valid(struct str digest);
/* As a report format wants it; no protection from anybody. */
int sha1_hex(struct str bytes, char ret_hex[SHA1_HEX_SIZE], struct err *err);
/* As dpkg writes it; no protection from anybody. */
int md5_hex(struct str bytes, char ret_hex[MD5_HEX_SIZE], struct err *err);
void hmac_sha256(struct str key, struct str bytes, unsigned char ret_mac[SHA256_BYTES]);
void hex_write(const unsigned char *bytes, size_t n, char *ret_hex);

uint64_t hash64(struct str bytes, uint64_t seed);
/* n random bytes from the kernel; aborts if the kernel has none. */
void random_bytes(void *p, size_t n);

int base64_decode(struct str text, struct arena *arena, struct str *ret_bytes, struct err *err);
struct buf;
void base64_encode(struct str bytes, struct buf *out);

#endif
