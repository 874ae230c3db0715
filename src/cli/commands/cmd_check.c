/* plimsoll check: everything that applies to a repository as it lies here. */
#include "base/log.h"
#include "cli/session.h"
#include "engine/project_here.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

struct check_options {
	struct session_options session;
	struct str base;
};

/* Only what is below PATH was looked at here, so nothing else of the base can be fixed. */
static void keep_below(struct report *before, const struct where *where)
{
	bool is_file = where->file.n > 0;
	size_t kept = 0;

	for (size_t i = 0; i < before->findings.n; i++) {
		const struct finding *f = &before->findings.p[i];
		struct str path = f->n_places > 0 ? place_within(&f->places[0]) : STR_NONE;

		if (is_file ? str_eq(path, where->unit) : str_starts(path, where->view.prefix))
			before->findings.p[kept++] = *f;
	}
	before->findings.n = kept;
}

static bool is_gone(void *arg, struct str path)
{
	const struct where *where = arg;
	char full[PATH_MAX];
	struct stat status;
	int n = snprintf(full, sizeof full, "%s/" STR_FMT, where->top, STR_ARG(path));

	return n > 0 && (size_t)n < sizeof full && lstat(full, &status) != 0 && errno == ENOENT;
}

/* The findings of the commit that HEAD and the base have in common are known. */
static int compare_with(struct session *s, struct git_repo *repo, const struct git_oid *commit,
    const struct where *where, struct err *err)
{
	struct report before CLEANUP(report_release);
	struct scan scan = s->scan;
	struct subject subject = {.kind = STR("repository"), .view = where->view};

	report_init(&before, s->cli->limits->scan_memory, s->cli->limits->findings);
	scan.report = &before;
	if (report_add_subject(&before, &subject, &scan.subject, err) != 0 ||
	    scan_tree(&scan, repo, commit, err) != 0)
		return -1;
	keep_below(&before, where);
	return scan_compare(&s->report, &before, STAGE_VALIDATE, where->bare ? NULL : is_gone,
	    (void *)(uintptr_t)where, err);
}

static int scan_here(struct scan *scan, const struct where *where, struct err *err)
{
	struct err warning = ERR_INIT;

	scan->warning = &warning;
	if (scan_folder(scan, where, SCAN_LINT | SCAN_SECRETS | SCAN_NOT_IGNORED, err) != 0)
		return -1;
	scan->warning = NULL;
	if (warning.code != ERR_NONE)
		log_warn("ignore files are not followed, everything is judged: %s", warning.text);
	return 0;
}

static int check_base(
    struct session *s, const struct where *where, struct str base_name, struct err *err)
{
	struct git_repo *repo CLEANUP(git_repo_closep) = NULL;
	struct git_oid base, head, merge_base;
	struct scan_since since = {.commit = &merge_base, .head = &head};
	struct scan scan = s->scan;

	if (!where->top)
		return err_set(
		    err, ERR_NOT_FOUND, "--base: %s is not in a git repository", where->folder);
	if (git_repo_open(where->top, s->cli->limits, &repo, err) != 0 ||
	    git_resolve(repo, base_name, &base, err) != 0 ||
	    git_resolve(repo, STR("HEAD"), &head, err) != 0 ||
	    git_merge_base(repo, &base, &head, &merge_base, err) != 0)
		return -1;
	since.repo = repo;
	scan.since = &since;
	/* Without a work tree the commit is what there is. */
	if ((where->bare ? scan_tree(&s->scan, repo, &head, err) : scan_here(&scan, where, err)) !=
		0 ||
	    scan_range(&s->scan, repo, &merge_base, &head, err) != 0)
		return -1;
	return compare_with(s, repo, &merge_base, where, err);
}

static int check_path(
    struct session *s, const struct where *where, struct str base, struct err *err)
{
	if (scan_project_here(&s->scan, where, &s->scan.build, err) != 0)
		return -1;
	return base.n > 0 ? check_base(s, where, base, err) : scan_here(&s->scan, where, err);
}

static int check_all(struct session *s, struct str operand, struct str base, struct err *err)
{
	struct scan_stage validate = scan_stage_begin(&s->scan, STAGE_VALIDATE);
	struct scan_stage secrets = scan_stage_begin(&s->scan, STAGE_SECRETS);
	struct where where;

	if (session_place(s, STAGE_VALIDATE, "repository", operand, false, &where, err) != 0 ||
	    (where.folder && check_path(s, &where, base, err) != 0) ||
	    scan_stage_end(&s->scan, &validate, err) != 0)
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
	    SESSION_SHELLCHECK_ROW(&o.session),
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
	"here; reads .plimsoll.yaml and lints the Dockerfile that it names as it is built. Needs no root, no registry, no build and no network. In a git repository, files that\n"
	"it does not track and that .gitignore or info/exclude name are left out (not what your own\n"
	"core.excludesFile names: CI does not have it).\n\n"
	"With --base the change is judged as the pipeline would judge it. A base is a branch (main,\n"
	"origin/main), a full ref (refs/tags/v1) or a commit (HEAD~20, 1a2b3c4); a name that may mean\n"
	"two things is refused.\n\n"
	"  plimsoll check\n"
	"  plimsoll check --base origin/main --format json=report.json --format text",
    .run = run_check,
};
