/*
 * Every rule against its fixtures, tests/data/lint/<ID>/: in bad.* it finds exactly the places of
 * bad.expect ("line:column", one a line), in good.* nothing; so too in bad-2.* and good-2.* if
 * there is one of them, and so on. So a rule that is deleted, or that never fires, or fires too
 * often, fails. And what every record must say.
 */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
// clang-format on

#include "base/buf.h"
#include "base/clock.h"
#include "base/os/fd.h"
#include "detect/lint/lint.h"
#include "expected.h"
#include "full_arena.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

struct places {
	struct sink sink;
	const char *id; /* NULL: all */
	struct buf text;
};

static int keep_place(struct sink *sink, const struct finding *f, struct err *err)
{
	struct places *kept = container_of(sink, struct places, sink);

	(void)err;
	assert_int_equal(f->n_places, 1);
	assert_true(f->places[0].end_line >= f->places[0].line);
	assert_true(f->message.n > 0 && f->identity.n > 0);
	if (kept->id && str_eq(f->rule, str_of(kept->id)))
		buf_addf(&kept->text, "%u:%u\n", f->places[0].line, f->places[0].column);
	if (!kept->id)
		buf_addf(&kept->text, STR_FMT " %u\n", STR_ARG(f->rule), f->places[0].line);
	return 0;
}

static const struct sink_ops keep_ops = {.finding = keep_place};

/* What the label rules' fixtures have to keep to. */
static const struct lint_label labels[] = {
    {STR_INIT("org.text"), LABEL_TEXT},
    {STR_INIT("org.url"), LABEL_URL},
    {STR_INIT("org.semver"), LABEL_SEMVER},
    {STR_INIT("org.hash"), LABEL_HASH},
    {STR_INIT("org.date"), LABEL_RFC3339},
    {STR_INIT("org.licence"), LABEL_SPDX},
    {STR_INIT("org.email"), LABEL_EMAIL},
};

static bool is_about_labels(struct str id)
{
	return str_cmp(id, STR("DL3049")) >= 0 && str_cmp(id, STR("DL3058")) <= 0;
}

/* A fixture's siblings lie beside it, and nothing lies at the top. */
static enum content_result read_beside(struct lint_siblings *siblings, struct str unit_path,
    struct str path, struct arena *arena, struct str *ret_bytes, struct err *err)
{
	size_t folder = unit_path.n - str_base_name(unit_path).n;

	(void)siblings;
	path = arena_fmt(
	    arena, STR_FMT STR_FMT, STR_ARG(str_sub(unit_path, 0, folder)), STR_ARG(path));
	return file_read(path.p, MIB(1), arena, ret_bytes, err) == 0 ? CONTENT_OK : CONTENT_MISSING;
}

static struct lint_siblings siblings_beside = {read_beside};

static void lint_file_as(
    enum lint_dialect dialect, struct arena *arena, const char *path, struct places *kept)
{
	struct str trusted[] = {STR("docker.io"), STR("trusted.example")};
	struct str opted = kept->id ? str_of(kept->id) : STR_NONE;
	struct lint_opts opts = {.dialect = dialect,
	    .trusted_registries = {trusted, ARRAY_LEN(trusted)},
	    .opted = {&opted, opted.n > 0},
	    .siblings = &siblings_beside,
	    .named = true};
	const struct docker_base base = {
	    .reference = STR("windows.example/app:1"), .windows = true};
	const struct lint_build build = {
	    .path = str_of(path), .how = {.bases = &base, .n_bases = 1}};
	const struct lint_kind *kind;
	struct unit unit = {.origin.path = str_of(path)};
	struct err err = ERR_INIT;

	/* The one rule that a file alone has no case for. */
	if (kept->id && str_eq(str_of(kept->id), STR("InvalidBaseImagePlatform")))
		opts.build = &build;
	if (kept->id && is_about_labels(str_of(kept->id))) {
		opts.labels = labels;
		opts.n_labels = ARRAY_LEN(labels);
		opts.strict_labels = true;
	}
	kept->sink.ops = &keep_ops;
	buf_clear(&kept->text);
	if (file_read(path, MIB(1), arena, &unit.bytes, &err) != 0 ||
	    lint_unit(&unit, &opts, arena, &kept->sink, &kind, &err) != 0)
		fail_msg("%s: %s", path, err.text);
}

static void lint_file(struct arena *arena, const char *path, struct places *kept)
{
	lint_file_as(LINT_OURS, arena, path, kept);
}

static const char *extension(const struct lint_rule *rule)
{
	if (rule->build_file)
		return "hcl";
	return rule->taskdef ? "json" : "Dockerfile";
}

/* Whether there is such a pair; the first must be there. */
static bool meets_fixture(
    struct arena *arena, const struct lint_rule *rule, const char *number, struct places *kept)
{
	const char *id = rule->id, *ext = extension(rule);
	struct str bad = arena_fmt(arena, TEST_DATA "/lint/%s/bad%s.%s", id, number, ext);
	struct str good = arena_fmt(arena, TEST_DATA "/lint/%s/good%s.%s", id, number, ext);
	struct str expect = arena_fmt(arena, TEST_DATA "/lint/%s/bad%s.expect", id, number);
	struct str wanted, text;
	struct err err = ERR_INIT;
	bool is_bad = file_read(expect.p, MIB(1), arena, &wanted, &err) == 0;
	bool is_good = file_read(good.p, MIB(1), arena, &text, &err) == 0;

	kept->id = id;
	if (is_bad) {
		lint_file(arena, bad.p, kept);
		if (!str_eq(buf_str(&kept->text), wanted) || wanted.n == 0)
			fail_msg("%s:\n%swanted:\n" STR_FMT, bad.p, buf_cstr(&kept->text),
			    STR_ARG(wanted));
	}
	if (is_good) {
		lint_file(arena, good.p, kept);
		if (kept->text.n > 0)
			fail_msg("%s:\n%s", good.p, buf_cstr(&kept->text));
	}
	if (!number[0] && !(is_bad && is_good))
		fail_msg("%s: %s", id, err.text);
	return is_bad || is_good;
}

static void rules_meet_their_fixtures(void **state)
{
	struct places kept = {.text = BUF_INIT(MIB(1))};
	struct arena arena;
	size_t n;
	const struct lint_rule *const *rules = lint_rules(&n);

	(void)state;
	arena_init(&arena, MIB(64));
	for (size_t i = 0; i < n; i++) {
		const char *number = "";

		for (int k = 2; meets_fixture(&arena, rules[i], number, &kept); k++)
			number = arena_fmt(&arena, "-%d", k).p;
	}
	buf_release(&kept.text);
	arena_release(&arena);
}

/* both.Dockerfile is judged as we do and as hadolint does, and both.expect has what each says:
 * "ours LINE:COLUMN", "hadolint LINE". Where it is wrong the lines differ, and comments say why. */
static void hadolint_and_we(void **state)
{
	struct places kept = {.text = BUF_INIT(MIB(1))};
	struct arena arena;
	size_t n;
	const struct lint_rule *const *rules = lint_rules(&n);

	(void)state;
	arena_init(&arena, MIB(64));
	for (size_t i = 0; i < n; i++) {
		struct buf said CLEANUP(buf_release) = BUF_INIT(MIB(1));
		struct str path =
		    arena_fmt(&arena, TEST_DATA "/lint/%s/both.Dockerfile", rules[i]->id);
		struct str text, line;

		if (!hado_has(&rules[i]->hadolint))
			continue;
		kept.id = rules[i]->id;
		lint_file(&arena, path.p, &kept);
		for (text = buf_str(&kept.text); str_cut(&text, '\n', &line);)
			buf_addf(&said, "ours " STR_FMT "\n", STR_ARG(line));
		lint_file_as(LINT_HADOLINT, &arena, path.p, &kept);
		for (text = buf_str(&kept.text); str_cut(&text, ':', &line);) {
			buf_addf(&said, "hadolint " STR_FMT "\n", STR_ARG(line));
			(void)str_cut(&text, '\n', &line);
		}
		assert_expected(path.p, &said);
	}
	buf_release(&kept.text);
	arena_release(&arena);
}

static void fixtures_have_rules(void **state)
{
	DIR *dir = opendir(TEST_DATA "/lint");
	struct dirent *entry;
	size_t n;
	const struct lint_rule *const *rules = lint_rules(&n);

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		struct str name = str_of(entry->d_name);
		bool found = name.p[0] == '.' || str_eq(name, STR("workshop")) ||
			     str_eq(name, STR("deck")) || str_eq(name, STR("whole")) ||
			     str_eq(name, STR("kinds.txt")) || str_eq(name, STR("users.txt")) ||
			     str_eq(name, STR("shell"));

		for (size_t i = 0; i < n; i++)
			found |= str_eq(name, str_of(rules[i]->id));
		if (!found)
			fail_msg("tests/data/lint/%s: no such rule", entry->d_name);
	}
	(void)closedir(dir);
}

static void records_are_whole(void **state)
{
	static const char *const threats[] = {
	    "host", "image", "denial-of-service", "credentials", "breakout", "runtime"};
	size_t n;
	const struct lint_rule *const *rules = lint_rules(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		const struct lint_rule *r = rules[i];
		bool threat = false;
		int64_t ms;

		if (!*r->title || !*r->why || !*r->fix || !r->peer || !r->references[0] ||
		    !time_parse(str_of(r->since), &ms) || r->severity == SEVERITY_UNKNOWN ||
		    (!r->dockerfile && !r->step && !r->command && !r->taskdef && !r->build_file))
			fail_msg("%s: an empty field", r->id);
		for (size_t k = 0; k < ARRAY_LEN(threats); k++)
			threat |= str_eq(str_of(r->threat), str_of(threats[k]));
		if (!threat)
			fail_msg("%s: no such threat: %s", r->id, r->threat);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(r->id, rules[k]->id);
	}
}

static void assert_has(const struct places *kept, const char *line)
{
	if (!str_has(buf_str(&kept->text), str_of(line)))
		fail_msg("%s is not in:\n%s", line, buf_cstr(&kept->text));
}

static void the_workshops_inputs(void **state)
{
	struct places kept = {.text = BUF_INIT(MIB(1))};
	struct arena arena;

	(void)state;
	arena_init(&arena, MIB(64));
	lint_file(&arena, TEST_DATA "/lint/workshop/Dockerfile", &kept);
	assert_has(&kept, "DL3032 3\n");
	assert_has(&kept, "DL3032 4\n");
	assert_has(&kept, "PL1002 4\n");
	assert_has(&kept, "DL3025 7\n");
	assert_has(&kept, "DL4000 2\n");
	assert_false(str_has(buf_str(&kept.text), STR("PL1001")));
	lint_file(&arena, TEST_DATA "/lint/workshop/misprinted.Dockerfile", &kept);
	assert_has(&kept, "DL1000 5\n");
	assert_has(&kept, "PL1001 1\n");
	assert_has(&kept, "DL3032 3\n");
	assert_has(&kept, "PL1002 4\n");
	lint_file(&arena, TEST_DATA "/lint/workshop/comma.json", &kept);
	assert_has(&kept, "PL2000 5\n");
	assert_has(&kept, "PL2001 3\n");
	lint_file(&arena, TEST_DATA "/lint/workshop/brace.json", &kept);
	assert_has(&kept, "PL2000 4\n");
	assert_has(&kept, "PL2001 3\n");
	assert_has(&kept, "PL2002 6\n");
	buf_release(&kept.text);
	arena_release(&arena);
}

/* The slides' own four files, byte for byte: here, and where the shared fixtures are. */
static void the_decks_files(const char *folder)
{
	struct places kept = {.text = BUF_INIT(MIB(1))};
	struct arena arena;

	arena_init(&arena, MIB(64));
	lint_file(&arena, arena_fmt(&arena, "%s/task-definition.json", folder).p, &kept);
	assert_string_equal(buf_cstr(&kept.text), "PL2001 10\nPL2000 10\n");
	lint_file(&arena, arena_fmt(&arena, "%s/broken-task-definition.json", folder).p, &kept);
	assert_has(&kept, "PL2001 9\n");
	assert_has(&kept, "PL2000 9\n");
	assert_has(&kept, "PL2000 10\n");
	lint_file(&arena, arena_fmt(&arena, "%s/Dockerfile", folder).p, &kept);
	assert_has(&kept, "DL4000 2\n");
	assert_has(&kept, "DL3032 3\n");
	assert_has(&kept, "DL3032 4\n");
	assert_has(&kept, "PL1002 4\n");
	assert_has(&kept, "DL3025 7\n");
	assert_false(str_has(buf_str(&kept.text), STR("PL1001")));
	assert_false(str_has(buf_str(&kept.text), STR("DL1000")));
	lint_file(&arena, arena_fmt(&arena, "%s/misprinted.Dockerfile", folder).p, &kept);
	assert_has(&kept, "DL1000 5\n");
	assert_has(&kept, "PL1001 1\n");
	assert_has(&kept, "DL3032 3\n");
	assert_has(&kept, "PL1002 4\n");
	assert_has(&kept, "DL3025 7\n");
	buf_release(&kept.text);
	arena_release(&arena);
}

static void the_decks_inputs(void **state)
{
	const char *shared = getenv("PLIMSOLL_TEST_FIXTURES");
	char path[4096];

	(void)state;
	the_decks_files(TEST_DATA "/lint/deck");
	if (!shared)
		return;
	(void)snprintf(path, sizeof path, "%s/deck", shared);
	the_decks_files(path);
}

/* ---- the file, target, arguments and base that are built ---- */

struct build_case {
	const char *file, *target, *user; /* of the base b; NULL: it is not known */
	bool windows;
	const char *wanted; /* "RULE WEIGHT " each, of those about users */
};

static const struct build_case builds[] = {
    {"FROM b\nRUN x\n", "", NULL, false, "PL1001 1 "},
    {"FROM b\nRUN x\n", "", "", false, "PL1001 1 "},
    {"FROM b\nRUN x\n", "", "0:0", false, "PL1001 1 "},
    {"FROM b\nRUN x\n", "", "10001", false, ""},
    {"FROM b\nRUN x\n", "", "", true, ""},
    {"FROM scratch\nCOPY a b\nCMD [\"/b\"]\n", "", NULL, false, "PL1001 2 "},
    {"FROM scratch AS s\nENTRYPOINT [\"/b\"]\nFROM s\n", "", NULL, false, "PL1001 2 "},
    /* Files to take out, and nothing that runs. */
    {"FROM b AS a\nCMD x\nFROM scratch AS output\nCOPY --from=a b /\n", "", NULL, false, ""},
    {"FROM scratch AS s\nCOPY a b\nFROM s\nONBUILD RUN x\n", "", NULL, false, ""},
    /* Windows: certain by its publisher, likely by what the text says. */
    {"FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN x\n", "", NULL, false, ""},
    {"FROM mcr.microsoft.com/dotnet/sdk:8.0-nanoserver-ltsc2022\n", "", NULL, false, ""},
    {"FROM mcr.microsoft.com/dotnet/framework/aspnet:4.8\n", "", NULL, false, ""},
    {"FROM docker.io/library/python:3-windowsservercore\n", "", NULL, false, ""},
    {"FROM microsoft/nanoserver\n", "", NULL, false, ""},
    {"FROM mcr.microsoft.com/nanoserver-insider:10.0\n", "", NULL, false, ""},
    {"FROM mcr.microsoft.com/azure-windows-tools/a:1\n", "", NULL, false, "PL1001 1 "},
    {"FROM mcr.microsoft.com/dotnet/sdk:8.0\n", "", NULL, false, "PL1001 1 "},
    {"FROM quay.io/python:3-nanoserver\n", "", NULL, false, "PL1001 2 "},
    {"FROM mcr.microsoft.com.x.example/windows/servercore\n", "", NULL, false, "PL1001 2 "},
    {"FROM x/y:1\nSHELL [\"powershell\", \"-Command\"]\n", "", NULL, false, "PL1001 2 "},
    {"# escape=`\nFROM x/y:1\nRUN x\n", "", NULL, false, "PL1001 2 "},
    {"FROM b\nSHELL [\"cmd\"]\n", "", "", false, "PL1001 1 "},
    {"FROM x/y\nUSER ContainerAdministrator\nRUN x\nUSER ContainerUser\n", "", NULL, false, ""},
    {"FROM x/y\nUSER containeradministrator\n", "", NULL, false, "DL3002 2 "},
    {"FROM x:nonroot\nCOPY a b\n", "", NULL, false, "PL1001 2 "},
    {"FROM x/windows/nanoserver\nCOPY a b\n", "", NULL, false, "PL1001 2 "},
    {"FROM x/windows/app\nCOPY a b\n", "", NULL, false, "PL1001 1 "},
    {"FROM nonroot.example/app\nCOPY a b\n", "", NULL, false, "PL1001 1 "},
    {"FROM rootless:5000/app\nCOPY a b\n", "", NULL, false, "PL1001 1 "},
    {"FROM debian:xnonrootx\nCOPY a b\n", "", NULL, false, "PL1001 1 "},
    {"FROM a/b:1-nonroot-amd64\nCOPY a b\n", "", NULL, false, "PL1001 2 "},
    {"FROM a/not-rootless-x\nCOPY a b\n", "", NULL, false, "PL1001 1 "},
    {"FROM a/not-unprivileged\nCOPY a b\n", "", NULL, false, "PL1001 1 "},
    {"FROM a/unprivilegedx\nCOPY a b\n", "", NULL, false, "PL1001 1 "},
    {"FROM nonroot/app:1\nCOPY a b\n", "", NULL, false, "PL1001 1 "},
    {"FROM a/nginx-unprivileged:1.27\nCOPY a b\n", "", NULL, false, "PL1001 2 "},
    {"FROM a/b:1.2-NonRoot\nCOPY a b\n", "", NULL, false, "PL1001 2 "},
    {"FROM a/b:non_root\nCOPY a b\n", "", NULL, false, "PL1001 1 "},
    {"FROM a/b:1.non-root\nCOPY a b\n", "", NULL, false, "PL1001 2 "},
    {"FROM a/b:no-rootless\nCOPY a b\n", "", NULL, false, "PL1001 1 "},
    {"FROM x:4.8-windowsservercore-ltsc2019\nCOPY a b\n", "", NULL, false, ""},
    {"FROM x/y:4.8-windowsservercore-ltsc2019\nCOPY a b\n", "", NULL, false, "PL1001 2 "},
    {"FROM b@sha256:nonroot\nCOPY a b\n", "", NULL, false, "PL1001 1 "},
    {"FROM --platform=windows/amd64 x\nCOPY a b\n", "", NULL, false, "PL1001 2 "},
    {"FROM --platform=windows x\nCOPY a b\n", "", NULL, false, "PL1001 2 "},
    {"FROM --platform=windowsx/amd64 x\nCOPY a b\n", "", NULL, false, "PL1001 1 "},
    {"FROM --platform=linux/amd64 x\nCOPY a b\n", "", NULL, false, "PL1001 1 "},
    {"ARG P=windows/amd64\nFROM --platform=$P x\n", "", NULL, false, "PL1001 2 "},
    {"FROM b AS f\nUSER root\nFROM b\nUSER 5\n", "f", NULL, false, "DL3002 0 "},
    {"FROM b AS f\nUSER 5\nFROM b\nUSER root\n", "f", NULL, false, ""},
    {"FROM b AS f\nFROM b\nUSER 5\n", "f", NULL, false, "PL1001 1 "},
    {"FROM b\nUSER $X\n", "", NULL, false, "PL1005 0 "},
    {"FROM b\nUSER $X\n", "", "5", false, "DL3002 0 "},
    {"FROM b\nUSER 10001 root\n", "", NULL, false, "PL1005 2 "},
    {"FROM b\nUSER 10001 \\\nUSER root\n", "", NULL, false, "PL1005 2 "},
    {"FROM b\nUSER +\n", "", NULL, false, "PL1005 2 "},
    {"FROM b\nARG U=0x0\nUSER $U\n", "", NULL, false, "PL1005 2 "},
    {"FROM b\nUSER app:web-data\n", "", NULL, false, ""},
    {"FROM b\nUSER 4294967296\n", "", NULL, false, "DL3002 0 "},
};

struct users_sink {
	struct sink sink;
	struct buf text;
};

static int keep_users(struct sink *sink, const struct finding *f, struct err *err)
{
	struct users_sink *kept = container_of(sink, struct users_sink, sink);

	(void)err;
	if (str_eq(f->rule, STR("PL1001")) || str_eq(f->rule, STR("DL3002")) ||
	    str_eq(f->rule, STR("PL1005")))
		buf_addf(&kept->text, STR_FMT " %d ", STR_ARG(f->rule), (int)f->weight);
	return 0;
}

static void what_is_built_is_judged(void **state)
{
	static const struct sink_ops ops = {.finding = keep_users};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(builds); i++) {
		const struct build_case *c = &builds[i];
		struct docker_base base = {.reference = STR("b"), .windows = c->windows};
		struct lint_build build = {.path = STR("any.txt")};
		struct lint_opts opts = {.build = &build};
		struct unit unit = {.origin.path = STR("any.txt"), .bytes = str_of(c->file)};
		struct users_sink kept = {{.ops = &ops}, BUF_INIT(KIB(4))};
		struct err err = ERR_INIT;
		struct arena arena;
		const struct lint_kind *kind;

		arena_init(&arena, MIB(16));
		build.how.target = str_of(c->target);
		if (c->user) {
			base.user = str_of(c->user);
			build.how.bases = &base;
			build.how.n_bases = 1;
		}
		if (lint_unit(&unit, &opts, &arena, &kept.sink, &kind, &err) != 0)
			fail_msg("%s", err.text);
		assert_string_equal(lint_kind_name(kind), "Dockerfile");
		if (!str_eq(buf_str(&kept.text), str_of(c->wanted)))
			fail_msg("%s: %s", c->file, buf_cstr(&kept.text));
		buf_release(&kept.text);
		arena_release(&arena);
	}
}

/* ---- whole findings, and the file after their edits ---- */

struct whole_sink {
	struct sink sink;
	struct buf text;
	struct finding_edit edits[64]; /* in the order in which they are found */
	size_t n_edits;
};

static int keep_whole(struct sink *sink, const struct finding *f, struct err *err)
{
	struct whole_sink *kept = container_of(sink, struct whole_sink, sink);
	const struct place *at = &f->places[0];
	struct buf *out = &kept->text;

	(void)err;
	buf_addf(out, STR_FMT " %u:%u-%u:%u " STR_FMT " weight %d: " STR_FMT "\n", STR_ARG(f->rule),
	    at->line, at->column, at->end_line, at->end_column, STR_ARG(severity_word(f->severity)),
	    (int)f->weight, STR_ARG(f->message));
	buf_addf(out, "  fix " STR_FMT "\n  identity ", STR_ARG(f->fix->text));
	add_quoted(out, f->identity);
	buf_add(out, STR("\n  line "));
	add_quoted(out, f->source_line);
	if (f->request.n > 0) {
		struct str path = at->origin.path;

		buf_add(out, STR("\n  request "));
		assert_true(str_starts(f->request, path));
		add_quoted(out, str_sub(f->request, path.n, f->request.n));
	}
	for (size_t i = 0; i < f->fix->n_edits; i++) {
		const struct finding_edit *edit = &f->fix->edits[i];
		struct finding_edit *copy = &kept->edits[kept->n_edits++];

		assert_true(kept->n_edits <= ARRAY_LEN(kept->edits));
		assert_true(str_eq(edit->path, at->origin.path));
		*copy = *edit;
		copy->text.p = strndup(edit->text.p, edit->text.n);
		assert_int_equal(edit->importance, edit_importance(f->severity));
		buf_addf(out, "\n  edit %llu-%llu " STR_FMT " ", (unsigned long long)edit->offset,
		    (unsigned long long)edit->end, STR_ARG(edit_level_word(edit->level)));
		add_quoted(out, edit->text);
	}
	buf_addc(out, '\n');
	return 0;
}

static int by_offset(const void *a, const void *b)
{
	const struct finding_edit *x = a, *y = b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* The file as every edit makes it: none may reach into another. */
static void add_edited(struct buf *out, struct str file, struct whole_sink *kept)
{
	size_t at = 0;

	qsort(kept->edits, kept->n_edits, sizeof kept->edits[0], by_offset);
	for (size_t i = 0; i < kept->n_edits; i++) {
		const struct finding_edit *edit = &kept->edits[i];

		assert_true(edit->offset >= at && edit->end >= edit->offset && edit->end <= file.n);
		buf_add(out, str_sub(file, at, (size_t)edit->offset - at));
		buf_add(out, edit->text);
		at = (size_t)edit->end;
	}
	buf_add(out, str_sub(file, at, file.n));
}

static int find_whole(const char *path, struct str bytes, struct arena *arena,
    struct whole_sink *kept, struct err *err)
{
	static const struct sink_ops ops = {.finding = keep_whole};
	struct str trusted[] = {STR("docker.io"), STR("trusted.example/team/*")};
	struct lint_opts opts = {
	    .trusted_registries = {trusted, ARRAY_LEN(trusted)}, .named = true};
	struct unit unit = {.origin.path = str_of(path), .bytes = bytes};
	const struct lint_kind *kind;

	kept->sink.ops = &ops;
	if (lint_unit(&unit, &opts, arena, &kept->sink, &kind, err) != 0)
		return -1;
	assert_non_null(kind);
	return 0;
}

static void release_whole(struct whole_sink *kept)
{
	for (size_t i = 0; i < kept->n_edits; i++)
		free((void *)(uintptr_t)kept->edits[i].text.p);
	buf_release(&kept->text);
}

struct whole_input {
	const char *path;
	struct str bytes;
};

static int read_whole(const void *input, struct arena *arena, struct buf *out, struct err *err)
{
	const struct whole_input *in = input;
	struct whole_sink kept = {.text = BUF_INIT(MIB(1))};
	int result = find_whole(in->path, in->bytes, arena, &kept, err);

	buf_add(out, buf_str(&kept.text));
	release_whole(&kept);
	return result;
}

static void check_whole(const char *path)
{
	struct whole_sink kept = {.text = BUF_INIT(MIB(1))}, again = {.text = BUF_INIT(MIB(1))};
	struct buf edited CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct arena arena CLEANUP(arena_release);
	struct err err = ERR_INIT;
	struct whole_input input = {.path = path};
	struct str bytes;

	arena_init(&arena, MIB(64));
	if (file_read(path, MIB(1), &arena, &bytes, &err) != 0 ||
	    find_whole(path, bytes, &arena, &kept, &err) != 0)
		fail_msg("%s: %s", path, err.text);
	add_edited(&edited, bytes, &kept);
	if (kept.n_edits > 0) {
		buf_addf(&kept.text, "---- edited\n" STR_FMT, STR_ARG(buf_str(&edited)));
		assert_int_equal(find_whole(path, buf_str(&edited), &arena, &again, &err), 0);
		/* What is edited is not found again. */
		assert_int_equal(again.n_edits, 0);
	}
	assert_expected(path, &kept.text);
	input.bytes = bytes;
	assert_true(assert_survives_full_arenas(read_whole, &input) > 0);
	release_whole(&kept);
	release_whole(&again);
}

static void whole_findings_and_their_edits(void **state)
{
	(void)state;
	assert_true(each_file("lint/whole/*.[Djy]*", check_whole) >= 6);
}

/* ---- what is the same finding ---- */

struct same_case {
	const char *rule, *before, *after;
	bool same;
};

static const struct same_case sames[] = {
    {"DL3002", "FROM a:1\nUSER root\n", "FROM a:1\nUSER 0\n", true},
    {"DL3002", "FROM a:1\nUSER root\n", "FROM a:1\nARG X=0\nuser  $X:root\n", true},
    {"PL1005", "FROM a:1\nARG X\nUSER $X\n", "FROM a:1\nARG X\nUSER \"${X}\"\n", true},
    {"DL3006", "FROM a\n", "from \"a\" as b\n", true},
    {"DL3006", "FROM a\n", "FROM b\n", false},
    {"DL3007", "FROM a:latest\n", "FROM --platform=linux/amd64 a:latest\n", true},
    {"DL3026", "FROM evil.example/a:1\n", "from evil.example/a:1 AS b\n", true},
    {"DL3026", "FROM evil.example/a:1\n", "FROM evil.example/b:1\n", false},
    {"DL4000", "FROM a:1\nMAINTAINER x\n", "FROM a:1\nmaintainer y\n", true},
    {"DL4003", "FROM a:1\nCMD [\"a\"]\nCMD [\"b\"]\n", "FROM a:1\nCMD [\"a\"]\nCMD [\"c\"]\n",
	true},
    {"DL3025", "FROM a:1\nCMD a\n", "FROM a:1\nCmd  a\n", true},
    {"DL3025", "FROM a:1\nCMD a\n", "FROM a:1\nCMD b\n", false},
    {"DL3020", "FROM a:1\nADD a b\n", "FROM a:1\nadd a b\n", true},
    {"DL3011", "FROM a:1\nEXPOSE 70000\n", "FROM a:1\nEXPOSE \"70000\"\n", true},
    {"DL3024", "FROM a:1 AS x\nFROM a:1 AS x\n", "FROM a:1 AS x\nFROM a:2 as X\n", true},
};

struct identity_sink {
	struct sink sink;
	const char *rule;
	struct buf text;
};

static int keep_identity(struct sink *sink, const struct finding *f, struct err *err)
{
	struct identity_sink *kept = container_of(sink, struct identity_sink, sink);

	(void)err;
	if (str_eq(f->rule, str_of(kept->rule)))
		buf_addf(&kept->text, STR_FMT ";", STR_ARG(f->identity));
	return 0;
}

static void identity_of(const char *rule, const char *file, struct buf *ret)
{
	static const struct sink_ops ops = {.finding = keep_identity};
	struct str trusted[] = {STR("docker.io")};
	struct lint_opts opts = {.trusted_registries = {trusted, 1}};
	struct unit unit = {.origin.path = STR("Dockerfile"), .bytes = str_of(file)};
	struct identity_sink kept = {{.ops = &ops}, rule, BUF_INIT(KIB(4))};
	struct err err = ERR_INIT;
	struct arena arena;
	const struct lint_kind *kind;

	arena_init(&arena, MIB(16));
	if (lint_unit(&unit, &opts, &arena, &kept.sink, &kind, &err) != 0)
		fail_msg("%s", err.text);
	assert_true(kept.text.n > 0);
	buf_add(ret, buf_str(&kept.text));
	buf_release(&kept.text);
	arena_release(&arena);
}

static void spelling_makes_nothing_new(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sames); i++) {
		struct buf before = BUF_INIT(KIB(4)), after = BUF_INIT(KIB(4));

		identity_of(sames[i].rule, sames[i].before, &before);
		identity_of(sames[i].rule, sames[i].after, &after);
		if (str_eq(buf_str(&before), buf_str(&after)) != sames[i].same)
			fail_msg(
			    "%s: %s and %s", sames[i].rule, buf_cstr(&before), buf_cstr(&after));
		buf_release(&before);
		buf_release(&after);
	}
}

static void a_target_that_is_no_stage(void **state)
{
	struct lint_build build = {.path = STR("f"), .how = {.target = STR("nope")}};
	struct lint_opts opts = {.build = &build};
	struct unit unit = {.origin.path = STR("f"), .bytes = STR("FROM a AS b\nUSER 1\n")};
	struct users_sink kept = {.text = BUF_INIT(KIB(4))};
	struct err err = ERR_INIT;
	struct arena arena;
	const struct lint_kind *kind;

	(void)state;
	arena_init(&arena, MIB(16));
	assert_int_equal(lint_unit(&unit, &opts, &arena, &kept.sink, &kind, &err), -1);
	assert_int_equal(err.code, ERR_CONFIG);
	arena_release(&arena);
}

static const struct lint_kind *recognise(const char *path, const char *text, bool named)
{
	struct lint_opts opts = {.named = named};
	struct err err = ERR_INIT;
	struct arena arena;
	const struct lint_kind *kind;

	arena_init(&arena, MIB(16));
	if (lint_recognise(str_of(path), str_of(text), &opts, &arena, &kind, &err) != 0)
		fail_msg("%s: %s", path, err.text);
	if (kind && !lint_wants_path(str_of(path), &opts))
		fail_msg("%s: recognised, and not wanted", path);
	arena_release(&arena);
	return kind;
}

/* tests/data/lint/kinds.txt: "KIND [named] PATH TEXT" a line, \n in TEXT a new line. */
static void names_and_contents(void **state)
{
	struct err err = ERR_INIT;
	struct arena arena;
	struct str text, line, word, path;
	unsigned n = 0;

	(void)state;
	arena_init(&arena, MIB(16));
	if (file_read(TEST_DATA "/lint/kinds.txt", MIB(1), &arena, &text, &err) != 0)
		fail_msg("%s", err.text);
	while (str_cut(&text, '\n', &line)) {
		const struct lint_kind *got;
		const char *wanted;
		bool named = false;
		char *content;
		size_t len = 0;

		if (line.n == 0 || line.p[0] == '#')
			continue;
		assert_true(str_split(line, ' ', &word, &line));
		wanted = str_eq(word, STR("dockerfile")) ? "Dockerfile"
			 : str_eq(word, STR("taskdef"))	 ? "task definition"
							 : "nothing";
		assert_true(str_split(line, ' ', &path, &line));
		if (str_eq(path, STR("named"))) {
			named = true;
			assert_true(str_split(line, ' ', &path, &line));
		}
		content = arena_alloc(&arena, line.n + 1);
		for (size_t i = 0; i < line.n; i++) {
			bool newline = line.p[i] == '\\' && i + 1 < line.n && line.p[i + 1] == 'n';

			content[len++] = newline ? '\n' : line.p[i];
			i += newline;
		}
		content[len] = '\0';
		got = recognise(arena_cstr(&arena, path), content, named);
		if (strcmp(got ? lint_kind_name(got) : "nothing", wanted) != 0)
			fail_msg(
			    "not a %s: " STR_FMT " " STR_FMT, wanted, STR_ARG(path), STR_ARG(line));
		n++;
	}
	assert_true(n > 50);
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rules_meet_their_fixtures),
	    cmocka_unit_test(hadolint_and_we),
	    cmocka_unit_test(fixtures_have_rules),
	    cmocka_unit_test(records_are_whole),
	    cmocka_unit_test(the_workshops_inputs),
	    cmocka_unit_test(the_decks_inputs),
	    cmocka_unit_test(what_is_built_is_judged),
	    cmocka_unit_test(whole_findings_and_their_edits),
	    cmocka_unit_test(spelling_makes_nothing_new),
	    cmocka_unit_test(a_target_that_is_no_stage),
	    cmocka_unit_test(names_and_contents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
