/* plimsoll scan: inventory, vulnerabilities and secrets of an image on disk or in a registry. */
#include "base/log.h"
#include "base/os/fd.h"
#include "base/os/owned.h"
#include "cli/registry_options.h"
#include "cli/session.h"

#include <unistd.h>

enum { PLATFORM_PARTS_MAX = 3 };

struct scan_options {
	struct session_options session;
	struct registry_options registry;
	struct str selector, platform;
	bool no_secrets, no_vulnerabilities;
};

/* An image that is not a path is fetched into a folder that is removed again. */
struct fetched_image {
	const char *folder;
};

static void fetched_release(struct fetched_image *f)
{
	struct err err = ERR_INIT;

	if (f->folder && owned_remove(f->folder, &err) != 0)
		log_warn("%s", err.text);
}

static int fetch(struct session *s, const struct scan_options *o, struct str reference,
    struct fetched_image *ret, const char **ret_path, struct err *err)
{
	struct cli *cli = s->cli;
	char digest[REGISTRY_DIGEST_SIZE];
	struct registry_login login CLEANUP(registry_login_wipe) = {0};
	struct registry_opts opts;
	struct image_ref ref;
	struct str layout;

	/* A mistyped file name is asked of no registry. */
	if (str_starts(reference, STR("/")) || str_starts(reference, STR("./")) ||
	    str_starts(reference, STR("../")) || str_ends(reference, STR(".tar")))
		return err_set(
		    err, ERR_IO, STR_FMT ": there is no such file or folder", STR_ARG(reference));
	if (image_ref_parse(reference, cli->arena, &ref, err) != 0)
		return err_wrap(
		    err, STR_FMT " is neither a file nor an image reference", STR_ARG(reference));
	if (registry_options_open(&o->registry, &ref, s->policy.token_services, cli->arena, &login,
		&opts, err) != 0 ||
	    tempdir_open(NULL, cli->arena, &ret->folder, err) != 0)
		return -1;
	opts.platform = o->platform;
	layout = arena_fmt(cli->arena, "%s/layout", ret->folder);
	if (!layout.p)
		return arena_err(cli->arena, err);
	if (registry_pull(&opts, &ref, layout.p, digest, err) != 0)
		return ref.host_written
			   ? -1
			   : err_wrap(err, "there is no file " STR_FMT ", and no such image",
				 STR_ARG(reference));
	*ret_path = layout.p;
	return 0;
}

static int not_run(struct session *s, enum stage stage, const char *why, struct err *err)
{
	struct stage_result result = {.stage = stage, .why = str_of(why)};

	return report_add_stage(&s->report, &result, err);
}

static int scan_one(struct session *s, const struct scan_options *o, struct str operand,
    struct fetched_image *fetched, struct err *err)
{
	struct image_scan image = {.name = operand,
	    .selector = o->selector,
	    .platform = o->platform,
	    .secrets_in_layers = !o->no_secrets};
	struct scan_stage secrets = scan_stage_begin(&s->scan, STAGE_SECRETS);
	struct scan_stage scan = scan_stage_begin(&s->scan, STAGE_SCAN);
	char *path = arena_cstr(s->cli->arena, operand);

	if (!path)
		return arena_err(s->cli->arena, err);
	image.path = path;
	if (!file_exists(path) && fetch(s, o, operand, fetched, &image.path, err) != 0)
		return -1;
	if (session_subject(s, "image", operand, err) != 0 ||
	    scan_image(&s->scan, &image, err) != 0)
		return -1;
	if ((o->no_secrets ? not_run(s, STAGE_SECRETS, "--no-secrets", err)
			   : scan_stage_end(&s->scan, &secrets, err)) != 0)
		return -1;
	if (o->no_vulnerabilities)
		return not_run(s, STAGE_SCAN,
		    "--no-vulnerabilities: the packages were read and not matched", err);
	return scan_stage_end(&s->scan, &scan, err);
}

static int check_options(const struct scan_options *o, struct err *err)
{
	struct str rest = o->platform, part;
	size_t parts = 0;

	if (o->no_vulnerabilities && o->session.database.n > 0)
		return err_set(err, ERR_USAGE, "--db and --no-vulnerabilities do not go together");
	while (str_cut(&rest, '/', &part))
		parts = part.n > 0 ? parts + 1 : PLATFORM_PARTS_MAX + 1;
	if (o->platform.n > 0 && (parts < 2 || parts > PLATFORM_PARTS_MAX))
		return err_set(err, ERR_USAGE,
		    "--platform " STR_FMT ": OS/ARCH[/VARIANT] is expected, as in linux/arm64",
		    STR_ARG(o->platform));
	return 0;
}

static int run_scan(struct cli *cli, int argc, char **argv)
{
	struct scan_options o = {0};
	const struct opt rows[] = {
	    OPT_TEXT_ROW('d', "db", &o.session.database, "FILE",
		"the advisory database; see `plimsoll db build`"),
	    OPT_TEXT_ROW(0, "image", &o.selector, "NAME",
		"which image, if an archive or layout holds several"),
	    OPT_TEXT_ROW(0, "platform", &o.platform, "OS/ARCH", "default: linux on this machine"),
	    OPT_FLAG_ROW(0, "no-secrets", &o.no_secrets, "do not look for secrets in the layers"),
	    OPT_FLAG_ROW(0, "no-vulnerabilities", &o.no_vulnerabilities,
		"need no database: read the packages and match none; the report says so"),
	    OPT_TEXT_ROW('r', "rules", &o.session.rules, "FILE",
		"secret rules: a JSON object, instead of the built-in ones"),
	    REGISTRY_ROWS(&o.registry),
	    SESSION_ROWS(&o.session),
	    OPT_END_ROW,
	};
	struct opt_list operands = {0};
	struct session s CLEANUP(session_close) = {0};
	struct fetched_image fetched CLEANUP(fetched_release) = {0};
	struct err err = ERR_INIT;
	int code = command_options(cli, &command_scan, rows, argc, argv, &operands);

	if (code >= 0)
		return code;
	if (operands.n != 1 || operands.p[0].n == 0)
		return command_misuse(&command_scan, "one image is expected");
	if (check_options(&o, &err) != 0 ||
	    session_open(&s, cli, &o.session,
		(o.no_secrets ? 0 : SESSION_SECRETS) |
		    (o.no_vulnerabilities ? 0 : SESSION_DATABASE),
		&err) != 0 ||
	    scan_one(&s, &o, operands.p[0], &fetched, &err) != 0)
		return command_fail(&err);
	return session_finish(&s);
}

const struct command command_scan = {
    .name = "scan",
    .summary = "packages, vulnerabilities and secrets of an image",
    .usage = "[OPTION…] IMAGE",
    .about =
	"IMAGE is an OCI layout folder, an archive of one or of `docker save`, or a reference in a\n"
	"registry. Every digest is verified. A distribution release without advisories in the\n"
	"database is not covered, and the report says so; it is never called clean.\n\n"
	"  plimsoll scan app.tar --db advisories.db\n"
	"  plimsoll scan registry.example/team/app:1.2 --db advisories.db --format json",
    .run = run_scan,
};
