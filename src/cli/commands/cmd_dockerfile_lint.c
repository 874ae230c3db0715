/* plimsoll dockerfile-lint: dockerfile_lint's command, whose users need to change nothing. */
#include "base/log.h"
#include "base/os/fd.h"
#include "cli/hadolint_files.h"
#include "cli/session.h"
#include "engine/scan_dlint.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { DOCKERFILE_BYTES = 16 << 20, REPORT_BYTES = 512 << 20, NAME_SHOWN = 300 };

/* What is wrong is 1, as any number of findings but none; no more than this is a status. */
enum { EXIT_WRONG = 1, EXIT_MOST = 255 };

struct dlint_options {
	struct str rules;
	struct opt_list files;
	bool json, junit, permissive, export, verbose;
	struct session_options session;
};

struct dlint_run {
	struct cli *cli;
	const struct dlint_options *options;
	struct session session;
	struct dlint_answer answer;
};

/* ---- what is read ---- */

static bool is_address(struct str name)
{
	return str_starts(name, STR("http://")) || str_starts(name, STR("https://"));
}

static int read_input(
    struct dlint_run *run, struct str name, struct dlint_input *ret, struct err *err)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT(DOCKERFILE_BYTES);

	if (is_address(name))
		return err_set(err, ERR_UNSUPPORTED,
		    STR_FMT ": nothing is fetched here; get it with curl, and give it as -f -",
		    STR_ARG(str_sub(name, 0, NAME_SHOWN)));
	if (hadolint_read(name, &text, err) != 0)
		return err_wrap(err, STR_FMT, STR_ARG(str_sub(name, 0, NAME_SHOWN)));
	ret->path = name;
	ret->bytes = arena_str(run->cli->arena, buf_str(&text));
	return arena_check(run->cli->arena, err);
}

static int read_inputs(struct dlint_run *run, struct dlint_question *question, struct err *err)
{
	static struct str usual = STR_INIT("Dockerfile");
	struct opt_list names = run->options->files;
	struct dlint_input *inputs;

	if (names.n == 0)
		names = (struct opt_list){&usual, 1, 1};
	inputs = arena_array(run->cli->arena, names.n, sizeof *inputs);
	if (!inputs)
		return arena_err(run->cli->arena, err);
	for (size_t i = 0; i < names.n; i++)
		if (read_input(run, names.p[i], &inputs[i], err) != 0)
			return -1;
	question->files = inputs;
	question->n_files = names.n;
	return 0;
}

/* The folder that the rule file lies in, opened. */
static int open_rules(struct dlint_run *run, struct str *ret_name, int *ret_fd, struct err *err)
{
	struct str path = run->options->rules, folder;
	const char *opened;

	*ret_name = str_base_name(path);
	folder = str_sub(path, 0, path.n - ret_name->n);
	opened = arena_cstr(run->cli->arena, folder.n > 0 ? folder : STR("."));
	if (!opened)
		return arena_err(run->cli->arena, err);
	*ret_fd = open(opened, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *ret_fd < 0 ? err_sys(err, "%s", opened) : 0;
}

static int ask(struct dlint_run *run, struct err *err)
{
	struct content_dir content CLEANUP(content_dir_release) = {0};
	struct dlint_question question = {.folder = NULL};
	int folder CLEANUP_FD = -1;

	content_dir_init(&content, -1);
	if (!run->options->export && read_inputs(run, &question, err) != 0)
		return -1;
	if (run->options->rules.n > 0) {
		if (open_rules(run, &question.rules, &folder, err) != 0)
			return -1;
		content.dir_fd = folder;
		question.folder = &content.content;
	}
	if (run->options->verbose)
		log_info("rules: " STR_FMT,
		    STR_ARG(question.folder ? run->options->rules : STR("the default ones")));
	return scan_dlint(&run->session.scan, &question, &run->answer, err);
}

/* ---- what is printed ---- */

/* All that is shown of what was read, each once. */
struct shown_texts {
	VEC(struct str *) list;
	struct buf joined; /* one a line */
	bool has_lines;	   /* one of them has several */
};

static void add_text(struct shown_texts *shown, struct arena *arena, struct str *text)
{
	if (text->n == 0)
		return;
	vec_push(&shown->list, arena, text);
	shown->has_lines |= str_chr(*text, '\n') != STR_NPOS;
	buf_add(&shown->joined, *text);
	buf_addc(&shown->joined, '\n');
}

/* Findings are shown from a copy, whose texts are listed. */
static int list_texts(struct dlint_run *run, struct shown_texts *shown, struct err *err)
{
	struct arena *arena = run->cli->arena;

	for (size_t i = 0; i < run->answer.n_reports * DLINT_LEVELS; i++) {
		struct dlint_report *report = &run->answer.reports[i / DLINT_LEVELS];
		size_t n = report->n[i % DLINT_LEVELS];
		struct dlint_finding *copy = arena_array(arena, n, sizeof *copy);

		for (size_t k = 0; copy && k < n; k++) {
			copy[k] = report->findings[i % DLINT_LEVELS][k];
			add_text(shown, arena, &copy[k].content);
			add_text(shown, arena, &copy[k].message);
			add_text(shown, arena, &copy[k].description);
		}
		report->findings[i % DLINT_LEVELS] = copy;
	}
	return arena_check(arena, err);
}

/* One by one, if they cannot be told apart once they are joined. */
static int hide_each(struct dlint_run *run, const struct shown_texts *shown, struct err *err)
{
	for (size_t i = 0; i < shown->list.n; i++) {
		struct str *text = shown->list.p[i];

		if (edge_text(run->cli->edge, *text, run->cli->arena, text, err) != 0)
			return -1;
	}
	return 0;
}

/* What a line quotes is shown without its secrets. They are looked for in all lines at once. */
static int hide_all(struct dlint_run *run, struct shown_texts *shown, struct err *err)
{
	struct str hidden, line;
	size_t lines = 0;

	if (!buf_ok(&shown->joined) || shown->has_lines)
		return hide_each(run, shown, err);
	if (edge_text(run->cli->edge, buf_str(&shown->joined), run->cli->arena, &hidden, err) != 0)
		return -1;
	for (size_t i = 0; i < hidden.n; i++)
		lines += hidden.p[i] == '\n';
	if (lines != shown->list.n)
		return hide_each(run, shown, err);
	for (size_t i = 0; i < shown->list.n && str_cut(&hidden, '\n', &line); i++)
		*shown->list.p[i] = arena_str(run->cli->arena, line);
	return arena_check(run->cli->arena, err);
}

static int hide_secrets(struct dlint_run *run, struct err *err)
{
	struct shown_texts shown = {.joined = BUF_INIT(REPORT_BYTES)};
	int result = list_texts(run, &shown, err) != 0 ? -1 : hide_all(run, &shown, err);

	buf_release(&shown.joined);
	return result;
}

static void warn(const struct dlint_run *run)
{
	const struct dlint_answer *answer = &run->answer;

	for (size_t i = 0; i < answer->warnings.n; i++)
		log_warn(STR_FMT, STR_ARG(answer->warnings.p[i]));
	for (size_t i = 0; i < answer->n_reports; i++)
		for (size_t k = 0; k < answer->ignored[i].n; k++)
			log_warn(STR_FMT ": left out, as the comment above asks: " STR_FMT,
			    STR_ARG(str_sub(answer->reports[i].path, 0, NAME_SHOWN)),
			    STR_ARG(str_excerpt(answer->ignored[i].p[k], NAME_SHOWN)));
}

/* Who stops reading has read enough. */
static int print(const struct dlint_run *run, struct err *err)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(REPORT_BYTES);
	const struct dlint_answer *answer = &run->answer;

	if (run->options->export)
		buf_add(&out, answer->merged);
	else if (run->options->json)
		dlint_print_json(answer->reports, answer->n_reports, &out);
	else if (run->options->junit)
		dlint_print_junit(answer->reports, answer->n_reports, &out);
	else
		dlint_print_text(answer->reports, answer->n_reports, &out);
	if (!buf_ok(&out))
		return buf_err(&out, "the report", err);
	if (fd_write_all(STDOUT_FILENO, buf_str(&out), err) == 0 || err->sys == EPIPE)
		return 0;
	return err_wrap(err, "cannot write the report");
}

/* Errors and, unless it is permissive, warnings; a number that is too large is no success. */
static int status(const struct dlint_run *run)
{
	size_t n = 0;

	for (size_t i = 0; i < run->answer.n_reports; i++) {
		n += run->answer.reports[i].n[DLINT_ERROR];
		if (!run->options->permissive)
			n += run->answer.reports[i].n[DLINT_WARN];
	}
	return n < EXIT_MOST ? (int)n : EXIT_MOST;
}

static int judge(struct dlint_run *run, struct err *err)
{
	if (session_open(&run->session, run->cli, &run->options->session, SESSION_MASK, err) != 0 ||
	    ask(run, err) != 0 || hide_secrets(run, err) != 0)
		return -1;
	warn(run);
	return print(run, err) != 0 ? -1 : status(run);
}

/* ---- */

/* As command_options. */
static int take_options(
    struct cli *cli, int argc, char **argv, struct dlint_options *o, struct opt_list *ret_operands)
{
	const struct opt rows[] = {
	    OPT_LIST_ROW('f', "dockerfile", &o->files, "FILE",
		"what is linted; may be given several times; - is the standard input; default: "
		"Dockerfile"),
	    OPT_TEXT_ROW('r', "rulefile", &o->rules, "FILE",
		"rules in YAML, instead of the default ones; what it includes lies beside it"),
	    OPT_FLAG_ROW('j', "json", &o->json, "print JSON"),
	    OPT_FLAG_ROW('u', "junit", &o->junit, "print JUnit's XML"),
	    OPT_FLAG_ROW('p', "permissive", &o->permissive, "exit with the number of errors alone"),
	    OPT_FLAG_ROW(
		'e', "export-rules", &o->export, "print the rules that hold, and lint nothing"),
	    OPT_FLAG_ROW('v', "verbose", &o->verbose, "say on stderr which rules hold"),
	    OPT_FLAG_ROW(0, "no-sandbox", &o->session.no_sandbox,
		"read hostile bytes in this process, for debugging only"),
	    OPT_END_ROW,
	};

	return command_options(cli, &command_dockerfile_lint, rows, argc, argv, ret_operands);
}

static int misuse(const struct dlint_options *o, const struct opt_list *operands)
{
	const char *what = NULL;

	if (o->json && o->junit)
		what = "-j and -u are two formats: give one";
	else if (operands->n > 0 && str_eq(operands->p[0], STR("image")))
		what = "images are judged by `plimsoll scan IMAGE`";
	else if (operands->n > 0)
		what = "a Dockerfile is given as -f FILE";
	if (what)
		(void)command_misuse(&command_dockerfile_lint, what);
	return what ? EXIT_WRONG : 0;
}

static int run_dockerfile_lint(struct cli *cli, int argc, char **argv)
{
	struct dlint_options o = {0};
	struct opt_list operands = {0};
	struct dlint_run run = {.cli = cli, .options = &o};
	struct err err = ERR_INIT;
	int code = take_options(cli, argc, argv, &o, &operands);

	if (code >= 0)
		return code == 0 ? 0 : EXIT_WRONG;
	if (misuse(&o, &operands) != 0)
		return EXIT_WRONG;
	code = judge(&run, &err);
	session_close(&run.session);
	if (code >= 0)
		return code;
	(void)command_fail(&err);
	return EXIT_WRONG;
}

const struct command command_dockerfile_lint = {
    .name = "dockerfile-lint",
    .summary = "dockerfile_lint's command: its options, rules, formats and exit status",
    .usage = "[OPTION…] [-f DOCKERFILE]…",
    .about =
	"Takes dockerfile_lint's place where nothing else is to change: its options, its rule files,\n"
	"its output and its exit status, which is the number of errors and warnings. An expression in\n"
	"a rule file is matched with limits, and never evaluated. `plimsoll lint` knows more.\n"
	"Called by the name dockerfile_lint, as through a symbolic link, the program is this command.\n\n"
	"  plimsoll dockerfile-lint -f Dockerfile -r rules.yaml -j\n"
	"  ln -s plimsoll /usr/local/bin/dockerfile_lint",
    .run = run_dockerfile_lint,
};
