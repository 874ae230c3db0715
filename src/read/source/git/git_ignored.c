/*
 * What a repository says of its work tree: its ignore files, and its submodules. Git is asked,
 * disarmed as always: of the repository it gets the index and info/exclude beside its .gitignore
 * files, and no configuration, so no file system monitor and no excludes file of the user's.
 */
#include "base/os/fd.h"
#include "read/source/git/git_inner.h"

#include <sys/stat.h>
#include <unistd.h>

enum { IGNORED_BYTES = 64 << 20, INDEX_BYTES = 512 << 20 };

/* A regular file, or nothing. What would keep git waiting is an error. */
static int check_plain(const char *path, bool *ret_there, struct err *err)
{
	struct stat st;

	*ret_there = lstat(path, &st) == 0;
	if (*ret_there && !S_ISREG(st.st_mode))
		return err_set(err, ERR_UNSUPPORTED, "%s is %s", path, file_kind(st.st_mode));
	return 0;
}

/* info/exclude, where git looks for it. */
static int lend_exclude(struct git_repo *repo, struct err *err)
{
	struct str from = arena_fmt(&repo->arena, "%s/info/exclude", repo->common);
	struct str folder = arena_fmt(&repo->arena, "%s/info", repo->own);
	struct str to = arena_fmt(&repo->arena, "%s/info/exclude", repo->own);
	bool there;

	if (!from.p || !folder.p || !to.p)
		return arena_err(&repo->arena, err);
	if (check_plain(from.p, &there, err))
		return -1;
	if (!there || file_exists(to.p))
		return 0;
	if (dir_make(folder.p, 0700, err))
		return -1;
	return symlink(from.p, to.p) == 0 ? 0 : err_sys(err, "cannot make %s", to.p);
}

int git_ignored(struct git_repo *repo, const char *top, const char *folder, struct arena *arena,
    struct map *ret, struct err *err)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(IGNORED_BYTES);
	struct str index = arena_fmt(&repo->arena, "GIT_INDEX_FILE=%s/index", repo->git_dir);
	struct str tree = arena_fmt(&repo->arena, "GIT_WORK_TREE=%s", top);
	const char *env[] = {index.p, tree.p, NULL};
	const char *argv[] = {"git", "-C", folder, "ls-files", "-z", "--others", "--ignored",
	    "--exclude-standard", "--directory", NULL};
	struct git_call call = {.argv = argv, .more_env = env, .out = &out};
	struct str rest, path;
	bool there;

	if (!index.p || !tree.p)
		return arena_err(&repo->arena, err);
	if (check_plain(index.p + strlen("GIT_INDEX_FILE="), &there, err) ||
	    lend_exclude(repo, err) || git_call_ok(repo, &call, err))
		return -1;
	rest = buf_str(&out);
	while (str_cut(&rest, '\0', &path)) {
		path = arena_str(arena, path);
		map_put(ret, path, ret);
	}
	return arena_check(arena, err);
}

/* "160000 ID STAGE\tPATH" */
static int take_gitlinks(struct str out, struct arena *arena, struct map *ret, struct err *err)
{
	struct str line, facts, path;

	while (str_cut(&out, '\0', &line)) {
		if (!str_starts(line, STR("160000 ")) || !str_split(line, '\t', &facts, &path))
			continue;
		path = arena_str(arena, path);
		map_put(ret, path, ret);
	}
	return arena_check(arena, err);
}

int git_gitlinks(struct git_repo *repo, struct arena *arena, struct map *ret, struct err *err)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(INDEX_BYTES);
	struct str index = arena_fmt(&repo->arena, "GIT_INDEX_FILE=%s/index", repo->git_dir);
	const char *env[] = {index.p, NULL};
	const char *argv[] = {"git", "ls-files", "-z", "--stage", NULL};
	struct git_call call = {.argv = argv, .more_env = env, .out = &out};
	bool there;

	if (!index.p)
		return arena_err(&repo->arena, err);
	if (check_plain(index.p + strlen("GIT_INDEX_FILE="), &there, err))
		return -1;
	if (!there)
		return 0;
	return git_call_ok(repo, &call, err) ? -1 : take_gitlinks(buf_str(&out), arena, ret, err);
}
