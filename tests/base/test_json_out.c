#include "base/json.h"
#include "base/utf8.h"
#include "json_oracle.h"
#include "with_cmocka.h"

static void write_sample(struct json_out *j)
{
	json_begin_object(j);
	json_member_str(j, "name", STR("a\"b\\c\n\t\x01\x7f\xc3\xa9"));
	json_member_str(j, "absent", STR(""));
	json_member_int(j, "low", INT64_MIN);
	json_key(j, "high");
	json_uint(j, UINT64_MAX);
	json_key_str(j, STR("list"));
	json_begin_array(j);
	json_bool(j, true);
	json_null(j);
	json_begin_object(j);
	json_end_object(j);
	json_begin_array(j);
	json_end_array(j);
	json_end_array(j);
	json_member_bool(j, "no", false);
	json_key(j, "scores");
	json_begin_array(j);
	json_tenths(j, 98);
	json_tenths(j, 100);
	json_tenths(j, -5);
	json_tenths(j, 0);
	json_end_array(j);
	json_end_object(j);
}

static void test_compact(void **state)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(KIB(4));
	struct json_out j;

	(void)state;
	json_out_init(&j, &out, false);
	write_sample(&j);
	assert_string_equal(buf_cstr(&out),
	    "{\"name\":\"a\\\"b\\\\c\\n\\t\\u0001\x7f\xc3\xa9\",\"low\":-9223372036854775808,"
	    "\"high\":18446744073709551615,\"list\":[true,null,{},[]],\"no\":false,"
	    "\"scores\":[9.8,10.0,-0.5,0.0]}");
}

static void test_pretty(void **state)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(KIB(4));
	struct json_out j;

	(void)state;
	json_out_init(&j, &out, true);
	json_begin_object(&j);
	json_member_int(&j, "a", 1);
	json_key(&j, "b");
	json_begin_array(&j);
	json_str(&j, STR("x"));
	json_begin_object(&j);
	json_end_object(&j);
	json_end_array(&j);
	json_end_object(&j);
	assert_string_equal(
	    buf_cstr(&out), "{\n  \"a\": 1,\n  \"b\": [\n    \"x\",\n    {}\n  ]\n}");
}

/* Every pair of bytes in a string: what comes out is JSON, and the same text if it was UTF-8. */
static void test_any_bytes(void **state)
{
	(void)state;
	for (unsigned pair = 0; pair < 0x10000; pair++) {
		char bytes[2] = {(char)(pair >> 8), (char)(pair & 255)};
		struct buf out CLEANUP(buf_release) = BUF_INIT(100);
		struct json_out j;
		void *read;

		json_out_init(&j, &out, false);
		json_str(&j, str_make(bytes, 2));
		if (oracle_read(buf_str(&out), &read) != ORACLE_TAKES)
			fail_msg("%04x: %s", pair, buf_cstr(&out));
		assert_int_equal(
		    utf8_valid(str_make(bytes, 2)), oracle_is_string(read, str_make(bytes, 2)));
		oracle_free(read);
	}
}

static void test_broken_utf8(void **state)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(100);
	struct json_out j;

	(void)state;
	json_out_init(&j, &out, false);
	json_str(&j, STR("a\xff\xed\xa0\x80z"));
	assert_string_equal(
	    buf_cstr(&out), "\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\"");
}

static void test_too_deep_fails(void **state)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(KIB(4));
	struct json_out j;

	(void)state;
	json_out_init(&j, &out, false);
	for (int i = 0; i < JSON_DEPTH_MAX - 1; i++)
		json_begin_array(&j);
	assert_true(buf_ok(&out));
	json_begin_array(&j);
	assert_false(buf_ok(&out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_compact),
	    cmocka_unit_test(test_pretty),
	    cmocka_unit_test(test_any_bytes),
	    cmocka_unit_test(test_broken_utf8),
	    cmocka_unit_test(test_too_deep_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
