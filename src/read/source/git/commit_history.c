/*
 * What git computes for us from commits: bases, ranges, merges, and the objects that it
 * writes.
 */
#include "read/source/git/git_inner.h"
#include "read/source/git/git_walk.h"

enum { PARENTS_MAX = 16, GIT_USAGE = 129, PERSON_BYTES = 1024 };

int git_merge_base(struct git_repo *repo, const struct git_oid *a, const struct git_oid *b,
    struct git_oid *ret_base, struct err *err)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(GIT_OUT_BYTES);
	struct buf errors CLEANUP(buf_release) = BUF_INIT(GIT_OUT_BYTES);
	const char *argv[] = {"git", "merge-base", a->hex, b->hex, NULL};
	struct git_call call = {.argv = argv, .out = &out};
	int status;

	if (git_call(repo, &call, &errors, &status, err))
		return -1;
	if (status == 0)
		return git_take_oid(repo, &out, ret_base, err);
	if (git_is_shallow(repo))
		return err_set(err, ERR_NOT_FOUND,
		    "%s is a shallow clone that does not reach back to where %.12s and %.12s "
		    "part; fetch more with git fetch --unshallow (in CI: fetch-depth: 0)",
		    repo->path, a->hex, b->hex);
	if (status == 1)
		return err_set(err, ERR_NOT_FOUND, "%s: %.12s and %.12s have no commit in common",
		    repo->path, a->hex, b->hex);
	return err_set(err, ERR_NOT_FOUND, "%s: no merge base of %.12s and %.12s: %.*s", repo->path,
	    a->hex, b->hex, STR_ARG(git_last_words(&errors)));
}

/* ---- ranges ---- */

int git_take_oids(const struct git_repo *repo, struct str rest, struct arena *arena,
    struct git_oid_list *list, struct err *err)
{
	struct str line;

	while (str_cut(&rest, '\n', &line)) {
		struct git_oid oid;

		if (list->n >= repo->limits->commits)
			return err_set(err, ERR_LIMIT, "%s: more than %llu commits to look through",
			    repo->path, (unsigned long long)repo->limits->commits);
		if (!git_oid_parse(line, &oid) || line.n != repo->hex_digits)
			return err_set(err, ERR_FORMAT, "git rev-list answered with no id");
		vec_push(list, arena, oid);
	}
	return arena_check(arena, err);
}

int git_rev_list(struct git_repo *repo, const struct git_oid *bases, size_t n_bases,
    const struct git_oid *head, struct arena *arena, struct git_oid_list *ret_commits,
    struct err *err)
{
	size_t id_bytes = GIT_OID_HEX_MAX + 2;
	struct buf input CLEANUP(buf_release) = BUF_INIT((n_bases + 1) * id_bytes);
	struct buf out CLEANUP(buf_release) =
	    BUF_INIT((size_t)(repo->limits->commits + 2) * id_bytes);
	char most[48];
	const char *argv[] = {
	    "git", "rev-list", "--topo-order", "--reverse", most, "--stdin", NULL};
	struct git_call call = {.argv = argv, .out = &out};
	struct git_oid_list list = {0};

	(void)snprintf(
	    most, sizeof most, "--max-count=%llu", (unsigned long long)repo->limits->commits + 1);
	buf_addf(&input, "%s\n", head->hex);
	for (size_t i = 0; i < n_bases; i++)
		buf_addf(&input, "^%s\n", bases[i].hex);
	if (!buf_ok(&input))
		return buf_err(&input, "the range's ends", err);
	call.input = buf_str(&input);
	if (git_call_ok(repo, &call, err) || git_take_oids(repo, buf_str(&out), arena, &list, err))
		return -1;
	*ret_commits = list;
	return 0;
}

/* ---- merges ---- */

int git_merge_tree(struct git_repo *repo, const struct git_oid *target,
    const struct git_oid *source, struct arena *arena, struct git_merge *ret_merge, struct err *err)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(GIT_OUT_BYTES * 64);
	struct buf errors CLEANUP(buf_release) = BUF_INIT(GIT_OUT_BYTES);
	const char *argv[] = {"git", "merge-tree", "--write-tree", "-z", "--name-only",
	    "--no-messages", target->hex, source->hex, NULL};
	struct git_call call = {.argv = argv, .out = &out};
	struct git_merge merge = {0};
	struct str rest, tree, path;
	int status;

	if (git_call(repo, &call, &errors, &status, err))
		return -1;
	if (status == GIT_USAGE)
		return err_set(err, ERR_UNSUPPORTED,
		    "this git cannot merge without a work tree; 2.38 or newer can");
	if (status != 0 && status != 1)
		return err_set(err, ERR_IO, "git merge-tree in %s: %.*s", repo->path,
		    STR_ARG(git_last_words(&errors)));
	rest = buf_str(&out);
	if (!str_cut(&rest, '\0', &tree) || !git_oid_parse(tree, &merge.tree))
		return err_set(err, ERR_FORMAT, "git merge-tree answered with no tree");
	merge.clean = status == 0;
	while (!merge.clean && str_cut(&rest, '\0', &path) && !str_empty(path)) {
		path = arena_str(arena, path);
		vec_push(&merge.conflicts, arena, path);
	}
	if (arena_check(arena, err))
		return -1;
	*ret_merge = merge;
	return 0;
}

/* ---- writing ---- */

/* "GIT_AUTHOR_NAME=…" and so on, for git commit-tree. */
static const char *person_env(
    struct arena *arena, const char *role, const char *what, struct str value)
{
	struct str entry = arena_fmt(
	    arena, "GIT_%s_%s=%.*s", role, what, STR_ARG(str_sub(value, 0, PERSON_BYTES)));

	return entry.p ? arena_cstr(arena, entry) : NULL;
}

static bool add_person(
    struct arena *arena, const char *role, const struct git_person *person, const char **env)
{
	struct str when = arena_fmt(arena, "@%lld +0000", (long long)(person->when_ms / 1000));

	env[0] = person_env(arena, role, "NAME", person->name);
	env[1] = person_env(arena, role, "EMAIL", person->email);
	env[2] = person_env(arena, role, "DATE", when);
	return when.p && env[0] && env[1] && env[2];
}

int git_commit_tree(struct git_repo *repo, const struct git_oid *tree,
    const struct git_oid *parents, size_t n_parents, const struct git_person *author,
    const struct git_person *committer, struct str message, struct git_oid *ret_commit,
    struct err *err)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(GIT_OUT_BYTES);
	struct arena arena CLEANUP(arena_release);
	const char *argv[5 + 2 * PARENTS_MAX + 1] = {"git", "commit-tree", "-F", "-", tree->hex};
	const char *env[7] = {0};
	struct git_call call = {.argv = argv, .more_env = env, .input = message, .out = &out};

	arena_init(&arena, MIB(1));
	if (n_parents > PARENTS_MAX)
		return err_set(err, ERR_LIMIT, "more than %d parents", PARENTS_MAX);
	for (size_t i = 0; i < n_parents; i++) {
		argv[5 + 2 * i] = "-p";
		argv[6 + 2 * i] = parents[i].hex;
	}
	if (!add_person(&arena, "AUTHOR", author, env) ||
	    !add_person(&arena, "COMMITTER", committer, env + 3))
		return arena_err(&arena, err);
	if (git_call_ok(repo, &call, err))
		return -1;
	return git_take_oid(repo, &out, ret_commit, err);
}

int git_write_blob(
    struct git_repo *repo, struct str bytes, struct git_oid *ret_oid, struct err *err)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(GIT_OUT_BYTES);
	static const char *const argv[] = {
	    "git", "hash-object", "-w", "-t", "blob", "--no-filters", "--stdin", NULL};
	struct git_call call = {.argv = argv, .input = bytes, .out = &out};

	if (git_call_ok(repo, &call, err))
		return -1;
	return git_take_oid(repo, &out, ret_oid, err);
}

enum content_result git_read_blob(struct git_repo *repo, const struct git_oid *commit,
    struct str path, size_t max_bytes, struct arena *arena, struct str *ret_bytes, struct err *err)
{
	struct content *content = git_repo_content(repo);
	struct git_tree_entry entry;
	enum content_result result =
	    git_path_find(content, repo->limits, commit, path, arena, &entry, err);

	if (result != CONTENT_OK)
		return result;
	if (git_mode_kind(entry.mode) != GIT_KIND_FILE)
		return CONTENT_MISSING;
	return content_read_all(content, git_oid_str(&entry.oid), max_bytes, arena, ret_bytes, err);
}
