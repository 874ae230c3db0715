/*
 * Names and what they stand for.
 */
#include "base/fault.h"
#include "base/opt.h"
#include "read/source/git/inner.h"

enum { NAME_BYTES_MAX = 1024, BRANCHES_LISTED = 100000, UPDATES_MAX = 64 };

/* ---- which names are allowed ---- */

static bool byte_allowed(char c)
{
	return (unsigned char)c > ' ' && c != 0x7f && !strchr("~^:?*[\\", c);
}

static bool component_valid(struct str part)
{
	return !str_empty(part) && part.p[0] != '.' && !str_ends(part, STR(".lock"));
}

bool git_ref_name_valid(struct str name)
{
	struct str rest = name, part;

	if (str_empty(name) || name.n > NAME_BYTES_MAX || name.p[0] == '-' ||
	    str_eq(name, STR("@")) || str_ends(name, STR(".")) || str_ends(name, STR("/")) ||
	    str_has(name, STR("..")) || str_has(name, STR("@{")))
		return false;
	for (size_t i = 0; i < name.n; i++) {
		if (!byte_allowed(name.p[i]))
			return false;
	}
	while (str_cut(&rest, '/', &part)) {
		if (!component_valid(part))
			return false;
	}
	return true;
}

bool git_revision_valid(struct str revision)
{
	size_t n = 0;

	while (n < revision.n && revision.p[n] != '~' && revision.p[n] != '^')
		n++;
	for (size_t i = n; i < revision.n; i++) {
		if (revision.p[i] != '~' && revision.p[i] != '^' && !byte_is_digit(revision.p[i]))
			return false;
	}
	return revision.n <= NAME_BYTES_MAX && git_ref_name_valid(str_sub(revision, 0, n));
}

static int refuse_name(struct str name, struct err *err)
{
	return err_set(err, ERR_USAGE, "\"%.*s\" is no name that git allows for a branch or commit",
	    STR_ARG(str_sub(name, 0, 100)));
}

/* ---- not found, in a way that helps ---- */

/* The branch whose name is nearest, or NULL; in `arena`. */
static const char *nearest_branch(struct git_repo *repo, struct str name, struct arena *arena)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(GIT_OUT_BYTES * 8);
	static const char *const argv[] = {
	    "git", "for-each-ref", "--format=%(refname)", "refs/heads", NULL};
	struct git_call call = {.argv = argv, .out = &out};
	struct err ignored = ERR_INIT;
	VEC(const char *) names = {0};
	struct str rest, line;

	if (git_call_ok(repo, &call, &ignored))
		return NULL;
	rest = buf_str(&out);
	while (names.n < BRANCHES_LISTED && str_cut(&rest, '\n', &line)) {
		const char *branch = arena_cstr(arena, str_sub(line, 11, line.n));

		if (!branch || !vec_push(&names, arena, branch))
			return NULL;
	}
	return opt_nearest(name, names.p, names.n);
}

static int not_found(struct git_repo *repo, struct str name, const char *what, struct err *err)
{
	CLEANUP(arena_release) struct arena arena;
	const char *near;

	arena_init(&arena, MIB(64));
	near = nearest_branch(repo, name, &arena);
	if (near)
		return err_set(err, ERR_NOT_FOUND, "%s has no %s \"%.*s\"; did you mean \"%s\"?",
		    repo->path, what, STR_ARG(name), near);
	return err_set(
	    err, ERR_NOT_FOUND, "%s has no %s \"%.*s\"", repo->path, what, STR_ARG(name));
}

static int not_in_clone(struct git_repo *repo, struct str name, struct err *err)
{
	if (!git_is_shallow(repo))
		return err_set(
		    err, ERR_NOT_FOUND, "%s has no commit %.*s", repo->path, STR_ARG(name));
	return err_set(err, ERR_NOT_FOUND,
	    "%s is a shallow clone without the commit %.*s; fetch more with git fetch --unshallow "
	    "(in CI: fetch-depth: 0)",
	    repo->path, STR_ARG(name));
}

/* ---- resolving ---- */

int git_resolve(
    struct git_repo *repo, struct str revision, struct git_oid *ret_commit, struct err *err)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(GIT_OUT_BYTES);
	CLEANUP(buf_release) struct buf errors = BUF_INIT(GIT_OUT_BYTES);
	CLEANUP(buf_release) struct buf peeled = BUF_INIT(NAME_BYTES_MAX * 2);
	const char *argv[] = {
	    "git", "rev-parse", "--verify", "--quiet", "--end-of-options", NULL, NULL};
	struct git_call call = {.argv = argv, .out = &out};
	struct git_oid full;
	int status;

	if (!git_revision_valid(revision))
		return refuse_name(revision, err);
	buf_addf(&peeled, "%.*s^{commit}", STR_ARG(revision));
	argv[5] = buf_cstr(&peeled);
	if (git_call(repo, &call, &errors, &status, err))
		return -1;
	if (status == 0)
		return git_take_oid(repo, &out, ret_commit, err);
	if (git_oid_parse(revision, &full))
		return not_in_clone(repo, revision, err);
	return not_found(repo, revision, "branch or commit", err);
}

int git_ref_read(struct git_repo *repo, struct str ref, bool *ret_exists, struct git_oid *ret_oid,
    struct err *err)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(GIT_OUT_BYTES);
	CLEANUP(buf_release) struct buf errors = BUF_INIT(GIT_OUT_BYTES);
	CLEANUP(buf_release) struct buf name = BUF_INIT(NAME_BYTES_MAX);
	const char *argv[] = {"git", "show-ref", "--verify", "--hash", "--", NULL, NULL};
	struct git_call call = {.argv = argv, .out = &out};
	int status;

	if (!git_ref_name_valid(ref) || !str_starts(ref, STR("refs/")))
		return refuse_name(ref, err);
	buf_add(&name, ref);
	argv[5] = buf_cstr(&name);
	if (git_call(repo, &call, &errors, &status, err))
		return -1;
	if (status == 0 && git_take_oid(repo, &out, ret_oid, err))
		return -1;
	if (status != 0 && !str_has(buf_str(&errors), STR("not a valid ref")))
		return err_set(err, ERR_IO, "git show-ref in %s: %.*s", repo->path,
		    STR_ARG(git_last_words(&errors)));
	*ret_exists = status == 0;
	return 0;
}

int git_resolve_branch(
    struct git_repo *repo, struct str branch, struct git_oid *ret_commit, struct err *err)
{
	CLEANUP(buf_release) struct buf ref = BUF_INIT(NAME_BYTES_MAX + 16);
	struct git_oid oid;
	bool exists;

	if (!git_ref_name_valid(branch))
		return refuse_name(branch, err);
	buf_addf(&ref, "refs/heads/%.*s", STR_ARG(branch));
	if (git_ref_read(repo, buf_str(&ref), &exists, &oid, err))
		return -1;
	if (!exists)
		return not_found(repo, branch, "branch", err);
	*ret_commit = oid;
	return 0;
}

/* ---- moving refs ---- */

static void add_command(
    struct buf *out, const struct git_repo *repo, const struct git_ref_update *u)
{
	static const char zeros[] =
	    "0000000000000000000000000000000000000000000000000000000000000000";
	struct str none = str_make(zeros, repo->hex_digits);
	struct str from = u->from ? git_oid_str(u->from) : none;

	buf_addf(out, "%s %.*s", u->to ? "update" : "verify", STR_ARG(u->ref));
	buf_addc(out, '\0');
	if (u->to) {
		buf_add(out, git_oid_str(u->to));
		buf_addc(out, '\0');
	}
	buf_add(out, from);
	buf_addc(out, '\0');
}

/* After git refused: whether a ref is not where it was to be. Asked of the refs, not of git's
 * words. */
static int explain(struct git_repo *repo, const struct git_ref_update *updates, size_t n,
    const struct buf *errors, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		const struct git_ref_update *u = &updates[i];
		struct git_oid now;
		bool exists;

		if (git_ref_read(repo, u->ref, &exists, &now, err))
			return -1;
		if (exists != (u->from != NULL) || (exists && !git_oid_eq(&now, u->from)))
			return err_set(err, ERR_MOVED,
			    "%.*s moved to %.12s while this ran (it was judged at %.12s); nothing was "
			    "changed",
			    STR_ARG(u->ref), exists ? now.hex : "nothing",
			    u->from ? u->from->hex : "nothing");
	}
	return err_set(err, ERR_IO, "git update-ref in %s: %.*s; nothing was changed", repo->path,
	    STR_ARG(git_last_words(errors)));
}

int git_update_refs(
    struct git_repo *repo, const struct git_ref_update *updates, size_t n_updates, struct err *err)
{
	CLEANUP(buf_release) struct buf input = BUF_INIT(GIT_OUT_BYTES);
	CLEANUP(buf_release) struct buf errors = BUF_INIT(GIT_OUT_BYTES);
	static const char *const argv[] = {
	    "git", "update-ref", "--no-deref", "--stdin", "-z", NULL};
	struct git_call call = {.argv = argv};
	int status;

	if (n_updates > UPDATES_MAX)
		return err_set(err, ERR_LIMIT, "more than %d refs in one step", UPDATES_MAX);
	for (size_t i = 0; i < n_updates; i++) {
		if (!git_ref_name_valid(updates[i].ref) ||
		    !str_starts(updates[i].ref, STR("refs/")))
			return refuse_name(updates[i].ref, err);
		add_command(&input, repo, &updates[i]);
	}
	if (!buf_ok(&input))
		return buf_err(&input, "the refs to update", err);
	if (fault_here("git-update-refs"))
		return err_sys(err, "git update-ref in %s", repo->path);
	call.input = buf_str(&input);
	if (git_call(repo, &call, &errors, &status, err))
		return -1;
	return status == 0 ? 0 : explain(repo, updates, n_updates, &errors, err);
}
