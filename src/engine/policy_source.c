#include "engine/policy_source.h"

#include "base/os/fd.h"
#include "read/source/git/repo.h"

#include <sys/stat.h>

enum { POLICY_BYTES = 1 << 20 };
#define POLICY_NAME "policy.yaml"

static int config_error(struct err *err)
{
	err->code = ERR_CONFIG;
	return -1;
}

static int from_repo(struct str where, struct str revision, const char *path, struct arena *arena,
    struct policy_source *ret, struct err *err)
{
	struct git_repo *repo CLEANUP(git_repo_closep) = NULL;
	struct policy_source source = {
	    .name = where, .file = arena_fmt(arena, STR_FMT ":" POLICY_NAME, STR_ARG(where))};
	struct git_oid commit;
	enum content_result result;

	if (git_repo_open(path, &limits_default, &repo, err) != 0 ||
	    git_resolve_any(repo, revision, &commit, err) != 0)
		return config_error(err);
	result =
	    git_read_blob(repo, &commit, STR(POLICY_NAME), POLICY_BYTES, arena, &source.text, err);
	if (result == CONTENT_MISSING)
		return err_set(
		    err, ERR_CONFIG, "%s: no %s in commit %.7s", path, POLICY_NAME, commit.hex);
	if (result == CONTENT_ERROR)
		return config_error(err);
	source.commit = arena_str(arena, git_oid_str(&commit));
	if (!source.commit.p || !source.file.p)
		return arena_err(arena, err);
	*ret = source;
	return 0;
}

static int from_file(struct str where, const char *path, struct arena *arena,
    struct policy_source *ret, struct err *err)
{
	struct policy_source source = {.name = where, .file = str_of(path)};

	if (file_read(path, POLICY_BYTES, arena, &source.text, err) != 0)
		return err->code != ERR_LIMIT
			   ? config_error(err)
			   : err_set(err, ERR_CONFIG,
				 "%s: larger than %d bytes, which no policy is: name the policy's "
				 "own file",
				 path, POLICY_BYTES);
	*ret = source;
	return 0;
}

/* A repository: .git inside, or (bare) objects. */
static bool is_repo(const char *path, struct arena *arena)
{
	struct str inside = arena_fmt(arena, "%s/.git", path);
	struct str bare = arena_fmt(arena, "%s/objects", path);

	return (inside.p && file_exists(inside.p)) || (bare.p && file_exists(bare.p));
}

static int from_path(struct str where, struct str path_text, struct str revision,
    struct arena *arena, struct policy_source *ret, struct err *err)
{
	char *path = arena_cstr(arena, path_text);
	struct stat status;
	struct str file;

	if (!path)
		return arena_err(arena, err);
	if (stat(path, &status) != 0) {
		(void)err_sys(err, "policy %s", path);
		return config_error(err);
	}
	if (!S_ISDIR(status.st_mode))
		return from_file(where, path, arena, ret, err);
	if (is_repo(path, arena))
		return from_repo(where, revision, path, arena, ret, err);
	file = arena_fmt(arena, "%s/" POLICY_NAME, path);
	if (!file.p)
		return arena_err(arena, err);
	return from_file(where, file.p, arena, ret, err);
}

int policy_source_read(
    struct str where, struct arena *arena, struct policy_source *ret, struct err *err)
{
	size_t at = str_rchr(where, '@');
	char *whole;

	if (where.n == 0) {
		*ret = (struct policy_source){.text = policy_starter_text(),
		    .name = STR("starter (built in)"),
		    .file = STR("starter")};
		return 0;
	}
	whole = arena_cstr(arena, where);
	if (!whole)
		return arena_err(arena, err);
	if (at == STR_NPOS || file_exists(whole))
		return from_path(where, where, STR("HEAD"), arena, ret, err);
	return from_path(
	    where, str_sub(where, 0, at), str_sub(where, at + 1, where.n), arena, ret, err);
}

int policy_source_load(struct str where, const struct policy_names *names, struct arena *arena,
    struct policy *ret, struct err *err)
{
	struct policy_source source;

	if (policy_source_read(where, arena, &source, err) != 0 ||
	    policy_parse(source.text, source.file, names, arena, ret, err) != 0)
		return -1;
	ret->source = source.name;
	ret->commit = source.commit;
	return 0;
}
