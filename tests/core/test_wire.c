/*
 * Records there and back: that no field is forgotten (each one changed changes the
 * bytes, and the tables below cover each struct to its last byte), that what is read is
 * written again to the byte, and that a damaged record is refused.
 */
#include "base/frame.h"
#include "core/wire.h"
#include "samples.h"
#include "unit.h"

#include <stdlib.h>

enum field_kind { TEXT, NUMBER, LIST, GROUP };

struct field {
	const char *name;
	enum field_kind kind;
	size_t offset, size;
};

#define FIELD(kind, type, member) \
	{#member, kind, offsetof(struct type, member), sizeof((struct type *)0)->member}

static const struct field finding_fields[] = {
    FIELD(TEXT, finding, rule),
    FIELD(NUMBER, finding, stage),
    FIELD(NUMBER, finding, subject),
    FIELD(NUMBER, finding, severity),
    FIELD(TEXT, finding, peer_severity),
    FIELD(NUMBER, finding, state),
    FIELD(NUMBER, finding, verdict),
    FIELD(TEXT, finding, title),
    FIELD(TEXT, finding, message),
    FIELD(TEXT, finding, threat),
    FIELD(TEXT, finding, since),
    FIELD(TEXT, finding, identity),
    FIELD(TEXT, finding, fingerprint),
    FIELD(TEXT, finding, source_line),
    FIELD(LIST, finding, places),
    FIELD(LIST, finding, n_places),
    FIELD(NUMBER, finding, more_places),
    FIELD(NUMBER, finding, more_stages),
    FIELD(GROUP, finding, package),
    FIELD(GROUP, finding, vulnerability),
    FIELD(GROUP, finding, secret),
    FIELD(GROUP, finding, fix),
    FIELD(GROUP, finding, waiver),
    FIELD(TEXT, finding, request),
    FIELD(NUMBER, finding, asked_before),
    FIELD(TEXT, finding, waiver_ended),
    FIELD(LIST, finding, references),
    FIELD(LIST, finding, compliance),
};

static const struct field place_fields[] = {
    FIELD(TEXT, place, origin.path), FIELD(TEXT, place, origin.inner),
    FIELD(TEXT, place, origin.encoding), FIELD(TEXT, place, origin.commit),
    FIELD(TEXT, place, origin.author), FIELD(TEXT, place, origin.ref),
    FIELD(TEXT, place, origin.object), FIELD(TEXT, place, origin.reach),
    FIELD(TEXT, place, origin.removed), FIELD(TEXT, place, origin.layer),
    FIELD(TEXT, place, origin.instruction), FIELD(TEXT, place, within), FIELD(NUMBER, place, line),
    FIELD(NUMBER, place, column), FIELD(NUMBER, place, end_line), FIELD(NUMBER, place, end_column),
    FIELD(NUMBER, place, state), /* last: only a finding's places have it on the wire */
};

static const struct field package_fields[] = {
    FIELD(TEXT, package, type),
    FIELD(TEXT, package, distro),
    FIELD(TEXT, package, name),
    FIELD(TEXT, package, version),
    FIELD(TEXT, package, arch),
    FIELD(TEXT, package, source),
    FIELD(TEXT, package, source_version),
    FIELD(TEXT, package, purl),
    FIELD(GROUP, package, place),
    FIELD(TEXT, package, licence),
    FIELD(NUMBER, package, scope),
    FIELD(NUMBER, package, from_base),
    FIELD(LIST, package, occurrences),
    FIELD(LIST, package, n_occurrences),
    FIELD(NUMBER, package, more_occurrences),
};

static const struct field vulnerability_fields[] = {
    FIELD(TEXT, finding_vulnerability, id),
    FIELD(LIST, finding_vulnerability, aliases),
    FIELD(LIST, finding_vulnerability, fixed),
    FIELD(NUMBER, finding_vulnerability, severity),
    FIELD(TEXT, finding_vulnerability, cvss_vector),
    FIELD(NUMBER, finding_vulnerability, cvss_tenths),
    FIELD(NUMBER, finding_vulnerability, kev),
    FIELD(NUMBER, finding_vulnerability, epss_per_mille),
    FIELD(TEXT, finding_vulnerability, range),
    FIELD(TEXT, finding_vulnerability, feed),
};

static const struct field secret_fields[] = {
    FIELD(TEXT, finding_secret, kind),
    FIELD(NUMBER, finding_secret, length),
    FIELD(TEXT, finding_secret, prefix),
    FIELD(TEXT, finding_secret, hash),
    FIELD(NUMBER, finding_secret, generic),
};

static const struct field edit_fields[] = {
    FIELD(TEXT, finding_edit, path),
    FIELD(NUMBER, finding_edit, offset),
    FIELD(NUMBER, finding_edit, end),
    FIELD(NUMBER, finding_edit, line),
    FIELD(NUMBER, finding_edit, column),
    FIELD(NUMBER, finding_edit, end_line),
    FIELD(NUMBER, finding_edit, end_column),
    FIELD(TEXT, finding_edit, text),
    FIELD(NUMBER, finding_edit, level),
    FIELD(NUMBER, finding_edit, importance),
};

static const struct field fix_fields[] = {
    FIELD(TEXT, finding_fix, text),
    FIELD(LIST, finding_fix, edits),
    FIELD(LIST, finding_fix, n_edits),
};

static const struct field waiver_fields[] = {
    FIELD(TEXT, finding_waiver, owner),
    FIELD(TEXT, finding_waiver, reason),
    FIELD(TEXT, finding_waiver, until),
};

static const struct field problem_fields[] = {
    FIELD(NUMBER, problem, stage),
    FIELD(NUMBER, problem, code),
    FIELD(TEXT, problem, message),
    FIELD(GROUP, problem, place),
};

static const struct field distro_fields[] = {
    FIELD(TEXT, distro, id),
    FIELD(TEXT, distro, version_id),
    FIELD(TEXT, distro, codename),
    FIELD(TEXT, distro, pretty),
};

/* Padding apart, the table names every byte of the struct. */
static void assert_covers(
    const char *name, const struct field *fields, size_t n, size_t struct_size)
{
	unsigned char covered[1024] = {0};
	size_t run = 0;

	assert_true(struct_size <= sizeof covered);
	for (size_t i = 0; i < n; i++)
		memset(covered + fields[i].offset, 1, fields[i].size);
	for (size_t i = 0; i < struct_size; i++) {
		run = covered[i] ? 0 : run + 1;
		if (run >= sizeof(void *))
			fail_msg("struct %s has a field at byte %zu that is not tested", name, i);
	}
}

#define assert_covered(table, type) \
	assert_covers(#type, table, ARRAY_LEN(table), sizeof(struct type))

static void tables_are_complete(void **state)
{
	(void)state;
	assert_covered(finding_fields, finding);
	assert_covered(place_fields, place);
	assert_covered(package_fields, package);
	assert_covered(vulnerability_fields, finding_vulnerability);
	assert_covered(secret_fields, finding_secret);
	assert_covered(edit_fields, finding_edit);
	assert_covered(fix_fields, finding_fix);
	assert_covered(waiver_fields, finding_waiver);
	assert_covered(problem_fields, problem);
	assert_covered(distro_fields, distro);
}

static void encode(struct buf *b, const struct finding *finding)
{
	buf_clear(b);
	wire_put_finding(b, finding);
	assert_true(buf_ok(b));
}

static void assert_reencodes(struct fixture *f, const struct buf *bytes)
{
	struct buf again CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct finding got;

	if (wire_get_finding(buf_str(bytes), &f->arena, &got, &f->err) != 0)
		fail_msg("%s", f->err.text);
	encode(&again, &got);
	assert_true(str_eq(buf_str(bytes), buf_str(&again)));
}

static void change(void *base, const struct field *field)
{
	unsigned char *at = (unsigned char *)base + field->offset;
	const struct str changed = STR("changed");

	if (field->kind == TEXT)
		memcpy(at, &changed, sizeof changed);
	else
		at[0] ^= 1;
}

/* Each text and number of `part`, which the sample's finding leads to. */
static void assert_each_counts(struct fixture *f, struct sample *s, void *part, size_t part_size,
    const struct field *fields, size_t n)
{
	struct buf before CLEANUP(buf_release) = BUF_INIT(MIB(1)),
			  after CLEANUP(buf_release) = BUF_INIT(MIB(1));
	unsigned char saved[1024];

	assert_true(part_size <= sizeof saved);

	encode(&before, &s->finding);
	memcpy(saved, part, part_size);
	for (size_t i = 0; i < n; i++) {
		if (fields[i].kind != TEXT && fields[i].kind != NUMBER)
			continue;
		change(part, &fields[i]);
		encode(&after, &s->finding);
		if (str_eq(buf_str(&before), buf_str(&after)))
			fail_msg("%s is not on the wire", fields[i].name);
		assert_reencodes(f, &after);
		memcpy(part, saved, part_size);
	}
}

#define assert_fields_count(f, s, part, table) \
	assert_each_counts(f, s, part, sizeof *(part), table, ARRAY_LEN(table))

static void every_field_is_on_the_wire(void **state)
{
	struct fixture *f = *state;
	struct sample s;

	sample_init(&s);
	assert_fields_count(f, &s, &s.finding, finding_fields);
	assert_fields_count(f, &s, &s.places[1], place_fields);
	assert_fields_count(f, &s, &s.package, package_fields);
	assert_each_counts(f, &s, &s.package.place, sizeof s.package.place, place_fields,
	    ARRAY_LEN(place_fields) - 1);
	assert_each_counts(f, &s, &s.occurrences[1], sizeof s.occurrences[1], place_fields,
	    ARRAY_LEN(place_fields) - 1);
	assert_fields_count(f, &s, &s.vulnerability, vulnerability_fields);
	assert_fields_count(f, &s, &s.secret, secret_fields);
	assert_fields_count(f, &s, &s.edits[1], edit_fields);
	assert_fields_count(f, &s, &s.fix, fix_fields);
	assert_fields_count(f, &s, &s.waiver, waiver_fields);
}

static void every_list_and_group_is_on_the_wire(void **state)
{
	struct fixture *f = *state;
	struct sample s;
	struct finding got;
	struct buf b CLEANUP(buf_release) = BUF_INIT(MIB(1));

	sample_init(&s);
	encode(&b, &s.finding);
	assert_reencodes(f, &b);
	assert_int_equal(wire_get_finding(buf_str(&b), &f->arena, &got, &f->err), 0);
	assert_int_equal(got.n_places, 2);
	assert_str(got.places[1].origin.instruction, "Dockerfile:5 COPY requirements.txt");
	assert_str(got.package->purl, "pkg:pypi/flask-cors@3.0.8");
	assert_int_equal(got.vulnerability->aliases.n, 2);
	assert_str(got.vulnerability->aliases.p[1], "PYSEC-2020-43");
	assert_str(got.vulnerability->fixed.p[0], "3.0.9");
	assert_str(got.secret->hash, "00112233");
	assert_int_equal(got.fix->n_edits, 2);
	assert_int_equal(got.fix->edits[1].offset, 5000000000);
	assert_int_equal(got.fix->edits[0].level, EDIT_UNSAFE);
	assert_int_equal(got.fix->edits[0].importance, EDIT_IMPORTANCE_MAX);
	assert_int_equal(got.fix->edits[1].level, EDIT_SUGGESTED);
	assert_int_equal(got.package->n_occurrences, 2);
	assert_true(origin_eq(&got.package->occurrences[1].origin, &s.occurrences[1].origin));
	assert_int_equal(got.package->occurrences[1].line, 60);
	assert_str(got.waiver->until, "2026-12-20");
	assert_str(got.references.p[1], "https://a.example/2");
	assert_str(got.compliance.p[0], "CIS 4.1");
}

static void what_is_absent_stays_absent(void **state)
{
	struct fixture *f = *state;
	struct finding bare = {.rule = STR("DL3002")}, got;
	struct buf b CLEANUP(buf_release) = BUF_INIT(MIB(1));

	encode(&b, &bare);
	assert_reencodes(f, &b);
	assert_int_equal(wire_get_finding(buf_str(&b), &f->arena, &got, &f->err), 0);
	assert_null(got.places);
	assert_null(got.package);
	assert_null(got.vulnerability);
	assert_null(got.secret);
	assert_null(got.fix);
	assert_null(got.waiver);
	assert_null(got.references.p);
}

static void the_other_records(void **state)
{
	struct fixture *f = *state;
	struct buf b CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct package package = sample_package(), got_package;
	struct distro distro = {STR("debian"), STR("12"), STR("bookworm"), STR("Debian 12")};
	struct distro got_distro;
	struct problem problem = {STAGE_SCAN, ERR_LIMIT, STR("too long"), sample_place(9)};
	struct problem got_problem;
	struct added_place added = {{STR("R"), STR("x"), STR("first")}, sample_place(7)};
	struct added_place got_added;

	wire_put_package(&b, &package);
	assert_int_equal(wire_get_package(buf_str(&b), &f->arena, &got_package, &f->err), 0);
	assert_int_equal(package_compare(&package, &got_package), 0);
	buf_clear(&b);
	wire_put_distro(&b, &distro);
	assert_int_equal(wire_get_distro(buf_str(&b), &f->arena, &got_distro, &f->err), 0);
	assert_str(got_distro.id, "debian");
	assert_str(got_distro.version_id, "12");
	assert_str(got_distro.codename, "bookworm");
	assert_str(got_distro.pretty, "Debian 12");
	buf_clear(&b);
	wire_put_problem(&b, &problem);
	assert_int_equal(wire_get_problem(buf_str(&b), &f->arena, &got_problem, &f->err), 0);
	assert_int_equal(got_problem.stage, STAGE_SCAN);
	assert_int_equal(got_problem.code, ERR_LIMIT);
	assert_str(got_problem.message, "too long");
	assert_int_equal(got_problem.place.line, 9);
	buf_clear(&b);
	wire_put_added_place(&b, &added);
	assert_int_equal(wire_get_added_place(buf_str(&b), &f->arena, &got_added, &f->err), 0);
	assert_str(got_added.of.rule, "R");
	assert_str(got_added.of.identity, "x");
	assert_str(got_added.of.path, "first");
	assert_int_equal(got_added.place.line, 7);
	/* One kind is not taken for another. */
	assert_int_equal(wire_get_distro(buf_str(&b), &f->arena, &got_distro, &f->err), -1);
	assert_err(&f->err, ERR_FORMAT, "another kind");
}

static void every_cut_is_refused(void **state)
{
	struct fixture *f = *state;
	struct buf b CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct sample s;
	struct finding got;

	sample_init(&s);
	encode(&b, &s.finding);
	for (size_t n = 0; n < b.n; n++) {
		/* Memory of exactly that size, for the sanitizer. */
		char *exact = malloc(n ? n : 1);

		assert_non_null(exact);
		memcpy(exact, b.p, n);
		assert_int_equal(
		    wire_get_finding(str_make(exact, n), &f->arena, &got, &f->err), -1);
		assert_int_equal(f->err.code, ERR_FORMAT);
		free(exact);
	}
	buf_addc(&b, 'x');
	assert_int_equal(wire_get_finding(buf_str(&b), &f->arena, &got, &f->err), -1);
	assert_err(&f->err, ERR_FORMAT, "malformed");
}

/* A record whose head is fine and which then claims 2^32 - 1 places. */
static void a_count_is_held_against_what_is_left(void **state)
{
	struct fixture *f = *state;
	struct buf b CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct finding bare = {0}, got;
	enum { TAIL = 4 * 9 }; /* n_places, more_places, five groups, two lists */

	encode(&b, &bare);
	memset(b.p + b.n - TAIL, 0xff, 4);
	assert_int_equal(wire_get_finding(buf_str(&b), &f->arena, &got, &f->err), -1);
	assert_err(&f->err, ERR_FORMAT, "malformed");
	assert_true(f->arena.used_bytes < KIB(1));
}

/* The same in a package: its last two numbers are n_occurrences and more_occurrences. */
static void a_count_of_occurrences_is_held_too(void **state)
{
	struct fixture *f = *state;
	struct buf b CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct package bare = {0}, got;

	wire_put_package(&b, &bare);
	memset(b.p + b.n - 8, 0xff, 4);
	assert_int_equal(wire_get_package(buf_str(&b), &f->arena, &got, &f->err), -1);
	assert_err(&f->err, ERR_FORMAT, "malformed");
	assert_true(f->arena.used_bytes < KIB(1));
}

/* Places with nothing in them are the shortest: as many as fit are read. */
static void the_shortest_places_are_read(void **state)
{
	struct fixture *f = *state;
	struct buf b CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct place empty[48] = {0};
	struct finding_edit edits[48] = {0};
	struct finding_fix fix = {.edits = edits, .n_edits = ARRAY_LEN(edits)};
	struct package package = {.occurrences = empty, .n_occurrences = ARRAY_LEN(empty)};
	struct finding finding = {
	    .places = empty, .n_places = ARRAY_LEN(empty), .package = &package, .fix = &fix};

	encode(&b, &finding);
	assert_reencodes(f, &b);
	buf_clear(&b);
	wire_put_package(&b, &package);
	assert_int_equal(wire_get_package(buf_str(&b), &f->arena, &package, &f->err), 0);
	assert_int_equal(package.n_occurrences, ARRAY_LEN(empty));
}

static void values_out_of_range_are_refused(void **state)
{
	struct fixture *f = *state;
	struct buf b CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct sample s;
	struct finding got;

	sample_init(&s);
	s.finding.severity = (enum severity)6;
	encode(&b, &s.finding);
	assert_int_equal(wire_get_finding(buf_str(&b), &f->arena, &got, &f->err), -1);
	sample_init(&s);
	s.edits[1].level = (enum edit_level)(EDIT_UNSAFE + 1);
	encode(&b, &s.finding);
	assert_int_equal(wire_get_finding(buf_str(&b), &f->arena, &got, &f->err), -1);
	sample_init(&s);
	s.edits[1].importance = EDIT_IMPORTANCE_MAX + 1;
	encode(&b, &s.finding);
	assert_int_equal(wire_get_finding(buf_str(&b), &f->arena, &got, &f->err), -1);
	sample_init(&s);
	s.package.scope = SCOPE_COUNT;
	encode(&b, &s.finding);
	assert_int_equal(wire_get_finding(buf_str(&b), &f->arena, &got, &f->err), -1);
	sample_init(&s);
	s.package.from_base = (enum from_base)(BASE_YES + 1);
	encode(&b, &s.finding);
	assert_int_equal(wire_get_finding(buf_str(&b), &f->arena, &got, &f->err), -1);
	sample_init(&s);
	s.vulnerability.cvss_tenths = 101;
	encode(&b, &s.finding);
	assert_int_equal(wire_get_finding(buf_str(&b), &f->arena, &got, &f->err), -1);
	s.vulnerability.cvss_tenths = -2;
	encode(&b, &s.finding);
	assert_int_equal(wire_get_finding(buf_str(&b), &f->arena, &got, &f->err), -1);
	s.vulnerability.cvss_tenths = -1;
	s.vulnerability.kev = -1;
	s.vulnerability.epss_per_mille = -1;
	encode(&b, &s.finding);
	assert_reencodes(f, &b);
}

static void every_allocation_may_fail(void **state)
{
	struct fixture *f = *state;
	struct buf b CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct sample s;
	struct finding got;
	size_t fails = 0;

	sample_init(&s);
	encode(&b, &s.finding);
	for (;;) {
		fail_nth(&f->arena, ++fails);
		if (wire_get_finding(buf_str(&b), &f->arena, &got, &f->err) == 0)
			break;
		assert_int_equal(f->err.code, ERR_NOMEM);
	}
	assert_true(fails > 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    unit_test_here(tables_are_complete),
	    unit_test_here(every_field_is_on_the_wire),
	    unit_test_here(every_list_and_group_is_on_the_wire),
	    unit_test_here(what_is_absent_stays_absent),
	    unit_test_here(the_other_records),
	    unit_test_here(every_cut_is_refused),
	    unit_test_here(a_count_is_held_against_what_is_left),
	    unit_test_here(a_count_of_occurrences_is_held_too),
	    unit_test_here(the_shortest_places_are_read),
	    unit_test_here(values_out_of_range_are_refused),
	    unit_test_here(every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
