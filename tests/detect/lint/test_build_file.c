/* What bake and Compose files say is built. */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
// clang-format on

#include "base/buf.h"
#include "detect/lint/build_file.h"
#include "full_arena.h"

static void print_map(const char *what, const struct map *map, struct buf *out)
{
	for (size_t i = 0; i < map->n; i++) {
		const struct str *value = map->items[i].value;

		buf_addf(out, " %s " STR_FMT "=" STR_FMT, what, STR_ARG(map->items[i].key),
		    STR_ARG(*value));
	}
}

static void print_targets(const struct build_file *file, struct buf *out)
{
	for (size_t i = 0; i < file->targets.n; i++) {
		const struct build_target *t = &file->targets.p[i];

		buf_addf(out, STR_FMT ":", STR_ARG(t->name));
		if (t->text)
			buf_addf(out, " text %zu", t->text->text.n);
		if (t->dockerfile.n > 0)
			buf_addf(out, " file " STR_FMT, STR_ARG(t->dockerfile));
		if (t->how.target.n > 0)
			buf_addf(out, " target " STR_FMT, STR_ARG(t->how.target));
		if (t->how.platform.n > 0)
			buf_addf(out, " platform " STR_FMT, STR_ARG(t->how.platform));
		print_map("arg", t->how.args, out);
		print_map("open", t->how.open_args, out);
		print_map("context", t->how.contexts, out);
		buf_addc(out, '\n');
	}
	for (size_t i = 0; i < file->tree.problems.n; i++)
		buf_addf(out, "! %s\n", file->tree.problems.p[i].what);
}

static void assert_targets(const char *path, const char *text, const char *want)
{
	struct buf got CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct arena arena CLEANUP(arena_release);
	struct build_file file;
	struct err err = ERR_INIT;

	arena_init(&arena, MIB(16));
	if (build_file_read(str_of(path), str_of(text), &arena, &file, &err) != 0)
		fail_msg("%s: %s", text, err.text);
	print_targets(&file, &got);
	assert_string_equal(buf_cstr(&got), want);
}

static void test_names(void **state)
{
	static const char *const are[] = {"docker-bake.hcl", "a/docker-bake.json",
	    "docker-bake.override.hcl", "compose.yaml", "compose.yml", "docker-compose.yml",
	    "x/docker-compose.prod.yaml", "docker-compose-dev.yml", "compose_test.yaml"};
	static const char *const are_not[] = {"bake.hcl", "docker-bake.yaml", "compose.json",
	    "composer.yaml", "my-compose.yaml", "docker-compose.yml.bak", "compose", "main.hcl"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(are); i++)
		if (!build_file_is_name(str_of(are[i])))
			fail_msg("%s", are[i]);
	for (size_t i = 0; i < ARRAY_LEN(are_not); i++)
		if (build_file_is_name(str_of(are_not[i])))
			fail_msg("%s", are_not[i]);
}

static void test_bake(void **state)
{
	(void)state;
	assert_targets("docker-bake.hcl",
	    "target \"a\" {}\ntarget b {\n context = \"sub/dir/..\"\n}\n",
	    "a: file Dockerfile\n"
	    "b: file sub/Dockerfile\n");
	assert_targets("ci/docker-bake.hcl",
	    "target \"a\" { context = \"..\"\n dockerfile = \"docker/app.txt\"\n target = \"prod\"\n"
	    " platforms = [\"linux/arm64\"] }\n"
	    "target \"out\" { context = \"../..\" }\n"
	    "target \"url\" { context = \"https://example.com/x.git\" }\n"
	    "target \"root\" { dockerfile = \"/etc/passwd\" }\n"
	    "target \"two\" { platforms = [\"linux/arm64\", \"linux/amd64\"] }\n",
	    "a: file docker/app.txt target prod platform linux/arm64\n"
	    "out:\n"
	    "url:\n"
	    "root:\n"
	    "two: file ci/Dockerfile\n");
	assert_targets("docker-bake.json",
	    "{\"variable\": {\"T\": {\"default\": 3}}, \"target\": {\"a\": {\"args\": {\"X\": "
	    "\"v${T}\"}, \"dockerfile-inline\": \"FROM x\"}}}",
	    "a: text 6 arg X=v3\n");
}

static void test_variables(void **state)
{
	(void)state;
	assert_targets("docker-bake.hcl",
	    "variable \"A\" { default = \"1\" }\nvariable \"B\" { default = \"${A}.2\" }\n"
	    "variable \"NONE\" {}\nvariable \"SELF\" { default = \"${SELF}\" }\n"
	    "target \"a\" { args = {\n v = \"${B}\"\n bare = A\n none = NONE\n self = SELF\n"
	    " f = upper(A)\n kept = \"$${A} $A 50%\"\n cond = A == \"1\" ? \"x\" : \"y\"\n"
	    " on = true\n null = null\n} }\n",
	    "a: file Dockerfile arg v=1.2 arg bare=1 arg kept=${A} $A 50% arg on=true open none= "
	    "open self= open f= open cond=\n");
}

/* Its own first, then the last that it inherits from. */
static void test_inherits(void **state)
{
	(void)state;
	assert_targets("docker-bake.hcl",
	    "target \"_x\" { args = { A = \"x\", B = \"x\", C = \"x\" } }\n"
	    "target \"y\" { args = { A = \"y\", B = \"y\" }\n dockerfile = \"y.txt\" }\n"
	    "target \"z\" { inherits = [\"_x\", \"y\"]\n args = { A = \"z\" } }\n"
	    "target \"loop\" { inherits = [\"loop\", \"gone\"] }\n",
	    "y: file y.txt arg A=y arg B=y\n"
	    "z: file y.txt arg A=z arg B=y arg C=x\n");
}

static void test_contexts(void **state)
{
	(void)state;
	assert_targets("docker-bake.hcl",
	    "target \"a\" { contexts = {\n base = \"docker-image://alpine:3.20\"\n src = \"../src\"\n"
	    " b = \"target:b\"\n} }\n",
	    "a: file Dockerfile context base=alpine:3.20 context src= context b=\n");
	assert_targets("compose.yaml",
	    "services:\n  a:\n    build:\n      additional_contexts:\n"
	    "      - base=docker-image://alpine:3.20\n      - x=./x\n",
	    "a: file Dockerfile context base=alpine:3.20 context x=\n");
}

static void test_compose(void **state)
{
	(void)state;
	assert_targets("compose.yaml",
	    "services:\n  db:\n    image: postgres:16\n  a:\n    build: ./app\n"
	    "  b:\n    platform: linux/arm64\n    build:\n      context: app\n      dockerfile: ../b.txt\n"
	    "      target: t\n      args:\n        A: 1\n        B: ${X:-y}\n        C: ${X}\n"
	    "        D:\n        E: $$x\n        F: ${X-${Y:-z}}\n        G: $X.\n",
	    "a: file app/Dockerfile\n"
	    "b: file b.txt target t platform linux/arm64 arg A=1 arg B=y arg E=$x arg F=z open C= "
	    "open D= open G=\n");
	assert_targets("docker-compose.yml",
	    "services:\n  a:\n    build:\n      args:\n      - A=1=2\n      - B\n"
	    "  c:\n    extends: a\n  d:\n    extends:\n      service: a\n    build:\n      target: x\n"
	    "  e:\n    build:\n      dockerfile_inline: |\n        FROM x\n",
	    "a: file Dockerfile arg A=1=2 open B=\n"
	    "c: file Dockerfile arg A=1=2 open B=\n"
	    "d: file Dockerfile target x arg A=1=2 open B=\n"
	    "e: text 7\n");
}

static void test_what_is_not_one(void **state)
{
	(void)state;
	assert_targets("compose.yaml", "a: 1\n", "");
	assert_targets("compose.yaml", "services: [a]\n", "");
	assert_targets("compose.yaml", "services:\n  a: x\n  b:\n    build:\n", "");
	assert_targets("compose.yaml", "", "");
	assert_targets("docker-bake.hcl", "target = \"x\"\n", "");
	assert_targets("docker-bake.json", "[1]", "");
	assert_targets("docker-bake.hcl", "target \"a\" {\n",
	    "a: file Dockerfile\n! this block is not closed\n");
}

static int read_one(const void *input, struct arena *arena, struct buf *out, struct err *err)
{
	struct build_file file;

	if (build_file_read(STR("compose.yaml"), str_of(input), arena, &file, err) != 0)
		return -1;
	print_targets(&file, out);
	return 0;
}

static void test_full_arenas(void **state)
{
	(void)state;
	assert_true(assert_survives_full_arenas(read_one,
			"services:\n  a:\n    build:\n      context: x/y\n      args:\n        A: "
			"${B:-c}\n  b:\n    extends: a\n") > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_bake),
	    cmocka_unit_test(test_variables),
	    cmocka_unit_test(test_inherits),
	    cmocka_unit_test(test_contexts),
	    cmocka_unit_test(test_compose),
	    cmocka_unit_test(test_what_is_not_one),
	    cmocka_unit_test(test_full_arenas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
