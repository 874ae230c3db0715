#include "cli/hook_run.h"

#include "base/os/fd.h"
#include "engine/scan_gate.h"
#include "gate/judge.h"

#include <stdlib.h>
#include <unistd.h>

enum {
	MESSAGE_BYTES = 16 << 20,
	INPUT_BYTES = 256 << 20,
	ADVICE_BYTES = 64 << 10,
	WAIVERS_SHOWN = 10,
	WAIVER_DAYS = 30,
	DAY_MS = 24 * 3600 * 1000,
};

struct hook {
	struct cli *cli;
	enum hook_kind kind;
	const struct opt_list *args;
	struct session session;
};

/* ---- what is looked at ---- */

/* Git runs hooks where the work tree or the repository is, and names another one by variables. */
static int open_repo(struct git_repo **ret, const struct limits *limits, struct err *err)
{
	const char *folder = getenv("GIT_DIR"), *objects = getenv("GIT_QUARANTINE_PATH");

	if (!folder || !*folder)
		folder = ".";
	return git_repo_open_pushed(folder, objects && *objects ? objects : NULL, limits, ret, err);
}

static int look_at_index(struct hook *h, struct err *err)
{
	struct git_repo *repo CLEANUP(git_repo_closep) = NULL;
	const char *index = getenv("GIT_INDEX_FILE");

	if (open_repo(&repo, h->cli->limits, err) != 0)
		return -1;
	return scan_staged(&h->session.scan, repo, index && *index ? index : NULL, false, err);
}

/* `git commit -v` shows the change itself below a line of its own; that is no part of the message.
 */
static struct str cut_below(struct str text)
{
	size_t at = str_find(text, STR(" ------------------------ >8 ------------------------\n"));
	size_t line = at == STR_NPOS ? STR_NPOS : str_rchr(str_sub(text, 0, at), '\n');

	if (at == STR_NPOS)
		return text;
	return str_sub(text, 0, line == STR_NPOS ? 0 : line + 1);
}

static int look_at_message(struct hook *h, struct err *err)
{
	const char *path;
	struct str text;

	if (h->args->n != 1)
		return err_set(
		    err, ERR_USAGE, "hook run commit-msg: the message's file is expected");
	path = arena_cstr(h->cli->arena, h->args->p[0]);
	if (!path)
		return arena_err(h->cli->arena, err);
	if (file_read(path, MESSAGE_BYTES, h->cli->arena, &text, err) != 0)
		return -1;
	return scan_text(
	    &h->session.scan, STR("commit message"), cut_below(text), SCAN_SECRETS, err);
}

/* ---- what is pushed ---- */

struct pushed_refs {
	VEC(struct pushed_ref) list;
};

static bool take_id(struct str text, struct git_oid *ret)
{
	size_t zeros = 0;

	if (!git_oid_parse(text, ret))
		return false;
	while (zeros < text.n && text.p[zeros] == '0')
		zeros++;
	if (zeros == text.n)
		*ret = (struct git_oid){.hex = ""};
	return true;
}

/* pre-push: "<local ref> <local id> <remote ref> <remote id>"; pre-receive: "<old> <new> <ref>". */
static bool take_line(enum hook_kind kind, struct str line, struct pushed_ref *ret)
{
	struct str words[4] = {STR_INIT(""), STR_INIT(""), STR_INIT(""), STR_INIT("")};
	size_t n = 0, needed = kind == HOOK_PRE_PUSH ? 4 : 3;

	while (n < needed && str_cut(&line, ' ', &words[n]))
		n++;
	if (n != needed || line.n > 0)
		return false;
	if (kind == HOOK_PRE_PUSH) {
		ret->name = words[2];
		return take_id(words[1], &ret->to) && take_id(words[3], &ret->old);
	}
	ret->name = words[2];
	return take_id(words[0], &ret->old) && take_id(words[1], &ret->to);
}

/* The pre-commit framework says by variables what git says by the standard input. */
static int take_variables(struct hook *h, struct pushed_refs *refs, struct err *err)
{
	const char *from = getenv("PRE_COMMIT_FROM_REF"), *to = getenv("PRE_COMMIT_TO_REF");
	const char *branch = getenv("PRE_COMMIT_REMOTE_BRANCH");
	struct pushed_ref ref = {.name = str_of(branch ? branch : "HEAD")};

	if (!to || !*to)
		return 0;
	if (!take_id(str_of(to), &ref.to) || (from && *from && !take_id(str_of(from), &ref.old)))
		return err_set(err, ERR_USAGE,
		    "PRE_COMMIT_FROM_REF and PRE_COMMIT_TO_REF: object ids are expected");
	return vec_push(&refs->list, h->cli->arena, ref) ? 0 : arena_err(h->cli->arena, err);
}

static int read_refs(struct hook *h, struct pushed_refs *refs, struct err *err)
{
	struct buf input CLEANUP(buf_release) = BUF_INIT(INPUT_BYTES);
	struct str rest, line;

	if (fd_read_to_end(STDIN_FILENO, &input, err) != 0)
		return err_wrap(err, "the refs that are pushed");
	rest = arena_str(h->cli->arena, buf_str(&input));
	while (str_cut(&rest, '\n', &line)) {
		struct pushed_ref ref = {.name = STR_NONE};

		if (str_trim(line).n == 0)
			continue;
		if (!take_line(h->kind, line, &ref))
			return err_set(err, ERR_USAGE,
			    "hook run %s: git gives a line of each ref; this is none: " STR_FMT,
			    hook_name(h->kind), STR_ARG(str_excerpt(line, 100)));
		vec_push(&refs->list, h->cli->arena, ref);
	}
	if (h->kind == HOOK_PRE_PUSH && refs->list.n == 0 && take_variables(h, refs, err) != 0)
		return -1;
	return arena_check(h->cli->arena, err);
}

/* Which refs say what the other side has: those that were fetched from it, if it has a name. */
static int known_there(const struct hook *h, const char **ret, struct err *err)
{
	const char *framework = getenv("PRE_COMMIT_REMOTE_NAME");
	struct str name = h->args->n > 0 ? h->args->p[0] : str_of(framework), ref, option;

	*ret = NULL;
	if (name.n == 0 || str_has(name, STR(":")))
		return 0;
	ref = arena_fmt(h->cli->arena, "refs/remotes/" STR_FMT, STR_ARG(name));
	option = arena_fmt(h->cli->arena, "--remotes=" STR_FMT, STR_ARG(name));
	if (!ref.p || !option.p)
		return arena_err(h->cli->arena, err);
	if (git_ref_name_valid(ref))
		*ret = option.p;
	return 0;
}

static int look_at_push(struct hook *h, struct err *err)
{
	struct git_repo *repo CLEANUP(git_repo_closep) = NULL;
	struct pushed_refs refs = {.list = {0}};
	const char *known = "--all";

	if (read_refs(h, &refs, err) != 0 || open_repo(&repo, h->cli->limits, err) != 0 ||
	    (h->kind == HOOK_PRE_PUSH && known_there(h, &known, err) != 0))
		return -1;
	return scan_pushed(&h->session.scan, repo, refs.list.p, refs.list.n, known, err);
}

static int look(struct hook *h, struct err *err)
{
	switch (h->kind) {
	case HOOK_PRE_COMMIT:
		return look_at_index(h, err);
	case HOOK_COMMIT_MSG:
		return look_at_message(h, err);
	case HOOK_PRE_PUSH:
	case HOOK_PRE_RECEIVE:
		return look_at_push(h, err);
	case HOOK_COUNT:
	default:
		return err_set(err, ERR_USAGE, "no such hook");
	}
}

/* ---- what is said ---- */

static void advise_to_take_out(const struct hook *h, struct buf *out)
{
	const struct report *report = &h->session.report;
	struct str commit = STR_NONE;

	for (size_t i = 0; i < report->findings.n && commit.n == 0; i++) {
		const struct finding *f = &report->findings.p[i];

		if (f->verdict == VERDICT_BLOCKS && f->n_places > 0)
			commit = f->places[0].origin.commit;
	}
	if (h->kind == HOOK_PRE_COMMIT) {
		buf_add(out,
		    STR("No commit was made. To take it out: delete it from the line, have "
			"the program read it when\nit runs (an environment variable, a mounted "
			"file, a vault), and `git add` the file again.\n"));
		return;
	}
	if (h->kind == HOOK_COMMIT_MSG) {
		buf_add(out,
		    STR("No commit was made. The message is kept: to take it out:\n"
			"`git commit -e -F \"$(git rev-parse --git-path COMMIT_EDITMSG)\"`\n"));
		return;
	}
	buf_add(
	    out, STR("Nothing was pushed. A new commit that deletes the line does not help: the "
		     "old one is pushed too.\nTo take it out of the last commit: edit, `git add`, "
		     "`git commit --amend`.\n"));
	if (commit.n > 0)
		buf_addf(out,
		    "Of an earlier one: `git rebase -i %.12s^`, mark it `edit`, do the same, "
		    "`git rebase --continue`.\n",
		    commit.p);
	buf_add(out, STR("Then push again. If it was anywhere else before, revoke it first.\n"));
}

/* The text of an exception as a policy has it. */
static void advise_to_ask(const struct hook *h, struct buf *out)
{
	const struct report *report = &h->session.report;
	int64_t until = h->cli->clock->now_ms(h->cli->clock) + (int64_t)WAIVER_DAYS * DAY_MS;
	char day[TIME_TEXT_SIZE];
	size_t n = 0;

	time_format(until, day);
	buf_addf(out,
	    "If it has to stay: ask whoever keeps the policy (" STR_FMT
	    ") to record a waiver there:\n\n  waivers:\n",
	    STR_ARG(report->policy.source));
	for (size_t i = 0; i < report->findings.n && n < WAIVERS_SHOWN; i++) {
		const struct finding *f = &report->findings.p[i];

		if (f->verdict != VERDICT_BLOCKS)
			continue;
		n++;
		buf_addf(out,
		    "    - fingerprint: " STR_FMT "   # " STR_FMT "\n      owner: who answers for "
		    "it\n      reason: why it is no risk\n      until: %.10s\n",
		    STR_ARG(f->fingerprint), STR_ARG(f->rule), day);
	}
	if (h->session.options->policy.n == 0)
		buf_add(out,
		    STR("\nA policy of your own begins as `plimsoll policy show`, and is given "
			"to the hook by\n`plimsoll hook install --policy FILE`.\n"));
}

static int advise(const struct hook *h)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(ADVICE_BYTES);

	buf_addc(&out, '\n');
	advise_to_take_out(h, &out);
	advise_to_ask(h, &out);
	return buf_ok(&out) ? command_print(buf_str(&out)) : EXIT_INCOMPLETE;
}

/* Whether there is anything to say of what passes. */
static bool is_worth_telling(const struct report *report)
{
	if (report->exit_code != 0 || report->problems.n > 0 || report->not_covered.n > 0)
		return true;
	for (size_t i = 0; i < report->findings.n; i++) {
		const struct finding *f = &report->findings.p[i];

		if (f->verdict != VERDICT_PASSES && f->state != STATE_KNOWN)
			return true;
	}
	return false;
}

static int finish(struct hook *h)
{
	struct session *s = &h->session;
	struct err err = ERR_INIT;
	int code;

	if (judge_report(&s->policy, h->cli->clock->now_ms(h->cli->clock), &s->report, &err) != 0)
		return command_fail(&err);
	if (!is_worth_telling(&s->report) && s->options->formats.n == 0)
		return 0;
	code = session_print(h->cli, s->options, &s->report, STR_NONE, STR_NONE);
	if (code == 0 && s->report.exit_code == EXIT_BLOCKED && s->options->formats.n == 0)
		code = advise(h);
	return code ? code : s->report.exit_code;
}

static int run(struct hook *h, const struct session_options *options)
{
	struct session *s = &h->session;
	struct scan_stage stage;
	struct err err = ERR_INIT;

	if (session_open(s, h->cli, options, SESSION_SECRETS, &err) != 0 ||
	    session_subject(s, "repository", STR("."), &err) != 0)
		return command_fail(&err);
	stage = scan_stage_begin(&s->scan, STAGE_SECRETS);
	if (look(h, &err) != 0 || scan_stage_end(&s->scan, &stage, &err) != 0)
		return command_fail(&err);
	return finish(h);
}

int hook_run(struct cli *cli, const struct session_options *options, enum hook_kind kind,
    const struct opt_list *args)
{
	struct hook hook = {.cli = cli, .kind = kind, .args = args};
	int code = run(&hook, options);

	session_close(&hook.session);
	return code;
}
