/* The local forge against a bare repository of git's own: comments in place, landings by
 * compare-and-swap, and nothing changed if one is refused. */
#include "../../base/faults.h"
#include "../../read/source_tree/support.h"
#include "ship/forge/forge.h"

#include <stdlib.h>

struct world {
	struct bench bench;
	struct git_repo *repo;
	struct forge_local local;
	struct pull_request pull;
	struct git_oid target, source, merge;
};

/* main, dev ahead of it, and their merge on no branch. */
static int world_open(void **state)
{
	static struct world w;
	struct bench *b = &w.bench;

	bench_open(b);
	bench_sh(b, "git init -q -b main work; cd work\n"
		    "echo 1 > a; git add a; git commit -qm one; git checkout -qb dev\n"
		    "echo 2 > b; git add b; git commit -qm two; git checkout -q main\n"
		    "git checkout -q --detach; git merge -q --no-ff -m merge dev\n"
		    "git tag merge; cd ..; git clone -q --bare work r");
	w.target = bench_oid(b, "git -C r rev-parse main");
	w.source = bench_oid(b, "git -C r rev-parse dev");
	w.merge = bench_oid(b, "git -C r rev-parse merge");
	w.repo = bench_repo(b, "r");
	w.pull = (struct pull_request){STR("dev"), STR("main")};
	forge_local_init(&w.local, w.repo);
	*state = &w;
	return 0;
}

static int world_close(void **state)
{
	struct world *w = *state;

	git_repo_close(w->repo);
	bench_close(&w->bench);
	return 0;
}

static int comment(struct world *w, struct str text)
{
	w->bench.err = ERR_INIT;
	return forge_comment(&w->local.forge, &w->pull, text, &w->bench.err);
}

static int land(struct world *w)
{
	struct forge_landing landing = {&w->source, &w->target, &w->merge};

	w->bench.err = ERR_INIT;
	return forge_land(&w->local.forge, &w->pull, &landing, &w->bench.err);
}

static void assert_code(struct world *w, enum err_code code, const char *says)
{
	const struct err *err = &w->bench.err;

	if (err->code != code || !str_has(str_of(err->text), str_of(says)))
		fail_msg("error %s \"%s\" is not %s \"%s\"", err_code_name(err->code), err->text,
		    err_code_name(code), says);
}

/* All refs with their ids: what a refused step must leave as it is. */
static struct str refs(struct world *w)
{
	return bench_sh(&w->bench, "git -C r for-each-ref --format='%(refname) %(objectname)'");
}

static void assert_refused(struct world *w, enum err_code code, const char *says)
{
	struct str before = refs(w);

	assert_int_equal(land(w), -1);
	assert_code(w, code, says);
	assert_true(str_eq(before, refs(w)));
}

static bool is_at(struct world *w, const char *branch, const struct git_oid *oid)
{
	struct git_oid now = bench_oid(
	    &w->bench, arena_fmt(&w->bench.arena, "git -C r rev-parse refs/heads/%s", branch).p);

	return git_oid_eq(&now, oid);
}

/* ---- comments ---- */

static void a_comment_is_made_and_edited(void **state)
{
	static const char *const read =
	    "git -C r cat-file blob refs/plimsoll/pull/dev/into/main/comment";
	struct world *w = *state;
	struct bench *b = &w->bench;
	struct str after;

	assert_int_equal(comment(w, STR("3 block\n")), 0);
	assert_true(str_eq(bench_sh(b, read), STR("3 block\n")));
	after = refs(w);
	assert_int_equal(comment(w, STR("3 block\n")), 0);
	assert_true(str_eq(after, refs(w)));
	assert_int_equal(comment(w, STR("passed\0 \xff\n")), 0);
	assert_true(str_eq(bench_sh(b, read), STR("passed\0 \xff\n")));
	assert_int_equal(comment(w, STR("")), 0);
	assert_int_equal(bench_sh(b, read).n, 0);
	assert_true(str_eq(bench_sh(b, "git -C r for-each-ref refs/plimsoll | wc -l"), STR("1\n")));
	assert_true(is_at(w, "main", &w->target));
	assert_true(is_at(w, "dev", &w->source));
}

static void each_pull_request_has_its_own(void **state)
{
	static const struct pull_request pulls[] = {
	    {STR_INIT("a/b"), STR_INIT("main")},
	    {STR_INIT("a%2Fb"), STR_INIT("main")},
	    {STR_INIT("a"), STR_INIT("b/main")},
	    {STR_INIT("a"), STR_INIT("b%2Fmain")},
	    {STR_INIT("main"), STR_INIT("a")},
	    {STR_INIT("a/into/main"), STR_INIT("main")},
	    {STR_INIT("a"), STR_INIT("main")},
	};
	struct world *w = *state;
	struct bench *b = &w->bench;

	for (size_t i = 0; i < ARRAY_LEN(pulls); i++) {
		w->pull = pulls[i];
		assert_int_equal(comment(w, pulls[i].source), 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(pulls); i++) {
		struct str ref = forge_local_comment_ref(&pulls[i], &b->arena);
		struct str text = bench_sh(b,
		    arena_fmt(&b->arena, "git -C r cat-file blob '" STR_FMT "'", STR_ARG(ref)).p);

		assert_true(str_eq(text, pulls[i].source));
	}
	assert_true(str_eq(bench_sh(b, "git -C r for-each-ref refs/plimsoll | wc -l"), STR("7\n")));
}

/* Longer than a file's name may be, and alike in all that is kept. */
static void long_names_are_told_apart(void **state)
{
	struct world *w = *state;
	char one[300], other[300];

	memset(one, 'n', sizeof one);
	memset(other, 'n', sizeof other);
	other[sizeof other - 1] = 'm';
	w->pull = (struct pull_request){{one, sizeof one}, {other, sizeof other}};
	assert_int_equal(comment(w, STR("one")), 0);
	w->pull = (struct pull_request){{other, sizeof other}, {one, sizeof one}};
	assert_int_equal(comment(w, STR("two")), 0);
	assert_true(
	    str_eq(bench_sh(&w->bench, "git -C r for-each-ref refs/plimsoll | wc -l"), STR("2\n")));
}

static void what_git_allows_for_no_branch(void **state)
{
	static const char *const names[] = {
	    "", "a..b", "a b", "a:b", "a\nb", "a~1", "a.lock", "a@{0}"};
	struct world *w = *state;
	struct str before = refs(w);

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		w->pull.source = str_of(names[i]);
		assert_int_equal(comment(w, STR("x")), -1);
		assert_code(w, ERR_USAGE, "the pull request's comment");
		assert_int_equal(land(w), -1);
		assert_code(w, ERR_USAGE, "not a name that git allows");
	}
	assert_true(str_eq(before, refs(w)));
}

/* ---- landings ---- */

static void exactly_what_was_judged_lands(void **state)
{
	struct world *w = *state;

	assert_int_equal(land(w), 0);
	assert_true(is_at(w, "main", &w->merge));
	assert_true(is_at(w, "dev", &w->source));
	/* What has landed is not landed again: the target is elsewhere now. */
	assert_refused(w, ERR_MOVED, "refs/heads/main moved");
}

static void a_target_that_moved(void **state)
{
	struct world *w = *state;

	bench_sh(&w->bench, "git -C r update-ref refs/heads/main $(git -C r rev-parse dev)");
	assert_refused(w, ERR_MOVED, "refs/heads/main moved");
	bench_sh(&w->bench, "git -C r update-ref -d refs/heads/main");
	assert_refused(w, ERR_MOVED, "refs/heads/main moved to nothing");
}

static void a_source_that_moved(void **state)
{
	struct world *w = *state;

	bench_sh(&w->bench, "git -C r update-ref refs/heads/dev $(git -C r rev-parse main)");
	assert_refused(w, ERR_MOVED, "refs/heads/dev moved");
	bench_sh(&w->bench, "git -C r update-ref -d refs/heads/dev");
	assert_refused(w, ERR_MOVED, "refs/heads/dev moved to nothing");
	/* A tag of that name does not stand in for the branch. */
	bench_sh(&w->bench, "git -C r tag dev $(git -C r rev-parse merge^2)");
	assert_refused(w, ERR_MOVED, "refs/heads/dev");
}

static void what_git_cannot_do_changes_nothing(void **state)
{
	struct world *w = *state;
	struct git_oid merge = w->merge;

	assert_true(git_oid_parse(STR("0123456789012345678901234567890123456789"), &w->merge));
	assert_refused(w, ERR_IO, "nothing was changed");
	w->merge = merge;
	bench_sh(&w->bench, "mkdir -p r/refs/heads; : > r/refs/heads/main.lock");
	assert_refused(w, ERR_IO, "nothing was changed");
	bench_sh(&w->bench, "rm r/refs/heads/main.lock; : > r/refs/heads/dev.lock");
	assert_refused(w, ERR_IO, "nothing was changed");
	bench_sh(&w->bench, "rm r/refs/heads/dev.lock");
	assert_int_equal(land(w), 0);
}

static void a_git_that_cannot_run_changes_nothing(void **state)
{
	struct world *w = *state;

	NEED_FAULTS();
	(void)setenv("PLIMSOLL_FAULT", "git-update-refs:1", 1);
	assert_refused(w, ERR_IO, "git update-ref");
	(void)unsetenv("PLIMSOLL_FAULT");
	assert_int_equal(land(w), 0);
}

/* The repository may be anybody's: nothing of it is executed. */
static void no_hook_runs(void **state)
{
	struct world *w = *state;

	bench_sh(&w->bench,
	    "mkdir -p r/hooks\n"
	    "for hook in reference-transaction update pre-receive post-receive post-update; do\n"
	    "  printf '#!/bin/sh\\necho %s >> \"%s/ran\"; exit 1\\n' $hook \"$PWD\" > r/hooks/$hook\n"
	    "  chmod 755 r/hooks/$hook\n"
	    "done\n"
	    "git -C r config core.hooksPath \"$PWD/r/hooks\"");
	assert_int_equal(comment(w, STR("text")), 0);
	assert_int_equal(land(w), 0);
	bench_sh(&w->bench, "test ! -e ran");
	assert_true(is_at(w, "main", &w->merge));
}

#define forge_test(test) cmocka_unit_test_setup_teardown(test, world_open, world_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    forge_test(a_comment_is_made_and_edited),
	    forge_test(each_pull_request_has_its_own),
	    forge_test(long_names_are_told_apart),
	    forge_test(what_git_allows_for_no_branch),
	    forge_test(exactly_what_was_judged_lands),
	    forge_test(a_target_that_moved),
	    forge_test(a_source_that_moved),
	    forge_test(what_git_cannot_do_changes_nothing),
	    forge_test(a_git_that_cannot_run_changes_nothing),
	    forge_test(no_hook_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
