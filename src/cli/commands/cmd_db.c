/* plimsoll db: build an advisory database from feeds, and say what one holds. */
#include "base/log.h"
#include "base/os/fd.h"
#include "base/os/output.h"
#include "cli/command.h"
#include "detect/vuln/db/db.h"
#include "detect/vuln/db/db_build.h"

#include <unistd.h>

enum { PROBLEMS_SHOWN = 20 };

struct db_options {
	struct str output;
	struct str database;
	bool verify;
	bool no_sandbox;
};

/* Problems of feeds go to stderr as they come: the rest of the feed is still read. */
struct telling_sink {
	struct sink sink;
	size_t problems;
};

static int tell_problem(struct sink *sink, const struct problem *problem, struct err *err)
{
	struct telling_sink *telling = container_of(sink, struct telling_sink, sink);

	(void)err;
	if (telling->problems++ < PROBLEMS_SHOWN)
		log_warn(STR_FMT "%s" STR_FMT, STR_ARG(problem->place.origin.path),
		    problem->place.origin.path.n ? ": " : "", STR_ARG(problem->message));
	return 0;
}

static const struct sink_ops telling_ops = {.problem = tell_problem};

static int build(struct cli *cli, const struct db_options *o, const struct opt_list *feeds)
{
	struct telling_sink sink = {.sink = {.ops = &telling_ops}};
	struct buf out CLEANUP(buf_release) = BUF_INIT(KIB(4));
	struct db_stats stats = {0};
	struct err err = ERR_INIT;
	struct db_build plan = {
	    .inputs = feeds->p,
	    .n_inputs = feeds->n,
	    .output = arena_cstr(cli->arena, o->output),
	    .clock = cli->clock,
	    .limits = cli->limits,
	    .in_process = o->no_sandbox,
	};
	int result;

	if (o->output.n == 0 || feeds->n == 0)
		return command_misuse(
		    &command_db, "build needs --output FILE and at least one feed");
	result = db_build(&plan, &sink.sink, &stats, &err);
	if (sink.problems > PROBLEMS_SHOWN)
		log_warn(
		    "… and %zu more, %zu in all", sink.problems - PROBLEMS_SHOWN, sink.problems);
	if (result != 0)
		return command_fail(&err);
	buf_addf(&out, "%s: %llu advisories from %llu files, %llu records refused, %llu bytes\n",
	    plan.output, (unsigned long long)stats.advisories, (unsigned long long)stats.files,
	    (unsigned long long)stats.refused, (unsigned long long)stats.bytes);
	for (size_t i = 0; i < stats.n_left_out; i++) {
		buf_add(&out, STR("left out: "));
		buf_add_safe(&out, str_of(stats.left_out[i].what));
		buf_addf(&out, ": %llu\n", (unsigned long long)stats.left_out[i].n);
	}
	/* If the database itself went to stdout, the summary goes to stderr. */
	if (path_descriptor(plan.output) != STDOUT_FILENO)
		return command_print(buf_str(&out));
	return fd_write_all(STDERR_FILENO, buf_str(&out), &err) == 0 ? 0 : EXIT_INCOMPLETE;
}

static int add_ecosystems(const struct db *db, uint32_t n, struct buf *out, struct err *err)
{
	for (uint32_t i = 0; i < n; i++) {
		struct db_ecosystem e;

		if (db_ecosystem_at(db, i, &e, err) != 0)
			return -1;
		buf_add(out, STR("covers   "));
		buf_add_safe(out, e.key);
		buf_addf(out, ": %u packages, %u advisories%s\n", e.packages, e.advisories,
		    e.scheme.n ? "" : " (this program cannot compare its versions)");
	}
	return 0;
}

static int status(struct cli *cli, const struct db_options *o)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(16));
	struct db *db CLEANUP(db_cleanup) = NULL;
	const char *path = arena_cstr(cli->arena, o->database);
	char built[TIME_TEXT_SIZE];
	struct err err = ERR_INIT;
	struct db_info info;

	if (o->database.n == 0)
		return command_misuse(&command_db, "status needs --db FILE");
	if (db_open(path, &db, &err) != 0 || (o->verify && db_verify(db, &err) != 0) ||
	    db_info(db, &info, &err) != 0)
		return command_fail(&err);
	time_format(info.built_ms, built);
	buf_addf(&out,
	    "database %s\ndigest   %s%s\nbuilt    %s\nholds    %u advisories, %llu bytes\n", path,
	    info.digest, o->verify ? " (verified)" : "", built, info.advisories,
	    (unsigned long long)info.file_bytes);
	if (add_ecosystems(db, info.ecosystems, &out, &err) != 0)
		return command_fail(&err);
	return command_print(buf_str(&out));
}

static int run_db(struct cli *cli, int argc, char **argv)
{
	struct db_options o = {0};
	const struct opt rows[] = {
	    OPT_TEXT_ROW('o', "output", &o.output, "FILE", "build: the database to write"),
	    OPT_TEXT_ROW('d', "db", &o.database, "FILE", "status: the database to look at"),
	    OPT_FLAG_ROW(0, "verify", &o.verify, "status: check every byte against the digest"),
	    OPT_FLAG_ROW(
		0, "no-sandbox", &o.no_sandbox, "read feeds in this process, for debugging only"),
	    OPT_END_ROW,
	};
	struct opt_list operands = {0}, feeds;
	int code = command_options(cli, &command_db, rows, argc, argv, &operands);

	if (code >= 0)
		return code;
	if (operands.n == 0)
		return command_misuse(&command_db, "`build` or `status` is expected");
	feeds = (struct opt_list){operands.p + 1, operands.n - 1, 0};
	if (str_eq(operands.p[0], STR("build")))
		return build(cli, &o, &feeds);
	if (!str_eq(operands.p[0], STR("status")))
		return command_misuse(&command_db, "`build` or `status` is expected");
	if (o.database.n == 0 && feeds.n == 1)
		o.database = feeds.p[0];
	return status(cli, &o);
}

const struct command command_db = {
    .name = "db",
    .summary = "the advisory database: build it from feeds, see what it covers",
    .usage = "build|status [OPTION…] [FEED…]",
    .about =
	"`build` reads feeds (OSV in JSON or YAML, Debian's DSA and DLA lists, CISA's KEV) and writes\n"
	"one file. A feed is a file, a folder or a tar archive, also compressed with gzip, recognised\n"
	"by content. What is left out is counted by reason; an input without any feed, or a damaged\n"
	"one, is an error (exit 4), and nothing is written. `status` says when it was built and\n"
	"which ecosystems and releases it covers: what it does not cover is never called clean.\n\n"
	"  plimsoll db build --output advisories.db feeds/\n"
	"  plimsoll db status advisories.db",
    .run = run_db,
};
