/* plimsoll check: everything that applies to a repository as it lies here. */
#include "cli/session.h"

#include <limits.h>
#include <stdlib.h>

struct check_options {
	struct session_options session;
	struct str base;
};

static void repo_closep(struct git_repo **repo)
{
	git_repo_close(*repo);
}

/* The findings of the commit that HEAD and the base have in common are known. */
static int compare_with(
    struct session *s, struct git_repo *repo, const struct git_oid *commit, struct err *err)
{
	struct report before CLEANUP(report_release);
	struct scan scan = s->scan;
	struct subject subject = {.kind = STR("repository")};

	report_init(&before, s->cli->limits->scan_memory, s->cli->limits->findings);
	scan.report = &before;
	if (report_add_subject(&before, &subject, &scan.subject, err) != 0 ||
	    scan_tree(&scan, repo, commit, err) != 0)
		return -1;
	return scan_compare(&s->report, &before, STAGE_VALIDATE, err);
}

/* Where `path` lies below `top`; empty at the top itself. */
static int scope_of(
    const char *path, const char *top, struct arena *arena, struct str *ret, struct err *err)
{
	char whole[PATH_MAX], above[PATH_MAX];
	struct str scope, folder;

	if (!realpath(path, whole))
		return err_sys(err, "%s", path);
	if (!realpath(top, above))
		return err_sys(err, "%s", top);
	scope = str_of(whole);
	folder = str_of(above);
	if (!str_starts(scope, folder))
		return err_set(
		    err, ERR_NOT_FOUND, "--base: %s leads out of the repository %s", path, top);
	scope = str_sub(scope, folder.n, scope.n);
	while (str_starts(scope, STR("/")))
		scope = str_sub(scope, 1, scope.n);
	*ret = arena_str(arena, scope);
	return ret->p ? 0 : arena_err(arena, err);
}

static int check_base(struct session *s, const char *path, struct str base_name, struct err *err)
{
	struct git_repo *repo CLEANUP(repo_closep) = NULL;
	struct git_oid base, head, merge_base;
	struct scan_since since = {.commit = &merge_base, .head = &head};
	struct scan scan = s->scan;
	const char *top;

	if (!git_repo_discover(path, s->cli->arena, &top))
		return err_set(err, ERR_NOT_FOUND, "--base: %s is in no git repository", path);
	if (scope_of(path, top, s->cli->arena, &since.scope, err) != 0 ||
	    git_repo_open(top, s->cli->limits, &repo, err) != 0 ||
	    git_resolve(repo, base_name, &base, err) != 0 ||
	    git_resolve(repo, STR("HEAD"), &head, err) != 0 ||
	    git_merge_base(repo, &base, &head, &merge_base, err) != 0)
		return -1;
	since.repo = repo;
	scan.since = &since;
	if (scan_folder(&scan, path, SCAN_LINT | SCAN_SECRETS, err) != 0 ||
	    scan_range(&s->scan, repo, &merge_base, &head, err) != 0)
		return -1;
	return compare_with(s, repo, &merge_base, err);
}

static int check_all(struct session *s, struct str operand, struct str base, struct err *err)
{
	struct scan_stage validate = scan_stage_begin(&s->scan, STAGE_VALIDATE);
	struct scan_stage secrets = scan_stage_begin(&s->scan, STAGE_SECRETS);
	char *path = arena_cstr(s->cli->arena, operand);
	int result;

	if (!path)
		return arena_err(s->cli->arena, err);
	if (session_subject(s, "repository", operand, err) != 0)
		return -1;
	result = base.n > 0 ? check_base(s, path, base, err)
			    : scan_folder(&s->scan, path, SCAN_LINT | SCAN_SECRETS, err);
	if (result != 0 || scan_stage_end(&s->scan, &validate, err) != 0)
		return -1;
	return scan_stage_end(&s->scan, &secrets, err);
}

static int run_check(struct cli *cli, int argc, char **argv)
{
	struct check_options o = {0};
	const struct opt rows[] = {
	    OPT_TEXT_ROW('b', "base", &o.base, "BRANCH",
		"judge the change against this branch, full ref or commit: what is there already is "
		"known, and the commits since are scanned for secrets too"),
	    OPT_TEXT_ROW('r', "rules", &o.session.rules, "FILE",
		"secret rules: a JSON object, instead of the built-in ones"),
	    SESSION_ROWS(&o.session),
	    OPT_END_ROW,
	};
	struct opt_list operands = {0};
	struct session s CLEANUP(session_close) = {0};
	struct err err = ERR_INIT;
	int code = command_options(cli, &command_check, rows, argc, argv, &operands);

	if (code >= 0)
		return code;
	if (operands.n > 1)
		return command_misuse(&command_check, "one folder or file is expected");
	if (session_open(&s, cli, &o.session, SESSION_SECRETS, &err) != 0 ||
	    check_all(&s, operands.n ? operands.p[0] : STR("."), o.base, &err) != 0)
		return command_fail(&err);
	return session_finish(&s);
}

const struct command command_check = {
    .name = "check",
    .summary = "everything that applies to a repository: what a developer or a hook calls",
    .usage = "[OPTION…] [PATH]",
    .about =
	"Lints Dockerfiles and task definitions and looks for secrets in the files of PATH, or\n"
	"here. Needs no root, no registry, no build and no network. With --base the change is\n"
	"judged as the pipeline would judge it. A base is a branch (main, origin/main), a full ref\n"
	"(refs/tags/v1) or a commit (HEAD~20, 1a2b3c4); a name that may mean two things is refused.\n\n"
	"  plimsoll check\n"
	"  plimsoll check --base origin/main --format json=report.json --format text",
    .run = run_check,
};
