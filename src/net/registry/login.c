#include "net/registry/login.h"

#include "base/hash.h"
#include "base/json.h"
#include "base/os/fd.h"

#include <stdlib.h>

enum { PARSE_MEMORY = 4 << 20, WORD_MAX = 64, FILE_NAME_MAX = 4096 };

/* What a configuration says of one registry. Slices of the text, or in the arena. */
struct login_entry {
	struct str key;
	struct str auth, user, password, token;
	bool found;
};

struct login_reading {
	struct str wanted; /* "host/path" */
	struct str host;
	struct login_entry best, current;
	struct str helper;	      /* credHelpers' for this host */
	struct str store;	      /* credsStore */
	char hosts[LOGIN_HOSTS_SIZE]; /* of all entries */
};

typedef int member_fn(struct json_in *j, struct str key, struct login_reading *r, struct err *err);

void registry_login_wipe(struct registry_login *login)
{
	explicit_bzero(login, sizeof *login);
}

static void secret_cleanup(struct buf *b)
{
	if (b->p)
		explicit_bzero(b->p, b->cap);
	buf_release(b);
}

static int set_login(
    struct registry_login *login, struct str user, struct str password, struct err *err)
{
	if (user.n == 0 || str_chr(user, ':') != STR_NPOS || str_chr(user, '\0') != STR_NPOS ||
	    str_chr(password, '\0') != STR_NPOS)
		return err_set(err, ERR_CONFIG,
		    "a registry's user name is empty or has a ':' in it, or its password a NUL");
	if (user.n >= sizeof login->user || password.n >= sizeof login->password)
		return err_set(err, ERR_LIMIT,
		    "a registry's user name is longer than %d bytes or its password than %d",
		    LOGIN_USER_SIZE - 1, LOGIN_PASSWORD_SIZE - 1);
	*login = (struct registry_login){0};
	memcpy(login->user, user.p, user.n);
	if (password.n > 0)
		memcpy(login->password, password.p, password.n);
	return 0;
}

/* The whole file, in a buffer that secret_cleanup wipes. Room for all of it is made first, so that
 * growing leaves no copy behind. */
static int read_secret(const char *path, struct buf *out, struct err *err)
{
	int fd CLEANUP_FD = file_open_read(path, err);

	if (fd < 0)
		return -1;
	if (!buf_room(out, out->max))
		return err_nomem(err);
	return fd_read_to_end(fd, out, err) ? err_wrap(err, "%s", path) : 0;
}

int registry_login_given(
    struct str user, const char *password_file, struct registry_login *ret, struct err *err)
{
	struct buf text CLEANUP(secret_cleanup) = BUF_INIT(2 * LOGIN_PASSWORD_SIZE);
	const char *given = getenv("PLIMSOLL_REGISTRY_PASSWORD");
	struct str password;

	if (!password_file) {
		if (!given)
			return err_set(err, ERR_CONFIG,
			    "a registry user without a password: name its file, or set "
			    "PLIMSOLL_REGISTRY_PASSWORD");
		return set_login(ret, user, str_of(given), err);
	}
	if (read_secret(password_file, &text, err))
		return err_wrap(err, "registry password");
	password = buf_str(&text);
	if (str_ends(password, STR("\n")))
		password.n--;
	if (str_ends(password, STR("\r")))
		password.n--;
	return set_login(ret, user, password, err);
}

/* ---- a Docker configuration ---- */

/* "https://index.docker.io/v1/" and the like to "host" or "host/path". */
static struct str bare_key(struct str key)
{
	if (str_starts(key, STR("https://")))
		key = str_sub(key, 8, key.n);
	else if (str_starts(key, STR("http://")))
		key = str_sub(key, 7, key.n);
	while (str_ends(key, STR("/")))
		key.n--;
	if (str_ends(key, STR("/v1")) || str_ends(key, STR("/v2")))
		key.n -= 3;
	return str_eq(key, STR("index.docker.io")) ? STR("docker.io") : key;
}

static int skip_value(struct json_in *j, struct err *err)
{
	struct json_event event;

	return json_next(j, &event, err) || json_skip(j, &event, err) ? -1 : 0;
}

static int each_member(struct json_in *j, member_fn *fn, struct login_reading *r, struct err *err)
{
	struct json_event event;

	if (json_next(j, &event, err))
		return -1;
	if (event.kind != JSON_OBJECT)
		return err_set(err, ERR_FORMAT, "an object is expected");
	for (;;) {
		if (json_next(j, &event, err))
			return -1;
		if (event.kind == JSON_OBJECT_END)
			return 0;
		if (fn(j, event.text, r, err))
			return -1;
	}
}

static int take_text(struct json_in *j, struct str *ret, struct err *err)
{
	struct json_event event;

	if (json_next(j, &event, err))
		return -1;
	if (event.kind != JSON_STRING)
		return err_set(err, ERR_FORMAT, "a text is expected");
	*ret = event.text;
	return 0;
}

static int entry_member(struct json_in *j, struct str key, struct login_reading *r, struct err *err)
{
	if (str_eq(key, STR("auth")))
		return take_text(j, &r->current.auth, err);
	if (str_eq(key, STR("username")))
		return take_text(j, &r->current.user, err);
	if (str_eq(key, STR("password")))
		return take_text(j, &r->current.password, err);
	if (str_eq(key, STR("identitytoken")) || str_eq(key, STR("registrytoken")))
		return take_text(j, &r->current.token, err);
	return skip_value(j, err);
}

/* The host of "host[:port][/path]" behind the others. */
static void add_host(struct login_reading *r, struct str key)
{
	size_t at = strlen(r->hosts), slash = str_chr(key, '/');
	struct str host = slash == STR_NPOS ? key : str_sub(key, 0, slash);

	if (host.n == 0 || at + host.n + 2 > sizeof r->hosts)
		return;
	for (size_t i = 0; i < host.n; i++) {
		if (host.p[i] <= ' ' || host.p[i] > '~')
			return;
	}
	r->hosts[at] = ' ';
	memcpy(r->hosts + at + 1, host.p, host.n);
	r->hosts[at + 1 + host.n] = '\0';
}

static int auths_member(struct json_in *j, struct str key, struct login_reading *r, struct err *err)
{
	struct str bare = bare_key(key);
	/* The key names the host, or a path above or at what is wanted. */
	bool fits = str_starts(r->wanted, bare) && bare.n >= r->host.n &&
		    (bare.n == r->wanted.n || r->wanted.p[bare.n] == '/');

	add_host(r, bare);
	if (!fits || (r->best.found && bare.n <= r->best.key.n))
		return skip_value(j, err);
	r->current = (struct login_entry){.key = bare, .found = true};
	if (each_member(j, entry_member, r, err))
		return -1;
	r->best = r->current;
	return 0;
}

static int helpers_member(
    struct json_in *j, struct str key, struct login_reading *r, struct err *err)
{
	if (str_eq(bare_key(key), r->host))
		return take_text(j, &r->helper, err);
	return skip_value(j, err);
}

static int config_member(
    struct json_in *j, struct str key, struct login_reading *r, struct err *err)
{
	if (str_eq(key, STR("auths")))
		return each_member(j, auths_member, r, err);
	if (str_eq(key, STR("credHelpers")))
		return each_member(j, helpers_member, r, err);
	if (str_eq(key, STR("credsStore")))
		return take_text(j, &r->store, err);
	return skip_value(j, err);
}

static int refuse_helper(const struct login_reading *r, struct str name, struct err *err)
{
	return err_set(err, ERR_UNSUPPORTED,
	    "the password of " STR_FMT " is kept by the credential helper \"" STR_FMT
	    "\", which is not supported: give --registry-user and its password",
	    STR_ARG(r->host), STR_ARG(str_sub(name, 0, WORD_MAX)));
}

/* base64 of "user:password" */
static int decode_auth(
    const struct login_reading *r, struct arena *arena, struct registry_login *ret, struct err *err)
{
	struct str pair, user, password;
	struct err ignored = ERR_INIT;
	int result;

	if (base64_decode(r->best.auth, arena, &pair, &ignored))
		return err_set(
		    err, ERR_CONFIG, "the entry of " STR_FMT " is not base64", STR_ARG(r->host));
	if (str_split(pair, ':', &user, &password))
		result = set_login(ret, user, password, err);
	else
		result = err_set(
		    err, ERR_CONFIG, "the entry of " STR_FMT " has no ':' in it", STR_ARG(r->host));
	if (pair.n > 0)
		explicit_bzero((void *)(uintptr_t)pair.p, pair.n);
	return result;
}

static int settle(
    const struct login_reading *r, struct arena *arena, struct registry_login *ret, struct err *err)
{
	const struct login_entry *best = &r->best;

	if (r->helper.n > 0)
		return refuse_helper(r, r->helper, err);
	if (best->token.n > 0)
		return err_set(err, ERR_UNSUPPORTED,
		    "the entry of " STR_FMT " is an identity token, which is not supported: give "
		    "--registry-user and its password",
		    STR_ARG(r->host));
	if (best->auth.n > 0)
		return decode_auth(r, arena, ret, err);
	if (best->user.n > 0)
		return set_login(ret, best->user, best->password, err);
	if (best->found && r->store.n > 0)
		return refuse_helper(r, r->store, err);
	*ret = (struct registry_login){0};
	return 0;
}

int registry_login_parse(
    struct str json, const struct image_ref *ref, struct registry_login *ret, struct err *err)
{
	struct arena arena CLEANUP(arena_release);
	struct login_reading r = {.host = ref->host};
	struct json_event event;
	struct json_in j;
	struct err why = ERR_INIT;

	arena_init(&arena, PARSE_MEMORY);
	r.wanted = image_ref_name(ref, &arena);
	if (!r.wanted.p)
		return arena_err(&arena, err);
	json_in_init(&j, json, &arena);
	/* The reader's own error might repeat the text, which holds passwords. */
	if (each_member(&j, config_member, &r, &why) || json_next(&j, &event, &why))
		return err_set(err, ERR_CONFIG,
		    "it is not a Docker configuration: its JSON is broken or of another shape near byte %zu",
		    j.at);
	if (settle(&r, &arena, ret, err) != 0)
		return -1;
	memcpy(ret->hosts, r.hosts, sizeof ret->hosts);
	return 0;
}

/* The first path that is set; an explicit one must be there. */
static bool find_config(char path[FILE_NAME_MAX], bool *ret_explicit)
{
	const char *file = getenv("REGISTRY_AUTH_FILE");
	const char *folder = getenv("DOCKER_CONFIG");
	const char *home = getenv("HOME");
	int n = -1;

	*ret_explicit = file && *file;
	if (*ret_explicit)
		n = snprintf(path, FILE_NAME_MAX, "%s", file);
	else if (folder && *folder)
		n = snprintf(path, FILE_NAME_MAX, "%s/config.json", folder);
	else if (home && *home)
		n = snprintf(path, FILE_NAME_MAX, "%s/.docker/config.json", home);
	return n > 0 && n < FILE_NAME_MAX;
}

int registry_login_find(const struct image_ref *ref, struct registry_login *ret, struct err *err)
{
	struct buf text CLEANUP(secret_cleanup) = BUF_INIT(LOGIN_FILE_MAX);
	char path[FILE_NAME_MAX];
	bool is_explicit;

	if (!find_config(path, &is_explicit) || (!is_explicit && !file_exists(path))) {
		*ret = (struct registry_login){0};
		return 0;
	}
	if (read_secret(path, &text, err))
		return err_wrap(err, "registry credentials");
	return registry_login_parse(buf_str(&text), ref, ret, err) ? err_wrap(err, "%s", path) : 0;
}

void registry_login_hosts(struct registry_login *login)
{
	static const struct image_ref nowhere = {.host = STR_INIT("."), .path = STR_INIT("x")};
	struct registry_login found CLEANUP(registry_login_wipe) = {0};
	struct err ignored = ERR_INIT;

	if (registry_login_find(&nowhere, &found, &ignored) == 0)
		memcpy(login->hosts, found.hosts, sizeof login->hosts);
}
