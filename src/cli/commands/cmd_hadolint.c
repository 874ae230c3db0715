/* plimsoll hadolint: hadolint's command, whose users need to change nothing. */
#include "base/log.h"
#include "base/os/fd.h"
#include "base/os/output.h"
#include "cli/hadolint_files.h"
#include "cli/session.h"
#include "engine/scan_hadolint.h"
#include "peer/hadolint_format.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { CONFIG_BYTES = 1 << 20, REPORT_BYTES = 512 << 20, NAME_SHOWN = 300 };

/* hadolint has no other code for anything that is wrong. */
enum { EXIT_WRONG = 1 };

struct hadolint_options {
	struct str config, file_path_in_report, threshold;
	struct opt_list outputs, formats, labels, trusted;
	struct opt_list rules[HADOLINT_LEVEL_COUNT];
	bool no_fail, no_color, verbose, strict_labels, no_pragmas, version;
	struct session_options session;
};

struct hadolint_run {
	struct cli *cli;
	const struct hadolint_options *options;
	const struct opt_list *operands;
	struct session session;
	struct lint_opts lint;
	struct hadolint_config config; /* of all sources */
	bool wrong;		       /* something was reported on standard error */
};

/* What hadolint is silent about, or says and goes on. */
#define tell(run, ...) (log_error(__VA_ARGS__), (run)->wrong = true)

/* ---- what the command line says ---- */

static int no_format(struct str name, struct err *err)
{
	const char *near = hadolint_format_near(name);

	if (near)
		return err_set(err, ERR_USAGE, "no such format: " STR_FMT "; did you mean %s?",
		    STR_ARG(name), near);
	return err_set(err, ERR_USAGE,
	    "no such format: " STR_FMT "; there are " HADOLINT_FORMATS_TOLD, STR_ARG(name));
}

static enum hadolint_said said(bool flag)
{
	return flag ? HADOLINT_YES : HADOLINT_UNSAID;
}

static int config_of_line(const struct hadolint_options *o, struct arena *arena,
    struct hadolint_config *ret, struct err *err)
{
	struct hadolint_config config = {
	    .no_fail = said(o->no_fail),
	    .no_color = said(o->no_color),
	    .verbose = said(o->verbose),
	    .strict_labels = said(o->strict_labels),
	    .no_pragmas = said(o->no_pragmas),
	    .has_threshold = o->threshold.n > 0,
	    .formats = o->formats,
	    .trusted = o->trusted,
	};

	for (size_t i = 0; i < HADOLINT_LEVEL_COUNT; i++)
		config.rules[i] = o->rules[i];
	if (config.has_threshold && !hadolint_level_parse(o->threshold, &config.threshold))
		return err_set(err, ERR_USAGE,
		    "--failure-threshold takes error, warning, info, style, ignore or none, not " STR_FMT,
		    STR_ARG(o->threshold));
	for (size_t i = 0; i < o->formats.n; i++)
		if (!hadolint_format_find(o->formats.p[i]))
			return no_format(o->formats.p[i], err);
	for (size_t i = 0; i < o->labels.n; i++)
		if (!hadolint_add_label(&config.labels, o->labels.p[i], arena))
			return err_set(err, ERR_USAGE,
			    "--require-label " STR_FMT
			    ": text, url, semver, hash, rfc3339, spdx or "
			    "email is expected behind the colon",
			    STR_ARG(o->labels.p[i]));
	*ret = config;
	return arena_check(arena, err);
}

/* ---- configuration ---- */

/* A broken one is reported, and what else it says holds; -1: there is no such file. */
static int config_of_file(
    struct hadolint_run *run, struct str name, struct hadolint_config *ret, struct err *err)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT(CONFIG_BYTES);
	struct err wrong = ERR_INIT, why = ERR_INIT;

	if (name.n == 0)
		return 0;
	if (hadolint_read(name, &text, err) != 0)
		return err_wrap(err, STR_FMT, STR_ARG(str_sub(name, 0, NAME_SHOWN)));
	if (scan_hadolint_config(&run->session.scan, name, buf_str(&text), ret, &wrong, &why) != 0)
		tell(run, "%s; nothing of this file holds", why.text);
	if (wrong.code != ERR_NONE)
		tell(run, "%s; the rest of this file holds", wrong.text);
	return 0;
}

static void print_config(const struct hadolint_run *run, struct str name)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct str text, line;

	buf_add(&out, name.n > 0 ? STR("# with ") : STR("# without a configuration file"));
	buf_add(&out, name);
	buf_addc(&out, '\n');
	hadolint_config_print(&run->config, &out);
	text = buf_str(&out);
	while (str_cut(&text, '\n', &line)) {
		const char *shown = arena_cstr(run->cli->arena, line);

		if (shown)
			log_progress(shown);
	}
}

/* "DL3008", "SC2086" */
static bool is_rule_id(struct str id)
{
	if (id.n != 6 || !(str_starts(id, STR("DL")) || str_starts(id, STR("SC"))))
		return false;
	for (size_t i = 2; i < id.n; i++)
		if (!byte_is_digit(id.p[i]))
			return false;
	return true;
}

/* hadolint takes any word, and it changes nothing. */
static void warn_of_rules(const struct hadolint_run *run)
{
	size_t n;
	const struct lint_rule *const *rules = lint_rules(&n);
	const char **ids = arena_array(run->cli->arena, n, sizeof *ids);

	for (size_t i = 0; ids && i < n; i++)
		ids[i] = rules[i]->id;
	for (size_t level = 0; ids && level < HADOLINT_LEVEL_COUNT; level++) {
		const struct opt_list *list = &run->config.rules[level];

		for (size_t i = 0; i < list->n; i++) {
			const char *near;

			if (is_rule_id(list->p[i]))
				continue;
			near = opt_nearest(list->p[i], ids, n);
			log_warn("no rule is called " STR_FMT "%s%s%s, so it changes nothing",
			    STR_ARG(str_excerpt(list->p[i], 40)), near ? " (did you mean " : "",
			    near ? near : "", near ? "?)" : "");
		}
	}
}

static int read_config(struct hadolint_run *run, struct err *err)
{
	struct hadolint_config line = {0}, file = {0}, environment = {0};
	struct arena *arena = run->cli->arena;
	struct str name = run->options->config;
	struct err wrong = ERR_INIT;

	if (name.n == 0)
		name = hadolint_find_config(getenv, arena);
	if (config_of_line(run->options, arena, &line, err) != 0 ||
	    hadolint_config_environment(getenv, arena, &environment, &wrong, err) != 0)
		return -1;
	if (wrong.code != ERR_NONE)
		tell(run, "%s", wrong.text);
	if (config_of_file(run, name, &file, err) != 0 ||
	    hadolint_config_merge(&environment, &file, &line, arena, &run->config, err) != 0)
		return -1;
	warn_of_rules(run);
	if (run->config.verbose == HADOLINT_YES)
		print_config(run, name);
	run->lint = (struct lint_opts){
	    .dialect = LINT_HADOLINT,
	    .labels = run->config.labels.p,
	    .n_labels = run->config.labels.n,
	    .strict_labels = run->config.strict_labels == HADOLINT_YES,
	    .no_pragmas = run->config.no_pragmas == HADOLINT_YES,
	    .trusted_registries = {run->config.trusted.p, run->config.trusted.n},
	};
	return 0;
}

/* ---- linting ---- */

static int lint_all(struct hadolint_run *run, struct err *err)
{
	struct scan *scan = &run->session.scan;
	struct hadolint_files files CLEANUP(hadolint_files_release);

	hadolint_files_init(&files);
	scan->lint = &run->lint;
	for (size_t i = 0; i < run->operands->n; i++)
		if (hadolint_take_file(&run->session, &files, run->operands->p[i], err) != 0)
			return -1;
	return hadolint_scan_files(&run->session, &files, err);
}

/* ---- the verdict ---- */

static bool fails(const struct hadolint_run *run, const struct hadolint_report *report)
{
	for (size_t i = 0; i < report->n; i++) {
		for (size_t j = 0; j < report->files[i].n; j++) {
			const struct hadolint_finding *f = &report->files[i].findings[j];

			if (f->unread || f->level <= run->config.threshold)
				return true;
		}
	}
	return false;
}

static bool never_fails(const struct hadolint_config *config)
{
	bool never = config->no_fail == HADOLINT_YES;

	for (size_t i = 0; i < config->formats.n; i++)
		never |= hadolint_format_find(config->formats.p[i])->never_fails;
	return never;
}

/* Who stops reading has read enough. */
static int print_all(struct str text, struct err *err)
{
	if (fd_write_all(STDOUT_FILENO, text, err) == 0 || err->sys == EPIPE)
		return 0;
	return err_wrap(err, "cannot write the report");
}

static int write_one(struct hadolint_run *run, const struct hadolint_format *format,
    const struct hadolint_report *report, struct str file, struct err *err)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(REPORT_BYTES);
	char *path;

	format->write(report, &out);
	if (!buf_ok(&out))
		return buf_err(&out, "the report", err);
	if (file.n == 0)
		return print_all(buf_str(&out), err);
	path = arena_cstr(run->cli->arena, file);
	if (!path)
		return arena_err(run->cli->arena, err);
	return output_write(path, buf_str(&out), 0644, err);
}

/* Formats and outputs one by one; where there are fewer of one, it is a terminal's, and stdout. */
static int write_all(
    struct hadolint_run *run, const struct hadolint_report *report, struct err *err)
{
	const struct opt_list *formats = &run->config.formats, *outputs = &run->options->outputs;
	size_t n = MAX_OF(MAX_OF(formats->n, outputs->n), (size_t)1);

	for (size_t i = 0; i < n; i++) {
		struct str name = i < formats->n ? formats->p[i] : STR("tty");
		struct str file = i < outputs->n ? outputs->p[i] : STR_NONE;

		if (write_one(run, hadolint_format_find(name), report, file, err) != 0)
			return -1;
	}
	return 0;
}

static void tell_problems(struct hadolint_run *run)
{
	const struct report *found = &run->session.report;

	for (size_t i = 0; i < found->problems.n; i++) {
		const struct problem *p = &found->problems.p[i];
		struct str path = p->place.origin.path;

		tell(run, STR_FMT "%s" STR_FMT, STR_ARG(str_sub(path, 0, NAME_SHOWN)),
		    path.n > 0 ? ": " : "", STR_ARG(p->message));
	}
	for (size_t i = 0; i < found->not_covered.n; i++) {
		const struct not_covered *gap = &found->not_covered.p[i];

		log_warn(STR_FMT ": " STR_FMT, STR_ARG(str_sub(gap->what, 0, NAME_SHOWN)),
		    STR_ARG(gap->why));
		run->wrong |= gap->kind != GAP_TOOL;
	}
}

static int finish(struct hadolint_run *run, struct err *err)
{
	struct hadolint_report report = {.now_ms = run->cli->clock->now_ms(run->cli->clock),
	    .color = run->config.no_color != HADOLINT_YES};
	struct report *found = &run->session.report;

	if (edge_report(run->cli->edge, found, err) != 0)
		return -1;
	tell_problems(run);
	if (hadolint_report_of(found, &run->config, run->options->file_path_in_report,
		run->cli->arena, &report, err) != 0 ||
	    write_all(run, &report, err) != 0)
		return -1;
	if (run->wrong)
		return EXIT_WRONG;
	return !never_fails(&run->config) && fails(run, &report) ? EXIT_WRONG : EXIT_PASSED;
}

static int judge(struct hadolint_run *run, struct err *err)
{
	if (session_open(&run->session, run->cli, &run->options->session, SESSION_MASK, err) != 0 ||
	    read_config(run, err) != 0 || lint_all(run, err) != 0)
		return -1;
	return finish(run, err);
}

/* As command_options. */
static int take_options(struct cli *cli, int argc, char **argv, struct hadolint_options *o,
    struct opt_list *ret_operands)
{
	const struct opt rows[] = {
	    OPT_TEXT_ROW('c', "config", &o->config, "FILE",
		"the configuration, instead of the first .hadolint.yaml that is found"),
	    OPT_LIST_ROW('f', "format", &o->formats, "FORMAT",
		HADOLINT_FORMATS_TOLD "; may be given several times; default: tty"),
	    OPT_LIST_ROW('o', "output", &o->outputs, "FILE",
		"where the report goes, the first format's first; default: stdout"),
	    OPT_TEXT_ROW(0, "file-path-in-report", &o->file_path_in_report, "PATH",
		"the file's name in checkstyle, codeclimate, gitlab_codeclimate, sonarqube and junit"),
	    OPT_TEXT_ROW('t', "failure-threshold", &o->threshold, "LEVEL",
		"exit with 1 from here on: error, warning, info, style, or ignore and none, which are "
		"below all; default: info"),
	    OPT_LIST_ROW(0, "error", &o->rules[HADOLINT_ERROR], "RULE", "this rule is an error"),
	    OPT_LIST_ROW(
		0, "warning", &o->rules[HADOLINT_WARNING], "RULE", "this rule is a warning"),
	    OPT_LIST_ROW(0, "info", &o->rules[HADOLINT_INFO], "RULE", "this rule is an info"),
	    OPT_LIST_ROW(0, "style", &o->rules[HADOLINT_STYLE], "RULE", "this rule is style"),
	    OPT_LIST_ROW(0, "ignore", &o->rules[HADOLINT_IGNORE], "RULE",
		"without this rule, and without those that the configuration ignores"),
	    OPT_LIST_ROW(0, "trusted-registry", &o->trusted, "REGISTRY",
		"images may come from here, and from others that are named so; default: from anywhere"),
	    OPT_LIST_ROW(0, "require-label", &o->labels, "LABEL:TYPE",
		"the image has this label; its value is a text, url, semver, hash, rfc3339, spdx or "
		"email"),
	    OPT_FLAG_ROW(0, "strict-labels", &o->strict_labels, "and has no other labels"),
	    OPT_FLAG_ROW(0, "disable-ignore-pragma", &o->no_pragmas,
		"comments such as # hadolint ignore=DL3008 excuse nothing"),
	    OPT_FLAG_ROW(0, "no-fail", &o->no_fail, "findings do not make it exit with 1"),
	    OPT_FLAG_ROW(0, "no-color", &o->no_color, "tty without colours"),
	    OPT_FLAG_ROW('V', "verbose", &o->verbose, "say on stderr what the configuration is"),
	    OPT_FLAG_ROW('v', "version", &o->version, "print whose verdicts these are"),
	    SESSION_SHELLCHECK_ROW(&o->session),
	    OPT_FLAG_ROW(0, "no-sandbox", &o->session.no_sandbox,
		"read hostile bytes in this process, for debugging only"),
	    OPT_END_ROW,
	};

	return command_options(cli, &command_hadolint, rows, argc, argv, ret_operands);
}

static int run_hadolint(struct cli *cli, int argc, char **argv)
{
	struct hadolint_options o = {0};
	struct opt_list operands = {0};
	struct hadolint_run run = {.cli = cli, .options = &o, .operands = &operands};
	struct err err = ERR_INIT;
	int code = take_options(cli, argc, argv, &o, &operands);

	if (code >= 0)
		return code == 0 ? 0 : EXIT_WRONG;
	if (o.version)
		return command_print(STR(
		    "hadolint " HADOLINT_VERSION ", as plimsoll " PLIMSOLL_VERSION " judges\n"));
	if (operands.n == 0) {
		(void)command_misuse(&command_hadolint, "a Dockerfile is expected, or - for stdin");
		return EXIT_WRONG;
	}
	code = judge(&run, &err);
	session_close(&run.session);
	if (code >= 0)
		return code;
	(void)command_fail(&err);
	return EXIT_WRONG;
}

const struct command command_hadolint = {
    .name = "hadolint",
    .summary = "hadolint's command: its options, configuration, formats and verdicts",
    .usage = "[OPTION…] DOCKERFILE…",
    .about =
	"Takes hadolint's place where nothing else is to change: its options, its .hadolint.yaml, its\n"
	"variables HADOLINT_…, its verdicts and exit codes. What it gets wrong, `plimsoll lint` has\n"
	"right. Called by the name hadolint, as through a symbolic link, the program is this command.\n"
	"Exits with 1 for findings from the threshold on, and for all that is wrong, such as a\n"
	"configuration that cannot be read. `-` reads a Dockerfile from the standard input.\n\n"
	"  plimsoll hadolint Dockerfile\n"
	"  plimsoll hadolint --format json --ignore DL3008 - < Dockerfile\n"
	"  ln -s plimsoll /usr/local/bin/hadolint",
    .run = run_hadolint,
};
