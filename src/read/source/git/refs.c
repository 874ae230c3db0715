/*
 * Names and what they stand for.
 */
#include "base/fault.h"
#include "base/opt.h"
#include "read/source/git/git_inner.h"

enum { NAME_BYTES_MAX = 1024, BRANCHES_LISTED = 100000, UPDATES_MAX = 64 };

/* ---- which names are allowed ---- */

bool git_ref_name_valid(struct str name)
{
	struct str rest = name, part;

	if (str_empty(name) || name.n > NAME_BYTES_MAX || name.p[0] == '-' ||
	    str_eq(name, STR("@")) || str_ends(name, STR(".")) || str_ends(name, STR("/")) ||
	    str_has(name, STR("..")) || str_has(name, STR("@{")))
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if ((unsigned char)c <= ' ' || c == 0x7f || strchr("~^:?*[\\", c))
			return false;
	}
	while (str_cut(&rest, '/', &part)) {
		if (str_empty(part) || part.p[0] == '.' || str_ends(part, STR(".lock")))
			return false;
	}
	return true;
}

static bool suffix_valid(struct str suffix)
{
	for (size_t i = 0; i < suffix.n; i++) {
		if (suffix.p[i] != '~' && suffix.p[i] != '^' && !byte_is_digit(suffix.p[i]))
			return false;
	}
	return true;
}

static int refuse_name(struct str name, struct err *err)
{
	return err_set(err, ERR_USAGE,
	    "\"%.*s\" is not a name that git allows for a branch or commit",
	    STR_ARG(str_excerpt(name, 100)));
}

/* ---- not found, in a way that helps ---- */

/* The branch whose name is nearest, or NULL; in `arena`. */
static const char *nearest_branch(struct git_repo *repo, struct str name, struct arena *arena)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(GIT_OUT_BYTES * 8);
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
	struct arena arena CLEANUP(arena_release);
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

/* What a short name can mean. Every one is looked for, so that none gets in front of another: a
 * tag that is named like the branch would be taken by git itself. */
struct meanings {
	struct git_oid oid;
	char full[2][NAME_BYTES_MAX + 32]; /* the first two, for the error */
	size_t n;
};

/* Whether ref is one that `name` may stand for: a branch here, one of a remote, a tag. */
static bool may_mean(struct str ref, struct str name)
{
	static const char *const before[] = {"refs/heads/", "refs/remotes/", "refs/tags/"};

	for (size_t i = 0; i < ARRAY_LEN(before); i++) {
		struct str rest = str_sub(ref, strlen(before[i]), ref.n);

		if (!str_starts(ref, str_of(before[i])))
			continue;
		if (str_eq(rest, name))
			return true;
		return i == 1 && str_starts(rest, name) &&
		       str_eq(str_sub(rest, name.n, rest.n), STR("/HEAD"));
	}
	return false;
}

static void add_meaning(struct meanings *m, struct str full, struct str oid)
{
	if (m->n == 0 && !git_oid_parse(oid, &m->oid))
		return;
	if (m->n < ARRAY_LEN(m->full))
		(void)snprintf(m->full[m->n], sizeof m->full[0], "%.*s", STR_ARG(full));
	m->n++;
}

/* The refs that end in the name, in one call. */
static int find_refs(struct git_repo *repo, struct str name, struct meanings *m, struct err *err)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(GIT_OUT_BYTES * 8);
	struct buf errors CLEANUP(buf_release) = BUF_INIT(GIT_OUT_BYTES);
	struct buf plain CLEANUP(buf_release) = BUF_INIT(NAME_BYTES_MAX * 2);
	struct buf remote CLEANUP(buf_release) = BUF_INIT(NAME_BYTES_MAX * 2);
	const char *argv[] = {"git", "show-ref", "--", NULL, NULL, NULL};
	struct git_call call = {.argv = argv, .out = &out};
	struct str rest, line, oid, ref;
	int status;

	buf_add(&plain, name);
	buf_addf(&remote, "%.*s/HEAD", STR_ARG(name));
	argv[3] = buf_cstr(&plain);
	argv[4] = buf_cstr(&remote);
	if (git_call(repo, &call, &errors, &status, err))
		return -1;
	/* 1 without a message: no such ref. */
	if (status != 0 && errors.n > 0)
		return err_set(err, ERR_IO, "git show-ref in %s: %.*s", repo->path,
		    STR_ARG(git_last_words(&errors)));
	rest = buf_str(&out);
	while (str_cut(&rest, '\n', &line)) {
		if (str_split(line, ' ', &oid, &ref) && oid.n == repo->hex_digits &&
		    may_mean(ref, name))
			add_meaning(m, ref, oid);
	}
	return 0;
}

/* The commit behind an object id or full name that git is given, with ~N and ^N behind it. */
static int peel(struct git_repo *repo, struct str what, struct str suffix, bool *ret_there,
    struct git_oid *ret_commit, struct err *err)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(GIT_OUT_BYTES);
	struct buf errors CLEANUP(buf_release) = BUF_INIT(GIT_OUT_BYTES);
	struct buf peeled CLEANUP(buf_release) = BUF_INIT(NAME_BYTES_MAX * 4);
	const char *argv[] = {
	    "git", "rev-parse", "--verify", "--quiet", "--end-of-options", NULL, NULL};
	struct git_call call = {.argv = argv, .out = &out};
	int status;

	buf_addf(&peeled, "%.*s%.*s^{commit}", STR_ARG(what), STR_ARG(suffix));
	argv[5] = buf_cstr(&peeled);
	if (git_call(repo, &call, &errors, &status, err))
		return -1;
	*ret_there = status == 0;
	return status == 0 ? git_take_oid(repo, &out, ret_commit, err) : 0;
}

static bool is_hex(struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		if (!byte_is_digit(name.p[i]) && !(name.p[i] >= 'a' && name.p[i] <= 'f') &&
		    !(name.p[i] >= 'A' && name.p[i] <= 'F'))
			return false;
	}
	return true;
}

/* The commits whose id begins so: git's own word for it, which no ref can answer. */
static int find_abbreviated(
    struct git_repo *repo, struct str name, struct meanings *m, struct err *err)
{
	enum { SHORTEST = 4 };
	struct buf out CLEANUP(buf_release) = BUF_INIT(GIT_OUT_BYTES);
	struct buf option CLEANUP(buf_release) = BUF_INIT(NAME_BYTES_MAX * 2);
	const char *argv[] = {"git", "rev-parse", NULL, NULL};
	struct git_call call = {.argv = argv, .out = &out};
	struct str rest, line;

	if (name.n < SHORTEST || name.n >= repo->hex_digits || !is_hex(name))
		return 0;
	buf_addf(&option, "--disambiguate=%.*s", STR_ARG(name));
	argv[2] = buf_cstr(&option);
	if (git_call_ok(repo, &call, err))
		return -1;
	rest = buf_str(&out);
	while (m->n < ARRAY_LEN(m->full) && str_cut(&rest, '\n', &line)) {
		struct git_oid commit;
		bool there;

		if (peel(repo, line, STR_NONE, &there, &commit, err))
			return -1;
		if (there && str_eq(git_oid_str(&commit), line))
			add_meaning(m, line, line);
	}
	return 0;
}

static int find_meaning(
    struct git_repo *repo, struct str name, bool tags, struct git_oid *ret, struct err *err)
{
	struct meanings m = {.n = 0};

	/* Tags count for the error also if they cannot be the answer. */
	if (find_refs(repo, name, &m, err) || find_abbreviated(repo, name, &m, err))
		return -1;
	if (m.n > 1)
		return err_set(err, ERR_USAGE,
		    "\"%.*s\" is ambiguous in %s: %s and %s%s; write the one that is meant",
		    STR_ARG(name), repo->path, m.full[0], m.full[1], m.n > 2 ? " and more" : "");
	if (m.n == 1 && !tags && str_starts(str_of(m.full[0]), STR("refs/tags/")))
		return err_set(err, ERR_NOT_FOUND,
		    "%s has no branch \"%.*s\"; there is a tag of that name: write %s if it is "
		    "meant",
		    repo->path, STR_ARG(name), m.full[0]);
	if (m.n == 0)
		return not_found(repo, name, "branch or commit", err);
	*ret = m.oid;
	return 0;
}

/* "main@{u}": the branch that it follows, by the repository's own config, which is read as data.
 * *ret_ref is empty if the name is not of that form. */
static int upstream_of(struct git_repo *repo, struct str name, struct buf *ret_ref, struct err *err)
{
	size_t at = str_find(name, STR("@{"));
	struct str kind = str_sub(name, at, name.n), branch = str_sub(name, 0, at), remote, merge;

	if (!str_eq_nocase(kind, STR("@{u}")) && !str_eq_nocase(kind, STR("@{upstream}")))
		return 0;
	if (branch.n == 0 || str_eq(branch, STR("HEAD")))
		branch = repo->head_branch;
	if (!git_ref_name_valid(branch))
		return refuse_name(name, err);
	if (git_config_read(repo, "branch", branch, "merge", &merge, err) ||
	    git_config_read(repo, "branch", branch, "remote", &remote, err))
		return -1;
	if (!str_starts(merge, STR("refs/heads/")) || remote.n == 0)
		return err_set(err, ERR_NOT_FOUND, "%s: the branch \"%.*s\" follows no other",
		    repo->path, STR_ARG(branch));
	if (str_eq(remote, STR(".")))
		buf_add(ret_ref, merge);
	else
		buf_addf(ret_ref, "refs/remotes/%.*s/%.*s", STR_ARG(remote),
		    STR_ARG(str_sub(merge, 11, merge.n)));
	return buf_ok(ret_ref) ? 0 : buf_err(ret_ref, "a name", err);
}

/* What git is to be given for a name: an id, or HEAD. */
static int resolve_name(
    struct git_repo *repo, struct str name, bool tags, struct git_oid *ret_id, struct err *err)
{
	struct buf upstream CLEANUP(buf_release) = BUF_INIT(NAME_BYTES_MAX * 4);
	bool there;

	if (name.n == repo->hex_digits && git_oid_parse(name, ret_id))
		return 0;
	if (str_has(name, STR("@{"))) {
		if (upstream_of(repo, name, &upstream, err))
			return -1;
		name = upstream.n > 0 ? buf_str(&upstream) : name;
	}
	if (!git_ref_name_valid(name))
		return refuse_name(name, err);
	if (!str_starts(name, STR("refs/")))
		return find_meaning(repo, name, tags, ret_id, err);
	if (git_ref_read(repo, name, &there, ret_id, err))
		return -1;
	return there ? 0 : not_found(repo, name, "ref", err);
}

static int resolve(struct git_repo *repo, struct str revision, bool tags,
    struct git_oid *ret_commit, struct err *err)
{
	struct str name, suffix;
	struct git_oid id;
	bool is_head, there;
	size_t n = 0;

	while (n < revision.n && revision.p[n] != '~' && revision.p[n] != '^')
		n++;
	name = str_sub(revision, 0, n);
	suffix = str_sub(revision, n, revision.n);
	is_head = str_eq(name, STR("HEAD")) || str_eq(name, STR("@"));
	if (revision.n > NAME_BYTES_MAX || !suffix_valid(suffix))
		return refuse_name(revision, err);
	if (!is_head && resolve_name(repo, name, tags, &id, err))
		return -1;
	if (peel(repo, is_head ? STR("HEAD") : git_oid_str(&id), suffix, &there, ret_commit, err))
		return -1;
	if (there)
		return 0;
	if (suffix.n == 0 && name.n == repo->hex_digits && git_oid_parse(name, &id))
		return not_in_clone(repo, name, err);
	return not_found(repo, revision, "commit", err);
}

int git_resolve(
    struct git_repo *repo, struct str revision, struct git_oid *ret_commit, struct err *err)
{
	return resolve(repo, revision, false, ret_commit, err);
}

int git_resolve_any(
    struct git_repo *repo, struct str revision, struct git_oid *ret_commit, struct err *err)
{
	return resolve(repo, revision, true, ret_commit, err);
}

int git_ref_read(struct git_repo *repo, struct str ref, bool *ret_exists, struct git_oid *ret_oid,
    struct err *err)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(GIT_OUT_BYTES);
	struct buf errors CLEANUP(buf_release) = BUF_INIT(GIT_OUT_BYTES);
	struct buf name CLEANUP(buf_release) = BUF_INIT(NAME_BYTES_MAX);
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
	struct buf ref CLEANUP(buf_release) = BUF_INIT(NAME_BYTES_MAX + 16);
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
	struct buf input CLEANUP(buf_release) = BUF_INIT(GIT_OUT_BYTES);
	struct buf errors CLEANUP(buf_release) = BUF_INIT(GIT_OUT_BYTES);
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
