#include "ship/build/build.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/os/fd.h"
#include "base/vec.h"
#include "ship/build/build_log.h"
#include "ship/build/build_output.h"
#include "ship/build/buildah.h"
#include "ship/build/cgroup.h"
#include "ship/build/confine.h"
#include "ship/build/held.h"
#include "ship/build/namespaces.h"
#include "ship/build/network.h"
#include "ship/build/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	DOCKERFILE_BYTES_MAX = 4 << 20,
	DEFAULT_PIDS = 4096,
	DEFAULT_TIMEOUT_MS = 3600 * 1000,
	DRAIN_MS = 2000
};

/* One build, from the caller's side. The callbacks of ns_job get it too, in their processes. */
struct building {
	const struct build_plan *plan;
	struct build_limits limits;
	struct arena *arena;
	int64_t started_ms, ends_ms;
	bool ordinary;			/* not root */
	const char *dockerfile;		/* its text */
	const char *root, *store, *out; /* below work_dir */
	struct id_range ids;
	struct cgroup cgroup;
	struct network_plan network;
	bool has_resolver; /* egress: there is a name server that it may reach */
	struct network_helper helper;
	struct buildah buildah;
	struct tree_plan tree;
	struct build_log log;
	struct held held; /* what came and is not in the log yet */
	struct arena piece;
	int log_read, log_write;
	uint64_t log_left;
	struct ns_child child;
};

static const struct str network_words[] = {[BUILD_NET_NONE] = STR_INIT("none"),
    [BUILD_NET_EGRESS] = STR_INIT("egress"),
    [BUILD_NET_HOST] = STR_INIT("host")};

bool build_network_parse(struct str word, enum build_network *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(network_words); i++)
		if (str_eq(word, network_words[i])) {
			*ret = (enum build_network)i;
			return true;
		}
	return false;
}

struct str build_network_word(enum build_network network)
{
	return (size_t)network < ARRAY_LEN(network_words) ? network_words[network] : STR("unknown");
}

static int64_t now_ms(void)
{
	return clock_system.mono_ms(&clock_system);
}

/* ---- what the plan asks for ---- */

static uint64_t or_default(uint64_t value, uint64_t otherwise)
{
	return value ? value : otherwise;
}

static bool is_inside_path(const char *path)
{
	struct str rest = str_of(path), part;

	if (rest.n == 0 || rest.p[0] == '/')
		return false;
	while (str_cut(&rest, '/', &part))
		if (str_eq(part, STR("..")))
			return false;
	return true;
}

/* The text goes into the build's tree under a name of ours: buildah runs cpp over what ends in .in.
 */
static int check_text(struct building *b, struct str text, const char *name, struct err *err)
{
	if (text.n > DOCKERFILE_BYTES_MAX)
		return err_set(err, ERR_LIMIT, "the Dockerfile \"%s\" is longer than %d MiB", name,
		    DOCKERFILE_BYTES_MAX >> 20);
	if (str_chr(text, '\0') != STR_NPOS)
		return err_set(err, ERR_FORMAT, "the Dockerfile \"%s\" has a NUL byte in it", name);
	b->dockerfile = arena_cstr(b->arena, text);
	return b->dockerfile ? 0 : arena_err(b->arena, err);
}

/* A link in the context is followed inside of it, as buildah would. */
static int take_dockerfile(struct building *b, struct err *err)
{
	const struct build_plan *plan = b->plan;
	const char *file = plan->dockerfile ? plan->dockerfile : "Dockerfile";
	struct open_how how = {
	    .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK, .resolve = RESOLVE_IN_ROOT};
	int dir CLEANUP_FD = open(plan->context_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct buf text CLEANUP(buf_release) = BUF_INIT(DOCKERFILE_BYTES_MAX + 1);
	int fd CLEANUP_FD = -1;
	struct stat st;

	if (dir < 0)
		return err_set(err, ERR_NOT_FOUND, "the build context %s: %s", plan->context_dir,
		    strerror(errno));
	if (plan->dockerfile_text.p)
		return check_text(b, plan->dockerfile_text, file, err);
	if (!is_inside_path(file))
		return err_set(err, ERR_CONFIG,
		    "the Dockerfile \"%s\" must be a path inside the build context", file);
	fd = (int)syscall(SYS_openat2, dir, file, &how, sizeof(how));
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return err_set(
		    err, ERR_NOT_FOUND, "there is no Dockerfile \"%s\" in the build context", file);
	if (fd_read_to_end(fd, &text, err) != 0)
		return err_wrap(err, "the Dockerfile \"%s\"", file);
	return check_text(b, buf_str(&text), file, err);
}

static int check_plan(struct building *b, struct err *err)
{
	const struct build_plan *plan = b->plan;
	struct stat st;

	if ((size_t)plan->network >= ARRAY_LEN(network_words))
		return err_set(err, ERR_CONFIG, "build.network must be none, egress or host");
	for (size_t i = 0; i < plan->n_bases; i++)
		if (stat(plan->bases[i].layout, &st) != 0 || !S_ISDIR(st.st_mode))
			return err_set(err, ERR_NOT_FOUND, "base image %s: no layout in %s",
			    plan->bases[i].reference, plan->bases[i].layout);
	if (lstat(plan->output_layout, &st) == 0)
		return err_set(err, ERR_IO, "%s is in the way: a build makes its output anew",
		    plan->output_layout);
	return take_dockerfile(b, err);
}

static int make_folder(
    struct building *b, const char *name, unsigned mode, const char **ret, struct err *err)
{
	struct str path = arena_fmt(b->arena, "%s/%s", b->plan->work_dir, name);

	if (!path.p)
		return arena_err(b->arena, err);
	if (dir_make(path.p, mode, err) != 0)
		return -1;
	*ret = path.p;
	return 0;
}

static int make_folders(struct building *b, struct err *err)
{
	if (build_work_remove(b->plan->work_dir, err) != 0)
		return -1;
	if (dir_make(b->plan->work_dir, 0700, err) != 0)
		return err_wrap(err, "the build's folder");
	if (make_folder(b, "root", 0755, &b->root, err) != 0 ||
	    make_folder(b, "store", 0700, &b->store, err) != 0)
		return -1;
	return make_folder(b, "out", 0755, &b->out, err);
}

/* ---- the tree ---- */

static int plan_binds(struct building *b, const char *program, struct err *err)
{
	VEC(struct tree_bind) binds = {0};
	const struct tree_bind fixed[] = {
	    {.from = program, .to = BUILDAH_IN_TREE, .is_file = true},
	    {.from = program, .to = BUILDAH_NETAVARK, .is_file = true},
	    {.from = b->store, .to = BUILDAH_STORE, .writable = true},
	    {.from = b->out, .to = BUILDAH_OUT, .writable = true},
	    {.from = b->plan->context_dir, .to = BUILDAH_CONTEXT, .as_users = true},
	};
	const struct tree_bind certificates = {.from = "/etc/ssl/certs", .to = "/etc/ssl/certs"};

	for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
		vec_push(&binds, b->arena, fixed[i]);
	for (size_t i = 0; i < b->plan->n_bases; i++) {
		struct tree_bind base = {.from = b->plan->bases[i].layout,
		    .to = b->buildah.bases[i].folder,
		    .as_users = true};

		vec_push(&binds, b->arena, base);
	}
	if (b->plan->network != BUILD_NET_NONE && file_exists(certificates.from))
		vec_push(&binds, b->arena, certificates);
	b->tree.binds = binds.p;
	b->tree.n_binds = binds.n;
	return arena_check(b->arena, err);
}

/* A stub on loopback has its own name servers in one of the others. */
static struct str find_resolvers(struct building *b)
{
	static const char *const files[] = {"/etc/resolv.conf", "/run/systemd/resolve/resolv.conf",
	    "/run/NetworkManager/no-stub-resolv.conf"};
	struct str text, found = STR("");

	for (size_t i = 0; i < ARRAY_LEN(files) && str_empty(found); i++) {
		struct err ignored = ERR_INIT;

		if (file_read(files[i], KIB(64), b->arena, &text, &ignored) == 0)
			found = network_resolvers(&b->network, text, b->arena);
	}
	b->has_resolver = !str_empty(found);
	return found;
}

static int resolver_text(struct building *b, const char **ret, struct err *err)
{
	struct str text = STR("");
	struct err ignored = ERR_INIT;

	if (b->plan->network == BUILD_NET_EGRESS)
		text = find_resolvers(b);
	else if (b->plan->network == BUILD_NET_HOST &&
		 file_read("/etc/resolv.conf", KIB(64), b->arena, &text, &ignored) != 0)
		text = STR("");
	*ret = text.p ? arena_cstr(b->arena, text) : NULL;
	return *ret ? 0 : arena_err(b->arena, err);
}

static int plan_tree(struct building *b, struct err *err)
{
	const char *program, *resolver;

	if (buildah_find(b->arena, &program, err) != 0 || plan_binds(b, program, err) != 0)
		return -1;
	if (resolver_text(b, &resolver, err) != 0)
		return -1;
	return buildah_files(resolver, b->dockerfile, b->limits.pids, b->arena, &b->tree.files,
	    &b->tree.n_files, err);
}

/* ---- in the supervisor and in init ---- */

static int tree_callback(void *arg, const char *root, int users_fd, struct err *err)
{
	struct building *b = arg;

	/* Ids as the supervisor sees them: an ordinary user's is root of the build's users itself.
	 */
	if (users_fd >= 0 && !b->ordinary) {
		b->tree.uid = b->ids.first_uid;
		b->tree.gid = b->ids.first_gid;
	}
	return tree_make(&b->tree, root, users_fd, err);
}

static int proc_callback(void *arg, const char *root, struct err *err)
{
	(void)arg;
	return tree_seal(root, err);
}

static int network_callback(void *arg, struct err *err)
{
	const struct building *b = arg;

	if (network_loopback_up(err) != 0)
		return -1;
	return b->plan->network == BUILD_NET_EGRESS ? network_refuse(&b->network, err) : 0;
}

/* When memory runs out, the build goes before anything else of this machine. */
static void die_first(void)
{
	int fd CLEANUP_FD = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	struct err ignored = ERR_INIT;

	if (fd >= 0)
		(void)!fd_write_all(fd, STR("1000"), &ignored);
}

static int confine_callback(void *arg, struct err *err)
{
	const struct building *b = arg;

	die_first();
	if (confine_resources(b->limits.disk_bytes, b->limits.pids, err) != 0)
		return -1;
	if (confine_arguments(err) != 0 || confine_capabilities(err) != 0 ||
	    confine_privileges(err) != 0)
		return -1;
	return confine_syscalls(err);
}

static int init_callback(void *arg, struct ns_outcome *ret, struct err *err)
{
	struct building *b = arg;

	return buildah_run(&b->buildah, ret, err);
}

/* ---- starting and watching ---- */

static int before_callback(void *arg, pid_t pid, struct err *err)
{
	struct building *b = arg;

	(void)err;
	cgroup_add(&b->cgroup, pid);
	return 0;
}

/* Root's folders for the build belong to its users; an ordinary user's already do. */
static int give_folders(const struct building *b, struct err *err)
{
	const char *const folders[] = {b->store, b->out};

	if (b->ordinary || !b->child.has_users)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		if (chown(folders[i], b->ids.first_uid, b->ids.first_gid) != 0)
			return err_sys(err, "giving %s to the build", folders[i]);
	return 0;
}

static int start(struct building *b, struct err *err)
{
	struct ns_job job = {
	    .root = b->root,
	    .own_network = b->plan->network != BUILD_NET_HOST,
	    .refuse_users = fault_here("build-users"),
	    .log_fd = b->log_write,
	    .ids = b->ids,
	    .tree = tree_callback,
	    .proc = proc_callback,
	    .network = b->plan->network == BUILD_NET_HOST ? NULL : network_callback,
	    .confine = confine_callback,
	    .init = init_callback,
	    .arg = b,
	};

	cgroup_make(&b->cgroup, b->limits.memory_bytes, b->limits.pids, b->arena);
	if (ns_start(&job, before_callback, &b->child, err) != 0)
		return -1;
	fd_cleanup(&b->log_write);
	if (give_folders(b, err) != 0)
		return -1;
	if (b->plan->network == BUILD_NET_EGRESS &&
	    network_helper_start(&b->network, b->child.pid, b->ordinary, &b->helper, err) != 0)
		return -1;
	return ns_go(&b->child, err);
}

/* The log's file is the caller's; when it cannot be written the build still is judged. */
static void take_log(struct building *b, struct str bytes)
{
	struct err ignored = ERR_INIT;
	size_t n = bytes.n < b->log_left ? bytes.n : (size_t)b->log_left;

	build_log_add(&b->log, bytes);
	if (b->plan->log_fd <= 0 || b->log_left == 0)
		return;
	b->log_left -= n;
	if (fd_write_all(b->plan->log_fd, str_sub(bytes, 0, n), &ignored) != 0)
		b->log_left = 0;
	else if (b->log_left == 0)
		(void)!fd_write_all(b->plan->log_fd,
		    STR("\n[the log is longer than its limit: the rest is dropped]\n"), &ignored);
}

/* Passes on what may go. */
static void let_go(struct building *b, bool all)
{
	struct str piece;

	while ((piece = held_piece(&b->held, now_ms(), all)).n > 0) {
		struct str shown = piece;

		arena_clear(&b->piece);
		if (b->plan->mask)
			shown = b->plan->mask(b->plan->mask_arg, piece, &b->piece);
		take_log(b, shown);
		held_drop(&b->held, piece.n, now_ms());
	}
}

/* False at the end of the log. */
static bool read_log(struct building *b)
{
	char bytes[4096];
	ssize_t n = read(b->log_read, bytes, sizeof(bytes));
	struct err ignored = ERR_INIT;

	if (n > 0 && held_add(&b->held, str_make(bytes, (size_t)n), now_ms(), &ignored) != 0)
		return false;
	let_go(b, false);
	return n > 0 || (n < 0 && errno == EINTR);
}

/* Passes the log on until there is a result. */
static int watch(struct building *b, struct err *err)
{
	struct pollfd p[2] = {
	    {.fd = b->child.report_fd, .events = POLLIN}, {.fd = b->log_read, .events = POLLIN}};

	for (;;) {
		int64_t left = b->ends_ms - now_ms();
		int64_t wait = b->held.bytes.n > 0 ? HELD_MS : 60000;
		int n = left > 0 ? poll(p, 2, (int)MIN_OF(left, wait)) : 0;

		if (left <= 0)
			return err_set(err, ERR_LIMIT, "the build took longer than %lld s",
			    (long long)((b->ends_ms - b->started_ms) / 1000));
		if (n < 0 && errno != EINTR)
			return err_sys(err, "waiting for the build");
		if (n == 0)
			let_go(b, false);
		if (n > 0 && p[1].revents && !read_log(b))
			p[1].fd = -1;
		if (n > 0 && p[0].revents && !(p[1].revents & POLLIN))
			return 0;
	}
}

static void stop(struct building *b)
{
	struct pollfd p = {.fd = b->log_read, .events = POLLIN};
	int64_t until;

	ns_stop(&b->child);
	network_helper_stop(&b->helper);
	cgroup_remove(&b->cgroup);
	fd_cleanup(&b->log_write);
	/* All of the build's processes are dead: what they wrote is in the pipe. */
	until = now_ms() + DRAIN_MS;
	while (now_ms() < until && poll(&p, 1, DRAIN_MS) > 0 && read_log(b))
		;
	let_go(b, true);
	build_log_end(&b->log);
	fd_cleanup(&b->log_read);
}

/* ---- the result ---- */

static void say_size(struct buf *text, uint64_t bytes)
{
	if (bytes % GIB(1) == 0)
		buf_addf(text, "%llu GiB", (unsigned long long)(bytes >> 30));
	else
		buf_addf(text, "%llu MiB", (unsigned long long)(bytes >> 20));
}

static struct str describe(const struct building *b)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT(2048);
	const char *network = "no network";

	if (b->plan->network == BUILD_NET_EGRESS)
		network = b->has_resolver ? "network out only, not to this machine"
					  : "network out only, not to this machine, NO NAME SERVER "
					    "(this machine has none that is not its own)";
	else if (b->plan->network == BUILD_NET_HOST)
		network = "THE HOST'S NETWORK";
	buf_add(&text, STR("own tree, processes, IPC, host name; "));
	if (b->child.has_users)
		buf_add(&text, STR("own users; "));
	else
		buf_addf(&text, "NO OWN USERS (%s); ", b->child.why);
	buf_addf(&text, "%s; ", network);
	if (b->cgroup.limits_pids)
		buf_addf(&text, "%llu processes; ", (unsigned long long)b->limits.pids);
	else if (b->child.has_users)
		buf_addf(&text, "%llu processes each user (no cgroup); ",
		    (unsigned long long)b->limits.pids);
	else
		buf_add(&text, STR("NO LIMIT OF PROCESSES (no writable cgroup); "));
	if (b->cgroup.limits_memory)
		say_size(&text, b->limits.memory_bytes);
	else
		buf_add(&text, STR("NO LIMIT"));
	buf_addf(&text, " of memory%s; ", b->cgroup.limits_memory ? "" : " (no writable cgroup)");
	say_size(&text, b->limits.disk_bytes);
	buf_addf(&text, " of disk; %lld s", (long long)((b->ends_ms - b->started_ms) / 1000));
	return arena_str(b->arena, buf_str(&text));
}

/* Puts buildah's own words behind an error of one of our steps. */
static int add_words(const struct building *b, struct err *err)
{
	struct buf words CLEANUP(buf_release) = BUF_INIT(1024);
	struct err inner = *err;

	if (b->log.error_n == 0 || inner.code != ERR_FORMAT)
		return -1;
	buf_add_safe(&words, str_make(b->log.error, MIN_OF(b->log.error_n, (size_t)180)));
	return err_set(err, inner.code, "%s: %s", inner.text, buf_cstr(&words));
}

static int conclude(
    struct building *b, const struct ns_outcome *outcome, struct build_result *ret, struct err *err)
{
	if (outcome->code == BUILDAH_BUILT) {
		struct str digest = str_of(outcome->text);

		if (output_take(b->out, b->plan->output_layout, digest, b->arena, err) != 0)
			return -1;
		ret->outcome = BUILD_OK;
		(void)snprintf(ret->digest, sizeof(ret->digest), STR_FMT, STR_ARG(digest));
		return 0;
	}
	/* A full disk is this machine's fault, not the Dockerfile's. */
	if (str_has(str_make(b->log.error, b->log.error_n), STR("no space left on device")))
		return err_set(err, ERR_IO, "the build ran out of disk in %s", b->plan->work_dir);
	ret->outcome = BUILD_FAILED;
	ret->message = build_log_message(&b->log, b->arena);
	ret->tail = build_log_tail(&b->log, b->arena);
	return arena_check(b->arena, err);
}

static int prepare(struct building *b, struct err *err)
{
	const struct build_plan *plan = b->plan;
	int pipe_fds[2];

	if (check_plan(b, err) != 0)
		return -1;
	if (fault_here("build-start"))
		return err_sys(err, "starting the build");
	if (id_range_find(&b->ids, err) != 0)
		return -1;
	if (plan->network == BUILD_NET_EGRESS && network_plan_make(&b->network, b->arena, err) != 0)
		return -1;
	if (buildah_prepare(&b->buildah, plan, b->limits.disk_bytes, b->arena, err) != 0)
		return -1;
	if (make_folders(b, err) != 0 || plan_tree(b, err) != 0)
		return -1;
	if (pipe2(pipe_fds, O_CLOEXEC) != 0)
		return err_sys(err, "making a pipe");
	b->log_read = pipe_fds[0];
	b->log_write = pipe_fds[1];
	return 0;
}

static struct building *building_new(const struct build_plan *plan)
{
	struct building *b = arena_new(plan->arena, struct building);
	int64_t timeout_ms = plan->timeout_ms > 0 ? plan->timeout_ms : DEFAULT_TIMEOUT_MS;

	if (!b)
		return NULL;
	b->plan = plan;
	b->arena = plan->arena;
	b->ordinary = geteuid() != 0;
	b->log_read = b->log_write = b->helper.exit_fd = -1;
	b->child = (struct ns_child){.pid = -1, .life_fd = -1, .report_fd = -1};
	b->started_ms = now_ms();
	b->ends_ms = b->started_ms + timeout_ms;
	b->limits = (struct build_limits){
	    .memory_bytes = or_default(plan->limits.memory_bytes, GIB(4)),
	    .pids = or_default(plan->limits.pids, DEFAULT_PIDS),
	    .disk_bytes = or_default(plan->limits.disk_bytes, GIB(32)),
	    .log_bytes = or_default(plan->limits.log_bytes, MIB(64)),
	};
	b->log_left = b->limits.log_bytes;
	held_init(&b->held);
	arena_init(&b->piece, MIB(4));
	return b;
}

static void building_end(struct building *b)
{
	struct err ignored = ERR_INIT;

	(void)!build_work_remove(b->plan->work_dir, &ignored);
	held_release(&b->held);
	arena_release(&b->piece);
}

int image_build_begin(const struct build_plan *plan, struct building **ret, struct err *err)
{
	struct building *b = building_new(plan);

	if (!b)
		return arena_err(plan->arena, err);
	if (prepare(b, err) == 0) {
		if (start(b, err) == 0) {
			log_debug("build in %s: begins", plan->work_dir);
			*ret = b;
			return 0;
		}
		stop(b);
		(void)add_words(b, err);
	}
	building_end(b);
	return -1;
}

static int end_in(struct building *b, struct build_result *ret, struct err *err)
{
	struct ns_outcome outcome = {0};
	int result = watch(b, err);

	if (result == 0)
		result = ns_result(&b->child, &outcome, err);
	ret->isolation = describe(b);
	stop(b);
	if (result != 0)
		return add_words(b, err);
	if (!ret->isolation.p)
		return arena_err(b->arena, err);
	return conclude(b, &outcome, ret, err);
}

int image_build_end(struct building *b, struct build_result *ret, struct err *err)
{
	struct build_result result = {.outcome = BUILD_FAILED};
	int status = end_in(b, &result, err);

	building_end(b);
	if (status != 0)
		return -1;
	result.duration_ms = now_ms() - b->started_ms;
	log_debug("build: ended after %lld ms, outcome %d", (long long)result.duration_ms,
	    (int)result.outcome);
	*ret = result;
	return 0;
}

static int remove_callback(void *arg, struct err *err)
{
	const char *work_dir = arg;

	return dir_remove(work_dir, err);
}

int build_work_remove(const char *work_dir, struct err *err)
{
	struct err first = ERR_INIT, why = ERR_INIT;
	struct id_range ids;
	char path[4096];

	if (dir_remove(work_dir, &first) == 0)
		return 0;
	(void)snprintf(path, sizeof(path), "%s", work_dir);
	if (geteuid() != 0 && id_range_find(&ids, &why) == 0 &&
	    ns_as_users(&ids, remove_callback, path, &why) == 0)
		return 0;
	*err = first;
	return -1;
}

void build_sweep(struct arena *arena)
{
	cgroup_sweep(arena);
}
