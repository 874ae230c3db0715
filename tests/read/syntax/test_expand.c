/* Variables of Dockerfile words, and image references taken apart. */
#include "read/syntax/dockerfile_view.h"
#include "with_cmocka.h"

#include <stdio.h>

/* A is "1", E is set and empty, U is not set, O is an open argument; anything else is not known. */
static enum docker_worth worth_of(const void *arg, struct str name, struct str *ret_value)
{
	(void)arg;
	if (str_eq(name, STR("A"))) {
		*ret_value = STR("1");
		return DOCKER_SET;
	}
	if (str_eq(name, STR("E"))) {
		*ret_value = STR("");
		return DOCKER_SET;
	}
	if (str_eq(name, STR("U")))
		return DOCKER_UNSET;
	return str_eq(name, STR("O")) ? DOCKER_OPEN : DOCKER_UNKNOWN_WORTH;
}

struct expansion {
	const char *raw, *text;
	bool known;
};

static const struct expansion expansions[] = {
    {"plain", "plain", true},
    {"", "", true},
    {"$A", "1", true},
    {"${A}", "1", true},
    {"x$A.y${A}z", "x1.y1z", true},
    {"$AB", "${AB}", false},
    {"$A_", "${A_}", false},
    {"$1A", "${1}A", false},
    {"$", "$", true},
    {"a$", "a$", true},
    {"$-x", "$-x", true},
    {"$$A", "$1", true},
    {"[$U]", "[]", true},
    {"[${U}]", "[]", true},
    {"[$O]", "[${O}]", false},
    {"[${O}]", "[${O}]", false},
    {"[$N]", "[${N}]", false},
    {"[${N}]", "[${N}]", false},
    {"[$E]", "[]", true},
    /* - and :- */
    {"${A-d}", "1", true},
    {"${A:-d}", "1", true},
    {"${E-d}", "", true},
    {"${E:-d}", "d", true},
    {"${U-d}", "d", true},
    {"${U:-d}", "d", true},
    {"${U:-}", "", true},
    {"${O:-d}", "d", true},
    {"${O-d}", "d", true},
    {"${N:-d}", "d", false},
    {"${N-d}", "d", false},
    {"${U:-x$A}", "x1", true},
    {"${U:-${U:-${A}y}}z", "1yz", true},
    {"${U:-$N}", "${N}", false},
    {"${U:-'a}b'}c", "a}bc", true},
    {"${U:-\"a}b\"}c", "a}bc", true},
    {"${U:-\"${A}}\"}c", "1}c", true},
    {"${U:-\"a\\\"}b\"}c", "a\"}bc", true},
    {"${U:-a'}b", "${U:-a}b", false},
    {"${U:-a\\}b}", "a}b", true},
    /* + and :+ */
    {"${A+d}", "d", true},
    {"${A:+d}", "d", true},
    {"${E+d}", "d", true},
    {"${E:+d}", "", true},
    {"${U+d}", "", true},
    {"${U:+d}", "", true},
    {"${O:+d}", "", true},
    {"${N:+d}", "d", false},
    {"${N+d}", "d", false},
    {"${A:+<$A>}", "<1>", true},
    /* ? and :? ; what builders refuse stays as it is */
    {"${A?no}", "1", true},
    {"${A:?no}", "1", true},
    {"${E?no}", "", true},
    {"${E:?no}", "${E}", false},
    {"${U?no}", "${U}", false},
    {"${A:}", "${A}", false},
    {"${A/x/y}", "${A}", false},
    {"${U/x/y}", "${U}", false},
    {"${}", "${}", false},
    {"${-x}", "${-x}", false},
    {"${:-x}", "${:-x}", false},
    /* without an end */
    {"${A", "${A", false},
    {"${A $A", "${A 1", false},
    {"x${U:-${A}", "x${U:-${A}", false},
    {"${A\\}", "${A}", false},
    {"${", "${", false},
    /* quotes and escapes */
    {"'$A'", "$A", true},
    {"\"$A\"", "1", true},
    {"'a\"b'\"c'd\"", "a\"bc'd", true},
    {"\\$A", "$A", true},
    {"\"\\$A\"", "$A", true},
    {"\"\\\"\"", "\"", true},
    {"\"\\\\\"", "\\", true},
    {"\"\\x\"", "\\x", true},
    {"\\x", "x", true},
    {"'\\x'", "\\x", true},
    {"a\\", "a\\", true},
    {"a\\'b", "a'b", true},
    {"'open $A", "open $A", true},
    {"$A'$A'\"$A\"", "1$A1", true},
};

static void expand_with(
    struct arena *arena, const char *raw, char escape, const char *text, bool known)
{
	struct err err = ERR_INIT;
	struct str got;
	bool got_known;

	assert_int_equal(
	    docker_expand(str_of(raw), escape, worth_of, NULL, arena, &got, &got_known, &err), 0);
	if (!str_eq(got, str_of(text)) || got_known != known)
		fail_msg("%s becomes \"" STR_FMT "\"%s, not \"%s\"%s", raw, STR_ARG(got),
		    got_known ? "" : "?", text, known ? "" : "?");
}

static void words_are_expanded(void **state)
{
	struct arena arena CLEANUP(arena_release);

	(void)state;
	arena_init(&arena, MIB(1));
	for (size_t i = 0; i < ARRAY_LEN(expansions); i++)
		expand_with(
		    &arena, expansions[i].raw, '\\', expansions[i].text, expansions[i].known);
	expand_with(&arena, "`$A\\$A", '`', "$A\\1", true);
	expand_with(&arena, "${U:-a`}b}", '`', "a}b", true);
	expand_with(&arena, "a`b", '`', "ab", true);
}

/* Eight variables in one another are known; in the ninth nothing is read. */
static void nesting_has_an_end(void **state)
{
	struct arena arena CLEANUP(arena_release);

	(void)state;
	arena_init(&arena, MIB(1));
	expand_with(&arena, "${U-${U-${U-${U-${U-${U-${U-${U-$A}}}}}}}}", '\\', "1", true);
	expand_with(&arena, "${U-${U-${U-${U-${U-${U-${U-${U-${U-$A}}}}}}}}}", '\\', "$A", false);
}

static void a_value_has_a_longest_length(void **state)
{
	char raw[DOCKER_EXPAND_MAX + 8];
	struct arena arena CLEANUP(arena_release);
	struct err err = ERR_INIT;
	struct str got;
	bool known;

	(void)state;
	arena_init(&arena, MIB(1));
	memset(raw, 'x', sizeof raw);
	memcpy(raw, "${A}", 4);
	assert_int_equal(docker_expand(str_make(raw, DOCKER_EXPAND_MAX + 3), '\\', worth_of, NULL,
			     &arena, &got, &known, &err),
	    0);
	assert_true(known);
	assert_int_equal(got.n, DOCKER_EXPAND_MAX);
	assert_int_equal(docker_expand(str_make(raw, DOCKER_EXPAND_MAX + 4), '\\', worth_of, NULL,
			     &arena, &got, &known, &err),
	    0);
	assert_false(known);
	assert_int_equal(got.n, DOCKER_EXPAND_MAX);
}

static const struct {
	const char *text, *registry, *repository, *tag, *digest;
} references[] = {
    {"debian", "", "debian", "", ""},
    {"debian:12", "", "debian", "12", ""},
    {"team/app", "", "team/app", "", ""},
    {"team/app:1", "", "team/app", "1", ""},
    {"a.b/c", "a.b", "c", "", ""},
    {"a:1/c", "a:1", "c", "", ""},
    {"a:1/c:2", "a:1", "c", "2", ""},
    {"localhost/c/d:2", "localhost", "c/d", "2", ""},
    {"localhost:5000/c", "localhost:5000", "c", "", ""},
    {"local/c", "", "local/c", "", ""},
    {"a@sha256:00", "", "a", "", "sha256:00"},
    {"r.io/a/b:1@sha256:00", "r.io", "a/b", "1", "sha256:00"},
    {"team/x:1/y", "", "team/x:1/y", "", ""},
    {"r.io", "", "r.io", "", ""},
    {"a:", "", "a", "", ""},
    {"", "", "", "", ""},
};

static void references_are_split(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(references); i++) {
		struct docker_reference ref = docker_reference_split(str_of(references[i].text));

		if (!str_eq(ref.registry, str_of(references[i].registry)) ||
		    !str_eq(ref.repository, str_of(references[i].repository)) ||
		    !str_eq(ref.tag, str_of(references[i].tag)) ||
		    !str_eq(ref.digest, str_of(references[i].digest)))
			fail_msg("%s is split into " STR_FMT " | " STR_FMT " | " STR_FMT
				 " | " STR_FMT,
			    references[i].text, STR_ARG(ref.registry), STR_ARG(ref.repository),
			    STR_ARG(ref.tag), STR_ARG(ref.digest));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(words_are_expanded),
	    cmocka_unit_test(nesting_has_an_end),
	    cmocka_unit_test(a_value_has_a_longest_length),
	    cmocka_unit_test(references_are_split),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
