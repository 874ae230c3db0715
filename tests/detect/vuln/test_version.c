/*
 * Version schemes against tests/data/version/<scheme>.txt, and against independent
 * implementations, if this machine has them: dpkg, and Python's packaging.
 */
#include "base/os/fd.h"
#include "base/os/spawn.h"
#include "detect/vuln/version/version.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on

struct comparison {
	struct str a, b;
	char sign;
};

static struct str version_of(struct str text)
{
	return str_eq(text, STR("(empty)")) ? STR("") : text;
}

static bool read_comparison(struct str line, struct comparison *ret)
{
	static const char signs[] = "<=>?";

	for (size_t i = 0; i < 4; i++) {
		const char sign[] = {' ', signs[i], ' '};
		size_t at = str_find(line, str_make(sign, 3));

		if (at == STR_NPOS)
			continue;
		*ret = (struct comparison){
		    str_sub(line, 0, at), version_of(str_sub(line, at + 3, line.n)), signs[i]};
		return true;
	}
	return false;
}

static char sign_of(enum version_order order)
{
	return "<=>?"[order];
}

static struct str read_data(const char *name, struct arena *arena)
{
	char path[512];
	struct str text;
	struct err err = ERR_INIT;

	(void)snprintf(path, sizeof path, "%s/version/%s.txt", TEST_DATA, name);
	if (file_read(path, MIB(4), arena, &text, &err) != 0)
		fail_msg("%s", err.text);
	return text;
}

static char turned(char sign)
{
	return sign == '<' ? '>' : sign == '>' ? '<' : sign;
}

/* Both ways round, for an order must be one. */
static void check(const struct version_scheme *scheme, struct str line, const struct comparison *c)
{
	char there = sign_of(version_compare(scheme, c->a, c->b));
	char back = sign_of(version_compare(scheme, c->b, c->a));

	if (there != c->sign || back != turned(c->sign))
		fail_msg(STR_FMT ": answered %c and %c", STR_ARG(line), there, back);
}

static void check_file(const char *name, size_t at_least)
{
	struct arena arena CLEANUP(arena_release);
	const struct version_scheme *scheme = version_scheme_find(str_of(name));
	struct str rest, line;
	size_t n = 0;

	arena_init(&arena, MIB(8));
	rest = read_data(name, &arena);
	assert_non_null(scheme);
	while (str_cut(&rest, '\n', &line)) {
		struct comparison c;

		if (str_starts(line, STR("#")))
			continue;
		if (!read_comparison(line, &c))
			fail_msg("no comparison: " STR_FMT, STR_ARG(line));
		check(scheme, line, &c);
		n++;
	}
	assert_true(n >= at_least);
}

static void test_deb_data(void **state)
{
	(void)state;
	check_file("deb", 3000);
}

static void test_pep440_data(void **state)
{
	(void)state;
	check_file("pep440", 3000);
}

static void test_registry(void **state)
{
	size_t n;
	const struct version_scheme *const *all = version_schemes(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		const struct version_scheme *s = all[i];

		assert_true(s->name.n > 0 && s->what.n > 0 && s->since.n == 10);
		assert_ptr_equal(version_scheme_find(s->name), s);
		assert_int_equal(version_compare(s, STR(""), STR("")), VERSION_UNKNOWN);
	}
	assert_null(version_scheme_find(STR("none")));
	assert_int_equal(version_compare(NULL, STR("1"), STR("1")), VERSION_UNKNOWN);
}

/* ---- against others ---- */

static uint32_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)(*state >> 33);
}

static struct str random_version(
    uint64_t *state, const char *const *parts, size_t n_parts, struct arena *arena)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT(256);
	uint32_t n = next_random(state) % 6;

	buf_addf(&b, "%u", next_random(state) % 4);
	for (uint32_t i = 0; i < n; i++) {
		buf_add(&b, str_of(parts[next_random(state) % n_parts]));
		buf_addf(&b, "%u", next_random(state) % 12);
	}
	return arena_str(arena, buf_str(&b));
}

static int ask_dpkg(struct str a, const char *operator_name, struct str b)
{
	const char *const argv[] = {"dpkg", "--compare-versions", a.p, operator_name, b.p, NULL};
	struct spawn s = {.argv = argv, .timeout_ms = 20000};
	struct spawn_result result;
	struct err err = ERR_INIT;

	if (spawn_run(&s, &result, &err) != 0)
		fail_msg("%s", err.text);
	return result.status == 0;
}

static void test_against_dpkg(void **state)
{
	static const char *const parts[] = {".", ".", "+", "~", "-", "a", "rc", "~~", "+b"};
	static const char *const operators[] = {"lt", "eq", "gt"};
	const struct version_scheme *deb = version_scheme_find(STR("deb"));
	uint64_t seed = 12;

	(void)state;
	if (!spawn_has("dpkg")) {
		print_message("skipped: this machine has no dpkg\n");
		skip();
	}
	for (int i = 0; i < 300; i++) {
		struct arena arena CLEANUP(arena_release);
		struct str a, b;
		enum version_order order;

		arena_init(&arena, KIB(64));
		a = random_version(&seed, parts, ARRAY_LEN(parts), &arena);
		b = random_version(&seed, parts, ARRAY_LEN(parts), &arena);
		order = version_compare(deb, a, b);
		assert_int_not_equal(order, VERSION_UNKNOWN);
		if (!ask_dpkg(a, operators[order], b))
			fail_msg("dpkg does not say that %s %s %s", a.p, operators[order], b.p);
	}
}

static const char packaging_script[] =
    "import sys\n"
    "try:\n"
    "    from packaging.version import Version, InvalidVersion\n"
    "except ImportError:\n"
    "    sys.exit(7)\n"
    "for line in sys.stdin:\n"
    "    a, b = line.split()\n"
    "    try:\n"
    "        a, b = Version(a), Version(b)\n"
    "    except InvalidVersion:\n"
    "        print('?', end='')\n"
    "        continue\n"
    "    print('<' if a < b else '=' if a == b else '>', end='')\n";

static void test_against_packaging(void **state)
{
	static const char *const parts[] = {
	    ".", ".", ".", "a", "b", "rc", ".post", ".dev", "+", "-", "_", "c", "!"};
	enum { PAIRS = 4000 };
	const char *const argv[] = {"python3", "-c", packaging_script, NULL};
	const struct version_scheme *pep440 = version_scheme_find(STR("pep440"));
	struct arena arena CLEANUP(arena_release);
	struct buf in CLEANUP(buf_release) = BUF_INIT(MIB(1)),
		      out CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct spawn s = {.argv = argv, .out = &out, .timeout_ms = 60000};
	struct spawn_result result;
	struct err err = ERR_INIT;
	struct str(*pairs)[2];
	uint64_t seed = 440;

	(void)state;
	arena_init(&arena, MIB(4));
	pairs = arena_array(&arena, PAIRS, sizeof *pairs);
	assert_non_null(pairs);
	for (int i = 0; i < PAIRS; i++) {
		pairs[i][0] = random_version(&seed, parts, ARRAY_LEN(parts), &arena);
		pairs[i][1] = random_version(&seed, parts, ARRAY_LEN(parts), &arena);
		buf_addf(&in, "%s %s\n", pairs[i][0].p, pairs[i][1].p);
	}
	s.input = buf_str(&in);
	if (!spawn_has("python3") || spawn_run(&s, &result, &err) != 0 || result.status == 7) {
		print_message("skipped: no python3 with packaging here\n");
		skip();
	}
	assert_int_equal(out.n, PAIRS);
	for (int i = 0; i < PAIRS; i++) {
		char sign = sign_of(version_compare(pep440, pairs[i][0], pairs[i][1]));

		if (sign != out.p[i])
			fail_msg("%s %s: packaging says %c, we say %c", pairs[i][0].p,
			    pairs[i][1].p, out.p[i], sign);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_deb_data),
	    cmocka_unit_test(test_pep440_data),
	    cmocka_unit_test(test_registry),
	    cmocka_unit_test(test_against_dpkg),
	    cmocka_unit_test(test_against_packaging),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
