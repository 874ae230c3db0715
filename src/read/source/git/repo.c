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

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SMALL_FILE_BYTES = 8192, CONFIG_BYTES = 4 << 20 };

/* ---- where things are ---- */

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

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

static bool has_folder(struct arena *arena, const char *folder, const char *name)
{
	const char *path = join(arena, folder, name);

	return path && is_folder(path);
}

static bool has_file(struct arena *arena, const char *folder, const char *name)
{
	const char *path = join(arena, folder, name);

	return path && is_file(path);
}

/* A .git folder, a bare repository, or a linked work tree's part of one. */
static bool is_git_dir(struct arena *arena, const char *path)
{
	return has_file(arena, path, "HEAD") &&
	       (has_file(arena, path, "commondir") ||
		   (has_folder(arena, path, "objects") && has_folder(arena, path, "refs")));
}

/* The path in a one-line file, behind `before`, taken from `folder` if it is relative. */
static const char *read_pointer(
    struct arena *arena, const char *file, const char *folder, const char *before, struct err *err)
{
	struct str text, line;

	if (file_read(file, SMALL_FILE_BYTES, arena, &text, err))
		return NULL;
	if (!str_starts(text, str_of(before)) || !str_cut(&text, '\n', &line)) {
		(void)err_set(err, ERR_FORMAT, "%s: not the one line that git writes there", file);
		return NULL;
	}
	line = str_trim(str_sub(line, strlen(before), line.n));
	if (str_starts(line, STR("/")))
		return arena_cstr(arena, line);
	return join(arena, folder, arena_cstr(arena, line));
}

static const char *absolute(struct arena *arena, const char *path)
{
	char real[PATH_MAX];

	return realpath(path, real) ? arena_cstr(arena, str_of(real)) : NULL;
}

/* What git calls $GIT_DIR; NULL, and err, if there is none. */
static const char *find_git_dir(
    struct arena *arena, const char *path, bool *ret_bare, struct err *err)
{
	const char *top = absolute(arena, path), *dot_git = top ? join(arena, top, ".git") : NULL;
	struct str parent;

	*ret_bare = false;
	if (!top) {
		(void)err_set(err, ERR_NOT_FOUND, "%s: no such folder", path);
		return NULL;
	}
	if (dot_git && is_file(dot_git))
		return read_pointer(arena, dot_git, top, "gitdir: ", err);
	if (dot_git && is_folder(dot_git))
		return dot_git;
	parent = str_sub(str_of(top), 0, str_rchr(str_of(top), '/'));
	if (is_file(top))
		return read_pointer(arena, top, arena_cstr(arena, parent), "gitdir: ", err);
	if (is_git_dir(arena, top)) {
		*ret_bare = !str_ends(str_of(top), STR("/.git"));
		return top;
	}
	(void)err_set(err, ERR_NOT_FOUND, "%s: no git repository is here", path);
	return NULL;
}

static int find_common(struct git_repo *repo, const char *git_dir, struct err *err)
{
	const char *file = join(&repo->arena, git_dir, "commondir");

	repo->common = git_dir;
	if (file && is_file(file))
		repo->common = read_pointer(&repo->arena, file, git_dir, "", err);
	if (!repo->common)
		return err->code != ERR_NONE ? -1 : arena_err(&repo->arena, err);
	if (has_folder(&repo->arena, repo->common, "reftable"))
		return err_set(err, ERR_UNSUPPORTED,
		    "%s keeps its branches in a reftable, which is not read yet; git refs migrate "
		    "--ref-format=files changes that",
		    repo->path);
	if (has_folder(&repo->arena, repo->common, "objects"))
		return 0;
	return err_set(err, ERR_NOT_FOUND, "%s: its git repository is gone", repo->path);
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

static bool has_nocase(struct str s, struct str word)
{
	for (size_t i = 0; i + word.n <= s.n; i++) {
		if (str_eq_nocase(str_sub(s, i, word.n), word))
			return true;
	}
	return false;
}

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

/* The one thing that must be known of the config before anything else. */
static int read_object_format(struct git_repo *repo, struct err *err)
{
	const char *config = join(&repo->arena, repo->common, "config");
	struct str text, format;

	repo->hex_digits = GIT_OID_HEX_SHA1;
	if (!config)
		return arena_err(&repo->arena, err);
	if (!is_file(config))
		return 0;
	if (file_read(config, CONFIG_BYTES, &repo->arena, &text, err))
		return -1;
	if (!has_nocase(text, STR("objectformat")))
		return 0;
	if (git_config_read(repo, "extensions", STR_NONE, "objectformat", &format, err))
		return -1;
	if (str_eq_nocase(format, STR("sha256")))
		repo->hex_digits = GIT_OID_HEX_MAX;
	return 0;
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
	    read_object_format(repo, err) || write_config(repo, err) ||
	    copy_head(repo, git_dir, err) || link_own(repo, "refs", err) ||
	    link_own(repo, "packed-refs", err))
		return -1;
	return shallow && is_file(shallow) ? link_own(repo, "shallow", err) : 0;
}

/* ---- open and close ---- */

static int open_repo(struct git_repo *repo, const char *path, struct err *err)
{
	const char *git_dir;

	repo->path = arena_cstr(&repo->arena, str_of(path));
	if (!repo->path)
		return arena_err(&repo->arena, err);
	if (!spawn_has("git"))
		return err_set(
		    err, ERR_UNSUPPORTED, "the program git is not installed: apt-get install git");
	git_dir = find_git_dir(&repo->arena, path, &repo->bare, err);
	if (!git_dir)
		return err->code != ERR_NONE ? -1 : arena_err(&repo->arena, err);
	repo->git_dir = git_dir;
	if (find_common(repo, git_dir, err))
		return -1;
	return make_own(repo, git_dir, err);
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
	repo->pushed = objects ? absolute(&repo->arena, objects) : NULL;
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

bool git_repo_discover(const char *path, struct arena *arena, const char **ret_top)
{
	const char *real = absolute(arena, path);
	struct str at = str_of(real);

	while (real && at.n > 0) {
		const char *folder = arena_cstr(arena, at), *dot_git;

		dot_git = folder ? join(arena, folder, ".git") : NULL;
		if (!dot_git)
			return false;
		if (is_file(dot_git) || is_folder(dot_git) || is_git_dir(arena, folder)) {
			*ret_top = folder;
			return true;
		}
		at.n = str_rchr(at, '/');
	}
	return false;
}

struct content *git_repo_content(struct git_repo *repo)
{
	return &repo->batch.content;
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
