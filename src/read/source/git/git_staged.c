/*
 * What is staged: the index beside the commits that the next one will have as parents. Git
 * compares the two, disarmed as always; no file of the work tree is looked at.
 *
 *   :100644 100644 <id> <id> M\0path\0
 */
#include "base/os/fd.h"
#include "read/source/git/git_inner.h"

#include <dirent.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STAGED_BYTES = 512 << 20, MERGE_HEAD_BYTES = 64 << 10 };

static const char *empty_tree(const struct git_repo *repo)
{
	return repo->hex_digits == GIT_OID_HEX_SHA1
		   ? "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
		   : "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321";
}

/* Zeros are no object. */
static bool take_id(struct str text, struct git_oid *ret)
{
	size_t zeros = 0;

	if (!git_oid_parse(text, ret))
		return false;
	while (zeros < text.n && text.p[zeros] == '0')
		zeros++;
	if (zeros == text.n)
		*ret = (struct git_oid){.hex = ""};
	return true;
}

/* The facts in front of a path, without the colon. */
static bool take_facts(struct str facts, struct git_staged *ret)
{
	struct str old_mode, mode, before, now, letter;
	uint64_t bits = 0;

	if (!str_split(facts, ' ', &old_mode, &facts) || !str_split(facts, ' ', &mode, &facts) ||
	    !str_split(facts, ' ', &before, &facts) || !str_split(facts, ' ', &now, &letter) ||
	    !take_id(before, &ret->before) || !take_id(now, &ret->now) || letter.n == 0)
		return false;
	for (size_t i = 0; i < mode.n; i++) {
		if (mode.p[i] < '0' || mode.p[i] > '7')
			return false;
		bits = bits << 3 | (uint64_t)(mode.p[i] - '0');
	}
	ret->mode = (uint32_t)bits;
	ret->conflict = letter.p[0] == 'U';
	return true;
}

static int parse_staged(const struct git_repo *repo, struct str out, struct arena *arena,
    struct git_staged_list *list, struct err *err)
{
	struct str facts, path;

	while (str_cut(&out, '\0', &facts)) {
		struct git_staged one = {.mode = 0};

		if (!str_starts(facts, STR(":")) || !str_cut(&out, '\0', &path) ||
		    !take_facts(str_sub(facts, 1, facts.n), &one))
			return err_set(err, ERR_FORMAT,
			    "%s: git diff-index answered something else", repo->path);
		one.path = arena_str(arena, path);
		vec_push(list, arena, one);
	}
	return arena_check(arena, err);
}

/* A split index names its other half by a file beside the repository's HEAD. */
static int lend_shared_index(struct git_repo *repo, struct err *err)
{
	DIR *folder = opendir(repo->git_dir);
	int result = 0;

	if (!folder)
		return err_sys(err, "%s", repo->git_dir);
	for (const struct dirent *e = readdir(folder); e && result == 0; e = readdir(folder)) {
		struct str from, to;

		if (!str_starts(str_of(e->d_name), STR("sharedindex.")))
			continue;
		from = arena_fmt(&repo->arena, "%s/%s", repo->git_dir, e->d_name);
		to = arena_fmt(&repo->arena, "%s/%s", repo->own, e->d_name);
		if (!from.p || !to.p)
			result = arena_err(&repo->arena, err);
		else if (!file_exists(to.p) && symlink(from.p, to.p) != 0)
			result = err_sys(err, "cannot make %s", to.p);
	}
	(void)closedir(folder);
	return result;
}

/* A regular file, or nothing: git would wait for what else may stand there. */
static int find_index(
    struct git_repo *repo, const char *index, struct str *ret, bool *ret_there, struct err *err)
{
	struct str usual = arena_fmt(&repo->arena, "%s/index", repo->git_dir);
	char real[PATH_MAX];
	struct stat st;

	if (!usual.p)
		return arena_err(&repo->arena, err);
	*ret_there = realpath(index ? index : usual.p, real) != NULL;
	if (!*ret_there)
		return 0;
	if (stat(real, &st) != 0)
		return err_sys(err, "%s", real);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_UNSUPPORTED, "%s is %s", real, file_kind(st.st_mode));
	*ret = arena_fmt(&repo->arena, "GIT_INDEX_FILE=%s", real);
	return ret->p ? 0 : arena_err(&repo->arena, err);
}

int git_staged(struct git_repo *repo, const char *index, const struct git_oid *commit,
    struct arena *arena, struct git_staged_list *ret, struct err *err)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(STAGED_BYTES);
	const char *argv[] = {"git", "diff-index", "--cached", "--raw", "-z", "--no-renames",
	    "--no-abbrev", "--ignore-submodules=none", commit ? commit->hex : empty_tree(repo),
	    "--", NULL};
	struct str variable;
	const char *env[] = {NULL, NULL};
	struct git_call call = {.argv = argv, .more_env = env, .out = &out};
	bool there;

	*ret = (struct git_staged_list){0};
	if (find_index(repo, index, &variable, &there, err) != 0)
		return -1;
	if (!there)
		return 0;
	env[0] = variable.p;
	if (lend_shared_index(repo, err) != 0 || git_call_ok(repo, &call, err) != 0)
		return -1;
	return parse_staged(repo, buf_str(&out), arena, ret, err);
}

int git_tracked(struct git_repo *repo, struct arena *arena, struct map *ret, struct err *err)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(STAGED_BYTES);
	static const char *const argv[] = {"git", "ls-files", "-z", "--cached", NULL};
	const char *env[] = {NULL, NULL};
	struct git_call call = {.argv = argv, .more_env = env, .out = &out};
	struct str variable, rest, path;
	bool there;

	if (find_index(repo, NULL, &variable, &there, err) != 0)
		return -1;
	if (!there)
		return 0;
	env[0] = variable.p;
	if (lend_shared_index(repo, err) != 0 || git_call_ok(repo, &call, err) != 0)
		return -1;
	rest = buf_str(&out);
	while (str_cut(&rest, '\0', &path)) {
		path = arena_str(arena, path);
		map_put(ret, path, ret);
	}
	return arena_check(arena, err);
}

/* ---- the next commit's parents ---- */

static int add_head(
    struct git_repo *repo, struct arena *arena, struct git_oid_list *list, struct err *err)
{
	struct str ref = arena_fmt(arena, "refs/heads/" STR_FMT, STR_ARG(repo->head_branch));
	struct git_oid head;
	bool born = true;

	if (!ref.p)
		return arena_err(arena, err);
	if (repo->head_branch.n > 0 && git_ref_read(repo, ref, &born, &head, err) != 0)
		return -1;
	if (!born)
		return 0;
	if (git_resolve(repo, STR("HEAD"), &head, err) != 0)
		return -1;
	return vec_push(list, arena, head) ? 0 : arena_err(arena, err);
}

int git_next_parents(
    struct git_repo *repo, struct arena *arena, struct git_oid_list *ret, struct err *err)
{
	struct str path = arena_fmt(arena, "%s/MERGE_HEAD", repo->git_dir), text, line;
	struct git_oid_list list = {0};

	if (!path.p)
		return arena_err(arena, err);
	if (add_head(repo, arena, &list, err) != 0)
		return -1;
	*ret = list;
	if (!file_exists(path.p))
		return 0;
	if (file_read(path.p, MERGE_HEAD_BYTES, arena, &text, err) != 0)
		return -1;
	while (str_cut(&text, '\n', &line)) {
		struct git_oid oid;

		if (str_trim(line).n > 0 && git_oid_parse(str_trim(line), &oid))
			vec_push(&list, arena, oid);
	}
	*ret = list;
	return arena_check(arena, err);
}
