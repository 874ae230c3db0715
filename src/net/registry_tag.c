/* Manifests by tag or digest: read, stored, resolved. */
#include "core/limits.h"
#include "net/registry_jobs.h"

/* "<algorithm>:<hex>" of the bytes, by the algorithm that `like` names; p NULL on failure. */
static struct str digest_like(struct str like, struct str bytes, struct arena *arena)
{
	bool is_long = str_starts(like, STR("sha512:"));
	struct hasher h CLEANUP(hasher_release) = {0};
	struct err ignored = ERR_INIT;
	char hex[129];

	if (hasher_open(&h, is_long ? "sha512" : "sha256", &ignored))
		return STR_NONE;
	hasher_add(&h, bytes);
	if (hasher_close(&h, hex, sizeof hex, &ignored))
		return STR_NONE;
	return arena_fmt(arena, "%s:%s", is_long ? "sha512" : "sha256", hex);
}

/* Which digest the bytes must have: the one that was asked for, else the one that the registry
 * says, else none. */
static int verify(struct registry_session *s, const struct http_request *request,
    struct str selector, const struct http_answer *answer, struct fetched *fetched, struct err *err)
{
	struct str said = buf_str(&answer->digest);
	struct str wanted = digest_is_valid(selector) ? selector : said;

	if (wanted.n > 0 && !digest_is_valid(wanted))
		return err_set(err, ERR_FORMAT, "%s, %s: its Docker-Content-Digest is not a digest",
		    s->who, request->what);
	fetched->digest = digest_like(wanted, fetched->bytes, &s->arena);
	if (!fetched->digest.p)
		return arena_err(&s->arena, err);
	if (wanted.n > 0 && !str_eq(wanted, fetched->digest))
		return err_set(err, ERR_FORMAT,
		    "%s, %s: the manifest's bytes are not what " STR_FMT " says", s->who,
		    request->what, STR_ARG(wanted));
	return 0;
}

int manifest_fetch(
    struct registry_session *s, struct str selector, struct fetched *ret, struct err *err)
{
	struct http_answer answer CLEANUP(http_answer_release);
	struct http_request request = {.method = HTTP_GET,
	    .accept = MANIFEST_ACCEPT,
	    .body_max = limits_default.manifest_bytes,
	    .what = session_what(s, "reading")};
	struct fetched fetched;

	http_answer_init(&answer);
	if (session_url(s, "manifests", selector, &request.url, err) ||
	    session_send(s, &request, &answer, err))
		return -1;
	if (answer.status != 200)
		return session_refused(s, &request, &answer, err);
	fetched.bytes = arena_str(&s->arena, buf_str(&answer.body));
	fetched.media_type = arena_str(&s->arena, buf_str(&answer.content_type));
	if (verify(s, &request, selector, &answer, &fetched, err))
		return -1;
	*ret = fetched;
	return 0;
}

/* Asks by HEAD; 0 with a status of 200 (and what digest the registry says), 404, or 405. */
static int ask(struct registry_session *s, struct str selector, long *ret_status,
    struct str *ret_digest, struct err *err)
{
	struct http_answer answer CLEANUP(http_answer_release);
	struct http_request request = {
	    .method = HTTP_HEAD, .accept = MANIFEST_ACCEPT, .what = session_what(s, "looking up")};

	http_answer_init(&answer);
	if (session_url(s, "manifests", selector, &request.url, err) ||
	    session_send(s, &request, &answer, err))
		return -1;
	if (answer.status != 200 && answer.status != 404 && answer.status != 405)
		return session_refused(s, &request, &answer, err);
	*ret_status = answer.status;
	*ret_digest = arena_str(&s->arena, buf_str(&answer.digest));
	return 0;
}

static int resolve(
    struct registry_session *s, struct str selector, struct str *ret_digest, struct err *err)
{
	struct fetched fetched;
	struct str digest;
	long status = 0;

	if (ask(s, selector, &status, &digest, err))
		return -1;
	if (status == 404) {
		*ret_digest = STR("");
		return 0;
	}
	if (status != 200 || !digest_is_valid(digest)) {
		if (manifest_fetch(s, selector, &fetched, err))
			return -1;
		digest = fetched.digest;
	}
	if (digest_is_valid(selector) && !str_eq(selector, digest))
		return err_set(err, ERR_FORMAT, "%s: it names another manifest than " STR_FMT,
		    s->who, STR_ARG(selector));
	*ret_digest = digest;
	return 0;
}

int job_resolve(struct registry_session *s, struct str *ret_digest, struct err *err)
{
	return resolve(s, s->request->selector, ret_digest, err);
}

int manifest_store(struct registry_session *s, struct str selector, const struct fetched *manifest,
    struct err *err)
{
	struct http_answer answer CLEANUP(http_answer_release);
	struct http_request request = {.method = HTTP_PUT,
	    .content_type = arena_cstr(&s->arena, manifest->media_type),
	    .body = manifest->bytes,
	    .body_max = HTTP_ERROR_BODY_MAX,
	    .what = session_what(s, "storing")};
	struct str taken;

	http_answer_init(&answer);
	if (session_url(s, "manifests", selector, &request.url, err) ||
	    session_send(s, &request, &answer, err))
		return -1;
	if (answer.status != 201)
		return session_refused(s, &request, &answer, err);
	taken = arena_str(&s->arena, buf_str(&answer.digest));
	if (taken.n == 0 && resolve(s, selector, &taken, err))
		return -1;
	if (!str_eq(taken, manifest->digest))
		return err_set(err, ERR_FORMAT,
		    "%s, %s: it says that it took another manifest than " STR_FMT, s->who,
		    request.what, STR_ARG(manifest->digest));
	return 0;
}

int job_tag(struct registry_session *s, struct str *ret_digest, struct err *err)
{
	struct arena *arena = &s->arena;
	struct manifest manifest;
	struct fetched fetched;

	if (manifest_fetch(s, s->request->digest, &fetched, err) ||
	    manifest_parse(fetched.bytes, fetched.media_type, arena, &manifest, err))
		return -1;
	fetched.media_type = manifest.media_type;
	if (manifest_store(s, s->request->selector, &fetched, err))
		return -1;
	*ret_digest = fetched.digest;
	return 0;
}
