/*
 * The token that a Bearer challenge asks for: GET realm?service=…&scope=…, by the
 * distribution project's token specification. The scope is ours, from what is to be done,
 * not the server's; the realm must be https unless the registry itself is plain http, and
 * is asked for nothing else. A user's name and password go only to a realm that token_host.h
 * trusts; another is asked only if there are none.
 */
#include "base/json.h"
#include "core/image_ref.h"
#include "net/registry_session.h"
#include "net/token_host.h"

#define BEARER "Bearer "

enum { TOKEN_MAX = 32 * 1024, HOST_SHOWN_MAX = 80 };

static int token_url(struct registry_session *s, struct str realm, struct str service,
    const char *what, struct url *ret, struct err *err)
{
	enum net_op op = s->request->op;
	struct str scope =
	    arena_fmt(&s->arena, "repository:" STR_FMT ":%s", STR_ARG(s->request->path),
		op == NET_OP_PUSH || op == NET_OP_TAG ? "pull,push" : "pull");
	struct url url;

	if (url_resolve(NULL, realm, &s->arena, &url, err))
		return err_wrap(err, "%s, %s: its token service", s->who, what);
	if (!session_accepts_url(s, &url))
		return err_set(err, ERR_NET,
		    "%s, %s: its token service is at a plain http address, which is refused",
		    s->who, what);
	if (service.n > 0 && url_add_query(&url, "service", service, &s->arena, &url, err))
		return -1;
	return url_add_query(&url, "scope", scope, &s->arena, ret, err);
}

/* A token goes into a header: visible ASCII only. */
static bool is_token(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	}
	return s.n > 0 && s.n <= TOKEN_MAX;
}

/* "token", or "access_token", of the answer's object. */
static int find_token(struct str json, struct arena *arena, struct str *ret, struct err *err)
{
	struct json_event event;
	struct json_in j;

	*ret = STR_NONE;
	json_in_init(&j, json, arena);
	if (json_next(&j, &event, err))
		return -1;
	if (event.kind != JSON_OBJECT)
		return err_set(err, ERR_FORMAT, "the answer is not an object");
	for (;;) {
		bool is_wanted;

		if (json_next(&j, &event, err))
			return -1;
		if (event.kind == JSON_OBJECT_END)
			return 0;
		is_wanted = str_eq(event.text, STR("token")) ||
			    (str_eq(event.text, STR("access_token")) && ret->n == 0);
		if (json_next(&j, &event, err))
			return -1;
		if (is_wanted && event.kind == JSON_STRING)
			*ret = event.text;
		else if (json_skip(&j, &event, err))
			return -1;
	}
}

static int keep_token(struct registry_session *s, const struct http_request *request,
    struct str json, struct err *err)
{
	struct arena arena CLEANUP(arena_release);
	struct err why = ERR_INIT;
	struct str token;
	int failed;

	/* What the JSON reader says might quote the text: it is not passed on. */
	arena_init(&arena, KIB(256));
	failed = find_token(json, &arena, &token, &why) || !is_token(token);
	if (failed)
		return err_set(
		    err, ERR_NET, "%s, %s: its token service gave no token", s->who, request->what);
	s->authorization = arena_alloc(&s->arena, token.n + sizeof BEARER);
	if (!s->authorization)
		return arena_err(&s->arena, err);
	memcpy(s->authorization, BEARER, sizeof BEARER - 1);
	memcpy(s->authorization + sizeof BEARER - 1, token.p, token.n);
	return 0;
}

/* A name and password go only to whom they were meant for, and not in clear text. */
static int check_receiver(
    const struct registry_session *s, const struct url *service, const char *what, struct err *err)
{
	struct str host = str_sub(service->host, 0, HOST_SHOWN_MAX);

	if (!token_url_is_private(service))
		return err_set(err, ERR_AUTH,
		    "%s, %s: it asks to send the user name and password to " STR_FMT
		    " by plain http, which is refused; its token service needs https",
		    s->who, what, STR_ARG(host));
	if (token_host_trusted(s->home.host, service, s->request->token_services))
		return 0;
	return err_set(err, ERR_AUTH,
	    "%s, %s: it asks to send the user name and password to " STR_FMT ":" STR_FMT
	    ", which is another's host, and that is refused; if it is the right one, name it in the "
	    "policy (token-services) or log in there with docker login",
	    s->who, what, STR_ARG(host), STR_ARG(service->port));
}

int session_fetch_token(struct registry_session *s, struct str realm, struct str service,
    const char *what, struct err *err)
{
	struct http_answer answer CLEANUP(http_answer_release);
	struct http_request request = {
	    .method = HTTP_GET, .body_max = HTTP_ERROR_BODY_MAX, .who = s->who, .what = what};
	char *basic = NULL;
	int result;

	http_answer_init(&answer);
	if (token_url(s, realm, service, what, &request.url, err))
		return -1;
	if (s->request->user.n > 0 &&
	    (check_receiver(s, &request.url, what, err) || session_basic(s, &basic, err)))
		return -1;
	request.authorization = basic;
	request.reach = session_reach(s, &request.url);
	result = http_perform(s->http, &request, &answer, err);
	session_wipe(basic);
	if (result)
		return err_wrap(err, "token service");
	if (answer.status != 200)
		return session_refused(s, &request, &answer, err);
	return keep_token(s, &request, buf_str(&answer.body), err);
}
