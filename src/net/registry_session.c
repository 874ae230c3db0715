#include "net/registry_session.h"

#include "base/frame.h"
#include "base/hash.h"
#include "core/image_ref.h"
#include "net/registry/challenge.h"
#include "net/token_host.h"

enum { REDIRECTS_MAX = 4 };

static int locate(struct registry_session *s, struct err *err)
{
	const struct net_request *r = s->request;
	bool is_plain = image_ref_host_is_loopback(r->host) ? !(r->flags & NET_TLS)
							    : (r->flags & NET_INSECURE) != 0;
	/* The only host whose API lies at another name than its images. */
	struct str api = str_eq(r->host, STR("docker.io")) ? STR("registry-1.docker.io") : r->host;
	struct str home =
	    arena_fmt(&s->arena, "%s://" STR_FMT "/v2/", is_plain ? "http" : "https", STR_ARG(api));
	struct str selector = r->selector.n > 0 ? r->selector : r->digest;

	s->who = arena_fmt(&s->arena, "registry " STR_FMT, STR_ARG(r->host)).p;
	s->name = arena_fmt(&s->arena, STR_FMT "%s" STR_FMT, STR_ARG(r->path),
	    digest_is_valid(selector) ? "@" : ":", STR_ARG(selector))
		      .p;
	if (!home.p || !s->who || !s->name)
		return arena_err(&s->arena, err);
	return url_resolve(NULL, home, &s->arena, &s->home, err) ? err_wrap(err, "%s", s->who) : 0;
}

int session_open(
    struct registry_session *s, const struct net_request *request, int progress_fd, struct err *err)
{
	struct http_opts opts = {
	    .stall_seconds = request->stall_seconds, .attempts = request->attempts};

	*s = (struct registry_session){.request = request, .progress_fd = progress_fd};
	arena_init(&s->arena, SESSION_MEMORY_MAX);
	if (locate(s, err) || http_open(&opts, &s->http, err)) {
		arena_release(&s->arena);
		return -1;
	}
	return 0;
}

void session_wipe(char *secret)
{
	if (secret)
		explicit_bzero(secret, strlen(secret));
}

void session_close(struct registry_session *s)
{
	session_wipe(s->authorization);
	http_close(s->http);
	s->http = NULL;
	arena_release(&s->arena);
}

int session_url(
    struct registry_session *s, const char *kind, struct str id, struct url *ret, struct err *err)
{
	struct str relative = arena_fmt(
	    &s->arena, STR_FMT "/%s/" STR_FMT, STR_ARG(s->request->path), kind, STR_ARG(id));

	return url_resolve(s->home.text, relative, &s->arena, ret, err);
}

const char *session_what(struct registry_session *s, const char *what)
{
	struct str text = arena_fmt(&s->arena, "%s %s", what, s->name);

	return text.p ? text.p : what;
}

int session_basic(struct registry_session *s, char **ret, struct err *err)
{
	const struct net_request *r = s->request;
	struct buf pair CLEANUP(buf_release) = BUF_INIT(NET_MESSAGE_MAX);
	struct buf text CLEANUP(buf_release) = BUF_INIT(2 * NET_MESSAGE_MAX);

	(void)buf_room(&pair, r->user.n + 1 + r->password.n); /* so that no copy is left behind */
	buf_add(&pair, r->user);
	buf_addc(&pair, ':');
	buf_add(&pair, r->password);
	(void)buf_room(&text, 8 + pair.n * 2);
	buf_add(&text, STR("Basic "));
	base64_encode(buf_str(&pair), &text);
	*ret = buf_ok(&pair) && buf_ok(&text) ? arena_cstr(&s->arena, buf_str(&text)) : NULL;
	if (pair.p)
		explicit_bzero(pair.p, pair.cap);
	if (text.p)
		explicit_bzero(text.p, text.cap);
	return *ret ? 0 : err_set(err, ERR_LIMIT, "the user name or password is too long");
}

bool session_accepts_url(const struct registry_session *s, const struct url *url)
{
	return str_eq(url->scheme, STR("https")) || str_eq(s->home.scheme, STR("http"));
}

enum http_reach session_reach(const struct registry_session *s, const struct url *url)
{
	if (url_same_origin(url, &s->home))
		return HTTP_REACH_ANY;
	return image_ref_host_is_loopback(s->home.host) ? HTTP_REACH_NO_LINK_LOCAL
							: HTTP_REACH_NO_LOCAL;
}

/* What to do about a 401: get authorization if the challenge can be answered and was not yet. */
static int authenticate(struct registry_session *s, const struct http_request *request,
    const struct http_answer *answer, bool *ret_again, struct err *err)
{
	bool had_token = s->authorization && s->is_token;
	struct challenge challenge;

	*ret_again = false;
	if (answer->challenge.n == 0 || (s->authorization && !had_token))
		return 0;
	if (challenge_parse(buf_str(&answer->challenge), &s->arena, &challenge, err))
		return err_wrap(
		    err, "%s, %s: what it asks for by WWW-Authenticate", s->who, request->what);
	if (challenge.scheme == CHALLENGE_NONE)
		return err_set(err, ERR_UNSUPPORTED,
		    "%s, %s: it wants authentication of a kind that is not supported; Basic and Bearer "
		    "are",
		    s->who, request->what);
	if (challenge.scheme == CHALLENGE_BASIC && s->request->user.n == 0)
		return 0;
	if (s->request->user.n > 0 && !token_url_is_private(&s->home))
		return err_set(err, ERR_AUTH,
		    "%s, %s: it wants the user name and password, and is reached by plain http, where "
		    "anybody on the way could read them: that is refused; give it TLS",
		    s->who, request->what);
	session_wipe(s->authorization);
	s->authorization = NULL;
	s->is_token = challenge.scheme == CHALLENGE_BEARER;
	*ret_again = true;
	if (s->is_token)
		return session_fetch_token(
		    s, challenge.realm, challenge.service, request->what, err);
	return session_basic(s, &s->authorization, err);
}

int session_send(struct registry_session *s, struct http_request *request,
    struct http_answer *answer, struct err *err)
{
	bool again = false;

	request->who = s->who;
	request->reach = HTTP_REACH_ANY;
	request->authorization = s->authorization;
	if (http_perform(s->http, request, answer, err))
		return -1;
	if (answer->status != 401)
		return 0;
	if (authenticate(s, request, answer, &again, err))
		return -1;
	if (!again)
		return 0;
	request->authorization = s->authorization;
	return http_perform(s->http, request, answer, err);
}

static bool is_redirect(long status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* Points the request to the place that the answer names. */
static int follow(struct registry_session *s, struct http_request *request,
    const struct http_answer *answer, struct err *err)
{
	struct url next;

	if (url_resolve(request->url.text, buf_str(&answer->location), &s->arena, &next, err))
		return err_wrap(err, "%s, %s: where it points to", s->who, request->what);
	if (!session_accepts_url(s, &next))
		return err_set(err, ERR_NET,
		    "%s, %s: it points from https to plain http, which is refused", s->who,
		    request->what);
	request->url = next;
	request->reach = session_reach(s, &next);
	request->authorization = url_same_origin(&next, &s->home) ? s->authorization : NULL;
	return 0;
}

int session_fetch(struct registry_session *s, struct http_request *request,
    struct http_answer *answer, struct err *err)
{
	if (session_send(s, request, answer, err))
		return -1;
	for (int i = 0; i < REDIRECTS_MAX && is_redirect(answer->status); i++) {
		if (follow(s, request, answer, err) || http_perform(s->http, request, answer, err))
			return -1;
	}
	return 0;
}

/* The error code of the distribution specification that the body names, or "". Only words from
 * this list are repeated: what else a server says may be anything, a password too. */
static const char *registry_code(const struct buf *body)
{
	static const char *const codes[] = {"BLOB_UNKNOWN", "BLOB_UPLOAD_INVALID",
	    "BLOB_UPLOAD_UNKNOWN", "DIGEST_INVALID", "MANIFEST_BLOB_UNKNOWN", "MANIFEST_INVALID",
	    "MANIFEST_UNKNOWN", "NAME_INVALID", "NAME_UNKNOWN", "SIZE_INVALID", "UNAUTHORIZED",
	    "DENIED", "UNSUPPORTED", "TOOMANYREQUESTS"};

	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		if (str_has(buf_str(body), str_of(codes[i])))
			return codes[i];
	}
	return "";
}

static int refused_login(
    const struct registry_session *s, const struct http_request *request, struct err *err)
{
	if (s->request->user.n == 0)
		return err_set(err, ERR_AUTH,
		    "%s, %s: it wants a user name and password (401); give --registry-user, or log in "
		    "with docker or podman",
		    s->who, request->what);
	return err_set(err, ERR_AUTH,
	    "%s, %s: it refused the user name or password (401); check --registry-user and its "
	    "password",
	    s->who, request->what);
}

int session_refused(const struct registry_session *s, const struct http_request *request,
    const struct http_answer *answer, struct err *err)
{
	const char *code = registry_code(&answer->body);
	const char *sep = *code ? " " : "";

	if (answer->status == 401)
		return refused_login(s, request, err);
	if (answer->status == 403)
		return err_set(err, ERR_AUTH,
		    "%s, %s: this user may not do that (403%s%s); ask whoever runs it for the right",
		    s->who, request->what, sep, code);
	if (answer->status == 404)
		return err_set(err, ERR_NOT_FOUND,
		    "%s, %s: it has no such repository or tag (404%s%s); check the name", s->who,
		    request->what, sep, code);
	if (answer->status == 429)
		return err_set(err, ERR_NET,
		    "%s, %s: it says that there were too many requests (429%s%s); try again later, or "
		    "log in",
		    s->who, request->what, sep, code);
	if (is_redirect(answer->status))
		return err_set(err, ERR_NET,
		    "%s, %s: it points elsewhere (%ld), which is not followed here; name the registry "
		    "by its own host",
		    s->who, request->what, answer->status);
	if (answer->status >= 500)
		return err_set(err, ERR_NET,
		    "%s, %s: it failed (%ld%s%s); look at its log, or try again later", s->who,
		    request->what, answer->status, sep, code);
	return err_set(err, ERR_NET, "%s, %s: it refused the request (%ld%s%s)", s->who,
	    request->what, answer->status, sep, code);
}

void session_progress(
    struct registry_session *s, struct str digest, uint64_t done, uint64_t total, bool skipped)
{
	struct buf payload CLEANUP(buf_release) = BUF_INIT(KIB(4));
	struct net_progress progress = {digest, done, total, skipped};
	struct err ignored = ERR_INIT;

	net_put_progress(&payload, &progress);
	if (frame_write(s->progress_fd, NET_FRAME_PROGRESS, buf_str(&payload), &ignored))
		return; /* whoever listened is gone: the result will say so */
}
