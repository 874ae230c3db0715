/* Fingerprints, copies and the order of reports. */
#include "base/hash.h"
#include "core/finding.h"
#include "samples.h"
#include "unit.h"

static struct str fingerprint_of(struct fixture *f, struct finding finding, uint32_t ordinal)
{
	assert_int_equal(finding_set_fingerprint(&finding, ordinal, &f->arena, &f->err), 0);
	return finding.fingerprint;
}

static void a_fingerprint_is_what_it_says(void **state)
{
	struct fixture *f = *state;
	struct place place = {.origin.path = STR("Dockerfile"), .line = 7};
	struct finding finding = {
	    .rule = STR("DL3002"), .identity = STR("USER root"), .places = &place, .n_places = 1};
	char hex[SHA256_HEX_SIZE];

	sha256_hex(STR("DL3002\0Dockerfile\0USER root\0"
		       "12"),
	    hex);
	hex[32] = '\0';
	assert_str(fingerprint_of(f, finding, 12), hex);
}

static void a_fingerprint_survives_moves(void **state)
{
	struct fixture *f = *state;
	struct place place = {
	    .origin.path = STR("Dockerfile"), .line = 7, .origin.layer = STR("sha256:aa")};
	struct finding finding = {
	    .rule = STR("DL3002"), .identity = STR("USER root"), .places = &place, .n_places = 1};
	struct str before = fingerprint_of(f, finding, 0);

	place.line = 70;
	place.origin.layer = STR("sha256:bb");
	finding.message = STR("in other words");
	assert_true(str_eq(before, fingerprint_of(f, finding, 0)));
	assert_false(str_eq(before, fingerprint_of(f, finding, 1)));
	place.origin.path = STR("b/Dockerfile");
	assert_false(str_eq(before, fingerprint_of(f, finding, 0)));
	finding.n_places = 0;
	assert_int_equal(fingerprint_of(f, finding, 0).n, 32);
}

/* Behind the ordinal, so that no name of a file looks like a file in an archive. */
static void a_fingerprint_knows_the_path_in_an_archive(void **state)
{
	struct fixture *f = *state;
	struct place place = {.origin.path = STR("a.jar"), .line = 7};
	struct finding_secret secret = {0};
	struct finding finding = {
	    .rule = STR("R"), .identity = STR("i"), .places = &place, .n_places = 1};
	struct str before = fingerprint_of(f, finding, 1), inner;
	char hex[SHA256_HEX_SIZE];

	place.origin.inner = STR("b.txt");
	inner = fingerprint_of(f, finding, 1);
	sha256_hex(STR("R\0a.jar\0i\0"
		       "1\0b.txt"),
	    hex);
	hex[32] = '\0';
	assert_str(inner, hex);
	assert_false(str_eq(before, inner));
	place.origin = (struct origin){.path = STR("a.jar!b.txt")};
	assert_false(str_eq(fingerprint_of(f, finding, 1), inner));
	place.origin = (struct origin){.path = STR("a.jar"),
	    .encoding = STR("gzip"),
	    .commit = STR("1"),
	    .author = STR("A"),
	    .ref = STR("r"),
	    .layer = STR("l"),
	    .instruction = STR("COPY")};
	assert_true(str_eq(fingerprint_of(f, finding, 1), before));
	finding.secret = &secret;
	before = fingerprint_of(f, finding, 0);
	place.origin.inner = STR("b.txt");
	assert_true(str_eq(fingerprint_of(f, finding, 0), before));
}

static void an_edit_is_worth_what_its_finding_is(void **state)
{
	(void)state;
	assert_int_equal(edit_importance(SEVERITY_UNKNOWN), 0);
	assert_int_equal(edit_importance(SEVERITY_INFO), 20);
	assert_int_equal(edit_importance(SEVERITY_MEDIUM), 60);
	assert_int_equal(edit_importance(SEVERITY_CRITICAL), EDIT_IMPORTANCE_MAX);
}

static void a_copy_is_deep(void **state)
{
	struct fixture *f = *state;
	struct sample s;
	struct finding copy;

	sample_init(&s);
	assert_int_equal(finding_copy(&s.finding, &f->arena, &copy, &f->err), 0);
	memset(&s, 0, sizeof s);
	assert_str(copy.rule, "CVE-2020-25032");
	assert_str(copy.places[1].origin.path, "app/requirements.txt");
	assert_str(copy.package->place.origin.path, "app/requirements.txt");
	assert_str(copy.fix->edits[0].text, "b");
	assert_str(copy.waiver->owner, "team-a");
	fail_nth(&f->arena, 1);
	assert_int_equal(finding_copy(&copy, &f->arena, &copy, &f->err), -1);
	assert_int_equal(f->err.code, ERR_NOMEM);
}

static void the_order_is_total(void **state)
{
	static struct place a1 = {.origin.path = STR_INIT("a"), .line = 1, .column = 1};
	static struct place a2 = {.origin.path = STR_INIT("a"), .line = 1, .column = 2};
	static struct place a10 = {.origin.path = STR_INIT("a"), .line = 10};
	static struct place b = {.origin.path = STR_INIT("b"), .line = 1};
	static struct place b_encoded = {
	    .origin = {.path = STR_INIT("b"), .encoding = STR_INIT("gzip")}, .line = 1};
	static struct place b_inner = {.origin = {.path = STR_INIT("b"), .inner = STR_INIT("a")}};
	static struct place b_layer = {
	    .origin.path = STR_INIT("b"), .line = 1, .origin.layer = STR_INIT("l")};
	const struct finding sorted[] = {
	    {.verdict = VERDICT_BLOCKS, .severity = SEVERITY_LOW},
	    {.verdict = VERDICT_BLOCKS, .severity = SEVERITY_UNKNOWN},
	    {.verdict = VERDICT_BLOCKS, .state = STATE_KNOWN, .severity = SEVERITY_CRITICAL},
	    {.verdict = VERDICT_WARNS, .severity = SEVERITY_CRITICAL},
	    {.verdict = VERDICT_WARNS, .severity = SEVERITY_HIGH, .places = &a1, .n_places = 1},
	    {.verdict = VERDICT_WARNS,
		.severity = SEVERITY_HIGH,
		.places = &a1,
		.n_places = 1,
		.rule = STR("X")},
	    {.verdict = VERDICT_WARNS,
		.severity = SEVERITY_HIGH,
		.places = &a1,
		.n_places = 1,
		.rule = STR("X"),
		.fingerprint = STR("1")},
	    {.verdict = VERDICT_WARNS,
		.severity = SEVERITY_HIGH,
		.places = &a1,
		.n_places = 1,
		.rule = STR("X"),
		.fingerprint = STR("1"),
		.subject = 1},
	    {.verdict = VERDICT_WARNS, .severity = SEVERITY_HIGH, .places = &a2, .n_places = 1},
	    {.verdict = VERDICT_WARNS, .severity = SEVERITY_HIGH, .places = &a10, .n_places = 1},
	    {.verdict = VERDICT_WARNS, .severity = SEVERITY_HIGH, .places = &b, .n_places = 1},
	    {.verdict = VERDICT_WARNS,
		.severity = SEVERITY_HIGH,
		.places = &b_encoded,
		.n_places = 1},
	    {.verdict = VERDICT_WARNS,
		.severity = SEVERITY_HIGH,
		.places = &b_layer,
		.n_places = 1},
	    {.verdict = VERDICT_WARNS,
		.severity = SEVERITY_HIGH,
		.places = &b_inner,
		.n_places = 1},
	    {.verdict = VERDICT_WARNS, .severity = SEVERITY_INFO},
	    {.verdict = VERDICT_EXCUSED, .severity = SEVERITY_CRITICAL},
	    {.verdict = VERDICT_PASSES, .severity = SEVERITY_CRITICAL},
	    {.verdict = VERDICT_PASSES, .state = STATE_FIXED, .severity = SEVERITY_CRITICAL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sorted); i++) {
		for (size_t k = 0; k < ARRAY_LEN(sorted); k++) {
			int order = finding_compare(&sorted[i], &sorted[k]);

			if (i < k ? order >= 0 : i > k ? order <= 0 : order != 0)
				fail_msg("%zu and %zu: %d", i, k, order);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    unit_test_here(a_fingerprint_is_what_it_says),
	    unit_test_here(a_fingerprint_survives_moves),
	    unit_test_here(a_fingerprint_knows_the_path_in_an_archive),
	    unit_test_here(an_edit_is_worth_what_its_finding_is),
	    unit_test_here(a_copy_is_deep),
	    unit_test_here(the_order_is_total),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
