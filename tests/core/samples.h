/* A finding in which every field and group is set, each to a value of its own. */
#ifndef TESTS_CORE_SAMPLES_H
#define TESTS_CORE_SAMPLES_H

#include "core/sink.h"

struct sample {
	struct str aliases[2], fixed[1], references[2], compliance[1];
	struct place places[2], occurrences[2];
	struct finding_edit edits[2];
	struct package package;
	struct finding_vulnerability vulnerability;
	struct finding_secret secret;
	struct finding_fix fix;
	struct finding_waiver waiver;
	struct finding finding;
};

static inline struct place sample_place(uint32_t line)
{
	return (struct place){
	    .origin = {.path = STR("app/requirements.txt"),
		.inner = STR("lib/a.jar!META-INF/b.txt"),
		.encoding = STR("base64,gzip"),
		.commit = STR("9f3c1d2"),
		.author = STR("A. U. Thor <a@example.org>"),
		.ref = STR("refs/heads/main"),
		.layer = STR("sha256:00"),
		.instruction = STR("Dockerfile:5 COPY requirements.txt")},
	    .within = STR("sub/app/requirements.txt"),
	    .line = line,
	    .column = line + 1,
	    .end_line = line + 2,
	    .end_column = line + 3,
	};
}

static inline struct package sample_package(void)
{
	return (struct package){
	    .type = STR("pypi"),
	    .distro = STR("debian"),
	    .name = STR("flask-cors"),
	    .version = STR("3.0.8"),
	    .arch = STR("amd64"),
	    .source = STR("python-flask-cors"),
	    .source_version = STR("3.0.8-1"),
	    .purl = STR("pkg:pypi/flask-cors@3.0.8"),
	    .place = sample_place(40),
	    .licence = STR("MIT OR Apache-2.0"),
	    .scope = SCOPE_DEVELOPMENT,
	    .from_base = BASE_NO,
	    .more_occurrences = 3,
	};
}

static inline void sample_groups(struct sample *s)
{
	s->aliases[0] = STR("GHSA-0000");
	s->aliases[1] = STR("PYSEC-2020-43");
	s->fixed[0] = STR("3.0.9");
	s->references[0] = STR("https://a.example/1");
	s->references[1] = STR("https://a.example/2");
	s->compliance[0] = STR("CIS 4.1");
	s->places[0] = sample_place(3);
	s->places[1] = sample_place(20);
	s->edits[0] = (struct finding_edit){
	    STR("a"), 1, 2, 3, 4, 5, 6, STR("b"), EDIT_UNSAFE, EDIT_IMPORTANCE_MAX};
	s->edits[1] = (struct finding_edit){
	    STR("c"), 5000000000, 5000000001, 7, 8, 9, 10, STR(""), EDIT_SUGGESTED, 40};
	s->package = sample_package();
	s->occurrences[0] = sample_place(50);
	s->occurrences[1] = sample_place(60);
	s->package.occurrences = s->occurrences;
	s->package.n_occurrences = ARRAY_LEN(s->occurrences);
	s->vulnerability = (struct finding_vulnerability){
	    .id = STR("CVE-2020-25032"),
	    .aliases = {s->aliases, ARRAY_LEN(s->aliases)},
	    .fixed = {s->fixed, ARRAY_LEN(s->fixed)},
	    .severity = SEVERITY_HIGH,
	    .cvss_vector = STR("CVSS:3.1/AV:N"),
	    .cvss_tenths = 75,
	    .kev = 1,
	    .epss_per_mille = 930,
	    .range = STR(">= 0, < 3.0.9"),
	    .feed = STR("osv"),
	};
	s->secret =
	    (struct finding_secret){STR("aws-access-key"), 20, STR("AKIA"), STR("00112233"), true};
	s->fix = (struct finding_fix){STR("take 3.0.9"), s->edits, ARRAY_LEN(s->edits)};
	s->waiver = (struct finding_waiver){STR("team-a"), STR("not reached"), STR("2026-12-20")};
}

static inline void sample_init(struct sample *s)
{
	sample_groups(s);
	s->finding = (struct finding){
	    .rule = STR("CVE-2020-25032"),
	    .stage = STAGE_SCAN,
	    .subject = 7,
	    .severity = SEVERITY_CRITICAL,
	    .peer_severity = STR("error"),
	    .state = STATE_KNOWN,
	    .verdict = VERDICT_EXCUSED,
	    .title = STR("a title"),
	    .message = STR("a message"),
	    .threat = STR("image"),
	    .since = STR("2026-01-01"),
	    .identity = STR("flask-cors"),
	    .fingerprint = STR("0123456789abcdef0123456789abcdef"),
	    .source_line = STR("flask-cors==3.0.8"),
	    .places = s->places,
	    .n_places = ARRAY_LEN(s->places),
	    .package = &s->package,
	    .vulnerability = &s->vulnerability,
	    .secret = &s->secret,
	    .fix = &s->fix,
	    .waiver = &s->waiver,
	    .request = STR("Dockerfile:3"),
	    .asked_before = true,
	    .waiver_ended = STR("the waiver of ops ended on 2026-01-01"),
	    .references = {s->references, ARRAY_LEN(s->references)},
	    .compliance = {s->compliance, ARRAY_LEN(s->compliance)},
	};
}

#endif
