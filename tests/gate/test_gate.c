/* Policies that parse and that do not, and the verdicts they give. */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
// clang-format on

#include "../base/full_arena.h"
#include "base/clock.h"
#include "gate/judge.h"
#include "gate/names.h"

struct fixture {
	struct arena arena;
	struct policy policy;
	struct err err;
};

static int set_up(void **state)
{
	static struct fixture fixture;

	arena_init(&fixture.arena, MIB(16));
	fixture.err = ERR_INIT;
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	arena_release(&f->arena);
	return 0;
}

static const struct policy_name known[] = {
    {STR_INIT("DL3002"), 1U << STAGE_VALIDATE, SEVERITY_MEDIUM, false, STR_INIT("")},
    {STR_INIT("DL3008"), 1U << STAGE_VALIDATE, SEVERITY_LOW, false, STR_INIT("")},
    {STR_INIT("PL1001"), 1U << STAGE_VALIDATE | 1U << STAGE_SCAN, SEVERITY_MEDIUM, false,
	STR_INIT("")},
    {STR_INIT("aws-access-key"), 1U << STAGE_SECRETS, SEVERITY_CRITICAL, false, STR_INIT("")},
    {STR_INIT("generic-secret"), 1U << STAGE_SECRETS, SEVERITY_MEDIUM, true, STR_INIT("")},
    {STR_INIT("TwoOfThem"), 1U << STAGE_VALIDATE, SEVERITY_MEDIUM, false, STR_INIT("DL3002")},
    {STR_INIT("TwoOfThem"), 1U << STAGE_VALIDATE, SEVERITY_LOW, false, STR_INIT("DL3008")},
};
static const struct policy_names names = {known, ARRAY_LEN(known)};

static int parse(struct fixture *f, const char *text)
{
	return policy_parse(
	    str_of(text), STR("policy.yaml"), &names, &f->arena, &f->policy, &f->err);
}

static void assert_refused(struct fixture *f, const char *text, const char *why)
{
	assert_int_equal(parse(f, text), -1);
	assert_int_equal(f->err.code, ERR_CONFIG);
	assert_true(str_starts(str_of(f->err.text), STR("policy.yaml")));
	if (!str_has(str_of(f->err.text), str_of(why)))
		fail_msg("\"%s\" does not say \"%s\"", f->err.text, why);
}

static enum verdict judge(struct fixture *f, struct finding *finding, const char *now)
{
	int64_t ms;

	assert_true(time_parse(str_of(now), &ms));
	assert_int_equal(judge_finding(&f->policy, ms, &f->arena, finding, &f->err), 0);
	return finding->verdict;
}

static void add_list(struct buf *out, const char *what, struct str_list list)
{
	buf_addf(out, "%s:", what);
	for (size_t i = 0; i < list.n; i++)
		buf_addf(out, " " STR_FMT, STR_ARG(list.p[i]));
	buf_addc(out, '\n');
}

static void add_match(struct buf *out, const struct finding_match *m)
{
	buf_addf(out, STR_FMT " " STR_FMT " " STR_FMT " " STR_FMT " ", STR_ARG(m->rule),
	    STR_ARG(m->path), STR_ARG(m->package), STR_ARG(m->fingerprint));
}

static int read_whole(const void *text, struct arena *arena, struct buf *out, struct err *err)
{
	struct policy p;

	if (policy_parse(str_of(text), STR("policy.yaml"), &names, arena, &p, err) != 0)
		return -1;
	buf_addf(out, STR_FMT " " STR_FMT " " STR_FMT " %d %d\n", STR_ARG(p.name), STR_ARG(p.note),
	    STR_ARG(p.secret_key), (int)p.mode, (int)p.network);
	for (size_t i = 0; i < STAGE_COUNT; i++) {
		buf_addf(out, "%d %d ", (int)p.stages[i].mode, p.stages[i].block_severity);
		add_list(out, "block", p.stages[i].block_rules);
	}
	add_list(out, "registries", p.trusted_registries);
	add_list(out, "services", p.token_services);
	for (size_t i = 0; i < p.ignores.n; i++) {
		add_match(out, &p.ignores.p[i].match);
		buf_addf(out, STR_FMT "\n", STR_ARG(p.ignores.p[i].reason));
	}
	for (size_t i = 0; i < p.waivers.n; i++) {
		add_match(out, &p.waivers.p[i].match);
		buf_addf(out, STR_FMT " " STR_FMT "\n", STR_ARG(p.waivers.p[i].owner),
		    STR_ARG(p.waivers.p[i].reason));
	}
	for (size_t i = 0; i < p.excuses.n; i++)
		buf_addf(out, STR_FMT "\n", STR_ARG(p.excuses.p[i].rule));
	return 0;
}

static void part_of_a_policy_is_none(void **state)
{
	(void)state;
	assert_true(
	    assert_survives_full_arenas(read_whole,
		"plimsoll: 1\nname: a\nnote: b\nmode: new\n"
		"stages:\n  validate: {block: [DL3002, 'PL*']}\n  secrets: {mode: all}\n"
		"trusted-registries: [docker.io, 'a.example/*']\n"
		"token-services: [auth.example]\nsecret-key: 0123456789abcdef\n"
		"ignore:\n  - {rule: DL3008, path: a/b, reason: c}\n"
		"waivers:\n  - {rule: DL3002, path: d, owner: e, reason: f, until: 2026-12-01}\n"
		"branch-may-excuse:\n  - {rule: 'DL*', max-severity: medium}\n") > 20);
}

static void starter_is_quiet(void **state)
{
	struct fixture *f = *state;
	struct finding root = {.rule = STR("DL3002"), .severity = SEVERITY_MEDIUM};
	struct finding apt = {.rule = STR("DL3009"), .severity = SEVERITY_CRITICAL};

	assert_int_equal(policy_starter(&f->arena, &f->policy, &f->err), 0);
	assert_int_equal(judge(f, &root, "2026-11-23"), VERDICT_BLOCKS);
	assert_int_equal(judge(f, &apt, "2026-11-23"), VERDICT_WARNS);
	root.state = STATE_KNOWN;
	assert_int_equal(judge(f, &root, "2026-11-23"), VERDICT_WARNS);
	root.state = STATE_FIXED;
	assert_int_equal(judge(f, &root, "2026-11-23"), VERDICT_PASSES);
}

static void starter_on_secrets(void **state)
{
	struct fixture *f = *state;
	struct finding_secret secret = {.kind = STR("aws-access-key")};
	struct finding finding = {.rule = STR("aws-access-key"),
	    .stage = STAGE_SECRETS,
	    .severity = SEVERITY_CRITICAL,
	    .secret = &secret};

	assert_int_equal(policy_starter(&f->arena, &f->policy, &f->err), 0);
	assert_int_equal(judge(f, &finding, "2026-11-23"), VERDICT_BLOCKS);
	secret.generic = true;
	assert_int_equal(judge(f, &finding, "2026-11-23"), VERDICT_WARNS);
}

static void starter_on_vulnerabilities(void **state)
{
	struct fixture *f = *state;
	struct str fixed = STR("3.0.9");
	struct finding_vulnerability v = {.kev = -1, .fixed = {&fixed, 1}};
	struct finding finding = {.rule = STR("CVE-2020-25032"),
	    .stage = STAGE_SCAN,
	    .severity = SEVERITY_HIGH,
	    .vulnerability = &v};

	assert_int_equal(policy_starter(&f->arena, &f->policy, &f->err), 0);
	assert_int_equal(judge(f, &finding, "2026-11-23"), VERDICT_BLOCKS);
	v.fixed.n = 0;
	assert_int_equal(judge(f, &finding, "2026-11-23"), VERDICT_WARNS);
	v.kev = 1;
	assert_int_equal(judge(f, &finding, "2026-11-23"), VERDICT_BLOCKS);
	v.kev = 0;
	v.fixed.n = 1;
	finding.severity = SEVERITY_UNKNOWN;
	assert_int_equal(judge(f, &finding, "2026-11-23"), VERDICT_WARNS);
}

static void waivers_end(void **state)
{
	struct fixture *f = *state;
	struct place place = {.origin.path = STR("app/Dockerfile")};
	struct finding finding = {.rule = STR("DL3002"), .places = &place, .n_places = 1};

	assert_int_equal(
	    parse(f, "plimsoll: 1\n"
		     "stages: {validate: {block: [DL3*]}}\n"
		     "waivers:\n"
		     "  - {rule: DL3002, path: app/*, owner: ops, reason: until the move,"
		     " until: 2026-12-20}\n"),
	    0);
	assert_int_equal(judge(f, &finding, "2026-12-20T23:59:59Z"), VERDICT_EXCUSED);
	assert_true(str_eq(finding.waiver->owner, STR("ops")));
	assert_int_equal(judge(f, &finding, "2026-12-21T00:00:00Z"), VERDICT_BLOCKS);
	assert_true(str_eq(finding.waiver_ended, STR("the waiver of ops ended on 2026-12-20")));
	finding.waiver_ended = STR_NONE;
	place.origin.path = STR("other/Dockerfile");
	assert_int_equal(judge(f, &finding, "2026-12-01"), VERDICT_BLOCKS);
	assert_true(str_empty(finding.waiver_ended));
}

static void branches_excuse_what_they_may(void **state)
{
	struct fixture *f = *state;
	struct finding finding = {.rule = STR("DL3008"),
	    .severity = SEVERITY_LOW,
	    .request = STR("Dockerfile:3 asks to ignore it")};
	struct finding_secret secret = {.kind = STR("x")};

	assert_int_equal(parse(f, "plimsoll: 1\n"
				  "stages: {validate: {block-severity: info}}\n"
				  "branch-may-excuse: [{rule: DL30*, max-severity: low}]\n"),
	    0);
	assert_int_equal(judge(f, &finding, "2026-11-23"), VERDICT_EXCUSED);
	finding.severity = SEVERITY_MEDIUM;
	assert_int_equal(judge(f, &finding, "2026-11-23"), VERDICT_BLOCKS);
	finding.severity = SEVERITY_LOW;
	finding.secret = &secret;
	assert_int_equal(judge(f, &finding, "2026-11-23"), VERDICT_BLOCKS);
}

static void new_rules_only_warn(void **state)
{
	struct fixture *f = *state;
	struct finding finding = {.rule = STR("DL3002"), .since = STR("2026-11-23")};

	assert_int_equal(parse(f, "plimsoll: 1\nrules-as-of: 2026-11-22\n"
				  "stages: {validate: {block: [DL3002]}}\n"),
	    0);
	assert_int_equal(judge(f, &finding, "2026-11-23"), VERDICT_WARNS);
	finding.since = STR("2026-11-22");
	assert_int_equal(judge(f, &finding, "2026-11-23"), VERDICT_BLOCKS);
}

static void modes(void **state)
{
	struct fixture *f = *state;
	struct finding finding = {.rule = STR("DL3002"), .state = STATE_KNOWN};

	assert_int_equal(
	    parse(f, "plimsoll: 1\nmode: all\nstages: {validate: {block: [DL3002]}}\n"), 0);
	assert_int_equal(judge(f, &finding, "2026-11-23"), VERDICT_BLOCKS);
	finding.state = STATE_NEW;
	assert_int_equal(
	    parse(f, "plimsoll: 1\nstages: {validate: {block: [DL3002]}}\nmode: observe\n"), 0);
	assert_int_equal(judge(f, &finding, "2026-11-23"), VERDICT_WARNS);
}

static enum verdict verdict_of(struct fixture *f, const char *text, struct finding finding)
{
	assert_int_equal(parse(f, text), 0);
	assert_int_equal(judge_finding(&f->policy, 0, &f->arena, &finding, &f->err), 0);
	return finding.verdict;
}

/* As what the built image's configuration and its Dockerfile have alike. */
static void the_strictest_stage_holds(void **state)
{
	static const char by_text[] = "plimsoll: 1\nstages:\n  validate: {block: [PL1001]}\n";
	static const char by_image[] = "plimsoll: 1\nstages:\n  scan: {block: [PL1001]}\n";
	static const char watched[] = "plimsoll: 1\nstages:\n"
				      "  scan: {mode: observe, block: [PL1001]}\n";
	struct fixture *f = *state;
	struct finding image = {.rule = STR("PL1001"), .stage = STAGE_SCAN};
	struct finding both = image;

	both.more_stages = 1U << STAGE_VALIDATE;
	assert_int_equal(verdict_of(f, by_text, image), VERDICT_WARNS);
	assert_int_equal(verdict_of(f, by_text, both), VERDICT_BLOCKS);
	assert_int_equal(verdict_of(f, by_image, both), VERDICT_BLOCKS);
	assert_int_equal(verdict_of(f, watched, both), VERDICT_WARNS);
	both.stage = STAGE_VALIDATE;
	both.more_stages = 1U << STAGE_SCAN;
	assert_int_equal(verdict_of(f, by_image, both), VERDICT_BLOCKS);
	both.state = STATE_KNOWN;
	assert_int_equal(verdict_of(f, by_image, both), VERDICT_WARNS);
}

static void mistakes_are_named(void **state)
{
	struct fixture *f = *state;

	assert_refused(f, "", "empty");
	assert_refused(f, "mode: new\n", "plimsoll: 1");
	assert_refused(f, "plimsoll: 2\n", "version 1");
	assert_refused(f, "plimsoll: 1\nmod: new\n", "did you mean mode?");
	assert_refused(f, "plimsoll: 1\nmode: loose\n", "policy.yaml:2:1");
	assert_refused(f, "plimsoll: 1\nstages: {lint: {}}\n", "no such stage");
	assert_refused(f, "plimsoll: 1\nstages: {scan: {block-severity: severe}}\n", "critical");
	assert_refused(f, "plimsoll: 1\nwaivers: [{rule: DL3002, owner: a, reason: b}]\n", "until");
	assert_refused(f,
	    "plimsoll: 1\nwaivers: [{rule: DL3002, owner: a, reason: b, until: soon}]\n",
	    "a date is expected");
	assert_refused(f, "plimsoll: 1\nignore: [{reason: b}]\n", "needs `rule`");
	assert_refused(f, "plimsoll: 1\nignore: [{rule: [], reason: b}]\n", "a text is expected");
	assert_refused(f, "plimsoll: 1\nstages: {scan: {block: DL3002}}\n", "a list is expected");
	assert_refused(f, "plimsoll: 1\nstages: {scan: {block-fixable-only: 1}}\n",
	    "true or false is expected");
	assert_refused(f, "plimsoll: 1\ndatabase: {max-age-hours: -1}\n", "a whole number");
	assert_refused(f, "plimsoll: 1\ndatabase: {max-age-hours: 4294967296}\n", "a whole number");
	assert_refused(f, "plimsoll: 1\nmode: [new\n", "policy.yaml:");
	assert_refused(f, "plimsoll: 1\nmode: new\nmode: all\n",
	    "policy.yaml:3:1: this key stands twice; leave one of the two");
	assert_refused(f, "", "policy.yaml:1:1: it is empty; it begins with `plimsoll: 1`");
	assert_refused(
	    f, "plimsoll: 1\n---\nmode: all\n", "policy.yaml:3:1: more than one document");
	assert_refused(f, "plimsoll: 1\nnote: [[[[[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]]]]\n",
	    "policy.yaml:2:22: nested too deep");
}

/* A policy of one line behind the version, and the whole of what is said of it. */
static void assert_said(struct fixture *f, const char *line, const char *why)
{
	assert_int_equal(parse(f, arena_fmt(&f->arena, "plimsoll: 1\n%s\n", line).p), -1);
	assert_int_equal(f->err.code, ERR_CONFIG);
	assert_string_equal(f->err.text, why);
}

static void assert_taken(struct fixture *f, const char *line)
{
	if (parse(f, arena_fmt(&f->arena, "plimsoll: 1\n%s\n", line).p) != 0)
		fail_msg("%s: %s", line, f->err.text);
}

static void rules_that_there_are_not(void **state)
{
	struct fixture *f = *state;

	assert_said(f, "stages: {validate: {block: [DL3002, DL3OO2]}}",
	    "policy.yaml:2:37: no such rule: DL3OO2; did you mean DL3002?");
	assert_said(f, "stages: {validate: {block: [DL9999]}}",
	    "policy.yaml:2:29: no such rule: DL9999; the nearest is DL3002 (`plimsoll rules` lists "
	    "them)");
	assert_said(f, "stages: {validate: {block: ['DL4*']}}",
	    "policy.yaml:2:29: no rule is matched by DL4*; the nearest is DL3002 (`plimsoll "
	    "rules` lists them)");
	assert_said(f, "ignore: [{rule: dl3002, path: '*', reason: x}]",
	    "policy.yaml:2:11: no such rule: dl3002; did you mean DL3002?");
	assert_said(f, "ignore: [{rule: cve-2020-25032, reason: x}]",
	    "policy.yaml:2:11: no such rule: cve-2020-25032; did you mean CVE-2020-25032?");
	assert_said(f,
	    "waivers: [{rule: ghsa-XC3P-ff3m-f46v, owner: a, reason: b, until: 2026-12-01}]",
	    "policy.yaml:2:12: no such rule: ghsa-XC3P-ff3m-f46v; did you mean GHSA-xc3p-ff3m-f46v?");
	assert_said(f, "waivers: [{rule: CVE-20-1, owner: a, reason: b, until: 2026-12-01}]",
	    "policy.yaml:2:12: no such rule: CVE-20-1; the ids of advisories look like "
	    "CVE-2020-25032, GHSA-xc3p-ff3m-f46v, DSA-5514-1 or PYSEC-2020-43");
	assert_said(f, "branch-may-excuse: [{rule: DL30O8}]",
	    "policy.yaml:2:22: no such rule: DL30O8; did you mean DL3008?");
}

static void names_that_hold_nothing(void **state)
{
	struct fixture *f = *state;

	assert_said(f, "stages: {secrets: {block: [DL3002]}}",
	    "policy.yaml:2:28: DL3002 never comes from the secrets stage: it belongs under stages: "
	    "validate");
	assert_said(f, "stages: {validate: {block: [CVE-2020-25032]}}",
	    "policy.yaml:2:29: CVE-2020-25032 never comes from the validate stage: it belongs under "
	    "stages: scan");
	assert_said(f, "stages: {scan: {block: ['aws-*']}}",
	    "policy.yaml:2:25: aws-* never comes from the scan stage: it belongs under stages: "
	    "secrets");
	assert_said(f, "stages: {secrets: {block: [generic-secret]}}",
	    "policy.yaml:2:28: generic-secret is a generic kind of secret, and these never block on "
	    "their own");
	assert_said(f, "stages: {validate: {block-known-exploited: true}}",
	    "policy.yaml:2:21: this is about packages and their vulnerabilities: it belongs "
	    "under stages: scan");
	assert_said(f, "ignore: [{fingerprint: 00ff, reason: x}]",
	    "policy.yaml:2:11: a fingerprint has 32 digits of 0-9 and a-f; the JSON report has each "
	    "finding's");
	assert_said(f, "ignore: [{rule: DL3002, package: curl, reason: x}]",
	    "policy.yaml:2:25: no finding of this rule is about a package; name a `path`");
	assert_said(f, "branch-may-excuse: [{rule: aws-access-key}]",
	    "policy.yaml:2:22: branches never excuse secrets or vulnerabilities: this must be a waiver "
	    "of the policy's");
	assert_said(f, "branch-may-excuse: [{rule: 'CVE-2020-*', max-severity: high}]",
	    "policy.yaml:2:22: branches never excuse secrets or vulnerabilities: this must be a waiver "
	    "of the policy's");
	assert_said(f, "branch-may-excuse: [{rule: DL3002, max-severity: low}]",
	    "policy.yaml:2:36: this excuses nothing: max-severity is low, and no rule it names is less "
	    "severe than medium");
	assert_said(f, "branch-may-excuse: [{max-severity: unknown}]",
	    "policy.yaml:2:22: this excuses nothing: max-severity is unknown, and no rule it names is "
	    "less severe than low");
	assert_said(f, "branch-may-excuse: [{rule: DL3008, max-severity: never}]",
	    "policy.yaml:2:36: critical, high, medium, low or info is expected here");
}

static void names_that_hold_something(void **state)
{
	struct fixture *f = *state;

	assert_taken(f, "stages: {scan: {block: [CVE-2020-25032, 'GHSA-*', PL1001]}}");
	assert_taken(f, "stages: {secrets: {block: ['*']}}");
	assert_taken(f, "ignore: [{rule: 'DSA-5*', package: curl, reason: x}]");
	assert_taken(f, "ignore: [{fingerprint: 00112233445566778899aabbccddeeff, reason: x}]");
	assert_taken(
	    f, "waivers: [{rule: 'CVE-202?-2503*', owner: a, reason: b, until: 2020-12-01}]");
	assert_taken(f, "branch-may-excuse: [{}]");
	assert_taken(f, "branch-may-excuse: [{rule: '*', max-severity: critical}]");
}

/* Another tool's name stands for every rule that has it, and for no glob. */
static void an_alias_stands_for_its_rules(void **state)
{
	struct fixture *f = *state;

	assert_taken(f, "stages: {validate: {block: [PL1001, TwoOfThem]}}");
	assert_int_equal(f->policy.stages[STAGE_VALIDATE].block_rules.n, 3);
	assert_true(str_eq(f->policy.stages[STAGE_VALIDATE].block_rules.p[2], STR("DL3008")));
	assert_taken(f, "ignore: [{rule: TwoOfThem, reason: x}]");
	assert_int_equal(f->policy.ignores.n, 2);
	assert_true(str_eq(f->policy.ignores.p[0].match.rule, STR("DL3002")));
	assert_true(str_eq(f->policy.ignores.p[1].match.rule, STR("DL3008")));
	assert_taken(f, "waivers: [{rule: TwoOfThem, owner: a, reason: b, until: 2026-12-01}]");
	assert_int_equal(f->policy.waivers.n, 2);
	assert_taken(f, "branch-may-excuse: [{rule: TwoOfThem, max-severity: medium}]");
	assert_int_equal(f->policy.excuses.n, 2);
	assert_refused(f, "plimsoll: 1\nignore: [{rule: 'TwoOf*', reason: x}]\n",
	    "policy.yaml:2:11: no rule is matched by TwoOf*; the nearest is TwoOfThem");
}

/* Each line of a table is refused; the whole of what is said stands for its first case. */
static void assert_each_refused(
    struct fixture *f, const char *const *lines, size_t n, const char *why)
{
	for (size_t i = 0; i < n; i++) {
		const char *text = arena_fmt(&f->arena, "plimsoll: 1\n%s\n", lines[i]).p;

		if (parse(f, text) == 0)
			fail_msg("\"%s\" is taken", lines[i]);
		assert_refused(f, text, "policy.yaml:2:");
		assert_refused(f, text, why);
	}
}

static void entries_that_match_nothing(void **state)
{
	static const char *const paths[] = {"/abs/x", "./Dockerfile", "a/../x", "a//b", "tools/",
	    "../x", "a/..", "a/.", "*//b", "*/", "/*", "."};
	static const char *const packages[] = {"DL3002", "PL1001", "aws-access-key", "aws-*"};
	static const char *const all[] = {"ignore: [{rule: '*', reason: x}]",
	    "ignore: [{rule: '**', path: '*', reason: x}]",
	    "ignore: [{fingerprint: '*', reason: x}]",
	    "ignore: [{rule: '*', path: '*', package: '*', fingerprint: '*'}]"};
	static const char *const empty[] = {"ignore: [{rule: DL3002, path: ''}]",
	    "ignore: [{rule: DSA-5514-1, package: ''}]",
	    "ignore: [{rule: '', fingerprint: 00112233445566778899aabbccddeeff}]",
	    "waivers: [{rule: DL3002, fingerprint: '', owner: a, reason: b, until: 2026-12-01}]"};
	struct fixture *f = *state;
	const char *line;

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		line = arena_fmt(&f->arena, "ignore: [{rule: DL3002, path: '%s'}]", paths[i]).p;
		assert_each_refused(f, &line, 1, ":25: no finding has this path: ");
	}
	for (size_t i = 0; i < ARRAY_LEN(packages); i++) {
		line = arena_fmt(&f->arena,
		    "waivers: [{rule: '%s', package: x, owner: a, reason: b, until: 2026-12-01}]",
		    packages[i])
			   .p;
		assert_each_refused(f, &line, 1, "no finding of this rule is about a package");
	}
	assert_each_refused(f, all, ARRAY_LEN(all), "this ignores every finding");
	assert_each_refused(f, empty, ARRAY_LEN(empty), "this is empty and narrows nothing");
	assert_said(f, "ignore: [{rule: DL3002, path: tools/, reason: x}]",
	    "policy.yaml:2:25: no finding has this path: it is a file's; end it in /* for all that "
	    "is in the folder");
	assert_taken(f, "ignore: [{rule: DL3002, path: 'a/.hidden/..x/*', reason: x}]");
	assert_taken(f, "ignore: [{rule: '*', path: 'vendor/*', reason: x}]");
	assert_taken(f, "ignore: [{rule: '*', package: curl, reason: x}]");
	assert_taken(f, "ignore: [{rule: '?*', path: image configuration, reason: x}]");
	assert_taken(f, "waivers: [{rule: '*', owner: a, reason: b, until: 2026-12-01}]");
}

static void thresholds_that_hold_nothing(void **state)
{
	struct fixture *f = *state;

	assert_said(f, "stages: {validate: {block-unknown-severity: true}}",
	    "policy.yaml:2:21: every rule of the validate stage has a severity: this belongs under "
	    "stages: scan");
	assert_said(f, "stages: {scan: {block-fixable-only: true}}",
	    "policy.yaml:2:17: this limits a threshold, and there is none here: say block-severity "
	    "too, such as `block-severity: high`");
	assert_said(f, "stages: {scan: {block-severity: never, block-fixable-only: true}}",
	    "policy.yaml:2:40: this limits a threshold, and there is none here: say block-severity "
	    "too, such as `block-severity: high`");
	assert_said(f, "stages: {secrets: {warn-severity: high, block-severity: low}}",
	    "policy.yaml:2:20: findings below high would pass here and block by `block-severity: "
	    "low`: make warn-severity at most that");
	assert_said(f, "stages: {publish: {block-severity: high}}",
	    "policy.yaml:2:20: the publish stage reports no findings: this belongs under another "
	    "stage");
	assert_said(f, "stages: {publish: {not-covered: block}}",
	    "policy.yaml:2:20: the publish stage reports no findings: this belongs under another "
	    "stage");
	assert_said(f, "stages: {scan: {not-covered: {submodule: block}}}",
	    "policy.yaml:2:31: the scan stage never reports this: it belongs under stages: validate "
	    "or secrets");
	assert_said(f, "stages: {secrets: {not-covered: {image: warn}}}",
	    "policy.yaml:2:34: the secrets stage never reports this: it belongs under stages: build "
	    "or scan");
	assert_taken(f, "stages: {scan: {block-unknown-severity: true, block-fixable-only: true}}");
	assert_taken(f, "stages: {scan: {block-fixable-only: false}}");
	assert_taken(f, "stages: {secrets: {block-severity: high, warn-severity: never}}");
	assert_taken(f, "stages: {secrets: {block-severity: high, warn-severity: high}}");
	assert_taken(f,
	    "stages: {scan: {block-severity: low, warn-severity: high, block-fixable-only: true}}");
}

static void names_of_no_registry(void **state)
{
	static const char *const wrong[] = {"'https://docker.io/'", "'http://docker.io'", "''",
	    "'docker.io/'", "'docker.io/library/'", "' '", "docker.io a.example", "/docker.io"};
	static const char *const registries[] = {"docker.io/a//b", "'docker.io/library/debian:12'",
	    "'docker.io/a@sha256'", "'reg.*.example.com'", "'docker.io/a*b'"};
	static const char *const services[] = {"auth.example.net/token", "'*.example.net'"};
	struct fixture *f = *state;
	const char *line;

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		line = arena_fmt(&f->arena, "trusted-registries: [a.example, %s]", wrong[i]).p;
		assert_each_refused(f, &line, 1, "policy.yaml:2:33: ");
		line = arena_fmt(&f->arena, "token-services: [a.example, %s]", wrong[i]).p;
		assert_each_refused(f, &line, 1, "policy.yaml:2:29: ");
	}
	for (size_t i = 0; i < ARRAY_LEN(registries); i++) {
		line = arena_fmt(&f->arena, "trusted-registries: [%s]", registries[i]).p;
		assert_each_refused(f, &line, 1, "policy.yaml:2:22: ");
	}
	for (size_t i = 0; i < ARRAY_LEN(services); i++) {
		line = arena_fmt(&f->arena, "token-services: [%s]", services[i]).p;
		assert_each_refused(f, &line, 1, "policy.yaml:2:18: ");
	}
	assert_said(f, "trusted-registries: ['https://docker.io/']",
	    "policy.yaml:2:22: a name without https:// or any other scheme is expected here");
	assert_taken(f, "trusted-registries: []");
	assert_taken(f, "trusted-registries: ['*', '**', '127.0.0.1*', '*.example.com', "
			"'localhost:5000', 'docker.io/library/*', '[::1]:5000', docker.io/debian]");
	assert_taken(f, "token-services: [auth.example.net, 'auth.example.net:8443', '[::1]:80']");
}

static void values_that_hold_nothing(void **state)
{
	struct fixture *f = *state;

	assert_said(f, "secret-key: ''",
	    "policy.yaml:2:1: an empty key keeps no hash apart: write a word of your own, or leave "
	    "the key out");
	assert_said(f, "build: {timeout-seconds: 0}",
	    "policy.yaml:2:9: no build ends in 0 seconds: name a number of seconds, or leave the key "
	    "out (1800)");
	assert_said(f, "database: {max-age-hours: 0}",
	    "policy.yaml:2:12: every database is older than 0 hours: name a number of hours, or "
	    "leave the key out if any age will do");
	assert_said(f, "not-covered: block",
	    "policy.yaml:2:1: `not-covered` belongs below a stage (validate, secrets, build or scan, "
	    "under `stages`), not at the top");
	assert_said(f, "timeout-seconds: 5",
	    "policy.yaml:2:1: `timeout-seconds` belongs below `build`, not at the top");
	assert_said(f, "max-age-hours: 5",
	    "policy.yaml:2:1: `max-age-hours` belongs below `database`, not at the top");
	assert_said(f, "stages: {secrets: {block: [harbour-pass]}}",
	    "policy.yaml:2:28: no such rule: harbour-pass; the nearest is aws-access-key (`plimsoll "
	    "rules` lists them); if it is a rule of a file of yours, name that with --rules");
}

static enum verdict gap(struct fixture *f, const char *line, enum stage stage, enum gap_kind kind)
{
	struct not_covered nc = {.stage = stage, .kind = kind};

	assert_taken(f, line);
	return judge_gap(&f->policy, &nc);
}

static void what_is_not_covered(void **state)
{
	static const char all[] = "stages: {scan: {not-covered: block}}";
	static const char some[] =
	    "stages: {validate: {not-covered: {lfs-pointer: block, submodule: warn}}}";
	static const char observe[] = "mode: observe\nstages: {scan: {not-covered: block}}";
	struct fixture *f = *state;

	assert_int_equal(gap(f, "name: x", STAGE_SCAN, GAP_RELEASE), VERDICT_WARNS);
	assert_int_equal(gap(f, "name: x", STAGE_SCAN, GAP_INVENTORY), VERDICT_BLOCKS);
	assert_int_equal(gap(f, all, STAGE_SCAN, GAP_RELEASE), VERDICT_BLOCKS);
	assert_int_equal(gap(f, all, STAGE_SECRETS, GAP_SUBMODULE), VERDICT_WARNS);
	assert_int_equal(gap(f, some, STAGE_VALIDATE, GAP_LFS_POINTER), VERDICT_BLOCKS);
	assert_int_equal(gap(f, some, STAGE_VALIDATE, GAP_SUBMODULE), VERDICT_WARNS);
	assert_int_equal(gap(f, some, STAGE_SCAN, GAP_INVENTORY), VERDICT_BLOCKS);
	assert_int_equal(gap(f, "stages: {scan: {not-covered: warn}}", STAGE_SCAN, GAP_INVENTORY),
	    VERDICT_WARNS);
	assert_int_equal(gap(f, observe, STAGE_SCAN, GAP_INVENTORY), VERDICT_WARNS);
	assert_int_equal(policy_starter(&f->arena, &f->policy, &f->err), 0);
	assert_int_equal(f->policy.stages[STAGE_SCAN].not_covered[GAP_INVENTORY], VERDICT_BLOCKS);
	assert_int_equal(f->policy.stages[STAGE_SCAN].not_covered[GAP_PACKAGES], VERDICT_WARNS);
	assert_said(f, "stages: {scan: {not-covered: never}}",
	    "policy.yaml:2:17: warn or block is expected here");
	assert_said(f, "stages: {scan: {not-covered: {lfs: warn}}}",
	    "policy.yaml:2:31: no such kind; there are lfs-pointer, submodule, special-file, "
	    "too-large, unreadable, release, packages, inventory and image");
	assert_said(f, "stages: {secrets: {not-covered: {release: block}}}",
	    "policy.yaml:2:34: this is about packages and their vulnerabilities: it belongs under "
	    "stages: scan");
}

/* A report of one gap, judged: exit code, and the stage's verdict. */
static void a_gap_that_blocks(void **state)
{
	struct fixture *f = *state;
	struct not_covered small = {
	    .stage = STAGE_SECRETS, .kind = GAP_LFS_POINTER, .what = STR("a")};
	struct not_covered all = {.stage = STAGE_SCAN, .kind = GAP_INVENTORY, .what = STR("b")};
	struct stage_result scan = {.stage = STAGE_SCAN, .ran = true};
	struct report r;

	assert_taken(f, "name: x");
	report_init(&r, MIB(1), 10);
	assert_int_equal(report_add_not_covered(&r, &small, &f->err), 0);
	assert_int_equal(report_add_stage(&r, &scan, &f->err), 0);
	assert_int_equal(judge_report(&f->policy, 0, &r, &f->err), 0);
	assert_int_equal(r.exit_code, 0);
	assert_int_equal(report_add_not_covered(&r, &all, &f->err), 0);
	assert_int_equal(judge_report(&f->policy, 0, &r, &f->err), 0);
	assert_int_equal(r.exit_code, 1);
	assert_int_equal(r.verdict, REPORT_BLOCKED);
	assert_int_equal(r.stages.p[0].verdict, VERDICT_BLOCKS);
	assert_true(str_eq(r.not_covered.p[0].what, STR("b"))); /* blocking first */
	report_release(&r);
}

/* Which kinds of what is not covered each stage reports: these may be named below it, no others. */
static void each_stage_has_its_gaps(void **state)
{
	static const struct {
		enum stage stage;
		enum gap_kind kinds[6];
		size_t n;
	} rows[] = {
	    {STAGE_VALIDATE,
		{GAP_LFS_POINTER, GAP_SUBMODULE, GAP_SPECIAL_FILE, GAP_TOO_LARGE, GAP_UNREADABLE,
		    GAP_TOOL},
		6},
	    {STAGE_SECRETS,
		{GAP_LFS_POINTER, GAP_SUBMODULE, GAP_SPECIAL_FILE, GAP_TOO_LARGE, GAP_UNREADABLE},
		5},
	    {STAGE_BUILD, {GAP_IMAGE}, 1},
	    {STAGE_SCAN, {GAP_RELEASE, GAP_PACKAGES, GAP_INVENTORY, GAP_IMAGE}, 4},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (int kind = 0; kind < GAP_KIND_COUNT; kind++) {
			struct str text = arena_fmt(&f->arena,
			    "plimsoll: 1\nstages: {" STR_FMT ": {not-covered: {" STR_FMT
			    ": block}}}\n",
			    STR_ARG(stage_word(rows[i].stage)),
			    STR_ARG(gap_kind_word((enum gap_kind)kind)));
			bool reports = false;

			for (size_t k = 0; k < rows[i].n; k++)
				reports |= (int)rows[i].kinds[k] == kind;
			if ((parse(f, text.p) == 0) != reports)
				fail_msg("%s: %s", text.p, reports ? f->err.text : "taken");
			if (reports)
				assert_int_equal(f->policy.stages[rows[i].stage].not_covered[kind],
				    VERDICT_BLOCKS);
		}
	}
}

static void words_are_of_closed_lists(void **state)
{
	struct fixture *f = *state;

	assert_taken(f, "name: x");
	assert_int_equal(f->policy.images, IMAGES_LEARNT);
	assert_int_equal(f->policy.network, NETWORK_EGRESS);
	assert_int_equal(f->policy.mode, MODE_NEW);
	assert_taken(f, "images: required\nmode: observe\nbuild: {network: none}");
	assert_int_equal(f->policy.images, IMAGES_REQUIRED);
	assert_int_equal(f->policy.mode, MODE_OBSERVE);
	assert_int_equal(f->policy.network, NETWORK_NONE);
	assert_taken(f, "images: optional\nmode: all\nbuild: {network: host}");
	assert_int_equal(f->policy.images, IMAGES_OPTIONAL);
	assert_int_equal(f->policy.mode, MODE_ALL);
	assert_int_equal(f->policy.network, NETWORK_HOST);
	assert_taken(f, "mode: new\nbuild: {network: egress}");
	assert_int_equal(f->policy.network, NETWORK_EGRESS);
	assert_said(f, "images: never", "policy.yaml:2:1: required or optional is expected here");
	assert_said(f, "images: r", "policy.yaml:2:1: required or optional is expected here");
	assert_said(f, "images: ''", "policy.yaml:2:1: required or optional is expected here");
	assert_said(f, "mode: off", "policy.yaml:2:1: observe, new or all is expected here");
	assert_said(
	    f, "build: {network: on}", "policy.yaml:2:9: none, egress or host is expected here");
}

/* A rule of the policy names a vulnerability by any of its ids. */
static void every_alias_is_matched(void **state)
{
	static struct str aliases[] = {
	    STR_INIT("CVE-2020-25032"), STR_INIT("GHSA-xc3p-ff3m-f46v"), STR_INIT("PYSEC-2020-43")};
	struct finding_vulnerability v = {.aliases = {aliases, ARRAY_LEN(aliases)}, .kev = -1};
	struct finding finding = {.rule = STR("DSA-5514-1"),
	    .stage = STAGE_SCAN,
	    .severity = SEVERITY_CRITICAL,
	    .fingerprint = STR("00112233445566778899aabbccddeeff"),
	    .vulnerability = &v};
	struct fixture *f = *state;

	for (size_t i = 0; i <= ARRAY_LEN(aliases); i++) {
		struct str id = i < ARRAY_LEN(aliases) ? aliases[i] : STR("CVE-2020-25033");
		struct report r;

		assert_taken(f,
		    arena_fmt(&f->arena,
			"mode: all\nstages: {scan: {block-severity: low}}\nignore: [{rule: " STR_FMT
			", reason: x}]",
			STR_ARG(id))
			.p);
		report_init(&r, MIB(1), 10);
		assert_true(vec_push(&r.findings, &r.arena, finding));
		assert_int_equal(judge_report(&f->policy, 0, &r, &f->err), 0);
		assert_int_equal(r.findings.p[0].verdict,
		    i < ARRAY_LEN(aliases) ? VERDICT_PASSES : VERDICT_BLOCKS);
		report_release(&r);
	}
}

static void fingerprints_are_hex(void **state)
{
	static const char *const wrong[] = {"'g*'", "'0g*'", "00112233445566778899aabbccddeef",
	    "00112233445566778899aabbccddeefff", "00112233445566778899AABBCCDDEEFF", "'`*'", "'/*'",
	    "':?'"};
	static const char *const right[] = {
	    "00112233445566778899aabbccddeeff", "'0*'", "'9f*'", "'a?'", "'*f'"};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		const char *line =
		    arena_fmt(&f->arena, "ignore: [{fingerprint: %s, reason: x}]", wrong[i]).p;

		assert_each_refused(f, &line, 1, ":11: a fingerprint has 32 digits of 0-9 and a-f");
	}
	for (size_t i = 0; i < ARRAY_LEN(right); i++)
		assert_taken(
		    f, arena_fmt(&f->arena, "ignore: [{fingerprint: %s, reason: x}]", right[i]).p);
}

static void globs(void **state)
{
	(void)state;
	assert_true(glob_match(STR("DL3*"), STR("DL3002")));
	assert_true(glob_match(STR("*"), STR("")));
	assert_true(glob_match(STR("a*b*c"), STR("axxbyyc")));
	assert_true(glob_match(STR("a?c"), STR("abc")));
	assert_false(glob_match(STR("a?c"), STR("ac")));
	assert_false(glob_match(STR("a*b"), STR("axxc")));
	assert_false(glob_match(STR(""), STR("x")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(part_of_a_policy_is_none),
	    cmocka_unit_test_setup_teardown(starter_is_quiet, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(starter_on_secrets, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(starter_on_vulnerabilities, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(waivers_end, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(branches_excuse_what_they_may, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(new_rules_only_warn, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(modes, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(the_strictest_stage_holds, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(mistakes_are_named, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(rules_that_there_are_not, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(names_that_hold_nothing, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(names_that_hold_something, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(an_alias_stands_for_its_rules, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(entries_that_match_nothing, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(thresholds_that_hold_nothing, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(names_of_no_registry, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(values_that_hold_nothing, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(what_is_not_covered, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_gap_that_blocks, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(each_stage_has_its_gaps, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(words_are_of_closed_lists, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(every_alias_is_matched, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(fingerprints_are_hex, set_up, tear_down),
	    cmocka_unit_test(globs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
