/* plimsoll secrets: in a folder, in the commits of a range, or in a text. */
#include "base/clock.h"
#include "base/os/fd.h"
#include "cli/session.h"
#include "engine/scan_gate.h"

#include <unistd.h>

enum { STDIN_BYTES = 256 << 20 };

struct secrets_options {
	struct session_options session;
	struct str range;
	bool staged, paranoid;
	struct str branch, since;
	uint64_t max_depth;
};

static int scan_stdin(struct session *s, struct err *err)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT(STDIN_BYTES);

	if (fd_read_to_end(STDIN_FILENO, &text, err) != 0 ||
	    session_subject(s, "file", STR("-"), err) != 0)
		return -1;
	return scan_text(&s->scan, STR("-"), buf_str(&text), SCAN_SECRETS, err);
}

/* BASE..HEAD, as git writes a range. */
static int split_range(
    struct str range, struct str *ret_base, struct str *ret_head, struct err *err)
{
	size_t dots = str_find(range, STR(".."));

	if (dots == STR_NPOS || dots == 0 ||
	    str_sub(range, dots, 3).n > 2 * (range.n > dots + 2 ? 2 : 1) ||
	    str_sub(range, dots + 2, 1).n == 0 || str_sub(range, dots + 2, 1).p[0] == '.')
		return err_set(err, ERR_USAGE, "--range is BASE..HEAD, such as main..HEAD");
	*ret_base = str_sub(range, 0, dots);
	*ret_head = str_sub(range, dots + 2, range.n);
	return 0;
}

/* REPO may also be a folder inside a work tree. */
static int find_repo(struct session *s, struct str operand, struct git_place *ret, struct err *err)
{
	struct where where;
	struct err why = ERR_INIT;
	const char *path = arena_cstr(s->cli->arena, operand);

	if (!path)
		return arena_err(s->cli->arena, err);
	if (where_find(operand, false, s->cli->arena, &where, err) != 0 ||
	    session_place(s, STAGE_SECRETS, "repository", operand, false, &where, err) != 0)
		return -1;
	if (git_place_find(path, s->cli->arena, ret, &why) == 0)
		return 0;
	if (why.code == ERR_NOT_FOUND && where.top)
		return git_place_find(where.top, s->cli->arena, ret, err);
	*err = why;
	return -1;
}

static int open_repo(struct session *s, struct str operand, struct git_repo **ret, struct err *err)
{
	struct git_place place;

	return find_repo(s, operand, &place, err) != 0
		   ? -1
		   : git_repo_open(place.path, s->cli->limits, ret, err);
}

static int scan_git(struct session *s, struct str operand, struct str range, struct err *err)
{
	struct git_repo *repo CLEANUP(git_repo_closep) = NULL;
	struct git_oid base, head, merge_base;
	struct str base_name, head_name;

	if (split_range(range, &base_name, &head_name, err) != 0 ||
	    open_repo(s, operand, &repo, err) != 0 ||
	    git_resolve(repo, base_name, &base, err) != 0 ||
	    git_resolve(repo, head_name, &head, err) != 0 ||
	    git_merge_base(repo, &base, &head, &merge_base, err) != 0)
		return -1;
	return scan_range(&s->scan, repo, &merge_base, &head, err);
}

static int scan_index(struct session *s, struct str operand, struct err *err)
{
	struct git_repo *repo CLEANUP(git_repo_closep) = NULL;

	if (open_repo(s, operand, &repo, err) != 0)
		return -1;
	return scan_staged(&s->scan, repo, NULL, false, err);
}

/* What of the history is asked for. */
static int view_of(const struct secrets_options *o, struct history_view *ret, struct err *err)
{
	*ret = (struct history_view){.branch = o->branch};
	if (o->since.n > 0 && (!time_parse(o->since, &ret->since_ms) || ret->since_ms <= 0))
		return err_set(err, ERR_USAGE,
		    "--since is a date or time, such as 2026-11-01 or 2026-11-01T10:00:00Z, not " STR_FMT,
		    STR_ARG(o->since));
	if (o->max_depth > UINT32_MAX)
		return err_set(err, ERR_USAGE, "--max-depth: no history is that deep");
	ret->max_depth = (uint32_t)o->max_depth;
	return 0;
}

static int scan_all_of_git(
    struct session *s, struct str operand, const struct secrets_options *o, struct err *err)
{
	struct history_view view;
	struct git_place place;

	if (view_of(o, &view, err) != 0 || find_repo(s, operand, &place, err) != 0)
		return -1;
	return scan_history(&s->scan, &place, &view, err);
}

static int scan_by_word(struct session *s, const struct secrets_options *o, struct str word,
    struct str path, struct err *err)
{
	struct where where;

	if (str_eq(word, STR("dir"))) {
		if (session_place(s, STAGE_SECRETS, "repository", path, false, &where, err) != 0)
			return -1;
		return where.folder ? scan_folder(&s->scan, &where, SCAN_SECRETS | SCAN_NAMED, err)
				    : 0;
	}
	if (str_eq(word, STR("stdin")))
		return scan_stdin(s, err);
	if (!str_eq(word, STR("git")))
		return err_set(err, ERR_USAGE,
		    "secrets: `dir`, `git` or `stdin` is expected, not " STR_FMT, STR_ARG(word));
	if ((o->staged || o->range.n > 0) &&
	    (o->branch.n > 0 || o->since.n > 0 || o->max_depth > 0 || o->paranoid))
		return err_set(err, ERR_USAGE,
		    "secrets git: --branch, --since, --max-depth and --paranoid are about the whole "
		    "history, without --range or --staged");
	if (o->staged && o->range.n > 0)
		return err_set(err, ERR_USAGE, "secrets git: --staged or --range, not both");
	if (o->staged)
		return scan_index(s, path, err);
	if (o->range.n == 0)
		return scan_all_of_git(s, path, o, err);
	return scan_git(s, path, o->range, err);
}

static int run_secrets(struct cli *cli, int argc, char **argv)
{
	struct secrets_options o = {0};
	const struct opt rows[] = {
	    OPT_TEXT_ROW(0, "range", &o.range, "BASE..HEAD",
		"git: only the commits of HEAD since it left BASE; each a branch, full ref or commit"),
	    OPT_TEXT_ROW(0, "branch", &o.branch, "NAME",
		"git: only what the commits brought that this branch, tag or full ref leads to"),
	    OPT_TEXT_ROW(0, "since", &o.since, "DATE", "git: only what commits brought since then"),
	    OPT_COUNT_ROW(0, "max-depth", &o.max_depth, "N",
		"git: only the last N commits on each way back from the refs"),
	    OPT_FLAG_ROW(0, "paranoid", &o.paranoid,
		"git: look at each version of a file as a whole too, and compare; for tests"),
	    OPT_FLAG_ROW(0, "staged", &o.staged,
		"git: what the next commit would bring, as it lies in the index"),
	    OPT_TEXT_ROW('r', "rules", &o.session.rules, "FILE",
		"a JSON object of names and regular expressions, instead of the built-in rules"),
	    OPT_TEXT_ROW('c', "config", &o.session.rules, "FILE",
		"gitleaks' configuration, a file whose name ends in .toml; --rules takes it too"),
	    OPT_TEXT_ROW(0, "ignore-file", &o.session.ignore_file, "FILE",
		"gitleaks' ignore file: what it names passes, as what the policy ignores"),
	    OPT_TEXT_ROW(0, "baseline", &o.session.baseline, "REPORT",
		"an earlier report as gitleaks or --format gitleaks writes it: what is in it is known"),
	    OPT_FLAG_ROW(0, "entropy", &o.session.entropy,
		"look also for long words that are as random as keys, as truffleHog 2 does"),
	    OPT_TEXT_ROW(0, "include-paths", &o.session.include_paths, "FILE",
		"regular expressions, one a line: only files whose path begins with one count"),
	    OPT_TEXT_ROW(0, "exclude-paths", &o.session.exclude_paths, "FILE",
		"the same of files that do not count"),
	    OPT_TEXT_ROW(0, "allow", &o.session.allow, "FILE",
		"truffleHog 2's: a JSON object of names and texts, or `regex:` expressions, that are none"),
	    SESSION_ROWS(&o.session),
	    OPT_END_ROW,
	};
	struct opt_list operands = {0};
	struct session s CLEANUP(session_close) = {0};
	struct scan_stage stage;
	struct err err = ERR_INIT;
	int code = command_options(cli, &command_secrets, rows, argc, argv, &operands);

	if (code >= 0)
		return code;
	if (operands.n < 1 || operands.n > 2)
		return command_misuse(
		    &command_secrets, "`dir PATH`, `git REPO` or `stdin` is expected");
	if (operands.n == 2 && str_eq(operands.p[0], STR("stdin")))
		return command_misuse(&command_secrets,
		    "`stdin` takes no path; `secrets dir PATH` reads a file or folder");
	if (session_open(&s, cli, &o.session, SESSION_SECRETS, &err) != 0)
		return command_fail(&err);
	s.scan.paranoid = o.paranoid;
	stage = scan_stage_begin(&s.scan, STAGE_SECRETS);
	if (scan_by_word(&s, &o, operands.p[0], operands.n == 2 ? operands.p[1] : STR("."), &err) !=
		0 ||
	    scan_stage_end(&s.scan, &stage, &err) != 0)
		return command_fail(&err);
	return session_finish(&s);
}

const struct command command_secrets = {
    .name = "secrets",
    .summary = "keys, tokens and passwords in files and commits",
    .usage = "dir|git|stdin [OPTION…] [PATH]",
    .about =
	"`dir` scans a folder's files, `stdin` a text, `git` everything that a repository holds: all\n"
	"objects of all branches, tags, stashes, logs and those that nothing leads to any more,\n"
	"messages and names too; or with --range what its commits bring. A secret is never shown:\n"
	"kind, length and place are, and a keyed hash by which it is known again.\n\n"
	"  plimsoll secrets dir .\n"
	"  plimsoll secrets git .\n"
	"  plimsoll secrets git --range main..HEAD\n"
	"  plimsoll secrets dir --rules secrets_config.json src/",
    .run = run_secrets,
};
