/* Ids of advisories by their shape, whole and as globs. */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
// clang-format on

#include "core/advisory_id.h"

static void ids(void **state)
{
	static const char *const good[] = {"CVE-2020-25032", "CVE-1999-0001", "CVE-2024-1234567",
	    "GHSA-xc3p-ff3m-f46v", "DSA-5514-1", "DSA-5514", "DLA-3000-2", "PYSEC-2020-43",
	    "RUSTSEC-2021-0124", "GO-2022-0969", "DEBIAN-CVE-2023-4911", "TEMP-0000000-F7A20F"};
	static const char *const bad[] = {"", "CVE", "CVE-", "CVE-20-25032", "CVE-2020-12",
	    "CVE-2020-", "CVE-2020-25032x", "xCVE-2020-25032", "cve-2020-25032", "DL3002",
	    "GHSA-xc3p-ff3m", "GHSA-XC3P-ff3m-f46v", "DSA-", "PYSEC-2020-x", "aws-access-key"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		if (!advisory_id_fits(str_of(good[i])))
			fail_msg("%s", good[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (advisory_id_fits(str_of(bad[i])))
			fail_msg("%s", bad[i]);
	}
}

static void globs(void **state)
{
	static const char *const good[] = {"*", "CVE-*", "CVE-2020-*", "CVE-202?-25032", "*25032",
	    "C*2", "GHSA-?c?p-ff3m-*", "**", "D?A-5514-1", "CVE-2020-2503?", "*-*-*-*"};
	static const char *const bad[] = {
	    "DL3*", "CVE-x*", "CVE-2?2?", "*_*", "?", "GHSA-*-*-*-*", "aws-*", "CVE-2020-25032?x*"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		if (!advisory_id_fits(str_of(good[i])))
			fail_msg("%s", good[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (advisory_id_fits(str_of(bad[i])))
			fail_msg("%s", bad[i]);
	}
}

static void spelling(void **state)
{
	char out[24];
	struct str id;

	(void)state;
	assert_true(advisory_id_spell(STR("ghsa-XC3P-FF3M-f46v"), out, sizeof out, &id));
	assert_true(str_eq(id, STR("GHSA-xc3p-ff3m-f46v")));
	assert_true(advisory_id_spell(STR("cVe-2020-25032"), out, sizeof out, &id));
	assert_true(str_eq(id, STR("CVE-2020-25032")));
	assert_false(advisory_id_spell(STR("dl3002"), out, sizeof out, &id));
	assert_false(advisory_id_spell(STR("CVE-2020-111111111111111"), out, 23, &id));
	assert_false(advisory_id_spell(STR(""), out, sizeof out, &id));
	assert_true(advisory_id_begins(STR("cve-20-1")));
	assert_true(advisory_id_begins(STR("GHSA-")));
	assert_false(advisory_id_begins(STR("CVE")));
	assert_false(advisory_id_begins(STR("go")));
	assert_false(advisory_id_begins(STR("DL3002")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ids),
	    cmocka_unit_test(globs),
	    cmocka_unit_test(spelling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
