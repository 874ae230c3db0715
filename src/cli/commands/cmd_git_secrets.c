/* plimsoll git-secrets: git-secrets' command, whose users need to change nothing. */
#include "base/log.h"
#include "base/map.h"
#include "base/os/fd.h"
#include "cli/git_secrets_config.h"
#include "cli/hook_files.h"
#include "cli/session.h"
#include "engine/scan_gate.h"
#include "engine/scan_gitsecrets.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEXT_BYTES = 256 << 20, NAMES_BYTES = 256 << 20, OUT_BYTES = 256 << 20 };

/* What is wrong is 2 with grep. */
enum { EXIT_FOUND = 1, EXIT_WRONG = 2 };

struct git_secrets_options {
	bool scan, scan_history, install, list, add, add_provider, register_aws, aws_provider;
	bool commit_msg_hook, pre_commit_hook, prepare_commit_msg_hook;
	bool recursive, cached, no_index, untracked, force, literal, allowed, global;
	struct session_options session;
};

struct git_secrets {
	struct cli *cli;
	const struct git_secrets_options *options;
	const struct opt_list *operands;
	struct session session;
	struct secret_rules rules;
	bool tracked_only; /* what git does not track is left out of what was found */
};

/* ---- what is looked through ---- */

static int open_repo(struct git_secrets *g, struct git_repo **ret, struct err *err)
{
	const char *folder = getenv("GIT_DIR"), *top;

	if (folder && *folder)
		return git_repo_open(folder, g->cli->limits, ret, err);
	if (!git_repo_discover(".", g->cli->arena, &top))
		return err_set(err, ERR_NOT_FOUND, "this is no git repository");
	return git_repo_open(top, g->cli->limits, ret, err);
}

static int look_at_index(struct git_secrets *g, bool whole, struct err *err)
{
	struct git_repo *repo CLEANUP(git_repo_closep) = NULL;
	const char *index = getenv("GIT_INDEX_FILE");

	if (open_repo(g, &repo, err) != 0)
		return -1;
	return scan_staged(&g->session.scan, repo, index && *index ? index : NULL, whole, err);
}

static int look_at_folder(
    struct git_secrets *g, struct str path, unsigned detectors, struct err *err)
{
	struct where where;

	if (session_place(&g->session, STAGE_SECRETS, "repository", path, false, &where, err) != 0)
		return -1;
	return where.folder ? scan_folder(&g->session.scan, &where, detectors, err) : 0;
}

static int look_at_stdin(struct git_secrets *g, struct err *err)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT(TEXT_BYTES);

	if (fd_read_to_end(STDIN_FILENO, &text, err) != 0)
		return -1;
	return scan_text(
	    &g->session.scan, STR("(standard input)"), buf_str(&text), SCAN_SECRETS, err);
}

static bool is_folder(struct git_secrets *g, struct str path)
{
	const char *name = arena_cstr(g->cli->arena, path);
	struct stat st;

	return name && stat(name, &st) == 0 && S_ISDIR(st.st_mode);
}

/* As grep does with each: a folder is passed over unless it is asked to go into them. */
static int look_at_operands(struct git_secrets *g, struct err *err)
{
	for (size_t i = 0; i < g->operands->n; i++) {
		struct str path = g->operands->p[i];

		if (str_eq(path, STR("-"))) {
			if (look_at_stdin(g, err) != 0)
				return -1;
			continue;
		}
		if (is_folder(g, path) && !g->options->recursive)
			continue;
		if (look_at_folder(g, path, SCAN_SECRETS | SCAN_NAMED, err) != 0)
			return -1;
	}
	return 0;
}

static int scan(struct git_secrets *g, struct err *err)
{
	const struct git_secrets_options *o = g->options;

	if (o->cached)
		return look_at_index(g, true, err);
	if (o->no_index)
		return look_at_folder(g, STR("."), SCAN_SECRETS, err);
	if (g->operands->n > 0 && !o->untracked)
		return look_at_operands(g, err);
	g->tracked_only = !o->untracked;
	return look_at_folder(g, STR("."), SCAN_SECRETS | SCAN_NOT_IGNORED, err);
}

static int look_at_history(struct git_secrets *g, struct err *err)
{
	struct git_repo *repo CLEANUP(git_repo_closep) = NULL;

	if (open_repo(g, &repo, err) != 0)
		return -1;
	return scan_all_commits(&g->session.scan, repo, err);
}

static int scan_message(struct git_secrets *g, struct err *err)
{
	if (g->operands->n != 1)
		return err_set(err, ERR_USAGE, "the message's file is expected");
	return look_at_operands(g, err);
}

/* A merge that is about to be: what the others bring. */
static int scan_merge(struct git_secrets *g, struct err *err)
{
	struct git_repo *repo CLEANUP(git_repo_closep) = NULL;
	struct git_oid_list parents;

	if (g->operands->n != 2 || !str_eq(g->operands->p[1], STR("merge")))
		return 0;
	if (open_repo(g, &repo, err) != 0 ||
	    git_next_parents(repo, g->cli->arena, &parents, err) != 0)
		return -1;
	for (size_t i = 1; i < parents.n; i++) {
		if (scan_range(&g->session.scan, repo, &parents.p[0], &parents.p[i], err) != 0)
			return -1;
	}
	return 0;
}

static int look(struct git_secrets *g, struct err *err)
{
	const struct git_secrets_options *o = g->options;

	if (o->scan_history)
		return look_at_history(g, err);
	if (o->commit_msg_hook)
		return scan_message(g, err);
	if (o->pre_commit_hook)
		return look_at_index(g, false, err);
	if (o->prepare_commit_msg_hook)
		return scan_merge(g, err);
	return scan(g, err);
}

/* ---- what is printed ---- */

struct found_line {
	struct str commit, path, prefix;
	uint32_t line;
};

struct found_lines {
	VEC(struct found_line) list;
};

static int by_line(const void *a, const void *b)
{
	const struct found_line *x = a, *y = b;
	int order = str_cmp(x->commit, y->commit);

	if (order == 0)
		order = str_cmp(x->path, y->path);
	if (order != 0)
		return order;
	return x->line < y->line ? -1 : x->line > y->line;
}

static int list_tracked(struct git_secrets *g, struct map *ret, struct err *err)
{
	struct git_repo *repo CLEANUP(git_repo_closep) = NULL;
	struct err ignored = ERR_INIT;

	map_init(ret, g->cli->arena);
	if (open_repo(g, &repo, &ignored) != 0)
		return 0;
	return git_tracked(repo, g->cli->arena, ret, err);
}

/* Operands behind --cached and --untracked are files, and folders with all that is in them. */
static bool is_asked_for(const struct git_secrets *g, struct str path)
{
	bool any = false;

	if (g->operands->n == 0 ||
	    !(g->options->cached || g->options->untracked || g->options->no_index))
		return true;
	for (size_t i = 0; i < g->operands->n && !any; i++) {
		struct str one = g->operands->p[i];

		while (str_starts(one, STR("./")))
			one = str_sub(one, 2, one.n);
		while (str_ends(one, STR("/")))
			one.n--;
		any = one.n == 0 || str_eq(one, STR(".")) || str_eq(path, one) ||
		      (str_starts(path, one) && path.p[one.n] == '/');
	}
	return any;
}

static int add_line(struct git_secrets *g, const struct finding *f, const struct place *place,
    const struct map *tracked, struct found_lines *lines, struct err *err)
{
	struct found_line line = {.commit = place->origin.commit,
	    .path = place->origin.path,
	    .prefix = f->secret->prefix,
	    .line = place->line};

	/* A name is not looked at by grep. */
	if (place->line == 0 || !is_asked_for(g, line.path) ||
	    (g->tracked_only && !map_has(tracked, place_within(place))))
		return 0;
	if (line.path.n == 0)
		line.path = STR("message");
	return vec_push(&lines->list, g->cli->arena, line) ? 0 : arena_err(g->cli->arena, err);
}

static int gather(struct git_secrets *g, struct found_lines *lines, struct err *err)
{
	const struct report *report = &g->session.report;
	struct map tracked;

	map_init(&tracked, g->cli->arena);
	if (g->tracked_only && list_tracked(g, &tracked, err) != 0)
		return -1;
	for (size_t i = 0; i < report->findings.n; i++) {
		const struct finding *f = &report->findings.p[i];

		for (size_t k = 0; f->secret && k < f->n_places; k++) {
			if (add_line(g, f, &f->places[k], &tracked, lines, err) != 0)
				return -1;
		}
	}
	if (lines->list.n > 1)
		qsort(lines->list.p, lines->list.n, sizeof *lines->list.p, by_line);
	return 0;
}

/* Each line once, and of what stands in it no more than is safe to show. */
static int print_lines(struct git_secrets *g, const struct found_lines *lines, struct err *err)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(OUT_BYTES);

	for (size_t i = 0; i < lines->list.n; i++) {
		const struct found_line *line = &lines->list.p[i];

		if (i > 0 && by_line(line, &lines->list.p[i - 1]) == 0)
			continue;
		if (line->commit.n > 0)
			buf_addf(&out, STR_FMT ":", STR_ARG(line->commit));
		buf_add_safe(&out, edge_line(g->cli->edge, line->path, g->cli->arena));
		buf_addf(&out, ":%u:" STR_FMT "[secret]\n", line->line, STR_ARG(line->prefix));
	}
	buf_add(&out,
	    STR("\n[ERROR] The lines above hold what no commit may\n\n"
		"- It is one: take it out; if it was anywhere else before, revoke it.\n"
		"- It is none: git secrets --add --allowed PATTERN, or a line in .gitallowed.\n"
		"- What is looked for: git secrets --list.\n"));
	if (!buf_ok(&out))
		return buf_err(&out, "what was found", err);
	return fd_write_all(STDERR_FILENO, buf_str(&out), err);
}

static int tell_problems(const struct report *report)
{
	for (size_t i = 0; i < report->problems.n; i++) {
		const struct problem *p = &report->problems.p[i];
		struct str path = p->place.origin.path;

		log_error(STR_FMT "%s" STR_FMT, STR_ARG(path), path.n > 0 ? ": " : "",
		    STR_ARG(p->message));
	}
	for (size_t i = 0; i < report->not_covered.n; i++)
		log_warn(STR_FMT ": " STR_FMT, STR_ARG(report->not_covered.p[i].what),
		    STR_ARG(report->not_covered.p[i].why));
	return report->problems.n > 0 ? EXIT_WRONG : 0;
}

/* ---- scanning ---- */

static int prepare(struct git_secrets *g, const struct git_secrets_config *config, struct err *err)
{
	struct session *s = &g->session;

	if (session_open(s, g->cli, &g->options->session, 0, err) != 0 ||
	    session_subject(s, "repository", STR("."), err) != 0 ||
	    git_secrets_rules(&(struct str_list){config->patterns.p, config->patterns.n},
		&(struct str_list){config->allowed.p, config->allowed.n}, g->cli->arena, &g->rules,
		err) != 0 ||
	    secret_engine_new(&g->rules, g->cli->limits, &s->secrets, err) != 0)
		return -1;
	s->scan.secrets = s->secrets;
	g->cli->edge->given = s->secrets;
	return 0;
}

static int run_scan(struct git_secrets *g, struct err *err)
{
	struct git_secrets_config config;
	struct found_lines lines = {.list = {0}};
	int code;

	if (git_secrets_read(g->cli->arena, &config, err) != 0)
		return -1;
	if (config.patterns.n == 0) {
		log_warn("no pattern is registered, so nothing is looked for: git secrets "
			 "--register-aws, or git secrets --add PATTERN");
		return 0;
	}
	if (prepare(g, &config, err) != 0 || look(g, err) != 0 || gather(g, &lines, err) != 0)
		return -1;
	code = tell_problems(&g->session.report);
	if (lines.list.n == 0)
		return code;
	if (print_lines(g, &lines, err) != 0)
		return -1;
	return code ? code : EXIT_FOUND;
}

/* ---- the other commands ---- */

static int run_add(struct git_secrets *g, const char *key, struct err *err)
{
	struct buf words CLEANUP(buf_release) = BUF_INIT(TEXT_BYTES);
	struct arena *arena = g->cli->arena;
	struct str value;
	bool added;

	if (g->operands->n == 0)
		return err_set(err, ERR_USAGE, "what is added is expected");
	for (size_t i = 0; i < g->operands->n && (i == 0 || g->options->add_provider); i++) {
		buf_add(&words, i > 0 ? STR(" ") : STR_NONE);
		buf_add(&words, g->operands->p[i]);
	}
	value = arena_str(arena, buf_str(&words));
	if (g->options->literal)
		value = git_secrets_literal(value, arena);
	if (!g->options->add_provider && git_secrets_check(value, arena, err) != 0)
		return -1;
	if (git_secrets_add(key, value, g->options->global, arena, &added, err) != 0)
		return -1;
	return added ? 0 : 1;
}

static int run_list(struct git_secrets *g, struct err *err)
{
	struct str text;

	if (git_secrets_show(g->options->global, g->cli->arena, &text, err) != 0)
		return -1;
	return text.n > 0 ? command_print(text) : 1;
}

static int run_register(struct git_secrets *g, struct err *err)
{
	bool added;

	if (git_secrets_register_aws(g->options->global, g->cli->arena, &added, err) != 0)
		return -1;
	return added ? command_print(STR("OK\n")) : 0;
}

static int run_provider(struct git_secrets *g, struct err *err)
{
	const char *file = NULL;
	struct str text;

	if (g->operands->n > 0) {
		file = arena_cstr(g->cli->arena, g->operands->p[0]);
		if (!file)
			return arena_err(g->cli->arena, err);
	}
	if (git_secrets_aws(file, g->cli->arena, &text, err) != 0)
		return -1;
	return fd_write_all(STDOUT_FILENO, text, err);
}

/* hooks/NAME.d/git-secrets, if there is a folder for several. */
static int put_hook(
    struct git_secrets *g, struct str folder, const char *name, const char *option, struct err *err)
{
	struct arena *arena = g->cli->arena;
	struct buf text CLEANUP(buf_release) = BUF_INIT(KIB(64));
	struct str several = arena_fmt(arena, STR_FMT "/hooks/%s.d", STR_ARG(folder), name);
	struct str path = several.p && is_folder(g, several)
			      ? arena_fmt(arena, STR_FMT "/git-secrets", STR_ARG(several))
			      : arena_fmt(arena, STR_FMT "/hooks/%s", STR_ARG(folder), name);

	if (!path.p)
		return arena_err(arena, err);
	if (file_exists(path.p) && !g->options->force)
		return err_set(
		    err, ERR_USAGE, "%s is there already: -f puts ours in its place", path.p);
	buf_add(&text, STR("#!/bin/sh\nexec "));
	hook_write_program(&text);
	buf_addf(&text, " git-secrets --%s -- \"$@\"\n", option);
	if (!buf_ok(&text))
		return buf_err(&text, "a hook", err);
	if (file_write(path.p, buf_str(&text), 0755, err) != 0)
		return -1;
	return command_print(
	    arena_fmt(arena, "Installed %s hook to " STR_FMT "\n", name, STR_ARG(path)));
}

static int run_install(struct git_secrets *g, struct err *err)
{
	struct arena *arena = g->cli->arena;
	struct str folder = STR_NONE, hooks, inner;

	if (g->operands->n > 0) {
		folder = g->operands->p[0];
		inner = arena_fmt(arena, STR_FMT "/.git", STR_ARG(folder));
		if (inner.p && is_folder(g, inner))
			folder = inner;
	} else if (git_secrets_ask("--git-dir", arena, &folder, err) != 0) {
		return -1;
	}
	hooks = arena_fmt(arena, STR_FMT "/hooks", STR_ARG(folder));
	if (!hooks.p)
		return arena_err(arena, err);
	if (dir_make(hooks.p, 0777, err) != 0 ||
	    put_hook(g, folder, "commit-msg", "commit_msg_hook", err) != 0 ||
	    put_hook(g, folder, "pre-commit", "pre_commit_hook", err) != 0)
		return -1;
	return put_hook(g, folder, "prepare-commit-msg", "prepare_commit_msg_hook", err);
}

static int run_by_option(struct git_secrets *g, struct err *err)
{
	const struct git_secrets_options *o = g->options;

	if (o->add)
		return run_add(g, o->allowed ? "secrets.allowed" : "secrets.patterns", err);
	if (o->add_provider)
		return run_add(g, "secrets.providers", err);
	if (o->list)
		return run_list(g, err);
	if (o->register_aws)
		return run_register(g, err);
	if (o->aws_provider)
		return run_provider(g, err);
	if (o->install)
		return run_install(g, err);
	return run_scan(g, err);
}

/* ---- */

static const char *misuse(const struct git_secrets_options *o)
{
	int n = o->scan + o->scan_history + o->install + o->list + o->add + o->add_provider +
		o->register_aws + o->aws_provider + o->commit_msg_hook + o->pre_commit_hook +
		o->prepare_commit_msg_hook;

	if (n != 1)
		return "one of --scan, --scan-history, --install, --list, --add, --add-provider, "
		       "--register-aws and --aws-provider is expected";
	if (!o->scan && (o->recursive || o->cached || o->no_index || o->untracked))
		return "-r, --cached, --no-index and --untracked go with --scan";
	if (o->recursive && (o->cached || o->no_index || o->untracked))
		return "-r does not go with --cached, --no-index or --untracked";
	if (!o->add && (o->allowed || o->literal))
		return "-a and -l go with --add";
	return !o->install && o->force ? "-f goes with --install" : NULL;
}

static int take_options(struct cli *cli, int argc, char **argv, struct git_secrets_options *o,
    struct opt_list *ret_operands)
{
	const struct opt rows[] = {
	    OPT_FLAG_ROW(0, "scan", &o->scan,
		"look through files, or all that git tracks here; - is the standard input"),
	    OPT_FLAG_ROW(0, "scan-history", &o->scan_history, "look through all commits"),
	    OPT_FLAG_ROW(0, "install", &o->install,
		"put up hooks in a repository, or in a folder for templates"),
	    OPT_FLAG_ROW(0, "list", &o->list, "print what is registered"),
	    OPT_FLAG_ROW(0, "add", &o->add, "register a pattern"),
	    OPT_FLAG_ROW(
		0, "add-provider", &o->add_provider, "register a program that prints patterns"),
	    OPT_FLAG_ROW(0, "register-aws", &o->register_aws,
		"register AWS's kinds of keys, and those of ~/.aws/credentials"),
	    OPT_FLAG_ROW(0, "aws-provider", &o->aws_provider,
		"print the keys of a credentials file as patterns"),
	    OPT_FLAG_ROW('r', "recursive", &o->recursive, "--scan: go into folders"),
	    OPT_FLAG_ROW(0, "cached", &o->cached, "--scan: what lies in the index"),
	    OPT_FLAG_ROW(
		0, "no-index", &o->no_index, "--scan: the folder as it lies, git or no git"),
	    OPT_FLAG_ROW(0, "untracked", &o->untracked, "--scan: also what git does not track"),
	    OPT_FLAG_ROW(
		'f', "force", &o->force, "--install: in the place of hooks that are there"),
	    OPT_FLAG_ROW('l', "literal", &o->literal, "--add: a text, no pattern"),
	    OPT_FLAG_ROW('a', "allowed", &o->allowed, "--add: what is allowed"),
	    OPT_FLAG_ROW(
		0, "global", &o->global, "in the user's own configuration, not the repository's"),
	    OPT_FLAG_ROW(
		0, "commit_msg_hook", &o->commit_msg_hook, "what the hook commit-msg runs"),
	    OPT_FLAG_ROW(
		0, "pre_commit_hook", &o->pre_commit_hook, "what the hook pre-commit runs"),
	    OPT_FLAG_ROW(0, "prepare_commit_msg_hook", &o->prepare_commit_msg_hook,
		"what the hook prepare-commit-msg runs"),
	    OPT_FLAG_ROW(0, "no-sandbox", &o->session.no_sandbox,
		"read hostile bytes in this process, for debugging only"),
	    OPT_END_ROW,
	};

	return command_options(cli, &command_git_secrets, rows, argc, argv, ret_operands);
}

static int run_git_secrets(struct cli *cli, int argc, char **argv)
{
	struct git_secrets_options o = {.scan = false};
	struct opt_list operands = {0};
	struct git_secrets g = {.cli = cli, .options = &o, .operands = &operands};
	struct err err = ERR_INIT;
	int code = take_options(cli, argc, argv, &o, &operands);

	if (code >= 0)
		return code;
	if (misuse(&o)) {
		(void)command_misuse(&command_git_secrets, misuse(&o));
		return EXIT_FOUND;
	}
	code = run_by_option(&g, &err);
	session_close(&g.session);
	if (code >= 0)
		return code;
	log_error("%s", err.text);
	return err.code == ERR_USAGE ? EXIT_FOUND : EXIT_WRONG;
}

const struct command command_git_secrets = {
    .name = "git-secrets",
    .summary = "git-secrets' command: its options, configuration, hooks and exit status",
    .usage = "--scan|--install|--add|… [OPTION…] [FILE|PATTERN]…",
    .about =
	"Takes git-secrets' place where nothing else is to change: patterns and providers in git's\n"
	"configuration, .gitallowed, hooks. What is found is printed as FILE:LINE: and never whole.\n"
	"`plimsoll secrets` knows more. Called by the name git-secrets, as through a symbolic link, the\n"
	"program is this command, and git finds it as `git secrets`.\n\n"
	"  ln -s plimsoll /usr/local/bin/git-secrets\n"
	"  git secrets --register-aws && git secrets --install && git secrets --scan",
    .run = run_git_secrets,
};
