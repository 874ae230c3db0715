/*
 * The built-in rules' precision, as data: every token in every context, every key in every
 * form, and what only looks like one.
 */
#include "secret_fixture.h"

/* Exactly this rule is found, at full weight. */
static bool found_alone(struct fixture *f, struct str rule, struct str text)
{
	const struct finding *finding = f->report.findings.p;

	scan(f, text);
	finding = f->report.findings.p;
	if (f->report.findings.n == 1 && str_eq(finding->rule, rule) &&
	    finding->weight == WEIGHT_FULL)
		return true;
	print_error("%.*s, not", STR_ARG(rule));
	for (size_t i = 0; i < f->report.findings.n; i++)
		print_error(" %.*s%s", STR_ARG(finding[i].rule),
		    finding[i].weight == WEIGHT_WARNS ? "?" : "");
	print_error(": %.*s\n", STR_ARG(str_sub(text, 0, 160)));
	return false;
}

static bool same_spans(const struct secret_spans *a, const struct secret_spans *b)
{
	if (a->n != b->n || a->complete != b->complete)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		if (a->p[i].start != b->p[i].start || a->p[i].end != b->p[i].end)
			return false;
	}
	return true;
}

static struct str read_data(struct fixture *f, const char *path)
{
	struct str text;

	assert_int_equal(file_read(path, MIB(1), &f->arena, &text, &f->err), 0);
	return text;
}

/* `what` in the place of "@". */
static struct str put_into(struct fixture *f, struct str context, struct str what)
{
	struct str before, behind;

	assert_true(str_split(context, '@', &before, &behind));
	return arena_fmt(
	    &f->arena, STR_FMT STR_FMT STR_FMT, STR_ARG(before), STR_ARG(what), STR_ARG(behind));
}

static void test_tokens(void **state)
{
	struct fixture f;
	struct str tokens, line, rule, token, contexts, context;
	size_t n = 0, wrong = 0;

	(void)state;
	fixture_init(&f, NULL);
	tokens = read_data(&f, TEST_DATA "/secret/tokens.txt");
	while (str_cut(&tokens, '\n', &line)) {
		assert_true(str_split(line, '\t', &rule, &token));
		contexts = read_data(&f, TEST_DATA "/secret/contexts.txt");
		for (; str_cut(&contexts, '\n', &context); n++) {
			struct str text = unescape(&f.arena, put_into(&f, context, token));

			wrong += !found_alone(&f, rule, text);
		}
	}
	assert_int_equal(wrong, 0);
	assert_true(n > 900);
	fixture_release(&f);
}

static void test_named(void **state)
{
	struct fixture f;
	struct str rest, line, rule, text;
	size_t wrong = 0;

	(void)state;
	fixture_init(&f, NULL);
	rest = read_data(&f, TEST_DATA "/secret/named.txt");
	while (str_cut(&rest, '\n', &line)) {
		assert_true(str_split(line, '\t', &rule, &text));
		wrong += !found_alone(&f, rule, unescape(&f.arena, text));
	}
	assert_int_equal(wrong, 0);
	fixture_release(&f);
}

static void test_negative(void **state)
{
	struct fixture f;
	struct str rest, line;
	size_t n = 0, wrong = 0;

	(void)state;
	fixture_init(&f, NULL);
	rest = read_data(&f, TEST_DATA "/secret/negative.txt");
	for (; str_cut(&rest, '\n', &line); n++) {
		scan(&f, unescape(&f.arena, line));
		if (f.report.findings.n == 0)
			continue;
		print_error("%.*s in %.*s\n", STR_ARG(f.report.findings.p[0].rule), STR_ARG(line));
		wrong++;
	}
	assert_int_equal(wrong, 0);
	assert_true(n > 100);
	fixture_release(&f);
}

/* What stands in every manual and on every developer's machine: nothing of it blocks. */
static void test_development(void **state)
{
	struct fixture f;
	struct str rest, line;
	size_t n = 0, wrong = 0;

	(void)state;
	fixture_init(&f, NULL);
	rest = read_data(&f, TEST_DATA "/secret/development.txt");
	for (; str_cut(&rest, '\n', &line); n++) {
		scan(&f, unescape(&f.arena, line));
		for (size_t i = 0; i < f.report.findings.n; i++) {
			const struct finding *finding = &f.report.findings.p[i];

			if (finding->weight == WEIGHT_WARNS || finding->secret->generic)
				continue;
			print_error(
			    STR_FMT " in " STR_FMT "\n", STR_ARG(finding->rule), STR_ARG(line));
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
	assert_true(n >= 30);
	fixture_release(&f);
}

/* A scanner that was made inside the sandbox, without JIT, hides what the other one hides. */
static void test_inside(void **state)
{
	static const char *const files[] = {TEST_DATA "/secret/tokens.txt",
	    TEST_DATA "/secret/named.txt", TEST_DATA "/secret/negative.txt",
	    TEST_DATA "/secret/keys.txt"};
	struct secret_scanner *inside;
	struct fixture f;
	size_t found = 0;

	(void)state;
	fixture_init(&f, NULL);
	assert_true(secret_fits_inside());
	assert_int_equal(secret_scanner_new_inside(&limits_default, &inside, &f.err), 0);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		struct str rest = read_data(&f, files[i]), line;

		while (str_cut(&rest, '\n', &line)) {
			struct secret_spans spans, others;

			line = unescape(&f.arena, line);
			assert_int_equal(secret_find_spans(f.scanner, line, SECRET_SPANS_ALL,
					     &f.arena, &spans, &f.err),
			    0);
			assert_int_equal(secret_find_spans(inside, line, SECRET_SPANS_ALL, &f.arena,
					     &others, &f.err),
			    0);
			assert_true(same_spans(&spans, &others));
			found += spans.n;
		}
	}
	assert_true(found > 50);
	secret_scanner_free(inside);
	fixture_release(&f);
}

/* ---- private keys ---- */

/* How a block stands in a file: what is in front of it, in front of each line, behind each, and
 * behind it. */
struct form {
	const char *open, *before, *behind, *close;
	bool one_line; /* the body is not broken into lines */
};

static const struct form forms[] = {
    {"", "", "\n", "", false},
    {"", "", "\r\n", "", false},
    {"text\n\n", "", "\n", "text", false},
    {"key: |\n", "    ", "\n", "other: 1\n", false},
    {"", "\t\t", "\n", "", false},
    {"", "# ", "\n", "", false},
    {"/*\n", " * ", "\n", " */", false},
    {"", "// ", "\n", "", false},
    {"@@ -0,0 +1 @@\n", "+", "\n", "", false},
    {"", "> ", "\n", "", false},
    {"{\"key\": \"", "", "\\n", "\"}", false},
    {"{\"key\": \"", "", "\\r\\n", "\"}", false},
    {"\"{\\\"k\\\":\\\"", "", "\\\\n", "\\\"}\"", false},
    {"KEY=\"", "", "\\n", "\"\n", true},
    {"KEY='", "", "\n", "'\n", false},
    {"const k = `", "", "\n", "`;", false},
    {"char *k =\n", "    \"", "\\n\"\n", ";", false},
    {"k = (\n", "  '", "\\n'\n", ")", false},
    {"k =\n", "  \"", "\\n\" +\n", "\"\";", false},
    {"<key>", "", "\n", "</key>", false},
    {"<key>", "", "&#10;", "</key>", false},
    {"[", "\"", "\", ", "]", false},
    {"KEY=", "", " ", "\n", true},
    {"KEY=", "", "", "\n", true},
    {"RUN echo '", "", "\\n", "' > /k", false},
};

enum { LINE_BYTES = 64 };

static void add_line(struct buf *out, const struct form *form, struct str line)
{
	buf_add(out, str_of(form->before));
	buf_add(out, line);
	buf_add(out, str_of(form->behind));
}

static struct str block(struct fixture *f, const struct form *form, struct str label,
    struct str headers, struct str body)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct str rest = headers, line;
	size_t step = form->one_line ? body.n : LINE_BYTES;

	buf_add(&out, str_of(form->open));
	add_line(&out, form, arena_fmt(&f->arena, "-----BEGIN %.*s-----", STR_ARG(label)));
	while (str_cut(&rest, '\n', &line))
		add_line(&out, form, line);
	for (size_t at = 0; at < body.n; at += step)
		add_line(&out, form, str_sub(body, at, step));
	add_line(&out, form, arena_fmt(&f->arena, "-----END %.*s-----", STR_ARG(label)));
	buf_add(&out, str_of(form->close));
	assert_true(buf_ok(&out));
	return arena_str(&f->arena, buf_str(&out));
}

static void check_forms(struct fixture *f, struct str rule, struct str label, struct str headers,
    struct str body, size_t *wrong)
{
	char hash[SECRET_HASH_HEX + 1] = "";

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		/* Headers that share a line with the body are in no file. */
		if (headers.n > 0 && !strchr(forms[i].behind, 'n') && forms[i].behind[0] != '\n')
			continue;
		if (!found_alone(f, rule, block(f, &forms[i], label, headers, body))) {
			*wrong += 1;
			continue;
		}
		if (hash[0] != '\0')
			assert_memory_equal(
			    hash, f->report.findings.p[0].secret->hash.p, SECRET_HASH_HEX);
		memcpy(hash, f->report.findings.p[0].secret->hash.p, SECRET_HASH_HEX);
	}
}

static void test_keys(void **state)
{
	struct fixture f;
	struct str rest, line, rule, label, headers;
	size_t n = 0, wrong = 0;

	(void)state;
	fixture_init(&f, NULL);
	rest = read_data(&f, TEST_DATA "/secret/keys.txt");
	for (; str_cut(&rest, '\n', &line); n++) {
		assert_true(str_split(line, '\t', &rule, &line) &&
			    str_split(line, '\t', &label, &line) &&
			    str_split(line, '\t', &headers, &line));
		check_forms(&f, rule, label, unescape(&f.arena, headers), line, &wrong);
	}
	assert_int_equal(wrong, 0);
	assert_true(n > 8);
	fixture_release(&f);
}

/* The first key, and what becomes of it. */
static void check_key(struct fixture *f, const char *path, size_t from, size_t bytes, bool footer,
    size_t want, enum finding_weight weight)
{
	struct str rest = read_data(f, TEST_DATA "/secret/keys.txt"), line, body;
	size_t column = 3;

	assert_true(str_cut(&rest, '\n', &line));
	while (column-- > 0)
		assert_true(str_split(line, '\t', &body, &line));
	body = block(f, &forms[0], STR("RSA PRIVATE KEY"), STR(""), str_sub(line, from, bytes));
	if (!footer)
		body.n = str_find(body, STR("-----END"));
	fixture_clear(f);
	scan_at(f, path, body);
	assert_int_equal(f->report.findings.n, want);
	if (want > 0) {
		assert_int_equal(f->report.findings.p[0].weight, weight);
		assert_int_equal(f->report.findings.p[0].severity,
		    weight == WEIGHT_FULL ? SEVERITY_CRITICAL : SEVERITY_MEDIUM);
	}
}

static void test_key_that_is_not_whole(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, NULL);
	check_key(&f, "key.pem", 0, 9999, true, 1, WEIGHT_FULL);
	check_key(&f, "key.pem", 0, 9999, false, 1, WEIGHT_FULL);
	/* Lines are missing: likely half a key. */
	check_key(&f, "key.pem", 0, 400, true, 1, WEIGHT_WARNS);
	check_key(&f, "key.pem", 64, 9999, true, 1, WEIGHT_WARNS);
	/* An ellipsis. */
	check_key(&f, "key.pem", 0, 100, true, 0, WEIGHT_FULL);
	check_key(&f, "key.pem", 0, 400, false, 0, WEIGHT_FULL);
	fixture_release(&f);
}

/* Tests have keys of their own. */
static void test_fixtures_warn(void **state)
{
	static const char *const tests[] = {"tests/server.key", "pkg/testdata/a.pem", "a/b_test.go",
	    "src/__fixtures__/k", "ServerTest.java", "x.spec.ts", "libtest/k", "examples/k.pem",
	    "config.example.yml", "docs/tls.md", "vendor/a/server.key", "tests/certs/server.key",
	    "pkg/kubernetes/fixtures/a.yml", "deploy/lib/x_test.go"};
	static const char *const others[] = {"server.key", "src/latest/k", "contest/k.pem",
	    "deploy/k", "attestation/k", "README.md", "src/vendors/k", "k8s/overlays/test/tls.key",
	    "deploy/test/tls.key", "terraform/test/k.pem", "certs/test.key"};
	struct fixture f;

	(void)state;
	fixture_init(&f, NULL);
	for (size_t i = 0; i < ARRAY_LEN(tests); i++)
		check_key(&f, tests[i], 0, 9999, true, 1, WEIGHT_WARNS);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		check_key(&f, others[i], 0, 9999, true, 1, WEIGHT_FULL);
	/* What a provider issued is somebody's, wherever it stands. */
	fixture_clear(&f);
	scan_at(&f, "tests/a_test.go",
	    STR("k = \"AK"
		"IAQWERTYUIOPASDF27\""));
	assert_int_equal(f.report.findings.n, 1);
	assert_int_equal(f.report.findings.p[0].weight, WEIGHT_FULL);
	fixture_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_tokens),
	    cmocka_unit_test(test_named),
	    cmocka_unit_test(test_negative),
	    cmocka_unit_test(test_development),
	    cmocka_unit_test(test_inside),
	    cmocka_unit_test(test_keys),
	    cmocka_unit_test(test_key_that_is_not_whole),
	    cmocka_unit_test(test_fixtures_warn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
