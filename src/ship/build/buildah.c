#include "ship/build/buildah.h"

#include "base/hash.h"
#include "base/os/fd.h"
#include "base/os/spawn.h"
#include "core/builder_names.h"
#include "core/image_ref.h"
#include "ship/build/inside.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define CAPTURE_FILE "/run/said"
#define IID_FILE     "/run/image-id"
#define DIGEST_FILE  "/run/digest"

enum {
	FILES_MAX = 1048576,
	SAID_MAX = 4096,
	GLOBALS = 8,
	FIXED_ARGUMENTS = 24,
	VERSION_MS = 30000
};

/* Storage by plain copies: it works in a user namespace on every file system. */
static const char *const global_arguments[] = {BUILDAH_IN_TREE, "--root", BUILDAH_STORE "/root",
    "--runroot", "/run/storage", "--storage-driver", "vfs"};
_Static_assert(ARRAY_LEN(global_arguments) < GLOBALS, "room for the global arguments");

static const char *const environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/run/home",
    "LANG=C.UTF-8", "TMPDIR=" BUILDAH_STORE "/tmp", "XDG_RUNTIME_DIR=/run",
    "CONTAINERS_CONF=/etc/containers/containers.conf",
    "CONTAINERS_STORAGE_CONF=/etc/containers/storage.conf",
    "CONTAINERS_REGISTRIES_CONF=/etc/containers/registries.conf", "BUILDAH_ISOLATION=chroot", NULL};

static const char policy_json[] =
    "{\"default\":[{\"type\":\"reject\"}],\"transports\":{"
    "\"oci\":{\"\":[{\"type\":\"insecureAcceptAnything\"}]},"
    "\"containers-storage\":{\"\":[{\"type\":\"insecureAcceptAnything\"}]}}}\n";
/* A short name in FROM is Docker's, as the base images are stored. */
static const char registries_conf[] =
    "unqualified-search-registries = [\"docker.io\"]\nshort-name-mode = \"disabled\"\n";
static const char storage_conf[] = "[storage]\ndriver = \"vfs\"\ngraphroot = \"" BUILDAH_STORE
				   "/root\"\nrunroot = \"/run/storage\"\n";
/* What RUN may do as root of its users: no chroot (buildah's chroot isolation is one), no devices,
 * no raw sockets. */
static const char capabilities_conf[] =
    "default_capabilities = [\"CHOWN\", \"DAC_OVERRIDE\", \"FOWNER\", \"FSETID\", "
    "\"KILL\", \"NET_BIND_SERVICE\", \"SETFCAP\", \"SETGID\", \"SETPCAP\", \"SETUID\"]\n"
    "[engine]\nevents_logger = \"none\"\nhelper_binaries_dir = [\"" BUILDAH_HELPERS "\"]\n"
    "[network]\nnetwork_config_dir = \"/run/networks\"\n";

/* buildah asks for resource limits of its own, which only a process that may raise them gets: no
 * more than there is now. */
static const char *containers_conf(uint64_t pids, struct arena *arena)
{
	struct rlimit files = {0}, processes = {0};
	unsigned long long n_files, n_processes;

	(void)getrlimit(RLIMIT_NOFILE, &files);
	(void)getrlimit(RLIMIT_NPROC, &processes);
	n_files = MIN_OF((uint64_t)files.rlim_max, (uint64_t)FILES_MAX);
	n_processes = MIN_OF((uint64_t)processes.rlim_max, pids);
	return arena_fmt(arena,
	    "[containers]\ndefault_ulimits = [\"nofile=%llu:%llu\", \"nproc=%llu:%llu\"]\n%s",
	    n_files, n_files, n_processes, n_processes, capabilities_conf)
	    .p;
}

int buildah_files(const char *resolv_conf, const char *dockerfile, uint64_t pids,
    struct arena *arena, const struct tree_file **ret_files, size_t *ret_n, struct err *err)
{
	const char *limited = containers_conf(pids, arena);
	const struct tree_file fixed[] = {
	    {"/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"},
	    {"/etc/group", "root:x:0:\n"},
	    {"/etc/hosts", "127.0.0.1 localhost build\n::1 localhost\n"},
	    {"/etc/nsswitch.conf", "hosts: files dns\n"},
	    {"/etc/containers/policy.json", policy_json},
	    {"/etc/containers/registries.conf", registries_conf},
	    {"/etc/containers/storage.conf", storage_conf},
	    {"/etc/containers/containers.conf", limited},
	};
	struct tree_file *files = arena_array(arena, ARRAY_LEN(fixed) + 2, sizeof(*files));

	if (!files || !limited)
		return arena_err(arena, err);
	memcpy(files, fixed, sizeof(fixed));
	files[ARRAY_LEN(fixed)] = (struct tree_file){"/etc/resolv.conf", resolv_conf};
	files[ARRAY_LEN(fixed) + 1] = (struct tree_file){BUILDAH_FILE, dockerfile};
	*ret_files = files;
	*ret_n = ARRAY_LEN(fixed) + 2;
	return 0;
}

int buildah_find(struct arena *arena, const char **ret_path, struct err *err)
{
	const char *path = getenv("PATH");
	struct str rest = str_of(path ? path : "/usr/sbin:/usr/bin:/sbin:/bin"), folder;

	while (str_cut(&rest, ':', &folder)) {
		struct str file = arena_fmt(arena, STR_FMT "/buildah", STR_ARG(folder));

		if (!file.p)
			return arena_err(arena, err);
		if (folder.n == 0 || folder.p[0] != '/' || access(file.p, X_OK) != 0)
			continue;
		*ret_path = realpath(file.p, NULL); /* moved to the arena below */
		if (*ret_path) {
			char *copy = arena_cstr(arena, str_of(*ret_path));

			free((void *)(uintptr_t)*ret_path);
			*ret_path = copy;
			return copy ? 0 : arena_err(arena, err);
		}
	}
	return err_set(err, ERR_UNSUPPORTED, "builds need buildah: install the package buildah");
}

int image_builder_version(struct arena *arena, struct str *ret_text, struct err *err)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(KIB(4));
	struct spawn_result result;
	const char *program;
	struct str text;

	if (buildah_find(arena, &program, err) != 0)
		return -1;
	if (spawn_run(&(struct spawn){.argv = (const char *const[]){program, "--version", NULL},
			  .out = &out,
			  .timeout_ms = VERSION_MS,
			  .truncate_output = true},
		&result, err) != 0)
		return err_wrap(err, "%s --version", program);
	if (result.status != 0)
		return err_set(err, ERR_UNSUPPORTED, "%s --version ends with status %d", program,
		    result.status);
	text = arena_str(arena, str_trim(buf_str(&out)));
	*ret_text = text;
	return arena_check(arena, err);
}

static void add_argument(struct buildah *b, struct str text)
{
	b->bud[b->n_bud++] = text.p;
}

static int check_name(const char *option, const char *name, struct err *err)
{
	if (name[0] != '\0' && !strchr(name, '='))
		return 0;
	return err_set(err, ERR_CONFIG, "%s: \"%s\" is not a name", option, name);
}

static int add_labels(struct buildah *b, struct err *err)
{
	for (size_t i = 0; i < b->plan->n_labels; i++) {
		const struct build_pair *label = &b->plan->labels[i];

		if (check_name("--label", label->name, err) != 0)
			return -1;
		add_argument(b, arena_fmt(b->arena, "--label=%s=%s", label->name, label->value));
	}
	return 0;
}

/* The arguments of a process can be read by everybody on this machine, its environment cannot. */
static int add_args(struct buildah *b, struct err *err)
{
	size_t n = ARRAY_LEN(environment) - 1;

	b->env = arena_array(b->arena, n + b->plan->n_args + 1, sizeof(*b->env));
	if (!b->env)
		return arena_err(b->arena, err);
	memcpy(b->env, environment, n * sizeof(*b->env));
	for (size_t i = 0; i < b->plan->n_args; i++) {
		const struct build_pair *arg = &b->plan->args[i];

		if (check_name("--build-arg", arg->name, err) != 0)
			return -1;
		if (is_builders_own(str_of(arg->name)))
			return err_set(err, ERR_CONFIG,
			    "args: %s is a variable of the builder itself; give the argument another "
			    "name",
			    arg->name);
		add_argument(b, arena_fmt(b->arena, "--build-arg=%s", arg->name));
		b->env[n++] = arena_fmt(b->arena, "%s=%s", arg->name, arg->value).p;
	}
	b->env[n] = NULL;
	return 0;
}

static int prepare_arguments(struct buildah *b, struct err *err)
{
	static const char *const fixed[] = {"bud", "--isolation=chroot", "--format=oci",
	    "--layers=false", "--pull=never", "--identity-label=false", "--http-proxy=false",
	    ("--iidfile=" IID_FILE)};
	const struct build_plan *plan = b->plan;
	struct arena *arena = b->arena;
	size_t room = FIXED_ARGUMENTS + GLOBALS + plan->n_args + plan->n_labels + plan->n_bases;

	b->bud = arena_array(arena, room, sizeof(*b->bud));
	if (!b->bud)
		return arena_err(arena, err);
	for (size_t i = 0; i < ARRAY_LEN(global_arguments); i++)
		b->bud[b->n_bud++] = global_arguments[i];
	for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
		b->bud[b->n_bud++] = fixed[i];
	if (plan->timestamp >= 0)
		add_argument(b, arena_fmt(arena, "--timestamp=%lld", (long long)plan->timestamp));
	if (plan->omit_history)
		add_argument(b, STR("--omit-history"));
	if (plan->target)
		add_argument(b, arena_fmt(arena, "--target=%s", plan->target));
	if (add_args(b, err) != 0 || add_labels(b, err) != 0)
		return -1;
	add_argument(b, STR("--file=" BUILDAH_FILE));
	return arena_check(arena, err);
}

static int prepare_base(struct buildah *b, size_t i, const char *token, struct err *err)
{
	struct buildah_base *base = &b->bases[i];
	struct image_ref ref;
	struct str folder, name;

	base->given = &b->plan->bases[i];
	if (image_ref_parse(str_of(base->given->reference), b->arena, &ref, err) != 0)
		return err_wrap(err, "base image %s", base->given->reference);
	if (!digest_is_valid(str_of(base->given->digest)))
		return err_set(err, ERR_FORMAT, "base image %s: \"%s\" is not a digest",
		    base->given->reference, base->given->digest);
	folder = arena_fmt(b->arena, "/build/base/%s-%zu", token, i);
	name = arena_fmt(b->arena, STR_FMT "/" STR_FMT ":" STR_FMT, STR_ARG(ref.host),
	    STR_ARG(ref.path),
	    STR_ARG(ref.tag.n	   ? ref.tag
		    : ref.digest.n ? STR("by-digest")
				   : STR("latest")));
	base->folder = folder.p;
	base->store_as = name.p;
	base->named = ref.digest;
	return 0;
}

int buildah_prepare(struct buildah *b, const struct build_plan *plan, uint64_t disk_bytes,
    struct arena *arena, struct err *err)
{
	unsigned char random[8];
	char token[2 * sizeof(random) + 1];

	*b = (struct buildah){.plan = plan, .disk_bytes = disk_bytes, .arena = arena};
	b->bases = arena_array(arena, plan->n_bases + 1, sizeof(*b->bases));
	if (!b->bases)
		return arena_err(arena, err);
	/* buildah also stores an image under the folder's name: no Dockerfile can guess it. */
	random_bytes(random, sizeof(random));
	hex_write(random, sizeof(random), token);
	token[2 * sizeof(random)] = '\0';
	for (size_t i = 0; i < plan->n_bases; i++)
		if (prepare_base(b, i, token, err) != 0)
			return -1;
	return prepare_arguments(b, err);
}

/* ---- in init ---- */

static int run(struct buildah *b, const char *const *argv, const char *const *env,
    const char *capture, int *ret_status, struct err *err)
{
	static const char *const folders[] = {BUILDAH_STORE, BUILDAH_OUT, NULL};
	const struct inside in = {.env = env, .folders = folders, .max_bytes = b->disk_bytes};

	return inside_run(&in, argv, capture, ret_status, err);
}

/* A buildah command of ours: if it fails, the Dockerfile is not at fault. */
static int run_own(struct buildah *b, const char *const *arguments, const char *what,
    struct str *ret_said, struct err *err)
{
	const char *argv[GLOBALS + 8];
	size_t n = 0;
	int status;

	for (size_t i = 0; i < ARRAY_LEN(global_arguments); i++)
		argv[n++] = global_arguments[i];
	for (; *arguments && n < ARRAY_LEN(argv) - 1; arguments++)
		argv[n++] = *arguments;
	argv[n] = NULL;
	if (run(b, argv, environment, ret_said ? CAPTURE_FILE : NULL, &status, err) != 0)
		return err_wrap(err, "%s", what);
	if (status != 0)
		return err_set(
		    err, ERR_FORMAT, "%s: buildah refused (exit status %d)", what, status);
	if (!ret_said)
		return 0;
	if (file_read(CAPTURE_FILE, SAID_MAX, b->arena, ret_said, err) != 0)
		return err_wrap(err, "%s", what);
	*ret_said = str_trim(*ret_said);
	return 0;
}

static int import_base(struct buildah *b, const struct buildah_base *base, struct err *err)
{
	struct str what = arena_fmt(b->arena, "base image %s", base->given->reference);
	struct str from = arena_fmt(b->arena, "oci:%s", base->folder), index, id, digest;
	const char *id_text;

	if (!what.p || !from.p)
		return arena_err(b->arena, err);
	index = arena_fmt(b->arena, "%s/index.json", base->folder);
	if (!index.p || access(index.p, R_OK) != 0)
		return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO,
		    "%s: the build cannot read index.json in %s: it must be readable for others "
		    "if its file system cannot map ids",
		    what.p, base->given->layout);
	if (run_own(b, (const char *const[]){"pull", "--quiet", from.p, NULL}, what.p, &id, err) !=
	    0)
		return -1;
	id_text = arena_cstr(b->arena, id);
	if (!id_text)
		return arena_err(b->arena, err);
	if (run_own(b,
		(const char *const[]){
		    "inspect", "--type=image", "--format={{.FromImageDigest}}", id_text, NULL},
		what.p, &digest, err) != 0)
		return -1;
	if (!str_eq(digest, str_of(base->given->digest)))
		return err_set(err, ERR_FORMAT, "%s: its layout holds " STR_FMT ", not %s", what.p,
		    STR_ARG(str_sub(digest, 0, 80)), base->given->digest);
	if (run_own(b, (const char *const[]){"tag", id_text, base->store_as, NULL}, what.p, NULL,
		err) != 0)
		return -1;
	if (base->named.n == 0 || str_eq(base->named, digest))
		return 0;
	/* FROM that names a digest other than the stored manifest's (an index's) finds the image
	 * only this way. */
	add_argument(b, arena_fmt(b->arena, "--build-context=%s=docker-image://" STR_FMT,
			    base->given->reference, STR_ARG(id)));
	return arena_check(b->arena, err);
}

static int export_image(struct buildah *b, struct ns_outcome *ret, struct err *err)
{
	static const char what[] = "writing the image";
	struct str id, digest;
	const char *id_text;

	if (file_read(IID_FILE, SAID_MAX, b->arena, &id, err) != 0)
		return err_wrap(err, "%s", what);
	id_text = arena_cstr(b->arena, str_trim(id));
	if (!id_text)
		return arena_err(b->arena, err);
	if (run_own(b,
		(const char *const[]){"push", "--quiet", "--format=oci",
		    "--digestfile=" DIGEST_FILE, id_text, "oci:" BUILDAH_OUT ":image", NULL},
		what, NULL, err) != 0)
		return -1;
	if (file_read(DIGEST_FILE, SAID_MAX, b->arena, &digest, err) != 0)
		return err_wrap(err, "%s", what);
	ret->code = BUILDAH_BUILT;
	(void)snprintf(ret->text, sizeof(ret->text), STR_FMT, STR_ARG(str_trim(digest)));
	return 0;
}

int buildah_run(struct buildah *b, struct ns_outcome *ret, struct err *err)
{
	int status;

	if (dir_make(BUILDAH_STORE "/tmp", 0700, err) != 0)
		return -1;
	for (size_t i = 0; i < b->plan->n_bases; i++)
		if (import_base(b, &b->bases[i], err) != 0)
			return -1;
	b->bud[b->n_bud] = BUILDAH_CONTEXT;
	b->bud[b->n_bud + 1] = NULL;
	if (run(b, b->bud, b->env, NULL, &status, err) != 0)
		return -1;
	if (status == 0)
		return export_image(b, ret, err);
	ret->code = BUILDAH_STEP_FAILED;
	(void)snprintf(ret->text, sizeof(ret->text), "%d", status);
	return 0;
}
