#include "base/hash.h"

#include "base/buf.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <sys/random.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { HMAC_BLOCK = 64 };

void hash_init(void)
{
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ADD_ALL_CIPHERS |
				      OPENSSL_INIT_NO_ADD_ALL_DIGESTS,
	    NULL);
}

int hasher_open(struct hasher *h, const char *algorithm, struct err *err)
{
	EVP_MD *md = EVP_MD_fetch(NULL, algorithm, NULL);
	EVP_MD_CTX *ctx;
	int size;

	*h = (struct hasher){0};
	if (!md)
		return err_set(err, ERR_UNSUPPORTED, "no digest \"%s\" in OpenSSL", algorithm);
	size = EVP_MD_get_size(md);
	ctx = EVP_MD_CTX_new();
	if (!ctx || size <= 0 || EVP_DigestInit_ex2(ctx, md, NULL) != 1) {
		EVP_MD_CTX_free(ctx);
		EVP_MD_free(md);
		return err_nomem(err);
	}
	EVP_MD_free(md); /* the context holds its own */
	h->ctx = ctx;
	h->digest_bytes = (size_t)size;
	return 0;
}

void hasher_add(struct hasher *h, struct str bytes)
{
	if (h->ctx && bytes.n > 0 && EVP_DigestUpdate(h->ctx, bytes.p, bytes.n) != 1)
		hasher_release(h);
}

int hasher_close(struct hasher *h, char *ret_hex, size_t size, struct err *err)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	int done = h->ctx && EVP_DigestFinal_ex(h->ctx, digest, &n) == 1;

	hasher_release(h);
	if (!done)
		return err_set(err, ERR_NOMEM, "OpenSSL could not compute a digest");
	if (size < 2 * (size_t)n + 1)
		return err_set(err, ERR_LIMIT, "a digest of %u bytes does not fit", n);
	hex_write(digest, n, ret_hex);
	return 0;
}

void hasher_release(struct hasher *h)
{
	EVP_MD_CTX_free(h->ctx);
	h->ctx = NULL;
}

/* OpenSSL without SHA-256 is a broken installation, not an input: nothing can be judged. */
static void sha256_raw(struct str bytes, unsigned char ret_digest[SHA256_BYTES])
{
	size_t n = 0;
	const void *p = bytes.n > 0 ? bytes.p : "";

	if (EVP_Q_digest(NULL, "SHA256", NULL, p, bytes.n, ret_digest, &n) != 1 ||
	    n != SHA256_BYTES)
		abort();
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

void hmac_sha256(struct str key, struct str bytes, unsigned char ret_mac[SHA256_BYTES])
{
	unsigned char short_key[SHA256_BYTES];
	const void *p = key.n > 0 ? key.p : "";
	int n = (int)MIN_OF(key.n, (size_t)HMAC_BLOCK);
	const unsigned char *data = (const unsigned char *)(bytes.n > 0 ? bytes.p : "");

	if (key.n > HMAC_BLOCK) { /* RFC 2104 section 2 */
		sha256_raw(key, short_key);
		p = short_key;
		n = SHA256_BYTES;
	}
	if (!HMAC(EVP_sha256(), p, n, data, bytes.n, ret_mac, NULL))
		abort();
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

/* Takes correct padding off. False where there is some and it is not what belongs there. */
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
