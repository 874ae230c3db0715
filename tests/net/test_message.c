/* Requests, progress and errors as bytes: there and back, and every way to be malformed. */
#include "net/registry/message.h"
#include "with_cmocka.h"

#define DIGEST "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct net_request good = {
    .op = NET_OP_PULL,
    .flags = NET_INSECURE | NET_NO_SANDBOX,
    .stall_seconds = 60,
    .attempts = 4,
    .host = STR_INIT("r.example:5000"),
    .path = STR_INIT("team/app"),
    .selector = STR_INIT("v1"),
    .platform = STR_INIT("linux/amd64"),
    .layout = STR_INIT("/var/tmp/layout"),
    .user = STR_INIT("keeper"),
    .password = STR_INIT("made:up"),
    .token_services = STR_INIT("auth.example t.example:8443"),
};

static int there_and_back(const struct net_request *request, struct net_request *ret, struct buf *b)
{
	struct err err = ERR_INIT;

	buf_clear(b);
	net_put_request(b, request);
	assert_true(buf_ok(b));
	if (net_get_request(buf_str(b), ret, &err) == 0)
		return 0;
	assert_int_equal(err.code, ERR_FORMAT);
	assert_null(strstr(err.text, "made"));
	return -1;
}

static void a_request_comes_back(void **state)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT(NET_MESSAGE_MAX);
	struct net_request got;

	(void)state;
	assert_int_equal(there_and_back(&good, &got, &b), 0);
	assert_int_equal(got.op, good.op);
	assert_int_equal(got.flags, good.flags);
	assert_int_equal(got.stall_seconds, 60);
	assert_int_equal(got.attempts, 4);
	assert_true(str_eq(got.host, good.host) && str_eq(got.path, good.path));
	assert_true(str_eq(got.selector, good.selector) && str_eq(got.layout, good.layout));
	assert_true(str_eq(got.user, good.user) && str_eq(got.password, good.password));
	assert_true(str_eq(got.token_services, good.token_services));
}

static void a_request_cut_short_is_refused(void **state)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT(NET_MESSAGE_MAX);
	struct net_request got;
	struct err err = ERR_INIT;

	(void)state;
	net_put_request(&b, &good);
	for (size_t n = 0; n < b.n; n++)
		assert_int_equal(net_get_request(str_make(b.p, n), &got, &err), -1);
	buf_addc(&b, 'x');
	assert_int_equal(net_get_request(buf_str(&b), &got, &err), -1);
	b.p[0] = 1; /* an earlier version */
	assert_int_equal(net_get_request(str_make(b.p, b.n - 1), &got, &err), -1);
}

#define REFUSED(field, value)                                    \
	do {                                                     \
		struct net_request bad = good;                   \
		bad.field = (value);                             \
		if (there_and_back(&bad, &got, &b) == 0)         \
			fail_msg("taken: " #field " = " #value); \
	} while (0)

static void fields_out_of_range_are_refused(void **state)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT(NET_MESSAGE_MAX);
	struct net_request got;

	(void)state;
	REFUSED(op, NET_OP_COUNT);
	REFUSED(flags, 1U << 3);
	REFUSED(stall_seconds, 0);
	REFUSED(stall_seconds, 3601);
	REFUSED(attempts, 0);
	REFUSED(attempts, 11);
	REFUSED(host, STR(""));
	REFUSED(host, STR("r.example/x"));
	REFUSED(host, STR("user@r.example"));
	REFUSED(host, STR("docker"));
	REFUSED(path, STR(""));
	REFUSED(path, STR("../x"));
	REFUSED(path, STR("a:b"));
	REFUSED(path, STR("a@" DIGEST));
	REFUSED(selector, STR(""));
	REFUSED(selector, STR("../x"));
	REFUSED(selector, STR("sha256:1"));
	REFUSED(digest, STR("sha256:1"));
	REFUSED(layout, STR(""));
	REFUSED(layout, STR("relative"));
	REFUSED(layout, STR("/a\0b"));
	REFUSED(user, STR("a:b"));
	REFUSED(user, STR("a\0b"));
	REFUSED(password, STR("a\0b"));
	REFUSED(op, NET_OP_RESOLVE); /* it has no folder */
	REFUSED(op, NET_OP_TAG);     /* it has no folder, and a digest */
	REFUSED(op, NET_OP_PUSH);    /* it has no selector */
}

static void each_operation_has_its_own_fields(void **state)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT(NET_MESSAGE_MAX);
	struct net_request request = good, got;

	(void)state;
	request.selector = STR(DIGEST);
	assert_int_equal(there_and_back(&request, &got, &b), 0);
	request.op = NET_OP_PUSH;
	request.selector = STR_NONE;
	assert_int_equal(there_and_back(&request, &got, &b), -1);
	request.digest = STR(DIGEST);
	assert_int_equal(there_and_back(&request, &got, &b), 0);
	request.op = NET_OP_TAG;
	request.layout = STR_NONE;
	request.selector = STR("v1");
	assert_int_equal(there_and_back(&request, &got, &b), 0);
	request.op = NET_OP_RESOLVE;
	request.digest = STR_NONE;
	assert_int_equal(there_and_back(&request, &got, &b), 0);
	request.host = STR("docker.io");
	request.path = STR("library/debian");
	assert_int_equal(there_and_back(&request, &got, &b), 0);
}

static void progress_comes_back(void **state)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT(NET_MESSAGE_MAX);
	struct net_progress progress = {STR(DIGEST), 1ULL << 40, 1ULL << 41, true}, got;
	struct err err = ERR_INIT;

	(void)state;
	net_put_progress(&b, &progress);
	assert_int_equal(net_get_progress(buf_str(&b), &got, &err), 0);
	assert_true(got.done_bytes == 1ULL << 40 && got.total_bytes == 1ULL << 41 && got.skipped);
	assert_true(str_eq(got.digest, progress.digest));
	for (size_t n = 0; n < b.n; n++)
		assert_int_equal(net_get_progress(str_make(b.p, n), &got, &err), -1);
	buf_clear(&b);
	progress.digest = STR("\x1b[2J");
	net_put_progress(&b, &progress);
	assert_int_equal(net_get_progress(buf_str(&b), &got, &err), -1);
}

static void errors_come_back(void **state)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT(NET_MESSAGE_MAX);
	struct err why = ERR_INIT, got = ERR_INIT;

	(void)state;
	(void)err_set(&why, ERR_AUTH, "refused");
	why.sys = 13;
	net_put_error(&b, &why);
	assert_int_equal(net_get_error(buf_str(&b), &got), -1);
	assert_int_equal(got.code, ERR_AUTH);
	assert_int_equal(got.sys, 13);
	assert_string_equal(got.text, "refused");
	for (size_t n = 0; n < b.n; n++) {
		(void)net_get_error(str_make(b.p, n), &got);
		assert_int_equal(got.code, ERR_FORMAT);
	}
	b.p[0] = ERR_NONE;
	(void)net_get_error(buf_str(&b), &got);
	assert_int_equal(got.code, ERR_FORMAT);
	b.p[0] = ERR_INTERRUPTED + 1;
	(void)net_get_error(buf_str(&b), &got);
	assert_int_equal(got.code, ERR_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_request_comes_back),
	    cmocka_unit_test(a_request_cut_short_is_refused),
	    cmocka_unit_test(fields_out_of_range_are_refused),
	    cmocka_unit_test(each_operation_has_its_own_fields),
	    cmocka_unit_test(progress_comes_back),
	    cmocka_unit_test(errors_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
