/* WWW-Authenticate headers: one a line in tests/data/net/challenges.txt. */
#include "base/buf.h"
#include "data_lines.h"
#include "net/registry/challenge.h"
#include "with_cmocka.h"

static struct str scheme_name(enum challenge_scheme scheme)
{
	switch (scheme) {
	case CHALLENGE_BASIC:
		return STR("basic");
	case CHALLENGE_BEARER:
		return STR("bearer");
	case CHALLENGE_NONE:
		break;
	}
	return STR("none");
}

static void assert_field(struct str line, struct str is, struct str expected)
{
	if (!str_eq(is, expected))
		fail_msg(STR_FMT ": \"" STR_FMT "\"", STR_ARG(line), STR_ARG(is));
}

static void check_line(struct str line)
{
	struct arena arena CLEANUP(arena_release);
	size_t arrow = str_find(line, STR(" => "));
	struct challenge challenge;
	struct str rest;
	struct err err = ERR_INIT;

	arena_init(&arena, KIB(256));
	if (arrow == STR_NPOS) {
		assert_true(str_ends(line, STR(" !")));
		if (challenge_parse(str_sub(line, 0, line.n - 2), &arena, &challenge, &err) == 0)
			fail_msg(STR_FMT ": taken", STR_ARG(line));
		assert_int_equal(err.code, ERR_FORMAT);
		return;
	}
	if (challenge_parse(str_sub(line, 0, arrow), &arena, &challenge, &err))
		fail_msg(STR_FMT ": %s", STR_ARG(line), err.text);
	rest = str_sub(line, arrow + 4, line.n);
	assert_field(line, scheme_name(challenge.scheme), take_field(&rest, '|'));
	assert_field(line, challenge.realm, take_field(&rest, '|'));
	assert_field(line, challenge.service, take_field(&rest, '|'));
	assert_field(line, challenge.other, take_field(&rest, '|'));
}

static void headers_are_understood(void **state)
{
	(void)state;
	assert_true(each_line("challenges.txt", check_line) > 15);
}

/* A header at the limit costs no more memory than a few times its length. */
static void many_parameters_cost_little(void **state)
{
	struct arena arena CLEANUP(arena_release);
	struct buf text CLEANUP(buf_release) = BUF_INIT(CHALLENGE_HEADER_MAX + 16);
	struct challenge challenge;
	struct err err = ERR_INIT;

	(void)state;
	buf_add(&text, STR("Basic realm=\"x\""));
	while (text.n < CHALLENGE_HEADER_MAX - 6)
		buf_add(&text, STR(",a=\"\""));
	arena_init(&arena, 4 * CHALLENGE_HEADER_MAX);
	assert_int_equal(challenge_parse(buf_str(&text), &arena, &challenge, &err), 0);
	while (text.n <= CHALLENGE_HEADER_MAX)
		buf_addc(&text, ' ');
	assert_int_equal(challenge_parse(buf_str(&text), &arena, &challenge, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(headers_are_understood),
	    cmocka_unit_test(many_parameters_cost_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
