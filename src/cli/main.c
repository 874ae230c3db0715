/* The program: picks the command, sets the process up, prints what no command prints. */
#include "base/log.h"
#include "base/os/fd.h"
#include "cli/command.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { HELP_WIDTH = 96, PROCESS_MEMORY = 256 << 20 };

#define RECORDS	       "cli/commands.def"
#define RECORDS_TYPE   struct command
#define RECORDS_PREFIX command
#define RECORDS_LIST   commands
#include "base/records.h"

const struct command *const *command_list(size_t *ret_n)
{
	*ret_n = ARRAY_LEN(commands);
	return commands;
}

const struct command *command_find(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		if (str_eq(name, str_of(commands[i]->name)))
			return commands[i];
	}
	return NULL;
}

int command_print(struct str text)
{
	struct err err = ERR_INIT;

	if (fd_write_all(STDOUT_FILENO, text, &err) == 0)
		return 0;
	if (err.sys == EPIPE)
		return 0;
	log_error("cannot write the result: %s", err.text);
	return EXIT_INCOMPLETE;
}

int command_fail(const struct err *err)
{
	log_error("%s", err->text);
	return err_exit_code(err);
}

int command_misuse(const struct command *command, const char *what)
{
	log_error("%s: %s; see `plimsoll %s --help`", command->name, what, command->name);
	return EXIT_USAGE;
}

int command_options(struct cli *cli, const struct command *command, const struct opt *rows,
    int argc, char **argv, struct opt_list *ret_operands)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(1));
	bool help = false;
	struct err err = ERR_INIT;

	if (opt_parse(rows, argc, argv, cli->arena, ret_operands, &help, &err) != 0) {
		log_error(
		    "%s: %s; see `plimsoll %s --help`", command->name, err.text, command->name);
		return err_exit_code(&err);
	}
	if (!help)
		return -1;
	buf_addf(
	    &out, "usage: plimsoll %s %s\n\n%s\n\n", command->name, command->usage, command->about);
	opt_help(rows, HELP_WIDTH, &out);
	return command_print(buf_str(&out));
}

static int print_help(void)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(1));

	buf_add(&out,
	    STR("Plimsoll takes a repository from pull request to published container image and lets\n"
		"it through only where Dockerfile, manifests, secrets, packages and configuration\n"
		"keep the policy. It says, on the line, what to change.\n\n"
		"usage: plimsoll COMMAND [OPTION…] …\n\n"));
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		buf_addf(&out, "  %-16s %s\n", commands[i]->name, commands[i]->summary);
	buf_add(&out,
	    STR("\n`plimsoll help COMMAND` says more. Start with `plimsoll check` in a repository.\n\n"
		"exit codes: 0 passed, 1 the gate blocks, 2 usage, 3 configuration, 4 could not scan\n"
		"everything, 5 advisory database missing or stale, 130 and 143 by signal\n"));
	return command_print(buf_str(&out));
}

static int unknown_command(struct str name)
{
	const char *names[ARRAY_LEN(commands)], *near;

	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		names[i] = commands[i]->name;
	near = opt_nearest(name, names, ARRAY_LEN(names));
	if (near)
		log_error("no such command: " STR_FMT "; did you mean `%s`?", STR_ARG(name), near);
	else
		log_error("no such command: " STR_FMT "; see `plimsoll --help`", STR_ARG(name));
	return EXIT_USAGE;
}

/* No core dump may hold a secret; a closed pipe is an error to report, not a silent death. */
static void set_up_process(void)
{
	struct rlimit none = {0, 0};

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)setlocale(LC_ALL, "C");
}

static bool wants_color(void)
{
	const char *no_color = getenv("NO_COLOR"), *force = getenv("CLICOLOR_FORCE");
	const char *term = getenv("TERM");

	if (no_color && *no_color)
		return false;
	if (force && *force && *force != '0')
		return true;
	return isatty(STDOUT_FILENO) && !(term && str_eq(str_of(term), STR("dumb")));
}

/* PLIMSOLL_TEST_NOW stands still at the given time, so that reports are the same to the byte. */
static bool pick_clock(struct clock *ret)
{
	const char *now = getenv("PLIMSOLL_TEST_NOW");
	int64_t ms;

	*ret = clock_system;
	if (!now || !*now)
		return true;
	if (!time_parse(str_of(now), &ms)) {
		log_error("PLIMSOLL_TEST_NOW: a time such as 2026-11-23T10:00:00Z is expected");
		return false;
	}
	*ret = clock_fixed(ms);
	return true;
}

/* plimsoll help [COMMAND] */
static int run_help(struct cli *cli, int argc, char **argv)
{
	static char option[] = "--help";
	char *args[] = {option, NULL};
	const struct command *command;
	struct str name = argc > 0 ? str_of(argv[0]) : STR("help");

	if (argc > 1) {
		log_error("help: one command is expected; see `plimsoll --help`");
		return EXIT_USAGE;
	}
	if (str_eq(name, STR("help")) || str_eq(name, STR("--help")) || str_eq(name, STR("-h")))
		return print_help();
	command = command_find(name);
	return command ? command->run(cli, 1, args) : unknown_command(name);
}

/* Texts that go to stderr, for one line at a time. */
struct log_edge {
	struct edge edge;
	struct arena arena;
};

static struct str mask_line(void *arg, struct str text)
{
	struct log_edge *l = arg;

	arena_clear(&l->arena);
	return edge_line(&l->edge, text, &l->arena);
}

static void log_edge_release(struct log_edge *l)
{
	log_set_mask(NULL, NULL);
	edge_release(&l->edge);
	arena_release(&l->arena);
}

/* The command whose name the program was called by, as through a link of that name, or NULL. */
static const struct command *called_by_name(int argc, char **argv)
{
	struct str name = argc > 0 ? str_base_name(str_of(argv[0])) : STR_NONE;

	if (str_eq(name, STR("dockerfile_lint")))
		return &command_dockerfile_lint;
	if (str_eq(name, STR("git-secrets")))
		return &command_git_secrets;
	return str_eq(name, STR("hadolint")) ? &command_hadolint : NULL;
}

int main(int argc, char **argv)
{
	struct log_edge log_edge CLEANUP(log_edge_release) = {0};
	struct arena arena CLEANUP(arena_release);
	const struct command *command = called_by_name(argc, argv);
	struct clock clock;
	struct cli cli = {
	    .arena = &arena, .clock = &clock, .limits = &limits_default, .edge = &log_edge.edge};
	struct str name;

	set_up_process();
	log_init("plimsoll", LOG_INFO);
	if (!log_level_from_environment()) {
		log_error("PLIMSOLL_LOG: quiet, error, warn, info or debug is expected");
		return EXIT_USAGE;
	}
	arena_init(&arena, PROCESS_MEMORY);
	edge_init(&log_edge.edge, &limits_default);
	arena_init(&log_edge.arena, MIB(1));
	log_set_mask(mask_line, &log_edge);
	if (!pick_clock(&clock))
		return EXIT_USAGE;
	cli.color = wants_color();
	if (command)
		return command->run(&cli, argc - 1, argv + 1);
	if (argc < 2) {
		(void)print_help();
		return EXIT_USAGE;
	}
	name = str_of(argv[1]);
	if (str_eq(name, STR("--help")) || str_eq(name, STR("-h")))
		return print_help();
	if (str_eq(name, STR("help")))
		return run_help(&cli, argc - 2, argv + 2);
	if (str_eq(name, STR("--version")) || str_eq(name, STR("version")))
		return command_print(STR("plimsoll " PLIMSOLL_VERSION "\n"));
	command = command_find(name);
	return command ? command->run(&cli, argc - 2, argv + 2) : unknown_command(name);
}
