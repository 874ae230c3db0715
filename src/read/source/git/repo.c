/*
 * Opens a repository without trusting it. The folder that git is shown as $GIT_DIR:
 *
 *   config       ours
 *   HEAD         a copy of its one line
 *   refs         -> the repository's          packed-refs, shallow  -> likewise
 *
 * and GIT_OBJECT_DIRECTORY names the repository's objects. What is not there (its config,
 * hooks, info/) cannot be obeyed. New objects and refs end up where they belong, under
 * git's own locks.
 */
#include "base/log.h"
#include "base/os/fd.h"
#include "base/os/owned.h"
#include "read/source/git/git_inner.h"
#include "read/source/git/git_place.h"
#include "read/source/git/odb/git_store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SMALL_FILE_BYTES = 8192 };

static bool is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static const char *join(struct arena *arena, const char *folder, const char *name)
{
	struct str path = arena_fmt(arena, "%s/%s", folder, name);

	return path.p ? arena_cstr(arena, path) : NULL;
}

/* ---- calling git ---- */

static bool add_env(struct git_repo *repo, const char *name, const char *value)
{
	struct str entry = arena_fmt(&repo->arena, "%s=%s", name, value);

	if (!entry.p || repo->n_env + 1 >= GIT_ENV_MAX)
		return false;
	repo->env[repo->n_env] = arena_cstr(&repo->arena, entry);
	return repo->env[repo->n_env++] != NULL;
}

static int make_env(struct git_repo *repo, struct err *err)
{
	static const char *const fixed[][2] = {
	    {"LANG", "C.UTF-8"},
	    {"LC_ALL", "C.UTF-8"},
	    {"TZ", "UTC"},
	    {"GIT_CONFIG_NOSYSTEM", "1"},
	    {"GIT_CONFIG_SYSTEM", "/dev/null"},
	    {"GIT_CONFIG_GLOBAL", "/dev/null"},
	    {"GIT_ATTR_NOSYSTEM", "1"},
	    {"GIT_NO_REPLACE_OBJECTS", "1"},
	    {"GIT_NO_LAZY_FETCH", "1"},
	    {"GIT_ALLOW_PROTOCOL", ""},
	    {"GIT_TERMINAL_PROMPT", "0"},
	    {"GIT_OPTIONAL_LOCKS", "0"},
	    {"GIT_PAGER", "cat"},
	    {"GIT_EDITOR", "false"},
	};
	const char *path = getenv("PATH"), *objects = join(&repo->arena, repo->common, "objects");
	bool ok = objects && add_env(repo, "PATH", path ? path : "/usr/local/bin:/usr/bin:/bin") &&
		  add_env(repo, "HOME", repo->own) && add_env(repo, "GIT_DIR", repo->own) &&
		  add_env(repo, "GIT_OBJECT_DIRECTORY", repo->pushed ? repo->pushed : objects) &&
		  (!repo->pushed || add_env(repo, "GIT_ALTERNATE_OBJECT_DIRECTORIES", objects));

	for (size_t i = 0; i < ARRAY_LEN(fixed) && ok; i++)
		ok = add_env(repo, fixed[i][0], fixed[i][1]);
	return ok ? 0 : arena_err(&repo->arena, err);
}

int git_call(struct git_repo *repo, const struct git_call *call, struct buf *errors,
    int *ret_status, struct err *err)
{
	const char *env[GIT_ENV_MAX + 8];
	struct spawn_result result;
	struct spawn s = {
	    .argv = call->argv,
	    .env = env,
	    .cwd = repo->own,
	    .input = call->input,
	    .out = call->out,
	    .errors = errors,
	    .timeout_ms = GIT_TIMEOUT_MS,
	};
	size_t n = repo->n_env;

	memcpy(env, repo->env, n * sizeof *env);
	for (size_t i = 0; call->more_env && call->more_env[i] && n + 1 < ARRAY_LEN(env); i++)
		env[n++] = call->more_env[i];
	env[n] = NULL;
	if (spawn_run(&s, &result, err))
		return err_wrap(err, "git %s", call->argv[1]);
	if (result.signal != 0)
		return err_set(
		    err, ERR_IO, "git %s was ended by signal %d", call->argv[1], result.signal);
	*ret_status = result.status;
	return 0;
}

struct str git_last_words(const struct buf *errors)
{
	struct str rest = buf_str(errors), line, last = STR_NONE;

	while (str_cut(&rest, '\n', &line)) {
		if (!str_empty(str_trim(line)))
			last = str_trim(line);
	}
	if (str_starts(last, STR("fatal: ")))
		last = str_sub(last, 7, last.n);
	return last;
}

int git_call_ok(struct git_repo *repo, const struct git_call *call, struct err *err)
{
	struct buf errors CLEANUP(buf_release) = BUF_INIT(GIT_OUT_BYTES);
	struct str words;
	int status;

	if (git_call(repo, call, &errors, &status, err))
		return -1;
	if (status == 0)
		return 0;
	words = git_last_words(&errors);
	return err_set(err, ERR_IO, "git %s in %s: %.*s", call->argv[1], repo->path,
	    STR_ARG(str_empty(words) ? STR("failed without a word") : words));
}

int git_take_oid(
    const struct git_repo *repo, const struct buf *out, struct git_oid *ret_oid, struct err *err)
{
	struct str rest = buf_str(out), line;
	struct git_oid oid;

	if (!str_cut(&rest, '\n', &line) || !git_oid_parse(line, &oid) ||
	    line.n != repo->hex_digits)
		return err_set(err, ERR_FORMAT, "git did not answer with an object id");
	*ret_oid = oid;
	return 0;
}

/* ---- the folder of our own ---- */

/* The repository's config is read as data: `git config --file` runs nothing and includes nothing.
 */
int git_config_read(struct git_repo *repo, const char *section, struct str subsection,
    const char *name, struct str *ret_value, struct err *err)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(SMALL_FILE_BYTES);
	struct buf errors CLEANUP(buf_release) = BUF_INIT(GIT_OUT_BYTES);
	const char *config = join(&repo->arena, repo->common, "config");
	struct str key = arena_fmt(&repo->arena, "%s%s%.*s.%s", section,
	    subsection.n > 0 ? "." : "", STR_ARG(subsection), name);
	const char *argv[] = {
	    "git", "config", "--file", config, "--no-includes", "--get", key.p, NULL};
	struct git_call call = {.argv = argv, .out = &out};
	int status;

	*ret_value = STR_NONE;
	if (!config || !key.p)
		return arena_err(&repo->arena, err);
	if (!is_file(config))
		return 0;
	if (git_call(repo, &call, &errors, &status, err))
		return -1;
	if (status != 0)
		return 0;
	*ret_value = arena_str(&repo->arena, str_trim(buf_str(&out)));
	return ret_value->p ? 0 : arena_err(&repo->arena, err);
}

/* The folder is this process's and goes with it: nothing in it has to outlive a power cut. */
static int write_own(struct git_repo *repo, const char *name, struct str text, struct err *err)
{
	const char *path = join(&repo->arena, repo->own, name);
	int fd CLEANUP_FD = -1;

	if (!path)
		return arena_err(&repo->arena, err);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(err, "cannot write %s", path);
	return fd_write_all(fd, text, err) == 0 ? 0 : err_wrap(err, "cannot write %s", path);
}

static int link_own(struct git_repo *repo, const char *name, struct err *err)
{
	const char *from = join(&repo->arena, repo->common, name);
	const char *to = join(&repo->arena, repo->own, name);

	if (!from || !to)
		return arena_err(&repo->arena, err);
	return symlink(from, to) == 0 ? 0 : err_sys(err, "cannot make %s", to);
}

static int write_config(struct git_repo *repo, struct err *err)
{
	struct str text = arena_fmt(&repo->arena,
	    "[core]\n\trepositoryformatversion = 1\n\tbare = true\n\thooksPath = /dev/null\n"
	    "\tfsmonitor = false\n\tcommitGraph = false\n\tlogAllRefUpdates = false\n"
	    "[extensions]\n\tobjectFormat = %s\n"
	    "[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n[protocol]\n\tallow = never\n"
	    "[safe]\n\tdirectory = *\n",
	    repo->hex_digits == GIT_OID_HEX_SHA1 ? "sha1" : "sha256");

	return text.p ? write_own(repo, "config", text, err) : arena_err(&repo->arena, err);
}

/* "ref: refs/heads/main", or an id; anything else is as good as no branch. */
static int copy_head(struct git_repo *repo, const char *git_dir, struct err *err)
{
	const char *path = join(&repo->arena, git_dir, "HEAD");
	struct str text, ref, head;
	struct git_oid oid;

	if (!path)
		return arena_err(&repo->arena, err);
	if (file_read(path, SMALL_FILE_BYTES, &repo->arena, &text, err))
		return -1;
	text = str_trim(text);
	ref = str_trim(str_sub(text, 4, text.n));
	if (str_starts(text, STR("ref:")) && str_starts(ref, STR("refs/")) &&
	    git_ref_name_valid(ref)) {
		if (str_starts(ref, STR("refs/heads/")))
			repo->head_branch = str_sub(ref, 11, ref.n);
		head = arena_fmt(&repo->arena, "ref: %.*s\n", STR_ARG(ref));
	} else if (git_oid_parse(text, &oid)) {
		head = arena_fmt(&repo->arena, "%s\n", oid.hex);
	} else {
		head = STR("ref: refs/heads/main\n");
	}
	return head.p ? write_own(repo, "HEAD", head, err) : arena_err(&repo->arena, err);
}

static int make_own(struct git_repo *repo, const char *git_dir, struct err *err)
{
	const char *shallow = join(&repo->arena, repo->common, "shallow");

	if (tempdir_open(NULL, &repo->arena, &repo->own, err) || make_env(repo, err) ||
	    write_config(repo, err) || copy_head(repo, git_dir, err) ||
	    link_own(repo, "refs", err) || link_own(repo, "packed-refs", err))
		return -1;
	return shallow && is_file(shallow) ? link_own(repo, "shallow", err) : 0;
}

/* ---- open and close ---- */

static int open_repo(struct git_repo *repo, const char *path, struct err *err)
{
	struct git_place place;

	if (!spawn_has("git"))
		return err_set(
		    err, ERR_UNSUPPORTED, "the program git is not installed: apt-get install git");
	if (git_place_find(path, &repo->arena, &place, err) != 0)
		return -1;
	repo->path = place.path;
	repo->git_dir = place.git_dir;
	repo->common = place.common;
	repo->bare = place.bare;
	repo->hex_digits = place.hex_digits;
	return make_own(repo, place.git_dir, err);
}

int git_repo_open_pushed(const char *path, const char *objects, const struct limits *limits,
    struct git_repo **ret_repo, struct err *err)
{
	struct git_repo *repo = calloc(1, sizeof *repo);

	if (!repo)
		return err_nomem(err);
	repo->limits = limits;
	arena_init(&repo->arena, MIB(16));
	git_batch_init(&repo->batch, repo);
	repo->pushed = objects ? git_place_real(&repo->arena, objects) : NULL;
	if (objects && !repo->pushed) {
		git_repo_close(repo);
		return err_set(err, ERR_NOT_FOUND, "%s: no such folder of objects", objects);
	}
	if (open_repo(repo, path, err)) {
		git_repo_close(repo);
		return -1;
	}
	log_debug("repository %s: opened", path);
	*ret_repo = repo;
	return 0;
}

int git_repo_open(
    const char *path, const struct limits *limits, struct git_repo **ret_repo, struct err *err)
{
	return git_repo_open_pushed(path, NULL, limits, ret_repo, err);
}

void git_repo_close(struct git_repo *repo)
{
	struct err ignored = ERR_INIT;

	if (!repo)
		return;
	git_batch_release(&repo->batch);
	/* What cannot be removed is a few links in a folder for temporary files. */
	if (repo->own && owned_remove(repo->own, &ignored) != 0)
		ignored.code = ERR_NONE;
	arena_release(&repo->arena);
	free(repo);
}

void git_repo_closep(struct git_repo **repo)
{
	git_repo_close(*repo);
}

struct content *git_repo_content(struct git_repo *repo)
{
	return &repo->batch.content;
}

int git_repo_store(struct git_repo *repo, struct git_store *ret, struct err *err)
{
	const char *objects = join(&repo->arena, repo->common, "objects");

	if (!objects)
		return arena_err(&repo->arena, err);
	if (git_store_init(ret, repo->limits, repo->hex_digits / 2, false, err) != 0 ||
	    git_store_add(ret, objects, err) != 0)
		return -1;
	return repo->pushed ? git_store_add(ret, repo->pushed, err) : 0;
}

size_t git_repo_hex_digits(const struct git_repo *repo)
{
	return repo->hex_digits;
}

bool git_repo_is_bare(const struct git_repo *repo)
{
	return repo->bare;
}

struct str git_head_branch(const struct git_repo *repo)
{
	return repo->head_branch;
}

bool git_is_shallow(const struct git_repo *repo)
{
	char path[PATH_MAX];
	struct stat st;

	(void)snprintf(path, sizeof path, "%s/shallow", repo->own);
	return stat(path, &st) == 0 && st.st_size > 0;
}
