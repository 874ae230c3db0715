/* What is a stand-in, what everybody guesses, and what is neither. */
#include "core/placeholder.h"
#include "unit.h"

static const char *const stand_ins[] = {"", "  ", "\"\"", "''", "'", "XXXXXX",
    "xxxxxxxxxxxxxxxxxxxx", "00000000", "***", "********", "....", "------",
    "\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2", "\xe2\x80\xa6", "aaaaaaaaaaaa", "abababababab", "1234",
    "12345678", "1234567890", "0123456789abcdef0123456789abcdef", "abcdefghijklmnopqrstuvwxyz",
    "$TOKEN", "$token", "$1", "${TOKEN}", "${TOKEN:-none}", "$(cat /run/secrets/token)",
    "{{ token }}", "{{.Values.token}}", "<token>", "<your token>", "pre-<token>", "[password]",
    "{token}", "%TOKEN%", "%s", "%(token)s", "<%= token %>", "#{token}", "@TOKEN@", "__TOKEN__",
    "process.env.TOKEN", "os.environ['TOKEN']", "password", "Password1", "PASSWORD", "pass",
    "passwd", "secret", "user", "username", "foo", "bar", "foobar", "changeme", "change-me",
    "CHANGE_ME_123", "changeit", "your-api-key", "yourpassword", "my-secret-token",
    "mysecretpassword", "supersecret", "super-secret-key", "replace_me", "todo", "TBD", "none",
    "null", "insert-token-here", "placeholder", "example", "EXAMPLEKEY", "my_example_value",
    "redacted", "REDACTED", "dummy", "fake-token", "notasecret", "abc123", "deadbeef",
    "AK"
    "IAXXXXXXXXXXXXXXXX",
    "IOSFODNN7"
    "EXAMPLE",
    "sk_live_xxxxxxxx1234", "'changeme'", "\"${TOKEN}\""};

static const char *const guesses[] = {"postgres", "admin", "Admin123", "root", "guest", "test",
    "test123", "P@ssw0rd", "p4ssw0rd", "s3cr3t", "mysql", "rabbitmq", "minioadmin", "letmein",
    "welcome1", "local-dev", "rootpassword", "my_test_password"};

static const char *const values[] = {"hunter22hunter", "x7Kq2mW9vR4tLp8Z", "correct-horse-battery",
    "Q3EGUXHDWT5ZNB7C", "f3a91c07be55", "Zt9!kq2#", "t0ps3cr3tgarden", "wonderland99",
    "$2y$10$abcdwqjhgfmnbvcx", "p4ssw0rd!zebra", "9f86d081884c7d659a2feaa0c55ad015", "aB3$xY9&",
    "tiger", "7777777a1b2c3d4e5f"};

static void stand_ins_are_stand_ins(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(stand_ins); i++) {
		if (!placeholder_is(str_of(stand_ins[i])))
			print_error(
			    "taken for a value: " STR_FMT "\n", STR_ARG(str_of(stand_ins[i])));
		assert_true(placeholder_is(str_of(stand_ins[i])));
		assert_true(placeholder_is_guessable(str_of(stand_ins[i])));
	}
}

static void guesses_are_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(guesses); i++) {
		if (placeholder_is(str_of(guesses[i])) ||
		    !placeholder_is_guessable(str_of(guesses[i])))
			print_error("" STR_FMT "\n", STR_ARG(str_of(guesses[i])));
		assert_false(placeholder_is(str_of(guesses[i])));
		assert_true(placeholder_is_guessable(str_of(guesses[i])));
	}
}

static void values_are_neither(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		if (placeholder_is_guessable(str_of(values[i])))
			print_error(
			    "taken for a stand-in: " STR_FMT "\n", STR_ARG(str_of(values[i])));
		assert_false(placeholder_is_guessable(str_of(values[i])));
	}
}

/* Of what people choose themselves, only the whole value is a stand-in. */
static void parts_are_no_stand_ins(void **state)
{
	static const char *const plain[] = {
	    "", "****", "${TOKEN}", "password", "changeme", "your-password", "example"};
	static const char *const weak[] = {"example1", "12345678", "tokenXYZ99", "admin123"};
	static const char *const strong[] = {
	    "ChangeMe8f3kQz", "hG7s@Kd82mQzP", "my-example-8f3kQz"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(plain); i++)
		assert_true(placeholder_is_plain(str_of(plain[i])));
	for (size_t i = 0; i < ARRAY_LEN(weak); i++) {
		assert_false(placeholder_is_plain(str_of(weak[i])));
		assert_true(placeholder_is_weak(str_of(weak[i])));
	}
	for (size_t i = 0; i < ARRAY_LEN(strong); i++)
		assert_false(placeholder_is_weak(str_of(strong[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(stand_ins_are_stand_ins),
	    cmocka_unit_test(guesses_are_values),
	    cmocka_unit_test(values_are_neither),
	    cmocka_unit_test(parts_are_no_stand_ins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
