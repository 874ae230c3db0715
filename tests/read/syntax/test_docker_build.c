/*
 * A Dockerfile as its build sees it: target, arguments and the base's configuration; and what
 * a version of buildah reads otherwise.
 */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
// clang-format on

#include "read/syntax/dockerfile_dialect.h"

struct user_case {
	const char *file, *target, *args; /* NULL args: how it is built is not known */
	const char *user;		  /* "?" behind it: not known */
	bool root;
};

static const struct user_case users[] = {
    {"FROM b\nUSER 00\n", "", NULL, "00", true},
    {"FROM b\nUSER +0\n", "", NULL, "+0", true},
    {"FROM b\nUSER :0\n", "", NULL, ":0", true},
    {"FROM b\nUSER 0:0\n", "", NULL, "0:0", true},
    {"FROM b\nUSER root:x\n", "", NULL, "root:x", true},
    {"FROM b\nUSER  \"root\" \n", "", NULL, "root", true},
    {"FROM b\nUSER 0000000000000000000000\n", "", NULL, "0000000000000000000000", true},
    {"FROM b\nUSER 10\n", "", NULL, "10", false},
    {"FROM b\nUSER 010:0\n", "", NULL, "010:0", false},
    {"FROM b\nUSER rooty\n", "", NULL, "rooty", false},
    {"FROM b\nUSER root\xc2\xa0\n", "", NULL, "root", true},
    {"FROM b\nUSER 1\n\xe2\x80\xa8USER root\n", "", NULL, "root", true},
    {"FROM b\nUSER --x=1 root\n", "", NULL, "root", true},
    {"FROM b AS first\nUSER root\nFROM b\nUSER 5\n", "first", NULL, "root", true},
    {"FROM b AS first\nUSER root\nFROM b\nUSER 5\n", "", NULL, "5", false},
    {"FROM b\nUSER root\nFROM b\nUSER 5\n", "0", "", "root", true},
    {"FROM b\nARG U=10001\nUSER $U\n", "", "U=root", "root", true},
    {"FROM b\nARG U=10001\nUSER $U\n", "", "", "10001", false},
    {"FROM b\nARG U=10001\nUSER $U\n", "", NULL, "10001", false},
    {"ARG U=7\nFROM b\nARG U\nUSER $U\n", "", "", "7", false},
    {"ARG U=7\nFROM b\nUSER $U\n", "", "", "${U}?", false},
    {"FROM b\nARG U\nUSER $U\n", "", "", "", true},
    {"FROM b\nARG U\nUSER $U\n", "", NULL, "${U}?", false},
    {"FROM b\nUSER ${X:+root}\n", "", NULL, "root?", true},
    {"FROM b\nUSER ${PATH:+root}\n", "", NULL, "root", true},
    {"FROM scratch\nUSER ${X:+root}\n", "", NULL, "", true},
    {"FROM known\nUSER ${H:+root}\n", "", "", "root", true},
    {"FROM known\nUSER ${NOPE:+root}7\n", "", "", "7", false},
    {"FROM known\nUSER ${NOPE:-root}\n", "", "", "root", true},
    {"FROM known\nUSER $NOPE\n", "", "", "", true},
    {"FROM known\nUSER $H\n", "", "", "8", false},
    {"FROM known\nARG H=root\nUSER $H\n", "", "H=root", "8", false},
    {"FROM known AS a\nFROM a\nUSER $H\n", "", "", "8", false},
    {"FROM known AS a\nARG U=root\nFROM a\nUSER $U\n", "", "", "${U}?", false},
    {"FROM b\nENV U=$X\nUSER ${U:-10001}\n", "", NULL, "10001?", false},
};

static void set_args(struct map *map, const char *text, struct str values[1])
{
	struct str name;

	if (text && str_split(str_of(text), '=', &name, &values[0]))
		assert_true(map_put(map, name, &values[0]));
}

static void users_of_builds(void **state)
{
	static const struct str env[] = {STR_INIT("H=8")};
	static const struct docker_base bases[] = {
	    {.reference = STR_INIT("known"), .user = STR_INIT("9"), .env = env, .n_env = 1}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(users); i++) {
		const struct user_case *c = &users[i];
		struct docker_build build = {.bases = bases, .n_bases = 1};
		struct dockerfile file;
		struct docker_view view;
		struct str values[1], wanted = str_of(c->user);
		struct arena arena;
		struct map args;
		struct err err = ERR_INIT;
		bool known = !str_ends(wanted, STR("?"));

		wanted.n -= !known;
		arena_init(&arena, MIB(16));
		map_init(&args, &arena);
		set_args(&args, c->args, values);
		build.args = &args;
		build.target = str_of(c->target);
		assert_int_equal(dockerfile_parse(str_of(c->file), &arena, &file, &err), 0);
		assert_int_equal(docker_view_init_build(&view, &file,
				     c->args || c->target[0] ? &build : NULL, &arena, &err),
		    0);
		assert_non_null(view.built);
		if (!str_eq(view.built->user, wanted) || view.built->user_known != known)
			fail_msg("%s: \"" STR_FMT "\" %d", c->file, STR_ARG(view.built->user),
			    view.built->user_known);
		if (known && docker_user_is_root(view.built->user) != c->root)
			fail_msg("%s: root is %d", c->file, !c->root);
		arena_release(&arena);
	}
}

struct dialect_case {
	const char *file, *path, *target;
	unsigned minor;	    /* of buildah 1 */
	const char *wanted; /* EFFECT:LINE … */
};

static const struct dialect_case dialects[] = {
    {"FROM b\nRUN cat <<'#x'\nUSER root\n#x\n", "Dockerfile", "", 28, "O2 "},
    {"FROM b\nRUN cat <<'#x'\nUSER root\n#x\n", "Dockerfile", "", 39, ""},
    {"FROM b\nCOPY <<a <<b /x\na\nb\n", "Dockerfile", "", 28, "O2 O2 "},
    {"FROM b\nONBUILD RUN <<a\na\n", "Dockerfile", "", 28, "O2 "},
    {"FROM b\nCOPY --link --parents --exclude=a x y\nADD --checksum=a x y\n", "Dockerfile", "", 28,
	"R2 R2 R2 R3 "},
    {"FROM b\nCOPY --link --parents --exclude=a x y\nADD --checksum=a x y\n", "Dockerfile", "", 39,
	"R2 R2 "},
    {"FROM b\nCOPY --from=a --chown=1 --chmod=1 x y\n", "Dockerfile", "", 28, ""},
    {"FROM b\nRUN --mount=type=cache,target=/x --mount=type=secret,id=a true\n", "Dockerfile", "",
	28, ""},
    {"FROM b\nRUN --mount=type=new,target=/x --security=insecure true\n", "Dockerfile", "", 28,
	"R2 R2 "},
    {"FROM b\nHEALTHCHECK --start-interval=1s CMD x\n", "Dockerfile", "", 28, "R2 "},
    {"# syntax=docker/dockerfile:1\nFROM b\n", "Dockerfile", "", 39, "I1 "},
    {"# syntax=docker/dockerfile:1\n# escape=`\nFROM b\n", "Dockerfile", "", 39, "I1 O2 "},
    {"# escape=`\nFROM b\n", "Dockerfile", "", 39, ""},
    {"# escape=`\nFROM b\nENV A=`$X `\n B=1\nLABEL a=\\$X\nUSER `\n x\nRUN a`b\n", "Dockerfile", "",
	39, "O3 O5 "},
    {"FROM b\nRUN echo \\\\\nUSER 1\n", "Dockerfile", "", 39, "O2 "},
    {"FROM b\nUSER 1\n", "Dockerfile.in", "", 39, "O1 "},
    {"FROM b\nUSER 1\nFROM 0\n", "Dockerfile", "", 39, "O3 "},
    {"ARG A=a\nFROM b AS a\nFROM $A\n", "Dockerfile", "", 39, "O3 "},
    {"FROM b AS a\nFROM A\n", "Dockerfile", "", 39, "O2 "},
    {"FROM b AS a\nUSER 1\nFROM b AS a\n", "Dockerfile", "a", 39, "O1 "},
    {"FROM b AS a\nFROM a\nUSER 1\n", "Dockerfile", "", 28, ""},
};

static void what_buildah_reads_otherwise(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(dialects); i++) {
		const struct dialect_case *c = &dialects[i];
		struct docker_build build = {.target = str_of(c->target)};
		struct docker_builder builder = {1, c->minor};
		struct docker_constructs found;
		struct dockerfile file;
		struct docker_view view;
		struct arena arena;
		struct err err = ERR_INIT;
		char got[64] = "";
		size_t n = 0;

		arena_init(&arena, MIB(16));
		assert_int_equal(dockerfile_parse(str_of(c->file), &arena, &file, &err), 0);
		assert_int_equal(docker_view_init_build(&view, &file, &build, &arena, &err), 0);
		assert_int_equal(
		    docker_constructs_find(&view, str_of(c->path), builder, &arena, &found, &err),
		    0);
		for (size_t k = 0; k < found.n && n + 4 < sizeof got; k++) {
			got[n++] = "ORI"[found.p[k].effect];
			got[n++] =
			    (char)('0' + line_index_line(&file.lines, found.p[k].range.offset));
			got[n++] = ' ';
			got[n] = '\0';
		}
		if (!str_eq(str_of(got), str_of(c->wanted)))
			fail_msg("%s: %s, not %s", c->file, got, c->wanted);
		arena_release(&arena);
	}
}

/* From that version on a builder knows it, and the one before does not; minor 0: never. */
static const struct {
	const char *file, *what;
	unsigned minor;
} since[] = {
    {"FROM b\nCOPY --link x y\n", "COPY --link", 41},
    {"FROM b\nADD --link x y\n", "ADD --link", 41},
    {"FROM b\nCOPY --parents x y\n", "COPY --parents", 40},
    {"FROM b\nCOPY --exclude=a x y\n", "COPY --exclude", 38},
    {"FROM b\nADD --exclude=a x y\n", "ADD --exclude", 38},
    {"FROM b\nADD --checksum=a x y\n", "ADD --checksum", 33},
    {"FROM b\nADD --keep-git-dir=true x y\n", "ADD --keep-git-dir", 0},
    {"FROM b\nADD --unpack=true x y\n", "ADD --unpack", 0},
    {"FROM b\nRUN --security=insecure x\n", "RUN --security", 0},
    {"FROM b\nRUN --device=a x\n", "RUN --device", 0},
    {"FROM b\nHEALTHCHECK --start-interval=1s CMD x\n", "HEALTHCHECK --start-interval", 37},
    {"ARG A=a\nFROM b AS a\nFROM $A\n", "a stage that is named through a variable", 0},
    {"FROM b\nUSER 1\nFROM 0\n", "a number as the base, which names a stage", 0},
    {"FROM b AS a\nFROM A\n", "a stage's name in other letters", 0},
};

static void assert_since(size_t i, unsigned minor, bool found_wanted)
{
	struct docker_builder builder = {1, minor};
	struct docker_constructs found;
	struct dockerfile file;
	struct docker_view view;
	struct arena arena;
	struct err err = ERR_INIT;

	arena_init(&arena, MIB(16));
	assert_int_equal(dockerfile_parse(str_of(since[i].file), &arena, &file, &err), 0);
	assert_int_equal(docker_view_init(&view, &file, &arena, &err), 0);
	assert_int_equal(
	    docker_constructs_find(&view, STR("Dockerfile"), builder, &arena, &found, &err), 0);
	if (found.n != found_wanted)
		fail_msg("%s in 1.%u: found %zu", since[i].what, minor, found.n);
	if (found_wanted) {
		assert_string_equal(found.p[0].what, since[i].what);
		assert_int_equal(found.p[0].major, since[i].minor != 0);
		assert_int_equal(found.p[0].minor, since[i].minor);
	}
	arena_release(&arena);
}

static void what_came_with_which_version(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(since); i++) {
		assert_since(i, since[i].minor ? since[i].minor - 1 : 999, true);
		if (since[i].minor)
			assert_since(i, since[i].minor, false);
	}
}

static void versions(void **state)
{
	struct docker_builder builder = {0};

	(void)state;
	assert_true(
	    docker_builder_parse(STR("buildah version 1.28.2 (image-spec 1.1.0-rc2)"), &builder));
	assert_int_equal(builder.major, 1);
	assert_int_equal(builder.minor, 28);
	assert_int_equal(docker_dialect_of(builder), DOCKER_NO_HEREDOCS);
	assert_false(docker_builder_parse(STR("buildah"), &builder));
	assert_false(docker_builder_parse(STR("1."), &builder));
	assert_false(docker_builder_parse(STR("99999999999999999999.1"), &builder));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(users_of_builds),
	    cmocka_unit_test(what_buildah_reads_otherwise),
	    cmocka_unit_test(what_came_with_which_version),
	    cmocka_unit_test(versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
