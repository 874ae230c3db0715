#include "base/buf.h"
#include "base/hash.h"
#include "with_cmocka.h"

/* FIPS 180-2 appendices B and C. */
static const char abc_sha256[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
static const char abc_sha512[] = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
				 "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";

static void test_sha256(void **state)
{
	char hex[SHA256_HEX_SIZE], digest[SHA256_DIGEST_SIZE];

	(void)state;
	sha256_hex(STR("abc"), hex);
	assert_string_equal(hex, abc_sha256);
	sha256_hex(STR_NONE, hex);
	assert_string_equal(
	    hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	sha256_digest(STR("abc"), digest);
	assert_memory_equal(digest, "sha256:", 7);
	assert_string_equal(digest + 7, abc_sha256);
}

static void test_hasher(void **state)
{
	char hex[129];
	struct err err = ERR_INIT;
	struct hasher h;

	(void)state;
	assert_int_equal(hasher_open(&h, "sha512", &err), 0);
	assert_int_equal(h.digest_bytes, 64);
	hasher_add(&h, STR("a"));
	hasher_add(&h, STR_NONE);
	hasher_add(&h, STR("bc"));
	assert_int_equal(hasher_close(&h, hex, sizeof hex, &err), 0);
	assert_string_equal(hex, abc_sha512);
	hasher_release(&h);
	assert_int_equal(hasher_close(&h, hex, sizeof hex, &err), -1);
	assert_int_equal(hasher_open(&h, "sha256", &err), 0);
	assert_int_equal(hasher_close(&h, hex, 64, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	assert_int_equal(hasher_open(&h, "no-such", &err), -1);
	assert_int_equal(err.code, ERR_UNSUPPORTED);
	hasher_release(&h);
}

/* FIPS 180-2 appendix A. */
static void test_sha1(void **state)
{
	char hex[SHA1_HEX_SIZE];
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(sha1_hex(STR("abc"), hex, &err), 0);
	assert_string_equal(hex, "a9993e364706816aba3e25717850c26c9cd0d89d");
}

/* RFC 4231 sections 4.2, 4.3 and 4.7. */
static void test_hmac(void **state)
{
	static const struct {
		const char *key_byte; /* repeated, or the key itself if times is 0 */
		size_t times;
		const char *text, *mac;
	} rows[] = {
	    {"\x0b", 20, "Hi There",
		"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
	    {"Jefe", 0, "what do ya want for nothing?",
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
	    {"\xaa", 131, "Test Using Larger Than Block-Size Key - Hash Key First",
		"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
	};
	unsigned char mac[SHA256_BYTES];
	char key[200], hex[SHA256_HEX_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str k = str_of(rows[i].key_byte);

		if (rows[i].times > 0) {
			memset(key, rows[i].key_byte[0], rows[i].times);
			k = str_make(key, rows[i].times);
		}
		hmac_sha256(k, str_of(rows[i].text), mac);
		hex_write(mac, sizeof mac, hex);
		assert_string_equal(hex, rows[i].mac);
	}
	hmac_sha256(STR_NONE, STR_NONE, mac);
	hex_write(mac, sizeof mac, hex);
	assert_string_equal(
	    hex, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static void test_digest_is_valid(void **state)
{
	char text[200];

	(void)state;
	(void)snprintf(text, sizeof text, "sha256:%s", abc_sha256);
	assert_true(digest_is_valid(str_of(text)));
	assert_false(digest_is_valid(str_sub(str_of(text), 0, 70)));
	text[10] = 'A';
	assert_false(digest_is_valid(str_of(text)));
	(void)snprintf(text, sizeof text, "sha512:%s", abc_sha512);
	assert_true(digest_is_valid(str_of(text)));
	(void)snprintf(text, sizeof text, "sha512:%s", abc_sha256);
	assert_false(digest_is_valid(str_of(text)));
	(void)snprintf(text, sizeof text, "md5:%s", abc_sha256);
	assert_false(digest_is_valid(str_of(text)));
	assert_false(digest_is_valid(STR("sha256")));
	assert_false(digest_is_valid(STR_NONE));
}

/* RFC 4648 section 10. */
static void test_base64(void **state)
{
	static const char *const rows[][2] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="},
	    {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"},
	    {"\xff\xef\xbe", "/+++"}};
	struct arena arena;
	struct err err = ERR_INIT;
	struct str bytes;

	(void)state;
	arena_init(&arena, MIB(1));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf out CLEANUP(buf_release) = BUF_INIT(100);
		struct str text = str_of(rows[i][1]);

		base64_encode(str_of(rows[i][0]), &out);
		assert_string_equal(buf_cstr(&out), rows[i][1]);
		assert_int_equal(base64_decode(text, &arena, &bytes, &err), 0);
		assert_true(str_eq(bytes, str_of(rows[i][0])));
		while (str_ends(text, STR("=")))
			text.n--;
		assert_int_equal(base64_decode(text, &arena, &bytes, &err), 0);
		assert_true(str_eq(bytes, str_of(rows[i][0])));
	}
	arena_release(&arena);
}

static void test_base64_junk(void **state)
{
	static const char *const junk[] = {"Z", "Zg=", "Zg===", "Zm8==", "Z===", "=",
	    "====", "Zg==Zg==", "Zm 8=", "Zm9v\n", "Zm-_", "Zh==", "Zm9=", "Zg==="};
	struct arena arena;
	struct err err = ERR_INIT;
	struct str bytes = STR("kept");

	(void)state;
	arena_init(&arena, MIB(1));
	for (size_t i = 0; i < ARRAY_LEN(junk); i++) {
		if (base64_decode(str_of(junk[i]), &arena, &bytes, &err) == 0)
			fail_msg("\"%s\" was taken", junk[i]);
		assert_int_equal(err.code, ERR_FORMAT);
	}
	assert_true(str_eq(bytes, STR("kept")));
	arena_release(&arena);
}

/* Every text of 0 to 300 bytes comes back. */
static void test_base64_round_trip(void **state)
{
	struct arena arena;
	char bytes[300];

	(void)state;
	random_bytes(bytes, sizeof bytes);
	arena_init(&arena, MIB(1));
	for (size_t n = 0; n <= sizeof bytes; n++) {
		struct buf text CLEANUP(buf_release) = BUF_INIT(1000);
		struct err err = ERR_INIT;
		struct str back;

		base64_encode(str_make(bytes, n), &text);
		assert_int_equal(base64_decode(buf_str(&text), &arena, &back, &err), 0);
		assert_true(str_eq(back, str_make(bytes, n)));
	}
	arena_release(&arena);
}

static void test_hash64_and_random(void **state)
{
	unsigned char a[600] = {0}, b[600] = {0};

	(void)state;
	assert_true(hash64(STR("a"), 1) == hash64(STR("a"), 1));
	assert_true(hash64(STR("a"), 1) != hash64(STR("a"), 2));
	assert_true(hash64(STR("a"), 1) != hash64(STR("b"), 1));
	assert_true(hash64(STR_NONE, 3) == hash64(STR(""), 3));
	random_bytes(a, sizeof a);
	random_bytes(b, sizeof b);
	assert_memory_not_equal(a, b, sizeof a);
	assert_memory_not_equal(a + 300, b + 300, 300);
	random_bytes(a, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sha256),
	    cmocka_unit_test(test_hasher),
	    cmocka_unit_test(test_sha1),
	    cmocka_unit_test(test_hmac),
	    cmocka_unit_test(test_digest_is_valid),
	    cmocka_unit_test(test_base64),
	    cmocka_unit_test(test_base64_junk),
	    cmocka_unit_test(test_base64_round_trip),
	    cmocka_unit_test(test_hash64_and_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
