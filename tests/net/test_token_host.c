/* Which token services get a registry's password: tests/data/net/token_hosts.txt, one a line. */
#include "data_lines.h"
#include "net/token_host.h"
#include "with_cmocka.h"

static bool is_sent(struct str registry, struct str realm, struct str named, struct arena *arena)
{
	struct err err = ERR_INIT;
	struct str home = arena_fmt(arena, "https://" STR_FMT "/v2/", STR_ARG(registry));
	struct url from, to;

	assert_int_equal(url_resolve(NULL, home, arena, &from, &err), 0);
	return url_resolve(NULL, realm, arena, &to, &err) == 0 && token_url_is_private(&to) &&
	       token_host_trusted(from.host, &to, named);
}

/* "sent" or "kept", the registry, the realm, and what the policy or a login names. */
static void one_realm(struct str line)
{
	struct arena arena CLEANUP(arena_release);
	struct str verdict = STR_NONE, registry = STR_NONE, realm = STR_NONE;

	arena_init(&arena, MIB(1));
	assert_true(str_cut(&line, ' ', &verdict) && str_cut(&line, ' ', &registry) &&
		    str_cut(&line, ' ', &realm));
	if (is_sent(registry, realm, line, &arena) != str_eq(verdict, STR("sent")))
		fail_msg(STR_FMT ": " STR_FMT " from " STR_FMT, STR_ARG(verdict), STR_ARG(realm),
		    STR_ARG(registry));
}

static void each_realm(void **state)
{
	(void)state;
	assert_true(each_line("token_hosts.txt", one_realm) > 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_realm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
