/* What a revision's name stands for, what is refused and with which words; merges, updates. */
#include "read/source/git/repo.h"
#include "support.h"

static const char make_repo[] =
    "git init -q -b main r && cd r && git commit -q --allow-empty -m one && git tag v1 && "
    "git commit -q --allow-empty -m two && git branch feature/x && git branch v2 && "
    "git commit -q --allow-empty -m three && git tag v2 && git tag -a -m note v3 && "
    "git checkout -q -b side HEAD~2 && git commit -q --allow-empty -m four && git checkout -q main && "
    "git merge -q --no-ff -m five side && git update-ref refs/remotes/origin/main HEAD~1 && "
    "git update-ref refs/remotes/origin/topic HEAD && git branch topic HEAD~1 && "
    "git branch mian HEAD~1 && git branch -D mian -q";

/* A script that prints the id, or NULL and a part of the error. */
static const struct {
	const char *revision, *script;
	enum err_code code;
	const char *says;
} revisions[] = {
    {"HEAD", "git -C r rev-parse HEAD", ERR_NONE, NULL},
    {"@", "git -C r rev-parse HEAD", ERR_NONE, NULL},
    {"main", "git -C r rev-parse refs/heads/main", ERR_NONE, NULL},
    {"refs/heads/main", "git -C r rev-parse refs/heads/main", ERR_NONE, NULL},
    {"feature/x", "git -C r rev-parse refs/heads/feature/x", ERR_NONE, NULL},
    {"origin/main", "git -C r rev-parse refs/remotes/origin/main", ERR_NONE, NULL},
    {"refs/tags/v1", "git -C r rev-parse v1^{commit}", ERR_NONE, NULL},
    {"refs/tags/v3", "git -C r rev-parse v3^{commit}", ERR_NONE, NULL},
    {"HEAD~1", "git -C r rev-parse HEAD~1", ERR_NONE, NULL},
    {"HEAD^2", "git -C r rev-parse HEAD^2", ERR_NONE, NULL},
    {"main^^", "git -C r rev-parse main^^", ERR_NONE, NULL},
    {"main~2^1~0", "git -C r rev-parse main~3", ERR_NONE, NULL},
    {"v1", NULL, ERR_NOT_FOUND, "there is a tag of that name: write refs/tags/v1"},
    {"v2", NULL, ERR_USAGE, "\"v2\" is ambiguous"},
    {"v3", NULL, ERR_NOT_FOUND, "there is a tag of that name: write refs/tags/v3"},
    {"topic", "git -C r rev-parse refs/heads/topic", ERR_NONE, NULL},
    {"mian", NULL, ERR_NOT_FOUND, "has no branch or commit \"mian\"; did you mean \"main\"?"},
    {"wholly-else", NULL, ERR_NOT_FOUND, "has no branch or commit \"wholly-else\""},
    {"refs/heads/nope", NULL, ERR_NOT_FOUND, "nope"},
    {"0123456789012345678901234567890123456789", NULL, ERR_NOT_FOUND, "has no commit 0123"},
    {"HEAD~99", NULL, ERR_NOT_FOUND, "HEAD~99"},
    {"", NULL, ERR_USAGE, "is not a name that git allows"},
    {"-x", NULL, ERR_USAGE, "is not a name that git allows"},
    {"--all", NULL, ERR_USAGE, "is not a name that git allows"},
    {"a..b", NULL, ERR_USAGE, "is not a name that git allows"},
    {"a b", NULL, ERR_USAGE, "is not a name that git allows"},
    {"main:file", NULL, ERR_USAGE, "is not a name that git allows"},
    {"main@{1}", NULL, ERR_USAGE, "is not a name that git allows"},
    {"main^{tree}", NULL, ERR_USAGE, "is not a name that git allows"},
    {"main~x", NULL, ERR_USAGE, "is not a name that git allows"},
    {":/one", NULL, ERR_USAGE, "is not a name that git allows"},
};

static struct git_repo *open_repo(struct bench *b)
{
	bench_open(b);
	(void)bench_sh(b, make_repo);
	return bench_repo(b, "r");
}

static void revisions_stand_for_commits(void **state)
{
	struct bench b;
	struct git_repo *repo = open_repo(&b);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(revisions); i++) {
		const char *script = revisions[i].script;
		struct git_oid got, want;
		int failed = git_resolve(repo, str_of(revisions[i].revision), &got, &b.err);

		if ((failed == 0) != (script != NULL))
			fail_msg("%s: %s", revisions[i].revision, failed ? b.err.text : "taken");
		if (script) {
			want = bench_oid(&b, script);
			if (!git_oid_eq(&got, &want))
				fail_msg("%s is %s", revisions[i].revision, got.hex);
			continue;
		}
		if (b.err.code != revisions[i].code ||
		    !str_has(str_of(b.err.text), str_of(revisions[i].says)))
			fail_msg("%s: %d %s", revisions[i].revision, (int)b.err.code, b.err.text);
	}
	git_repo_close(repo);
	bench_close(&b);
}

/* Each prefix of a commit's id from the shortest on, until it is another's too. */
static void ids_may_be_short(void **state)
{
	struct bench b;
	struct git_repo *repo = open_repo(&b);
	struct git_oid want = bench_oid(&b, "git -C r rev-parse HEAD"), got;
	struct git_oid tree = bench_oid(&b, "git -C r rev-parse HEAD^{tree}");

	(void)state;
	for (size_t n = 1; n <= strlen(want.hex); n++) {
		int failed = git_resolve(repo, str_make(want.hex, n), &got, &b.err);

		if ((failed == 0) != (n >= 4) || (failed == 0 && !git_oid_eq(&got, &want)))
			fail_msg("%zu digits: %s", n, failed ? b.err.text : got.hex);
	}
	/* A tree is not a commit. */
	assert_int_equal(git_resolve(repo, str_make(tree.hex, 12), &got, &b.err), -1);
	assert_int_equal(git_resolve(repo, str_of(tree.hex), &got, &b.err), -1);
	git_repo_close(repo);
	bench_close(&b);
}

static void tags_and_branches_on_their_own(void **state)
{
	struct bench b;
	struct git_repo *repo = open_repo(&b);
	struct git_oid want, got;
	bool exists;

	(void)state;
	want = bench_oid(&b, "git -C r rev-parse v1^{commit}");
	assert_int_equal(git_resolve_any(repo, STR("v1"), &got, &b.err), 0);
	assert_true(git_oid_eq(&got, &want));
	want = bench_oid(&b, "git -C r rev-parse refs/heads/v2");
	assert_int_equal(git_resolve_branch(repo, STR("v2"), &got, &b.err), 0);
	assert_true(git_oid_eq(&got, &want));
	assert_int_equal(git_resolve_branch(repo, STR("v1"), &got, &b.err), -1);
	assert_int_equal(b.err.code, ERR_NOT_FOUND);
	assert_int_equal(git_resolve_branch(repo, STR("main~1"), &got, &b.err), -1);
	assert_int_equal(git_ref_read(repo, STR("refs/heads/main"), &exists, &got, &b.err), 0);
	assert_true(exists);
	want = bench_oid(&b, "git -C r rev-parse main");
	assert_true(git_oid_eq(&got, &want));
	assert_int_equal(git_ref_read(repo, STR("refs/heads/nope"), &exists, &got, &b.err), 0);
	assert_false(exists);
	assert_true(str_eq(git_head_branch(repo), STR("main")));
	assert_false(git_repo_is_bare(repo));
	assert_false(git_is_shallow(repo));
	assert_int_equal(git_repo_hex_digits(repo), 40);
	git_repo_close(repo);
	bench_close(&b);
}

static void names_follow_gits_rules(void **state)
{
	static const char *const valid[] = {"a", "a/b", "a.b", "a-", "a@b", "@a", "a{", "\xc3\xa9",
	    "refs/heads/main", "a.lock.b", "a.locks"};
	static const char *const wrong[] = {"", "-a", "@", ".a", "a/.b", "a.", "a/", "/a", "a//b",
	    "a..b", "a@{b", "a b", "a~b", "a^b", "a:b", "a?b", "a*b", "a[b", "a\\b", "a\x7f",
	    "a\x01", "a.lock", "a.lock/b", " "};
	char longest[1026];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(valid); i++)
		if (!git_ref_name_valid(str_of(valid[i])))
			fail_msg("%s is refused", valid[i]);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		if (git_ref_name_valid(str_of(wrong[i])))
			fail_msg("%s is taken", wrong[i]);
	memset(longest, 'a', sizeof longest);
	assert_true(git_ref_name_valid(str_make(longest, 1024)));
	assert_false(git_ref_name_valid(str_make(longest, 1025)));
}

/* Compare and swap, all or nothing. */
static void refs_move_from_where_they_stand(void **state)
{
	struct bench b;
	struct git_repo *repo = open_repo(&b);
	struct git_oid main_oid = bench_oid(&b, "git -C r rev-parse main"),
		       old = bench_oid(&b, "git -C r rev-parse v1^{commit}"), got;
	const struct git_ref_update good[] = {
	    {STR("refs/heads/topic"), NULL, NULL}, {STR("refs/heads/new"), NULL, &old}};
	struct git_ref_update two[2];
	struct git_oid topic = bench_oid(&b, "git -C r rev-parse topic");
	bool exists;

	(void)state;
	memcpy(two, good, sizeof two);
	two[0].from = &old; /* it stands elsewhere */
	two[0].to = &main_oid;
	assert_int_equal(git_update_refs(repo, two, 2, &b.err), -1);
	assert_int_equal(b.err.code, ERR_MOVED);
	assert_non_null(strstr(b.err.text, "refs/heads/topic"));
	assert_int_equal(git_ref_read(repo, STR("refs/heads/new"), &exists, &got, &b.err), 0);
	assert_false(exists);
	two[0].from = &topic;
	assert_int_equal(git_update_refs(repo, two, 2, &b.err), 0);
	got = bench_oid(&b, "git -C r rev-parse topic");
	assert_true(git_oid_eq(&got, &main_oid));
	got = bench_oid(&b, "git -C r rev-parse new");
	assert_true(git_oid_eq(&got, &old));
	/* It must not exist, and does. */
	assert_int_equal(git_update_refs(repo, &two[1], 1, &b.err), -1);
	assert_int_equal(b.err.code, ERR_MOVED);
	/* Only verified. */
	two[0] = (struct git_ref_update){STR("refs/heads/topic"), &main_oid, NULL};
	assert_int_equal(git_update_refs(repo, two, 1, &b.err), 0);
	two[0].from = &old;
	assert_int_equal(git_update_refs(repo, two, 1, &b.err), -1);
	got = bench_oid(&b, "git -C r rev-parse topic");
	assert_true(git_oid_eq(&got, &main_oid));
	git_repo_close(repo);
	bench_close(&b);
}

static void bases_and_lists_are_gits(void **state)
{
	struct bench b;
	struct git_repo *repo = open_repo(&b);
	struct git_oid side = bench_oid(&b, "git -C r rev-parse side"),
		       head = bench_oid(&b, "git -C r rev-parse main"),
		       before = bench_oid(&b, "git -C r rev-parse main~1"), got, want;
	struct git_oid_list list = {0};
	struct str lines;

	(void)state;
	want = bench_oid(&b, "git -C r merge-base side main~1");
	assert_int_equal(git_merge_base(repo, &side, &before, &got, &b.err), 0);
	assert_true(git_oid_eq(&got, &want));
	assert_int_equal(git_rev_list(repo, &want, 1, &head, &b.arena, &list, &b.err), 0);
	lines = bench_sh(&b, "git -C r rev-list --topo-order --reverse main ^v1");
	assert_int_equal(list.n, 4);
	for (size_t i = 0; i < list.n; i++)
		assert_true(str_has(lines, git_oid_str(&list.p[i])));
	assert_true(git_oid_eq(&list.p[list.n - 1], &head));
	/* No history in common. */
	(void)bench_sh(
	    &b, "cd r && git checkout -q --orphan alone && git commit -q --allow-empty -m x");
	got = bench_oid(&b, "git -C r rev-parse alone");
	assert_int_equal(git_merge_base(repo, &got, &head, &want, &b.err), -1);
	assert_int_equal(b.err.code, ERR_NOT_FOUND);
	git_repo_close(repo);
	bench_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(revisions_stand_for_commits),
	    cmocka_unit_test(ids_may_be_short),
	    cmocka_unit_test(tags_and_branches_on_their_own),
	    cmocka_unit_test(names_follow_gits_rules),
	    cmocka_unit_test(refs_move_from_where_they_stand),
	    cmocka_unit_test(bases_and_lists_are_gits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
