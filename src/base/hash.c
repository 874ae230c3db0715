#include "base/hash.h"

#include "base/buf.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

/* The plain functions rather than EVP: of a static libcrypto they are ten object files, while EVP
 * is the whole library, which takes a millisecond to load. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/md5.h>
#include <openssl/sha.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { HMAC_BLOCK = 64 };

/* ---- digests by name ---- */

union digest_state {
	SHA256_CTX sha256;
	SHA512_CTX sha512;
	SHA_CTX sha1;
	MD5_CTX md5;
};

/* The functions return 1: they cannot fail. */
struct digest_algorithm {
	const char *name;
	size_t bytes;
	int (*begin)(union digest_state *state);
	int (*add)(union digest_state *state, const void *p, size_t n);
	int (*end)(unsigned char *ret_digest, union digest_state *state);
};

static int sha256_begin(union digest_state *s)
{
	return SHA256_Init(&s->sha256);
}

static int sha256_add(union digest_state *s, const void *p, size_t n)
{
	return SHA256_Update(&s->sha256, p, n);
}

static int sha256_end(unsigned char *ret_digest, union digest_state *s)
{
	return SHA256_Final(ret_digest, &s->sha256);
}

static int sha512_begin(union digest_state *s)
{
	return SHA512_Init(&s->sha512);
}

static int sha512_add(union digest_state *s, const void *p, size_t n)
{
	return SHA512_Update(&s->sha512, p, n);
}

static int sha512_end(unsigned char *ret_digest, union digest_state *s)
{
	return SHA512_Final(ret_digest, &s->sha512);
}

static int sha1_begin(union digest_state *s)
{
	return SHA1_Init(&s->sha1);
}

static int sha1_add(union digest_state *s, const void *p, size_t n)
{
	return SHA1_Update(&s->sha1, p, n);
}

static int sha1_end(unsigned char *ret_digest, union digest_state *s)
{
	return SHA1_Final(ret_digest, &s->sha1);
}

static int md5_begin(union digest_state *s)
{
	return MD5_Init(&s->md5);
}

static int md5_add(union digest_state *s, const void *p, size_t n)
{
	return MD5_Update(&s->md5, p, n);
}

static int md5_end(unsigned char *ret_digest, union digest_state *s)
{
	return MD5_Final(ret_digest, &s->md5);
}

static const struct digest_algorithm algorithms[] = {
    {"sha256", SHA256_DIGEST_LENGTH, sha256_begin, sha256_add, sha256_end},
    {"sha512", SHA512_DIGEST_LENGTH, sha512_begin, sha512_add, sha512_end},
    {"sha1", SHA_DIGEST_LENGTH, sha1_begin, sha1_add, sha1_end},
    {"md5", MD5_DIGEST_LENGTH, md5_begin, md5_add, md5_end},
};

struct hasher_state {
	const struct digest_algorithm *algorithm;
	union digest_state digest;
};

int hasher_open(struct hasher *h, const char *algorithm, struct err *err)
{
	struct hasher_state *state;

	*h = (struct hasher){0};
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++) {
		if (!str_eq(str_of(algorithm), str_of(algorithms[i].name)))
			continue;
		state = malloc(sizeof *state);
		if (!state)
			return err_nomem(err);
		state->algorithm = &algorithms[i];
		(void)algorithms[i].begin(&state->digest);
		*h = (struct hasher){state, algorithms[i].bytes};
		return 0;
	}
	return err_set(err, ERR_UNSUPPORTED, "no digest is called \"%s\"", algorithm);
}

void hasher_add(struct hasher *h, struct str bytes)
{
	if (h->state && bytes.n > 0)
		(void)h->state->algorithm->add(&h->state->digest, bytes.p, bytes.n);
}

int hasher_close(struct hasher *h, char *ret_hex, size_t size, struct err *err)
{
	unsigned char digest[SHA512_DIGEST_LENGTH];
	size_t n = h->digest_bytes;

	if (!h->state)
		return err_set(err, ERR_UNSUPPORTED, "no digest is being made");
	(void)h->state->algorithm->end(digest, &h->state->digest);
	hasher_release(h);
	if (size < 2 * n + 1)
		return err_set(err, ERR_LIMIT, "a digest of %zu bytes does not fit", n);
	hex_write(digest, n, ret_hex);
	return 0;
}

void hasher_release(struct hasher *h)
{
	free(h->state);
	h->state = NULL;
}

static void sha256_raw(struct str bytes, unsigned char ret_digest[SHA256_BYTES])
{
	union digest_state state;

	(void)sha256_begin(&state);
	(void)sha256_add(&state, bytes.n > 0 ? bytes.p : "", bytes.n);
	(void)sha256_end(ret_digest, &state);
}

void sha256_hex(struct str bytes, char ret_hex[SHA256_HEX_SIZE])
{
	unsigned char digest[SHA256_BYTES];

	sha256_raw(bytes, digest);
	hex_write(digest, sizeof digest, ret_hex);
}

void sha256_digest(struct str bytes, char ret_digest[SHA256_DIGEST_SIZE])
{
	memcpy(ret_digest, "sha256:", 7);
	sha256_hex(bytes, ret_digest + 7);
}

static bool is_lower_hex(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!byte_is_digit(s.p[i]) && !(s.p[i] >= 'a' && s.p[i] <= 'f'))
			return false;
	}
	return true;
}

bool digest_is_valid(struct str digest)
{
	struct str algorithm, hex;

	if (!str_split(digest, ':', &algorithm, &hex) || !is_lower_hex(hex))
		return false;
	return (str_eq(algorithm, STR("sha256")) && hex.n == 64) ||
	       (str_eq(algorithm, STR("sha512")) && hex.n == 128);
}

int md5_hex(struct str bytes, char ret_hex[MD5_HEX_SIZE], struct err *err)
{
	struct hasher h CLEANUP(hasher_release) = {0};

	if (hasher_open(&h, "md5", err) != 0)
		return -1;
	hasher_add(&h, bytes);
	return hasher_close(&h, ret_hex, MD5_HEX_SIZE, err);
}

int sha1_hex(struct str bytes, char ret_hex[SHA1_HEX_SIZE], struct err *err)
{
	struct hasher h;

	if (hasher_open(&h, "sha1", err) != 0)
		return -1;
	hasher_add(&h, bytes);
	return hasher_close(&h, ret_hex, SHA1_HEX_SIZE, err);
}

/* One of the two digests of RFC 2104: of the key, padded and xored, and what follows it. */
static void hmac_half(const unsigned char key[HMAC_BLOCK], unsigned char pad, struct str bytes,
    unsigned char ret_digest[SHA256_BYTES])
{
	unsigned char padded[HMAC_BLOCK];
	union digest_state state;

	for (size_t i = 0; i < HMAC_BLOCK; i++)
		padded[i] = key[i] ^ pad;
	(void)sha256_begin(&state);
	(void)sha256_add(&state, padded, sizeof padded);
	(void)sha256_add(&state, bytes.n > 0 ? bytes.p : "", bytes.n);
	(void)sha256_end(ret_digest, &state);
}

void hmac_sha256(struct str key, struct str bytes, unsigned char ret_mac[SHA256_BYTES])
{
	unsigned char block[HMAC_BLOCK] = {0}, inner[SHA256_BYTES];

	if (key.n > HMAC_BLOCK)
		sha256_raw(key, block);
	else if (key.n > 0)
		memcpy(block, key.p, key.n);
	hmac_half(block, 0x36, bytes, inner);
	hmac_half(block, 0x5c, str_make((const char *)inner, sizeof inner), ret_mac);
}

void hex_write(const unsigned char *bytes, size_t n, char *ret_hex)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		*ret_hex++ = digits[bytes[i] >> 4];
		*ret_hex++ = digits[bytes[i] & 15];
	}
	*ret_hex = '\0';
}

uint64_t hash64(struct str bytes, uint64_t seed)
{
	return XXH3_64bits_withSeed(bytes.n > 0 ? bytes.p : "", bytes.n, seed);
}

void random_bytes(void *p, size_t n)
{
	unsigned char *at = p;

	while (n > 0) {
		ssize_t got = getrandom(at, n, 0);

		if (got < 0 && errno != EINTR)
			abort();
		if (got > 0) {
			at += got;
			n -= (size_t)got;
		}
	}
}

/* 0 to 63, or -1 for a byte outside RFC 4648's table 1. */
static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (byte_is_digit(c))
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Takes correct padding off. False if there is some, but not as much as belongs there. */
static bool base64_unpad(struct str *text)
{
	size_t padding = 0;

	while (padding < 2 && padding < text->n && text->p[text->n - 1 - padding] == '=')
		padding++;
	if (padding > 0 && text->n % 4 != 0)
		return false;
	text->n -= padding;
	return text->n % 4 != 1;
}

int base64_decode(struct str text, struct arena *arena, struct str *ret_bytes, struct err *err)
{
	uint32_t bits = 0;
	unsigned have = 0;
	size_t n = 0;
	char *out;

	if (!base64_unpad(&text))
		return err_set(err, ERR_FORMAT, "not base64: cut short, or padded wrongly");
	out = arena_alloc(arena, text.n / 4 * 3 + 3);
	if (!out)
		return arena_err(arena, err);
	for (size_t i = 0; i < text.n; i++) {
		int value = base64_value(text.p[i]);

		if (value < 0)
			return err_set(err, ERR_FORMAT, "not base64: at byte %zu", i + 1);
		bits = (bits << 6 | (uint32_t)value) & 0xffff;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[n++] = (char)(bits >> have & 0xff);
		}
	}
	if ((bits & ((1U << have) - 1)) != 0)
		return err_set(err, ERR_FORMAT, "not base64: bits left over at the end");
	*ret_bytes = str_make(out, n);
	return 0;
}

void base64_encode(struct str bytes, struct buf *out)
{
	static const char table[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < bytes.n; i += 3) {
		size_t left = MIN_OF(bytes.n - i, (size_t)3);
		uint32_t bits = 0;
		char four[4];

		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 | (k < left ? (unsigned char)bytes.p[i + k] : 0U);
		for (size_t k = 0; k < 4; k++)
			four[k] = k <= left ? table[bits >> (18 - 6 * k) & 63] : '=';
		buf_add(out, str_make(four, 4));
	}
}
