#include "cli/session.h"

#include "base/log.h"
#include "base/os/output.h"
#include "base/os/owned.h"
#include "engine/policy_source.h"
#include "engine/rule_list.h"
#include "engine/scan_trufflehog.h"
#include "engine/secret_allow.h"
#include "gate/judge.h"
#include "report/format.h"

#include <stdlib.h>
#include <sys/stat.h>

enum { REPORT_BYTES = 512 << 20, SHOWN_FINDINGS = 10, HOUR_MS = 3600 * 1000 };

/* "json=report.json" is a format and a file; without '=' it goes to stdout. */
static const struct report_format *format_of(struct str option, struct str *ret_file)
{
	struct str name = option, file = STR_NONE;

	(void)str_split(option, '=', &name, &file);
	*ret_file = file;
	return report_format_find(name);
}

/* The folder in which a file stands, or is to. */
static bool folder_status(struct str file, struct arena *arena, struct stat *ret)
{
	size_t slash = str_rchr(file, '/');
	const char *folder =
	    slash == STR_NPOS ? "." : arena_cstr(arena, str_sub(file, 0, slash + 1));

	return folder && stat(folder, ret) == 0;
}

static struct str last_name(struct str file)
{
	size_t slash = str_rchr(file, '/');

	return slash == STR_NPOS ? file : str_sub(file, slash + 1, file.n);
}

/* Whether two names are of one file that the second report would replace. */
static bool is_same_file(struct str a, struct str b, struct arena *arena)
{
	const char *path_a = arena_cstr(arena, a), *path_b = arena_cstr(arena, b);
	struct stat one, other;
	bool is_there;

	if (!path_a || !path_b || path_descriptor(path_a) >= 0 || path_descriptor(path_b) >= 0)
		return false;
	is_there = stat(path_a, &one) == 0;
	if (is_there != (stat(path_b, &other) == 0))
		return false;
	if (is_there)
		return S_ISREG(one.st_mode) && one.st_dev == other.st_dev &&
		       one.st_ino == other.st_ino;
	return str_eq(last_name(a), last_name(b)) && folder_status(a, arena, &one) &&
	       folder_status(b, arena, &other) && one.st_dev == other.st_dev &&
	       one.st_ino == other.st_ino;
}

/* Against those named before it. */
static int check_file(
    const struct opt_list *formats, size_t at, struct arena *arena, struct err *err)
{
	struct str option = formats->p[at], file, other_file;
	const struct report_format *format = format_of(option, &file), *other;

	for (size_t i = 0; file.n > 0 && i < at; i++) {
		other = format_of(formats->p[i], &other_file);
		if (other_file.n == 0)
			continue;
		if (is_same_file(file, other_file, arena))
			return err_set(err, ERR_USAGE,
			    "--format " STR_FMT " and --format " STR_FMT
			    " are written to one file: name another for one of them",
			    STR_ARG(formats->p[i]), STR_ARG(option));
		if (other == format)
			return err_set(err, ERR_USAGE,
			    "--format " STR_FMT " and --format " STR_FMT
			    " are of one format: name one file, and copy it",
			    STR_ARG(formats->p[i]), STR_ARG(option));
	}
	return 0;
}

int session_check_formats(
    const struct session_options *options, struct arena *arena, struct err *err)
{
	for (size_t i = 0; i < options->formats.n; i++) {
		struct str option = options->formats.p[i], file;

		if (!format_of(option, &file))
			return err_set(err, ERR_USAGE,
			    "no such format: " STR_FMT
			    "; there are text, json, markdown, sarif, junit, check-dockerfile, plan, "
			    "gitleaks and trufflehog2",
			    STR_ARG(option));
		if (file.n == 0 && str_ends(option, STR("=")))
			return err_set(err, ERR_USAGE,
			    "--format " STR_FMT " names no file: name one behind the =, or leave "
			    "the = out to print",
			    STR_ARG(option));
		if (check_file(&options->formats, i, arena, err) != 0)
			return -1;
	}
	return 0;
}

static int open_database(struct session *s, struct err *err)
{
	uint64_t max_hours = s->policy.database_max_age_hours;
	struct db_info info;
	int64_t age;
	char *path;

	if (s->options->database.n == 0)
		return err_set(err, ERR_DATABASE,
		    "no advisory database: name one with --db, or make one with `plimsoll db build`");
	path = arena_cstr(s->cli->arena, s->options->database);
	if (!path)
		return arena_err(s->cli->arena, err);
	if (db_open(path, &s->database, err) != 0 || db_info(s->database, &info, err) != 0)
		return -1;
	age = s->cli->clock->now_ms(s->cli->clock) - info.built_ms;
	log_debug("advisory database %s: opened, %lld hours old", path, (long long)(age / HOUR_MS));
	if (max_hours > 0 && age > (int64_t)max_hours * HOUR_MS)
		return err_set(err, ERR_DATABASE,
		    "%s is %lld hours old and the policy allows %llu: build it again from fresh feeds",
		    path, (long long)(age / HOUR_MS), (unsigned long long)max_hours);
	return 0;
}

static int open_policy(struct session *s, const char *rules_file, struct err *err)
{
	struct policy_names names;

	/* The built-in policy names rules that there are: a test sees to it. */
	if (s->options->policy.n == 0 && !rules_file)
		return policy_source_load(STR_NONE, NULL, s->cli->arena, &s->policy, err);
	if (rule_names(rules_file, s->cli->arena, &names, err) != 0 ||
	    policy_source_load(s->options->policy, &names, s->cli->arena, &s->policy, err) != 0)
		return -1;
	log_debug("policy " STR_FMT ": read", STR_ARG(s->options->policy));
	return 0;
}

/* By the XDG base directory specification; NULL: there is none, and nothing is kept. */
static const char *tool_cache_folder(struct arena *arena)
{
	const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	if (base && base[0] == '/')
		return arena_fmt(arena, "%s/plimsoll/tools", base).p;
	if (home && home[0] == '/')
		return arena_fmt(arena, "%s/.cache/plimsoll/tools", home).p;
	return NULL;
}

static void warn_of_rules(const struct secret_rules *rules)
{
	for (size_t i = 0; i < rules->warnings.n; i++)
		log_warn(STR_FMT, STR_ARG(rules->warnings.p[i]));
}

static const char *file_of(struct session *s, struct str name)
{
	return name.n > 0 ? arena_cstr(s->cli->arena, name) : NULL;
}

static int open_rules(struct session *s, const char *rules, struct err *err)
{
	const struct session_options *o = s->options;
	const struct secret_amend amend = {.entropy = o->entropy,
	    .include = file_of(s, o->include_paths),
	    .exclude = file_of(s, o->exclude_paths),
	    .allow = file_of(s, o->allow)};
	bool amends = amend.entropy || amend.include || amend.exclude || amend.allow;

	if (arena_check(s->cli->arena, err) != 0)
		return -1;
	return scan_secret_engine(
	    rules, amends ? &amend : NULL, s->cli->limits, s->cli->arena, &s->secrets, err);
}

int session_open(struct session *s, struct cli *cli, const struct session_options *options,
    unsigned needs, struct err *err)
{
	char *rules = options->rules.n ? arena_cstr(cli->arena, options->rules) : NULL;
	bool needs_engine = (needs & SESSION_SECRETS) ||
			    ((needs & SESSION_MASK) && (rules || !secret_fits_inside()));

	*s = (struct session){.cli = cli, .options = options};
	tempdir_sweep();
	report_init(&s->report, cli->limits->scan_memory, cli->limits->findings);
	s->report.started_ms = cli->clock->now_ms(cli->clock);
	if (options->rules.n > 0 && !rules)
		return arena_err(cli->arena, err);
	if (session_check_formats(options, cli->arena, err) != 0 ||
	    open_policy(s, rules, err) != 0 || (needs_engine && open_rules(s, rules, err) != 0) ||
	    ((needs & SESSION_DATABASE) && open_database(s, err) != 0))
		return -1;
	if (s->secrets)
		warn_of_rules(secret_engine_rules(s->secrets));
	cli->edge->no_sandbox = options->no_sandbox;
	if (options->rules.n > 0)
		cli->edge->given = s->secrets;
	else
		cli->edge->shared = s->secrets;
	s->scan = (struct scan){
	    .report = &s->report,
	    .policy = &s->policy,
	    .clock = cli->clock,
	    .limits = cli->limits,
	    .secrets = s->secrets,
	    .database = s->database,
	    .edge = cli->edge,
	    .shellcheck = !options->no_shellcheck,
	    .tool_cache = tool_cache_folder(cli->arena),
	    .no_sandbox = options->no_sandbox,
	};
	return 0;
}

void session_close(struct session *s)
{
	if (s->cli)
		s->cli->edge->given = s->cli->edge->shared = NULL;
	secret_engine_free(s->secrets);
	db_close(s->database);
	report_release(&s->report);
}

int session_subject(struct session *s, const char *kind, struct str name, struct err *err)
{
	struct subject subject = {.kind = str_of(kind), .name = name};

	return report_add_subject(&s->report, &subject, &s->scan.subject, err);
}

int session_place(struct session *s, enum stage stage, const char *kind, struct str operand,
    bool several, struct where *ret, struct err *err)
{
	struct subject subject = {.kind = str_of(kind), .name = operand};
	struct where where = {.folder = NULL};
	struct report_sink sink;
	struct err why = ERR_INIT;
	int result = where_find(operand, several, s->cli->arena, &where, &why);

	subject.view = where.view;
	if (report_add_subject(&s->report, &subject, &s->scan.subject, err) != 0)
		return -1;
	*ret = where;
	s->top = where.top ? where.top : where.file.n > 0 ? NULL : where.folder;
	if (result == 0)
		return 0;
	ret->folder = NULL;
	report_sink_init(&sink, &s->report, s->scan.subject);
	return sink_error(&sink.sink, stage, STR_NONE, &why, err);
}

static int print_one(
    struct cli *cli, const struct report *report, struct report_opts *opts, struct str option)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(REPORT_BYTES);
	struct str file;
	const struct report_format *format = format_of(option, &file);
	struct err err = ERR_INIT;
	char *path;

	opts->color = cli->color && file.n == 0;
	format->write(report, opts, &out);
	if (!buf_ok(&out)) {
		log_error("the report is larger than %d bytes", REPORT_BYTES);
		return EXIT_INCOMPLETE;
	}
	if (file.n == 0)
		return command_print(buf_str(&out));
	path = arena_cstr(cli->arena, file);
	if (!path || output_write(path, buf_str(&out), 0644, &err) != 0) {
		log_error("the report: %s", path ? err.text : "out of memory");
		return EXIT_INCOMPLETE;
	}
	return 0;
}

int session_print(struct cli *cli, const struct session_options *options, struct report *report,
    struct str trailer, struct str image)
{
	struct report_opts opts = {
	    .all = options->all,
	    .max_blocking = SHOWN_FINDINGS,
	    .now_ms = cli->clock->now_ms(cli->clock),
	    .trailer = edge_line(cli->edge, trailer, cli->arena),
	    .image = image,
	};
	struct err err = ERR_INIT;
	int code = 0;

	if (edge_report(cli->edge, report, &err) != 0)
		return command_fail(&err);
	if (options->formats.n == 0)
		return print_one(cli, report, &opts, STR("text"));
	for (size_t i = 0; i < options->formats.n; i++) {
		int one = print_one(cli, report, &opts, options->formats.p[i]);

		code = MAX_OF(code, one);
	}
	return code;
}

/* What other scanners' files excuse, or ask to be excused. */
static int apply_files(struct session *s, struct err *err)
{
	const struct secret_allow_files files = {.ignore = file_of(s, s->options->ignore_file),
	    .baseline = file_of(s, s->options->baseline),
	    .top = s->top};
	size_t unused;

	if (arena_check(s->cli->arena, err) != 0 ||
	    secret_allow_apply(&s->scan, &files, &s->policy, &unused, err) != 0)
		return -1;
	if (unused > 0)
		log_warn("%zu lines of %s excuse nothing that was found", unused, files.ignore);
	return 0;
}

int session_finish(struct session *s)
{
	struct err err = ERR_INIT;
	int code;

	log_debug(
	    "read all: %zu findings, %zu problems", s->report.findings.n, s->report.problems.n);
	if (apply_files(s, &err) != 0 ||
	    judge_report(&s->policy, s->cli->clock->now_ms(s->cli->clock), &s->report, &err) != 0)
		return command_fail(&err);
	code = session_print(s->cli, s->options, &s->report, STR_NONE, STR_NONE);
	return code ? code : s->report.exit_code;
}
