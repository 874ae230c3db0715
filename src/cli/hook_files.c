#include "cli/hook_files.h"

#include "base/buf.h"
#include "base/opt.h"
#include "base/os/fd.h"
#include "base/os/spawn.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HOOK_BYTES = 1 << 20, ANSWER_BYTES = 64 << 10, GIT_MS = 60000 };

/* A line that no other hook has. */
#define MARK   "# Made by plimsoll: "
#define BEFORE ".before-plimsoll"

static const char *const names[HOOK_COUNT] = {
    [HOOK_PRE_COMMIT] = "pre-commit",
    [HOOK_COMMIT_MSG] = "commit-msg",
    [HOOK_PRE_PUSH] = "pre-push",
    [HOOK_PRE_RECEIVE] = "pre-receive",
};

const char *hook_name(enum hook_kind kind)
{
	return names[kind];
}

bool hook_find(struct str name, enum hook_kind *ret, struct err *err)
{
	const char *near;

	for (int i = 0; i < HOOK_COUNT; i++) {
		*ret = (enum hook_kind)i;
		if (str_eq(name, str_of(names[i])))
			return true;
	}
	near = opt_nearest(name, names, HOOK_COUNT);
	(void)err_set(err, ERR_USAGE,
	    "there is no hook \"" STR_FMT
	    "\" here%s%s%s; there are pre-commit, commit-msg, pre-push "
	    "and pre-receive",
	    STR_ARG(str_excerpt(name, 100)), near ? "; did you mean " : "", near ? near : "",
	    near ? "?" : "");
	return false;
}

/* ---- where ---- */

/* What `git rev-parse` says, with the user's own configuration: the same git will look for its
 * hooks by it. */
static int ask_git(const char *const *argv, struct arena *arena, struct str *ret, struct err *err)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(ANSWER_BYTES);
	struct buf errors CLEANUP(buf_release) = BUF_INIT(ANSWER_BYTES);
	struct spawn s = {.argv = argv,
	    .env = (const char *const *)environ,
	    .out = &out,
	    .errors = &errors,
	    .timeout_ms = GIT_MS};
	struct spawn_result result;

	if (spawn_run(&s, &result, err) != 0)
		return err_wrap(err, "git");
	if (result.status != 0)
		return err_set(err, ERR_NOT_FOUND,
		    "this is no git repository that git would use: " STR_FMT,
		    STR_ARG(str_trim(buf_str(&errors))));
	*ret = arena_str(arena, str_trim_right(buf_str(&out)));
	return arena_check(arena, err);
}

static bool is_below(const char *folder, struct str top)
{
	char real[PATH_MAX], real_top[PATH_MAX];
	struct arena arena CLEANUP(arena_release);
	const char *path;

	arena_init(&arena, KIB(64));
	path = arena_cstr(&arena, top);
	/* A folder that is not there yet is made where its name says. */
	if (!path || !realpath(path, real_top) || !realpath(folder, real))
		return folder[0] != '/';
	return str_starts(str_of(real), str_of(real_top)) &&
	       (real[strlen(real_top)] == '/' || real[strlen(real_top)] == '\0');
}

int hook_place_find(struct arena *arena, struct hook_place *ret, struct err *err)
{
	static const char *const ask_hooks[] = {"git", "rev-parse", "--git-path", "hooks", NULL};
	static const char *const ask_common[] = {
	    "git", "rev-parse", "--git-common-dir", "--is-bare-repository", NULL};
	static const char *const ask_top[] = {"git", "rev-parse", "--show-toplevel", NULL};
	struct str hooks, common, bare, top = STR_NONE;

	if (!spawn_has("git"))
		return err_set(
		    err, ERR_UNSUPPORTED, "the program git is not installed: apt-get install git");
	if (ask_git(ask_hooks, arena, &hooks, err) != 0 ||
	    ask_git(ask_common, arena, &common, err) != 0)
		return -1;
	if (!str_split(common, '\n', &common, &bare) || hooks.n == 0)
		return err_set(err, ERR_FORMAT, "git did not say where its hooks are");
	*ret = (struct hook_place){
	    .folder = arena_cstr(arena, hooks), .bare = str_eq(bare, STR("true"))};
	if (!ret->folder)
		return arena_err(arena, err);
	if (!ret->bare && ask_git(ask_top, arena, &top, err) != 0)
		return -1;
	ret->shared = !is_below(ret->folder, common) && (ret->bare || !is_below(ret->folder, top));
	return 0;
}

/* ---- what is there ---- */

static const char *path_of(
    const struct hook_place *place, enum hook_kind kind, const char *behind, struct arena *arena)
{
	struct str path = arena_fmt(arena, "%s/%s%s", place->folder, names[kind], behind);

	return path.p ? arena_cstr(arena, path) : NULL;
}

static bool is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static int is_ours(const char *path, struct arena *arena, bool *ret, struct err *err)
{
	struct stat st;
	struct str text;

	*ret = false;
	if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > HOOK_BYTES)
		return 0;
	if (file_read(path, HOOK_BYTES, arena, &text, err) != 0)
		return -1;
	*ret = str_has(text, STR("\n" MARK));
	return 0;
}

int hook_look(const struct hook_place *place, enum hook_kind kind, struct arena *arena,
    enum hook_state *ret, struct err *err)
{
	const char *path = path_of(place, kind, "", arena);
	const char *before = path_of(place, kind, BEFORE, arena);
	bool ours;

	if (!path || !before)
		return arena_err(arena, err);
	*ret = HOOK_NONE;
	if (!is_there(path))
		return 0;
	if (is_ours(path, arena, &ours, err) != 0)
		return -1;
	*ret = !ours ? HOOK_OTHER : is_there(before) ? HOOK_OURS_AND_OTHER : HOOK_OURS;
	return 0;
}

/* ---- writing ---- */

static void quote(struct str text, struct buf *out)
{
	buf_addc(out, '\'');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\'')
			buf_add(out, STR("'\\''"));
		else
			buf_addc(out, text.p[i]);
	}
	buf_addc(out, '\'');
}

void hook_write_program(struct buf *out)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path);

	quote(n > 0 && (size_t)n < sizeof path ? str_make(path, (size_t)n) : STR("plimsoll"), out);
}

static void write_script(
    enum hook_kind kind, const struct str *options, size_t n_options, struct buf *out)
{
	bool has_input = kind == HOOK_PRE_PUSH || kind == HOOK_PRE_RECEIVE;
	const char *name = names[kind];

	buf_addf(out,
	    "#!/bin/sh\n" MARK "`plimsoll hook uninstall %s` takes this out again.\n"
	    "# A hook that was here before is kept beside it, as %s" BEFORE ", and runs first.\n"
	    "plimsoll=",
	    name, name);
	hook_write_program(out);
	buf_add(out,
	    STR("\n[ -x \"$plimsoll\" ] || plimsoll=$(command -v plimsoll) || {\n"
		"\techo 'plimsoll is not installed, so nothing was checked: install it, or take this "
		"hook out' >&2\n\texit 1\n}\n"));
	buf_add(out, has_input ? STR("input=$(cat)\n") : STR_NONE);
	buf_addf(out, "if [ -x \"$0" BEFORE "\" ]; then\n\t%s\"$0" BEFORE "\" \"$@\" || exit\nfi\n",
	    has_input ? "printf '%s\\n' \"$input\" | " : "");
	buf_addf(out, "%s\"$plimsoll\" hook run %s",
	    has_input ? "printf '%s\\n' \"$input\" | " : "exec ", name);
	for (size_t i = 0; i < n_options; i++) {
		buf_addc(out, ' ');
		quote(options[i], out);
	}
	buf_add(out, STR(" -- \"$@\"\n"));
}

/* Somebody else's hook gets another name, unless one has that already. */
static int put_aside(const char *path, const char *before, struct err *err)
{
	if (is_there(before))
		return err_set(err, ERR_CONFIG,
		    "%s is somebody else's hook, and %s, where it would be kept, is there already: "
		    "look at both, and leave one",
		    path, before);
	return rename(path, before) == 0 ? 0 : err_sys(err, "cannot keep %s as %s", path, before);
}

int hook_put(const struct hook_place *place, enum hook_kind kind, const struct str *options,
    size_t n_options, struct arena *arena, bool *ret_kept, struct err *err)
{
	const char *path = path_of(place, kind, "", arena);
	const char *before = path_of(place, kind, BEFORE, arena);
	struct buf script CLEANUP(buf_release) = BUF_INIT(HOOK_BYTES);
	enum hook_state state;

	if (!path || !before)
		return arena_err(arena, err);
	write_script(kind, options, n_options, &script);
	if (!buf_ok(&script))
		return buf_err(&script, "the hook", err);
	if (dir_make(place->folder, 0777, err) != 0 ||
	    hook_look(place, kind, arena, &state, err) != 0 ||
	    (state == HOOK_OTHER && put_aside(path, before, err) != 0))
		return -1;
	*ret_kept = state == HOOK_OTHER || state == HOOK_OURS_AND_OTHER;
	if (file_write(path, buf_str(&script), 0755, err) == 0)
		return 0;
	if (state == HOOK_OTHER)
		(void)rename(before, path);
	return -1;
}

int hook_take_out(
    const struct hook_place *place, enum hook_kind kind, struct arena *arena, struct err *err)
{
	const char *path = path_of(place, kind, "", arena);
	const char *before = path_of(place, kind, BEFORE, arena);
	enum hook_state state;

	if (hook_look(place, kind, arena, &state, err) != 0)
		return -1;
	if (state == HOOK_OURS_AND_OTHER)
		return rename(before, path) == 0 ? 0 : err_sys(err, "cannot bring %s back", path);
	if (state == HOOK_OURS)
		return unlink(path) == 0 ? 0 : err_sys(err, "cannot remove %s", path);
	return err_set(err, ERR_NOT_FOUND,
	    state == HOOK_NONE ? "there is no %s" : "%s is somebody else's hook: it stays", path);
}
