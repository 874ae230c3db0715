/*
 * What a push brings: the commits that no ref has yet, and what kind of object a ref names.
 */
#include "read/source/git/git_inner.h"

int git_rev_list_new(struct git_repo *repo, const struct git_oid_list *heads,
    const struct git_oid_list *bases, const char *known, struct arena *arena,
    struct git_oid_list *ret_commits, struct err *err)
{
	size_t id_bytes = GIT_OID_HEX_MAX + 2;
	struct buf input CLEANUP(buf_release) = BUF_INIT((heads->n + bases->n + 1) * id_bytes);
	struct buf out CLEANUP(buf_release) =
	    BUF_INIT((size_t)(repo->limits->commits + 2) * id_bytes);
	char most[48];
	const char *argv[] = {"git", "rev-list", "--topo-order", "--reverse", most, "--stdin",
	    known ? "--not" : NULL, known, NULL};
	struct git_call call = {.argv = argv, .out = &out};
	struct git_oid_list list = {0};

	*ret_commits = list;
	if (heads->n == 0)
		return 0;
	(void)snprintf(
	    most, sizeof most, "--max-count=%llu", (unsigned long long)repo->limits->commits + 1);
	for (size_t i = 0; i < heads->n; i++)
		buf_addf(&input, "%s\n", heads->p[i].hex);
	for (size_t i = 0; i < bases->n; i++)
		buf_addf(&input, "^%s\n", bases->p[i].hex);
	if (!buf_ok(&input))
		return buf_err(&input, "the ends of what is pushed", err);
	call.input = buf_str(&input);
	if (git_call_ok(repo, &call, err) || git_take_oids(repo, buf_str(&out), arena, &list, err))
		return -1;
	*ret_commits = list;
	return 0;
}

int git_rev_list_all(
    struct git_repo *repo, struct arena *arena, struct git_oid_list *ret_commits, struct err *err)
{
	struct buf out CLEANUP(buf_release) =
	    BUF_INIT((size_t)(repo->limits->commits + 2) * (GIT_OID_HEX_MAX + 2));
	char most[48];
	const char *argv[] = {"git", "rev-list", "--topo-order", "--reverse", most, "--all", NULL};
	struct git_call call = {.argv = argv, .out = &out};

	*ret_commits = (struct git_oid_list){0};
	(void)snprintf(
	    most, sizeof most, "--max-count=%llu", (unsigned long long)repo->limits->commits + 1);
	if (git_call_ok(repo, &call, err) != 0)
		return -1;
	return git_take_oids(repo, buf_str(&out), arena, ret_commits, err);
}

/* "<id> <type> <size>", or "<id> missing". */
int git_object_kind(
    struct git_repo *repo, const struct git_oid *oid, enum git_object_kind *ret, struct err *err)
{
	static const struct {
		struct str word;
		enum git_object_kind kind;
	} kinds[] = {{STR_INIT("commit"), GIT_OBJECT_COMMIT}, {STR_INIT("tree"), GIT_OBJECT_TREE},
	    {STR_INIT("blob"), GIT_OBJECT_BLOB}, {STR_INIT("tag"), GIT_OBJECT_TAG},
	    {STR_INIT("missing"), GIT_OBJECT_MISSING}};
	struct buf out CLEANUP(buf_release) = BUF_INIT(KIB(1));
	static const char *const argv[] = {"git", "cat-file", "--batch-check", NULL};
	struct git_call call = {.argv = argv, .out = &out};
	char line[GIT_OID_HEX_MAX + 2];
	struct str id, rest, word;

	(void)snprintf(line, sizeof line, "%s\n", oid->hex);
	call.input = str_of(line);
	if (git_call_ok(repo, &call, err) != 0)
		return -1;
	rest = str_trim(buf_str(&out));
	if (str_split(rest, ' ', &id, &rest)) {
		word = rest;
		(void)str_split(rest, ' ', &word, &rest);
		for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
			*ret = kinds[i].kind;
			if (str_eq(word, kinds[i].word))
				return 0;
		}
	}
	return err_set(err, ERR_FORMAT, "git cat-file answered something else");
}
