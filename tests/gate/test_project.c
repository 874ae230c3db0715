/* .plimsoll.yaml: each key, what is not a key, and what a branch must not be able to say. */
#include "../base/full_arena.h"
#include "../core/unit.h"
#include "base/buf.h"
#include "gate/project.h"

static int parse(struct fixture *f, const char *text, struct project *ret)
{
	f->err = ERR_INIT;
	return project_parse(str_of(text), &f->arena, ret, &f->err);
}

static void assert_refused(struct fixture *f, const char *text, enum err_code code, const char *why)
{
	struct project project = {.name = STR("untouched")};

	if (parse(f, text, &project) == 0)
		fail_msg("\"%s\" is taken", text);
	assert_err(&f->err, code, why);
	assert_true(str_starts(str_of(f->err.text), PROJECT_FILE));
	assert_str(project.name, "untouched");
}

/* One image with one key. */
static const char *image(struct fixture *f, const char *key, const char *value)
{
	return arena_fmt(&f->arena, "plimsoll: 1\nimages:\n  - %s: %s\n", key, value).p;
}

static void every_key(void **state)
{
	struct fixture *f = *state;
	struct project p;

	assert_int_equal(parse(f,
			     "plimsoll: 1\n"
			     "images:\n"
			     "  - name: shop-2.x_y\n"
			     "    context: services/shop\n"
			     "    file: build/Dockerfile.prod\n"
			     "    target: Final\n"
			     "    args:\n"
			     "      VERSION: 12\n"
			     "      _debug: false\n"
			     "      EMPTY: ''\n"
			     "      BASE: registry.example/base:1\n",
			     &p),
	    0);
	assert_true(p.has_image);
	assert_str(p.name, "shop-2.x_y");
	assert_str(p.context, "services/shop");
	assert_str(p.file, "build/Dockerfile.prod");
	assert_str(p.target, "Final");
	assert_int_equal(p.n_args, 4);
	assert_str(p.args[0].name, "VERSION");
	assert_str(p.args[0].value, "12");
	assert_str(p.args[1].name, "_debug");
	assert_str(p.args[1].value, "false");
	assert_str(p.args[2].value, "");
	assert_str(p.args[3].value, "registry.example/base:1");
}

static void defaults_hold(void **state)
{
	static const char *const texts[] = {
	    "plimsoll: 1\n", "plimsoll: 1\nimages: []\n", "plimsoll: 1\nimages: [{}]\n"};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct project p;

		assert_int_equal(parse(f, texts[i], &p), 0);
		assert_int_equal(p.has_image, i == 2);
		assert_str(p.name, "");
		assert_str(p.context, "");
		assert_str(p.file, "Dockerfile");
		assert_str(p.target, "");
		assert_int_equal(p.n_args, 0);
	}
}

/* Nothing that was read stays in the text's own memory. */
static void nothing_is_borrowed(void **state)
{
	struct fixture *f = *state;
	char text[] = "plimsoll: 1\nimages: [{name: shop, args: {A: b}}]\n";
	struct project p;

	assert_int_equal(parse(f, text, &p), 0);
	memset(text, 'x', sizeof text - 1);
	assert_str(p.name, "shop");
	assert_str(p.args[0].name, "A");
	assert_str(p.args[0].value, "b");
}

static void mistakes_are_named(void **state)
{
	struct fixture *f = *state;

	assert_refused(f, "", ERR_CONFIG, "it is empty");
	assert_refused(f, "---\nplimsoll: 1\n---\nplimsoll: 1\n", ERR_CONFIG, "more than one");
	assert_refused(
	    f, "plimsoll: 2\n", ERR_CONFIG, ":1:1: this program reads files of version 1");
	assert_refused(f, "plimsoll: 1\nimage: []\n", ERR_CONFIG,
	    ":2:1: no such key: image; did you mean images?");
	assert_refused(f, image(f, "contxt", "x"), ERR_CONFIG,
	    ":3:5: no such key: contxt; did you mean context?");
	assert_refused(f, image(f, "policy", "x"), ERR_CONFIG, "no such key: policy");
	assert_refused(f, "plimsoll: 1\nimages: [{file: a, file: b}]\n", ERR_CONFIG, ":2:");
	assert_refused(f, "plimsoll: 1\nimages: [{args: {A: 1, A: 2}}]\n", ERR_CONFIG, ":2:");
	assert_refused(f, "plimsoll: 1\nimages: [\n", ERR_CONFIG, PROJECT_FILE.p);
	assert_refused(f, "plimsoll: 1\nimages: [&a {args: *a}]\n", ERR_CONFIG, ":2:");
	assert_refused(
	    f, "[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]", ERR_CONFIG, "nested too deep");
}

static void types_are_held(void **state)
{
	static const char *const texts[] = {"name", "context", "file", "target"};
	static const char *const not_texts[] = {"[]", "[a]", "{}", "{a: b}", "null", ""};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		for (size_t k = 0; k < ARRAY_LEN(not_texts); k++)
			assert_refused(f, image(f, texts[i], not_texts[k]), ERR_CONFIG,
			    ":3:5: a text is expected here");
	}
	assert_refused(f, image(f, "args", "[A=b]"), ERR_CONFIG, "NAME: value is expected here");
	assert_refused(f, image(f, "args", "A"), ERR_CONFIG, "NAME: value is expected here");
	assert_refused(f, image(f, "args", "{A: [b]}"), ERR_CONFIG, "a text is expected here");
	assert_refused(f, image(f, "args", "{A: {}}"), ERR_CONFIG, "a text is expected here");
	assert_refused(f, "plimsoll: [1]\n", ERR_CONFIG, "version 1");
	assert_refused(f, "plimsoll: 1\nimages: shop\n", ERR_CONFIG, "a list of images");
	assert_refused(f, "plimsoll: 1\nimages: {name: shop}\n", ERR_CONFIG, "a list of images");
	assert_refused(f, "plimsoll: 1\nimages:\n", ERR_CONFIG, "a list of images");
	assert_refused(f, "plimsoll: 1\nimages: [shop]\n", ERR_CONFIG, "a mapping");
	assert_refused(f, "[]", ERR_CONFIG, "a mapping");
}

static void what_cannot_be_built_yet(void **state)
{
	struct fixture *f = *state;

	assert_refused(f, "plimsoll: 1\nimages:\n  - name: a\n  - name: b\n", ERR_UNSUPPORTED,
	    ":4:5: `images` has 2 entries, the second is b, and more");
	assert_refused(f, image(f, "platforms", "[linux/arm64, b, c, d]"), ERR_UNSUPPORTED,
	    ":3:5: `platforms: linux/arm64, b, c, …` cannot be built yet: ");
	assert_refused(
	    f, image(f, "secrets", "[npm]"), ERR_UNSUPPORTED, ":3:5: `secrets: npm` cannot");
}

static void assert_path(struct fixture *f, const char *key, const char *given, const char *wanted)
{
	struct project p;

	if (parse(f, image(f, key, given), &p) != 0)
		fail_msg("%s: %s: %s", key, given, f->err.text);
	assert_str(str_eq(str_of(key), STR("file")) ? p.file : p.context, wanted);
}

static void paths_are_made_plain(void **state)
{
	struct fixture *f = *state;

	assert_path(f, "context", "\".\"", "");
	assert_path(f, "context", "./", "");
	assert_path(f, "context", "./a/b/", "a/b");
	assert_path(f, "context", "...", "...");
	assert_path(f, "context", "a/.gitlab", "a/.gitlab");
	assert_path(f, "context", "'with blank'", "with blank");
	assert_path(f, "file", "./Dockerfile", "Dockerfile");
}

static void paths_stay_inside(void **state)
{
	static const char *const hostile[] = {"..", "../", "../other", "a/..", "a/../../b",
	    "./../a", "/", "//", ".//", "/etc", "/etc/", "a//b", "a/./b", "././a", "a//", ".git",
	    ".git/", ".GIT/config", "sub/.git/hooks", "-t", "a/--output=x", "\"a\\nb\"",
	    "\"a\\tb\"", "\"a\\0b\"", "\"\\x7f\""};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
		assert_refused(f, image(f, "context", hostile[i]), ERR_CONFIG,
		    ": context: a folder inside the repository is expected");
		assert_refused(f, image(f, "file", hostile[i]), ERR_CONFIG,
		    ": file: a file inside the context is expected");
	}
	assert_refused(f, image(f, "file", "."), ERR_CONFIG, ": file:");
	assert_refused(f, image(f, "file", "''"), ERR_CONFIG, ": file:");
}

static void names_are_words(void **state)
{
	static const char *const hostile[] = {"-x", ".x", "_x", "a b", "a:b", "a@b", "a/b", "'a,b'",
	    "a=b", "\"a\\0\"", "\"a\\n\"", "\xc3\xa9"};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
		assert_refused(f, image(f, "name", hostile[i]), ERR_CONFIG, ": name: lower-case");
		assert_refused(
		    f, image(f, "target", hostile[i]), ERR_CONFIG, ": target: the name of a stage");
	}
	assert_refused(f, image(f, "name", "Shop"), ERR_CONFIG, ": name: lower-case");
}

static void args_are_names_and_values(void **state)
{
	static const char *const hostile[] = {"{'': x}", "{1A: x}", "{A-B: x}", "{'A=B': x}",
	    "{'A B': x}", "{--output: x}", "{\"A\\0\": x}", "{A: \"x\\0y\"}"};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(hostile); i++)
		assert_refused(f, image(f, "args", hostile[i]), ERR_CONFIG, ": args: NAME: value");
}

/* Given as an argument these would change what the builder itself does. */
static void args_are_not_the_builders_own(void **state)
{
	static const char *const own[] = {
	    "PATH", "LD_PRELOAD", "DOCKER_HOST", "SOURCE_DATE_EPOCH", "container"};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		assert_refused(f, image(f, "args", arena_fmt(&f->arena, "{%s: x}", own[i]).p),
		    ERR_CONFIG, "is a variable of the builder itself");
}

static const char *many(struct fixture *f, const char *one, size_t n)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(1));

	for (size_t i = 0; i < n; i++)
		buf_add(&out, str_of(one));
	return arena_str(&f->arena, buf_str(&out)).p;
}

static const char *args(struct fixture *f, size_t n)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(1));

	buf_addc(&out, '{');
	for (size_t i = 0; i < n; i++)
		buf_addf(&out, "A%zu: x, ", i);
	buf_addc(&out, '}');
	return arena_str(&f->arena, buf_str(&out)).p;
}

static void sizes_have_an_end(void **state)
{
	struct fixture *f = *state;
	struct project p;

	assert_int_equal(parse(f, image(f, "name", many(f, "a", 128)), &p), 0);
	assert_refused(f, image(f, "name", many(f, "a", 129)), ERR_CONFIG, ": name:");
	assert_refused(f, image(f, "target", many(f, "a", 129)), ERR_CONFIG, ": target:");
	assert_int_equal(parse(f, image(f, "context", many(f, "ab/", 341)), &p), 0);
	assert_refused(f, image(f, "context", many(f, "ab/", 343)), ERR_CONFIG, ": context:");
	assert_int_equal(parse(f, image(f, "args", args(f, 64)), &p), 0);
	assert_int_equal(p.n_args, 64);
	assert_refused(f, image(f, "args", args(f, 65)), ERR_CONFIG, "more build arguments");
	assert_refused(f, image(f, "args", arena_fmt(&f->arena, "{A: %s}", many(f, "v", 4097)).p),
	    ERR_CONFIG, ": args:");
}

/* What a child answers is checked without the text. */
static void values_are_checked_alone(void **state)
{
	struct fixture *f = *state;
	struct project p = project_default();

	assert_int_equal(project_check(&p, &f->err), 0);
	p.file = STR_NONE;
	assert_int_equal(project_check(&p, &f->err), -1);
	assert_err(&f->err, ERR_CONFIG, ".plimsoll.yaml: file:");
	p = project_default();
	p.context = STR("a/");
	assert_int_equal(project_check(&p, &f->err), -1);
	assert_err(&f->err, ERR_CONFIG, ".plimsoll.yaml: context:");
}

static int read_whole(const void *text, struct arena *arena, struct buf *out, struct err *err)
{
	struct project p;

	if (project_parse(str_of(text), arena, &p, err) != 0)
		return -1;
	buf_addf(out, STR_FMT " " STR_FMT " " STR_FMT " " STR_FMT, STR_ARG(p.name),
	    STR_ARG(p.context), STR_ARG(p.file), STR_ARG(p.target));
	for (size_t i = 0; i < p.n_args; i++)
		buf_addf(out, " " STR_FMT "=" STR_FMT, STR_ARG(p.args[i].name),
		    STR_ARG(p.args[i].value));
	return 0;
}

static void every_allocation_may_fail(void **state)
{
	(void)state;
	assert_true(assert_survives_full_arenas(read_whole,
			"plimsoll: 1\nimages: [{name: a, context: b, file: c, target: d, "
			"args: {B: c, D: e}}]\n") > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    unit_test_here(every_key),
	    unit_test_here(defaults_hold),
	    unit_test_here(nothing_is_borrowed),
	    unit_test_here(mistakes_are_named),
	    unit_test_here(types_are_held),
	    unit_test_here(what_cannot_be_built_yet),
	    unit_test_here(paths_are_made_plain),
	    unit_test_here(paths_stay_inside),
	    unit_test_here(names_are_words),
	    unit_test_here(args_are_names_and_values),
	    unit_test_here(args_are_not_the_builders_own),
	    unit_test_here(sizes_have_an_end),
	    unit_test_here(values_are_checked_alone),
	    unit_test_here(every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
