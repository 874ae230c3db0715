/* Users and ports as builders and runtimes read them, one a row. */
#include "read/syntax/dockerfile_view.h"
#include "with_cmocka.h"

static const struct {
	const char *user;
	bool valid, root;
} users[] = {
    {"", true, true},
    {"root", true, true},
    {"root:x", true, true},
    {" root ", true, true},
    {":5", true, true},
    {"roo", true, false},
    {"Root", true, false},
    {"0", true, true},
    {"00", true, true},
    {"+0", true, true},
    {"-0", true, true},
    {"-1", false, false},
    {"+1", true, false},
    {"+", false, false},
    {"-", false, false},
    {"+a", false, false},
    {"-a", false, false},
    {"1", true, false},
    {"9", true, false},
    {"10", true, false},
    {"2147483647", true, false},
    {"2147483648", false, false},
    {"4294967295", false, false},
    {"4294967296", false, true},
    {"4294967297", false, false},
    {"99999999999999999999999", false, false},
    {"0x", false, false},
    {"0x0", false, false},
    {"0XfF", false, false},
    {"0xg", true, false},
    {"0xG", true, false},
    {"0x/", false, false},
    {"0x:", false, false},
    {"0x@", true, false},
    {"0x`", true, false},
    {"1x", true, false},
    {"1/", false, false},
    {"a b", false, false},
    {"a\tb", false, false},
    {"a\x7f"
     "b",
	false, false},
    {"a~b", true, false},
    {"a!b", true, false},
    {"a,b", false, false},
    {"a/b", false, false},
    {"\xc3\xa9", true, false},
    {"a:", true, false},
    {"a:b", true, false},
    {"a: b ", true, false},
    {"a:b:c", false, false},
    {"a::", false, false},
    {"a:0", true, false},
    {"a:-", false, false},
    {"a:0x1", false, false},
    {"a:b,c", false, false},
    {"1:-1", true, false},
};

static void users_are_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(users); i++)
		if (docker_user_is_valid(str_of(users[i].user)) != users[i].valid ||
		    docker_user_is_root(str_of(users[i].user)) != users[i].root)
			fail_msg("\"%s\": valid %d, root %d", users[i].user, !users[i].valid,
			    docker_user_is_root(str_of(users[i].user)));
}

static void numbers_are_known(void **state)
{
	static const char *const yes[] = {"0", "9", "+5", "-5", "0123456789"};
	static const char *const no[] = {"", "+", "-", "a", "1a", "/", ":", "1.0", "--1", " 1"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(yes); i++)
		if (!docker_is_number(str_of(yes[i])))
			fail_msg("%s is a number", yes[i]);
	for (size_t i = 0; i < ARRAY_LEN(no); i++)
		if (docker_is_number(str_of(no[i])))
			fail_msg("%s is no number", no[i]);
}

static const struct {
	const char *word;
	bool valid;
	uint64_t low, high;
	bool tcp;
} ports[] = {
    {"80", true, 80, 80, true},
    {"0", true, 0, 0, true},
    {"65535", true, 65535, 65535, true},
    {"65536", false, 0, 0, false},
    {"80/tcp", true, 80, 80, true},
    {"80/TCP", true, 80, 80, true},
    {"80/", true, 80, 80, true},
    {"80/udp", true, 80, 80, false},
    {"8000-8010/udp", true, 8000, 8010, false},
    {"80-80", true, 80, 80, true},
    {"81-80", false, 0, 0, false},
    {"80-65535", true, 80, 65535, true},
    {"80-65536", false, 0, 0, false},
    {"80-x", false, 0, 0, false},
    {"80-", true, 80, 80, true},
    {"-80", false, 0, 0, false},
    {"8080:80", true, 80, 80, true},
    {"127.0.0.1:1:22", true, 22, 22, true},
    {"1:", false, 0, 0, false},
    {"", false, 0, 0, false},
    {"http", false, 0, 0, false},
};

static void ports_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ports); i++) {
		struct docker_ports got;
		bool valid = docker_ports_read(str_of(ports[i].word), &got);

		if (valid != ports[i].valid)
			fail_msg("\"%s\" is %s port", ports[i].word, valid ? "a" : "no");
		if (valid && (got.low != ports[i].low || got.high != ports[i].high ||
				 got.tcp != ports[i].tcp))
			fail_msg("\"%s\" is read otherwise", ports[i].word);
	}
}

static void ports_are_cut_one_by_one(void **state)
{
	struct str rest = STR(" 80\t81/udp\n!x "), port;

	(void)state;
	assert_true(docker_next_port(&rest, &port));
	assert_true(str_eq(port, STR("80")));
	assert_true(docker_next_port(&rest, &port));
	assert_true(str_eq(port, STR("81/udp")));
	assert_true(docker_next_port(&rest, &port));
	assert_true(str_eq(port, STR("!x")));
	assert_false(docker_next_port(&rest, &port));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(users_are_known),
	    cmocka_unit_test(numbers_are_known),
	    cmocka_unit_test(ports_are_read),
	    cmocka_unit_test(ports_are_cut_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
