/* URLs that servers name: resolved, compared, refused; and addresses that they may not reach. */
#include "net/http_address.h"
#include "net/url.h"
#include "with_cmocka.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>

static void locations_are_resolved_like_a_browser_does(void **state)
{
	static const struct {
		const char *base, *location, *expected; /* NULL: refused */
	} rows[] = {
	    {"https://r.example/v2/a/blobs/uploads/", "/v2/x?s=1", "https://r.example/v2/x?s=1"},
	    {"https://r.example/v2/a/", "x/../y", "https://r.example/v2/a/y"},
	    {"https://r.example:5000/v2/", "//other.example/z", "https://other.example/z"},
	    {"https://r.example/v2/", "http://other.example/z#frag", "http://other.example/z"},
	    {"https://r.example/v2/", "https://user@other.example/", NULL},
	    {"https://r.example/v2/", "https://user:pw@other.example/", NULL},
	    {"https://r.example/v2/", "file:///etc/passwd", NULL},
	    {"https://r.example/v2/", "gopher://r.example/", NULL},
	    {"https://r.example/v2/", "http://[", NULL},
	    {"https://r.example/v2/", "http://a b/", NULL},
	    {"https://r.example/v2/", "http://r.example:99999/", NULL},
	    {"https://r.example/v2/", "", NULL},
	    {NULL, "https://auth.example/token", "https://auth.example/token"},
	    {NULL, "/token", NULL},
	    {NULL, "auth.example/token", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena arena CLEANUP(arena_release);
		struct err err = ERR_INIT;
		struct url url;
		int result;

		arena_init(&arena, MIB(1));
		result = url_resolve(rows[i].base, str_of(rows[i].location), &arena, &url, &err);
		if ((result == 0) != (rows[i].expected != NULL))
			fail_msg("%s: %s", rows[i].location, result ? err.text : url.text);
		if (result == 0)
			assert_string_equal(url.text, rows[i].expected);
	}
}

static bool same(const char *a, const char *b)
{
	struct arena arena CLEANUP(arena_release);
	struct err err = ERR_INIT;
	struct url x, y;

	arena_init(&arena, MIB(1));
	assert_int_equal(url_resolve(NULL, str_of(a), &arena, &x, &err), 0);
	assert_int_equal(url_resolve(NULL, str_of(b), &arena, &y, &err), 0);
	return url_same_origin(&x, &y);
}

static void an_origin_is_scheme_host_and_port(void **state)
{
	(void)state;
	assert_true(same("https://r.example/a", "https://R.EXAMPLE:443/b"));
	assert_true(same("http://127.0.0.1:5000/", "http://127.0.0.1:5000/x?y"));
	assert_false(same("https://r.example/", "http://r.example/"));
	assert_false(same("https://r.example/", "https://r.example:5000/"));
	assert_false(same("https://r.example/", "https://s.example/"));
	assert_false(same("http://r.example:443/", "https://r.example/"));
	assert_false(same("https://r.example/", "https://r.example.evil/"));
}

static void queries_are_encoded(void **state)
{
	struct arena arena CLEANUP(arena_release);
	struct err err = ERR_INIT;
	struct url url;

	(void)state;
	arena_init(&arena, MIB(1));
	assert_int_equal(
	    url_resolve(NULL, STR("https://r.example/u?s=a%20b"), &arena, &url, &err), 0);
	assert_int_equal(
	    url_add_query(&url, "digest", STR("sha256:1&x=2 #"), &arena, &url, &err), 0);
	assert_string_equal(url.text, "https://r.example/u?s=a%20b&digest=sha256%3a1%26x%3d2+%23");
}

static bool allowed(enum http_reach reach, const char *text)
{
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	struct sockaddr_in v4 = {.sin_family = AF_INET};

	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
		return http_address_allowed(reach, (const struct sockaddr *)&v4);
	assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
	return http_address_allowed(reach, (const struct sockaddr *)&v6);
}

static void servers_name_no_local_addresses(void **state)
{
	static const char *const ordinary[] = {
	    "10.1.2.3", "192.0.2.1", "2001:db8::1", "::ffff:10.0.0.1"};
	static const char *const loopback[] = {
	    "127.0.0.1", "127.9.9.9", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1"};
	static const char *const link_local[] = {
	    "169.254.169.254", "fe80::1", "::ffff:169.254.170.2", "fd00:ec2::254"};

	(void)state;
	assert_int_equal(unsetenv("http_proxy") | unsetenv("https_proxy") |
			     unsetenv("HTTPS_PROXY") | unsetenv("all_proxy") |
			     unsetenv("ALL_PROXY"),
	    0);
	for (size_t i = 0; i < ARRAY_LEN(ordinary); i++)
		assert_true(allowed(HTTP_REACH_NO_LOCAL, ordinary[i]));
	for (size_t i = 0; i < ARRAY_LEN(loopback); i++) {
		assert_false(allowed(HTTP_REACH_NO_LOCAL, loopback[i]));
		assert_true(allowed(HTTP_REACH_NO_LINK_LOCAL, loopback[i]));
		assert_true(allowed(HTTP_REACH_ANY, loopback[i]));
	}
	for (size_t i = 0; i < ARRAY_LEN(link_local); i++) {
		assert_false(allowed(HTTP_REACH_NO_LOCAL, link_local[i]));
		assert_false(allowed(HTTP_REACH_NO_LINK_LOCAL, link_local[i]));
		assert_true(allowed(HTTP_REACH_ANY, link_local[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(locations_are_resolved_like_a_browser_does),
	    cmocka_unit_test(an_origin_is_scheme_host_and_port),
	    cmocka_unit_test(queries_are_encoded),
	    cmocka_unit_test(servers_name_no_local_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
