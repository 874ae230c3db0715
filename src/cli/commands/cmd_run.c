/* plimsoll run: the pipeline, for one pull request. */
#include "base/log.h"
#include "base/os/fd.h"
#include "cli/registry_options.h"
#include "cli/session.h"
#include "pipeline/pipeline.h"
#include "ship/build/build.h"

#include <stdlib.h>
#include <unistd.h>

struct run_options {
	struct session_options session;
	struct registry_options login;
	struct str source, target, registry, state;
	bool quiet;
};

static void print_progress(void *arg, const char *line)
{
	(void)arg;
	log_progress(line);
}

/* --state, $XDG_STATE_HOME/plimsoll, ~/.local/state/plimsoll (XDG base directory specification). */
static int pick_state(
    struct cli *cli, const struct run_options *o, const char **ret_folder, struct err *err)
{
	const char *base = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	struct str folder = STR_NONE;

	if (o->state.n > 0)
		folder = arena_str(cli->arena, o->state);
	else if (base && *base == '/')
		folder = arena_fmt(cli->arena, "%s/plimsoll", base);
	else if (home && *home)
		folder = arena_fmt(cli->arena, "%s/.local/state/plimsoll", home);
	else
		return err_set(err, ERR_USAGE, "there is no $HOME: name a folder with --state");
	if (!folder.p)
		return arena_err(cli->arena, err);
	*ret_folder = folder.p;
	return 0;
}

/* The login is for the registry alone; without a registry it is not read. */
static int open_registry(struct session *s, const struct run_options *o,
    struct registry_login *login, struct registry_opts *ret, struct err *err)
{
	struct cli *cli = s->cli;
	struct str probe = arena_fmt(cli->arena, STR_FMT "/x", STR_ARG(o->registry));
	struct image_ref ref;

	if (!probe.p)
		return arena_err(cli->arena, err);
	if (image_ref_parse(probe, cli->arena, &ref, err) != 0) {
		err->code = ERR_USAGE;
		return err_wrap(err, "--registry");
	}
	return registry_options_open(
	    &o->login, &ref, s->policy.token_services, cli->arena, login, ret, err);
}

/* A branch, also by its full name. */
static struct str branch_of(struct str name)
{
	struct str heads = STR("refs/heads/");

	return str_starts(name, heads) ? str_sub(name, heads.n, name.n) : name;
}

static int run_pipeline(
    struct session *s, const struct run_options *o, struct str repo, int *ret_code, struct err *err)
{
	struct registry_login login CLEANUP(registry_login_wipe) = {0};
	struct registry_opts registry = {0};
	struct pipeline_result result;
	struct pipeline_plan plan = {
	    .repo = arena_cstr(s->cli->arena, repo),
	    .source = branch_of(o->source),
	    .target = branch_of(o->target),
	    .registry = o->registry,
	    .scan = &s->scan,
	    .progress = o->quiet ? NULL : print_progress,
	};
	if (!plan.repo)
		return arena_err(s->cli->arena, err);
	/* A branch's run leaves nothing that a later one would believe. */
	s->scan.tool_cache = NULL;
	if (o->registry.n > 0) {
		if (open_registry(s, o, &login, &registry, err) != 0)
			return -1;
		plan.registry_opts = &registry;
	}
	if (pick_state(s->cli, o, &plan.state_dir, err) != 0 ||
	    pipeline_run(&plan, &result, err) != 0)
		return -1;
	*ret_code = session_print(s->cli, &o->session, &s->report, result.trailer, result.image);
	if (*ret_code == 0)
		*ret_code = s->report.exit_code;
	return 0;
}

static int run_run(struct cli *cli, int argc, char **argv)
{
	struct run_options o = {0};
	const struct opt rows[] = {
	    OPT_TEXT_ROW('s', "source", &o.source, "BRANCH", "the branch of the pull request"),
	    OPT_TEXT_ROW('t', "target", &o.target, "BRANCH", "the branch that it goes into"),
	    OPT_TEXT_ROW(0, "registry", &o.registry, "HOST[:PORT][/PATH]",
		"where the image is published, as HOST/PATH/NAME:COMMIT; without it none is"),
	    OPT_TEXT_ROW('d', "db", &o.session.database, "FILE",
		"the advisory database; see `plimsoll db build`"),
	    OPT_TEXT_ROW(0, "state", &o.state, "FOLDER",
		"what runs remember; default: $XDG_STATE_HOME/plimsoll"),
	    OPT_FLAG_ROW('q', "quiet", &o.quiet, "no progress on stderr"),
	    OPT_TEXT_ROW('r', "rules", &o.session.rules, "FILE",
		"secret rules: a JSON object, instead of the built-in ones"),
	    REGISTRY_ROWS(&o.login),
	    SESSION_ROWS(&o.session),
	    SESSION_SHELLCHECK_ROW(&o.session),
	    OPT_END_ROW,
	};
	struct opt_list operands = {0};
	struct session s CLEANUP(session_close) = {0};
	struct err err = ERR_INIT;
	int code = command_options(cli, &command_run, rows, argc, argv, &operands);

	if (code >= 0)
		return code;
	if (operands.n > 1)
		return command_misuse(&command_run, "one repository is expected");
	if (o.source.n == 0 || o.target.n == 0)
		return command_misuse(&command_run, "--source and --target are needed");
	build_sweep(cli->arena);
	if (session_open(&s, cli, &o.session, SESSION_SECRETS | SESSION_DATABASE, &err) != 0 ||
	    run_pipeline(&s, &o, operands.n ? operands.p[0] : STR("."), &code, &err) != 0)
		return command_fail(&err);
	return code;
}

const struct command command_run = {
    .name = "run",
    .summary = "the pipeline: validate, secrets, build, scan, publish",
    .usage = "[OPTION…] --source BRANCH --target BRANCH [REPO]",
    .about =
	"Judges the merge of SOURCE into TARGET: Dockerfiles and manifests, secrets in the commits,\n"
	"the image that it builds, and what is in it. If the policy lets it pass, the image is\n"
	"published by digest, exactly the judged commit becomes TARGET, and the digest is tagged\n"
	"with that commit. Otherwise nothing changes but the comment on the pull request:\n\n"
	"  git cat-file blob refs/plimsoll/pull/SOURCE/into/TARGET/comment\n\n"
	"A target that moved meanwhile is judged again with it, three times at most. A run that was\n"
	"killed goes on where it stopped when it is called again.\n\n"
	"  plimsoll run app.git --source development --target main --policy security/policy.git \\\n"
	"    --registry registry.example:5000/shop --db advisories.db",
    .run = run_run,
};
