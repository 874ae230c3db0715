#include "ship/registry/client.h"

#include "base/frame.h"
#include "base/hash.h"
#include "base/os/fd.h"
#include "base/os/spawn.h"
#include "net/registry/message.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#define PROGRAM "plimsoll-net"

enum {
	CALL_MEMORY = 256 * 1024,
	STALL_SECONDS = 60,
	ATTEMPTS = 4,
	GRACE_MS = 5000,
	ENV_MAX = 64,
};

/* One running plimsoll-net and what was asked of it. */
struct call {
	const struct registry_opts *opts;
	struct net_request request;
	struct arena arena;
};

/* ---- where the program is ---- */

/* The folder of the running program, ending in no slash. */
static bool own_folder(char path[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);
	char *slash;

	if (n <= 0)
		return false;
	path[n] = '\0';
	slash = strrchr(path, '/');
	if (!slash)
		return false;
	*slash = '\0';
	return true;
}

static const char *runnable(struct str path)
{
	return path.p && access(path.p, X_OK) == 0 ? path.p : NULL;
}

/* Beside it, in the build tree (src/cli beside src/net), or in the libexec of its prefix. */
static const char *find_beside(struct arena *arena)
{
	static const char *const places[] = {
	    "/" PROGRAM, "/../net/" PROGRAM, "/../libexec/plimsoll/" PROGRAM};
	const char *found = NULL;
	char folder[PATH_MAX];

	if (!own_folder(folder))
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(places) && !found; i++)
		found = runnable(arena_fmt(arena, "%s%s", folder, places[i]));
	return found;
}

int registry_program(struct arena *arena, const char **ret_path, struct err *err)
{
	const char *folder = getenv("PLIMSOLL_LIBEXEC");
	const char *found;

	if (folder && *folder)
		found = runnable(arena_fmt(arena, "%s/" PROGRAM, folder));
	else
		found = find_beside(arena);
	if (!found && !(folder && *folder))
		found = runnable(STR(PLIMSOLL_LIBEXECDIR "/" PROGRAM));
	if (!found)
		return err_set(err, ERR_CONFIG,
		    "the program " PROGRAM
		    " is not there: reinstall plimsoll, or name its folder in "
		    "PLIMSOLL_LIBEXEC");
	*ret_path = found;
	return 0;
}

/* ---- a call ---- */

static void call_init(struct call *call, const struct registry_opts *opts,
    const struct image_ref *ref, enum net_op op)
{
	struct buf services CLEANUP(buf_release) = BUF_INIT(NET_MESSAGE_MAX / 2);
	struct net_request *r = &call->request;

	*call = (struct call){.opts = opts};
	arena_init(&call->arena, CALL_MEMORY);
	r->op = op;
	r->flags = (opts->insecure ? NET_INSECURE : 0U) | (opts->tls ? NET_TLS : 0U) |
		   (opts->no_sandbox ? NET_NO_SANDBOX : 0U);
	r->stall_seconds = opts->stall_seconds ? opts->stall_seconds : STALL_SECONDS;
	r->attempts = opts->attempts ? opts->attempts : ATTEMPTS;
	r->host = ref->host;
	r->path = ref->path;
	if (!opts->login)
		return;
	r->user = str_of(opts->login->user);
	r->password = str_of(opts->login->password);
	/* Those of `docker login` and those of the policy; without memory, none. */
	buf_add(&services, str_of(opts->login->hosts));
	for (size_t i = 0; i < opts->token_services.n; i++)
		buf_addf(&services, " " STR_FMT, STR_ARG(opts->token_services.p[i]));
	if (buf_ok(&services))
		r->token_services = arena_str(&call->arena, buf_str(&services));
}

static void call_release(struct call *call)
{
	arena_release(&call->arena);
}

/* A digest says more than the tag beside it. */
static struct str selector_of(const struct image_ref *ref)
{
	return ref->digest.n > 0 ? ref->digest : image_ref_selector(ref);
}

static int set_layout(struct call *call, const char *layout_dir, struct err *err)
{
	char path[PATH_MAX];

	if (!realpath(layout_dir, path))
		return err_sys(err, "layout folder %s", layout_dir);
	call->request.layout = arena_str(&call->arena, str_of(path));
	return call->request.layout.p ? 0 : arena_err(&call->arena, err);
}

/* The minimal environment; if fault points are compiled in, what steers them too. */
static const char *const *environment(const char *env[ENV_MAX])
{
	const char *const *minimal = spawn_env_minimal();
	size_t n = 0;

	for (; minimal[n] && n < ENV_MAX - 8; n++)
		env[n] = minimal[n];
#ifdef PLIMSOLL_FAULTS
	for (char **entry = environ; *entry && n < ENV_MAX - 1; entry++) {
		struct str s = str_of(*entry);

		if (str_starts(s, STR("PLIMSOLL_FAULT=")) || str_starts(s, STR("ASAN_OPTIONS=")) ||
		    str_starts(s, STR("LSAN_OPTIONS=")) || str_starts(s, STR("UBSAN_OPTIONS=")))
			env[n++] = *entry;
	}
#endif
	env[n] = NULL;
	return env;
}

static int send_request(const struct call *call, int fd, struct err *err)
{
	struct buf payload = BUF_INIT(NET_MESSAGE_MAX);
	int result;

	(void)buf_room(&payload, NET_MESSAGE_MAX); /* growing would leave copies of the password */
	net_put_request(&payload, &call->request);
	if (buf_ok(&payload))
		result = frame_write(fd, NET_FRAME_REQUEST, buf_str(&payload), err);
	else
		result = buf_err(&payload, "a request to the registry", err);
	if (payload.p)
		explicit_bzero(payload.p, payload.cap);
	buf_release(&payload);
	return result;
}

static int pass_progress(const struct call *call, struct str payload, struct err *err)
{
	const struct registry_opts *opts = call->opts;
	struct registry_progress progress;
	struct net_progress got;

	if (net_get_progress(payload, &got, err))
		return -1;
	progress =
	    (struct registry_progress){got.digest, got.done_bytes, got.total_bytes, got.skipped};
	if (opts->progress)
		opts->progress(opts->progress_arg, &progress);
	return 0;
}

static int take_digest(struct str payload, char ret_digest[REGISTRY_DIGEST_SIZE], struct err *err)
{
	struct rd r = rd_of(payload);
	struct str digest;

	if (!rd_str(&r, &digest) || rd_left(&r) != 0 ||
	    (digest.n > 0 && !digest_is_valid(digest)) || digest.n >= REGISTRY_DIGEST_SIZE)
		return err_set(err, ERR_FORMAT, PROGRAM ": its result is malformed");
	if (digest.n > 0)
		memcpy(ret_digest, digest.p, digest.n);
	ret_digest[digest.n] = '\0';
	return 0;
}

/* Reads frames up to the result or the error. */
static int await_result(
    const struct call *call, int fd, char ret_digest[REGISTRY_DIGEST_SIZE], struct err *err)
{
	struct buf payload CLEANUP(buf_release) = BUF_INIT(NET_MESSAGE_MAX);

	for (;;) {
		uint32_t type = 0;
		enum frame_result result = frame_read(fd, &payload, &type, err);

		if (result == FRAME_ERROR)
			return err_wrap(err, PROGRAM);
		if (result == FRAME_END)
			return err_set(err, ERR_NET, PROGRAM " ended without an answer");
		if (type == NET_FRAME_RESULT)
			return take_digest(buf_str(&payload), ret_digest, err);
		if (type == NET_FRAME_ERROR)
			return net_get_error(buf_str(&payload), err);
		if (type != NET_FRAME_PROGRESS)
			return err_set(err, ERR_FORMAT, PROGRAM ": an unknown message");
		if (pass_progress(call, buf_str(&payload), err))
			return -1;
	}
}

static int talk(struct call *call, char ret_digest[REGISTRY_DIGEST_SIZE], struct err *err)
{
	const char *argv[] = {call->opts->program, NULL};
	const char *env[ENV_MAX];
	struct spawn spawn = {.argv = argv, .env = environment(env), .err_fd = STDERR_FILENO};
	struct spawn_result ended;
	struct spawned net;
	struct err ignored = ERR_INIT;
	int result;

	if (!argv[0] && registry_program(&call->arena, &argv[0], err))
		return -1;
	if (spawn_open(&spawn, &net, err))
		return -1;
	/* If it ended early, what it said explains more than the broken pipe does. */
	(void)send_request(call, net.to, &ignored);
	result = await_result(call, net.from, ret_digest, err);
	if (spawn_close(&net, GRACE_MS, &ended, &ignored))
		return result;
	if (result == -1 && ended.signal != 0)
		return err_set(err, ERR_NET, PROGRAM " was ended by signal %d", ended.signal);
	if (result == 0 && ended.status != 0)
		return err_set(err, ERR_NET, PROGRAM " answered, then failed (%d)", ended.status);
	return result;
}

/* ---- what the rest of the house calls ---- */

int registry_pull(const struct registry_opts *opts, const struct image_ref *ref,
    const char *layout_dir, char ret_digest[REGISTRY_DIGEST_SIZE], struct err *err)
{
	struct call call CLEANUP(call_release);

	call_init(&call, opts, ref, NET_OP_PULL);
	call.request.selector = selector_of(ref);
	call.request.platform = opts->platform.n > 0 ? opts->platform : image_platform_own();
	if (dir_make(layout_dir, 0755, err) || set_layout(&call, layout_dir, err))
		return -1;
	return talk(&call, ret_digest, err);
}

int registry_push(const struct registry_opts *opts, const char *layout_dir, struct str digest,
    const struct image_ref *to, struct err *err)
{
	struct call call CLEANUP(call_release) = {0};
	char pushed[REGISTRY_DIGEST_SIZE];

	if (!digest_is_valid(digest))
		return err_set(err, ERR_FORMAT, "what is to be pushed is named by no valid digest");
	call_init(&call, opts, to, NET_OP_PUSH);
	call.request.digest = digest;
	if (set_layout(&call, layout_dir, err))
		return -1;
	return talk(&call, pushed, err);
}

int registry_tag(
    const struct registry_opts *opts, const struct image_ref *ref, struct str tag, struct err *err)
{
	struct call call CLEANUP(call_release) = {0};
	char tagged[REGISTRY_DIGEST_SIZE];

	if (!digest_is_valid(ref->digest))
		return err_set(err, ERR_FORMAT, "what is to be tagged is named by no valid digest");
	if (!image_tag_is_valid(tag))
		return err_set(err, ERR_FORMAT, "\"" STR_FMT "\" is not a valid tag",
		    STR_ARG(str_sub(tag, 0, IMAGE_REF_TAG_MAX)));
	call_init(&call, opts, ref, NET_OP_TAG);
	call.request.digest = ref->digest;
	call.request.selector = tag;
	return talk(&call, tagged, err);
}

int registry_resolve(const struct registry_opts *opts, const struct image_ref *ref,
    char ret_digest[REGISTRY_DIGEST_SIZE], struct err *err)
{
	struct call call CLEANUP(call_release);

	call_init(&call, opts, ref, NET_OP_RESOLVE);
	call.request.selector = selector_of(ref);
	return talk(&call, ret_digest, err);
}
