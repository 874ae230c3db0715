/* plimsoll lint: Dockerfiles and task definitions, found by name and content. */
#include "cli/lint_paths.h"

static int run_lint(struct cli *cli, int argc, char **argv)
{
	struct session_options o = {0};
	const struct opt rows[] = {SESSION_ROWS(&o), SESSION_SHELLCHECK_ROW(&o), OPT_END_ROW};
	struct opt_list operands = {0};
	struct session s CLEANUP(session_close) = {0};
	struct err err = ERR_INIT;
	int code = command_options(cli, &command_lint, rows, argc, argv, &operands);

	if (code >= 0)
		return code;
	if (session_open(&s, cli, &o, SESSION_MASK, &err) != 0 ||
	    lint_paths(&s, &operands, &err) != 0)
		return command_fail(&err);
	return session_finish(&s);
}

const struct command command_lint = {
    .name = "lint",
    .summary = "Dockerfiles and ECS task definitions, on the line",
    .usage = "[OPTION…] [PATH…]",
    .about =
	"Looks for Dockerfiles (by name, and by FROM or ARG as their first instruction), bake and\n"
	"Compose files, and ECS task definitions (JSON or YAML, by content) in the files and folders\n"
	"given, or here, and says on the line what the policy wants otherwise. What a bake or Compose\n"
	"file builds is judged as it builds it. What cannot be parsed is a finding, and the rest of\n"
	"the file is judged all the same. In folders, templates, documents and backups of a\n"
	"Dockerfile's name are passed over; a file or folder that is named and holds nothing to lint\n"
	"is an error (exit 4). `-` reads a Dockerfile from the standard input.\n\n"
	"  plimsoll lint Dockerfile\n"
	"  plimsoll lint docker-bake.hcl\n"
	"  plimsoll lint --format json deploy/",
    .run = run_lint,
};
