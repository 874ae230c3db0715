/* An image, or an index with its images, from a layout folder to a registry. */
#include "core/limits.h"
#include "net/registry_jobs.h"

enum { INDEX_DEPTH_MAX = 2 };

static void on_progress(void *arg, const struct descriptor *blob, uint64_t done_bytes)
{
	session_progress(arg, blob->digest, done_bytes, blob->size_bytes, false);
}

static int is_there(
    struct registry_session *s, const struct descriptor *blob, bool *ret_there, struct err *err)
{
	struct http_answer answer CLEANUP(http_answer_release);
	struct http_request request = {
	    .method = HTTP_HEAD, .what = session_what(s, "looking for a blob of")};

	http_answer_init(&answer);
	if (session_url(s, "blobs", blob->digest, &request.url, err) ||
	    session_fetch(s, &request, &answer, err))
		return -1;
	if (answer.status != 200 && answer.status != 404)
		return session_refused(s, &request, &answer, err);
	if (answer.status == 200 && answer.has_length && answer.content_length != blob->size_bytes)
		return err_set(err, ERR_FORMAT,
		    "%s: it holds " STR_FMT " with %llu bytes; the layout folder has %llu", s->who,
		    STR_ARG(blob->digest), (unsigned long long)answer.content_length,
		    (unsigned long long)blob->size_bytes);
	*ret_there = answer.status == 200;
	return 0;
}

/* The place that the registry names for the upload; another host is refused. */
static int read_location(struct registry_session *s, const struct http_request *request,
    const struct http_answer *answer, struct url *ret, struct err *err)
{
	if (answer->location.n == 0 ||
	    url_resolve(request->url.text, buf_str(&answer->location), &s->arena, ret, err))
		return err_set(err, ERR_FORMAT, "%s, %s: it names no valid place for the upload",
		    s->who, request->what);
	if (!url_same_origin(ret, &s->home))
		return err_set(err, ERR_UNSUPPORTED,
		    "%s, %s: it wants the upload at another host, port or scheme than its own, which is "
		    "refused; behind a proxy, let the registry know its outer address",
		    s->who, request->what);
	return 0;
}

static int begin_upload(struct registry_session *s, struct url *ret, struct err *err)
{
	struct http_answer answer CLEANUP(http_answer_release);
	struct http_request request = {.method = HTTP_POST,
	    .body_max = HTTP_ERROR_BODY_MAX,
	    .what = session_what(s, "beginning an upload to")};

	http_answer_init(&answer);
	if (session_url(s, "blobs", STR("uploads/"), &request.url, err) ||
	    session_send(s, &request, &answer, err))
		return -1;
	if (answer.status != 202)
		return session_refused(s, &request, &answer, err);
	return read_location(s, &request, &answer, ret, err);
}

/* One upload in one piece. *ret_again: it failed in passing and may be begun anew. */
static int upload_once(struct registry_session *s, struct blob_reader *reader, uint32_t attempt,
    bool *ret_again, struct err *err)
{
	struct http_answer answer CLEANUP(http_answer_release);
	struct http_request request = {.method = HTTP_PUT,
	    .content_type = "application/octet-stream",
	    .source = &reader->source,
	    .body_max = HTTP_ERROR_BODY_MAX,
	    .once = true,
	    .what = session_what(s, "uploading a blob of")};
	struct url place;
	int result;

	*ret_again = false;
	http_answer_init(&answer);
	if (begin_upload(s, &place, err) ||
	    url_add_query(&place, "digest", reader->blob->digest, &s->arena, &request.url, err))
		return -1;
	result = session_send(s, &request, &answer, err);
	*ret_again = answer.is_passing && attempt < s->request->attempts;
	if (*ret_again)
		http_wait(&answer, attempt);
	if (result)
		return -1;
	return answer.status == 201 ? 0 : session_refused(s, &request, &answer, err);
}

static int upload(struct registry_session *s, const struct blob_store *store,
    const struct descriptor *blob, struct err *err)
{
	struct blob_reader reader CLEANUP(blob_reader_release) = {.fd = -1};
	bool again = true;
	int result = -1;

	if (blob_reader_open(&reader, store, blob, err))
		return -1;
	reader.progress = on_progress;
	reader.progress_arg = s;
	for (uint32_t attempt = 1; again && result; attempt++)
		result = upload_once(s, &reader, attempt, &again, err);
	return result;
}

static int push_blob(struct registry_session *s, const struct blob_store *store,
    const struct descriptor *blob, struct err *err)
{
	bool there;

	if (blob->is_foreign)
		return err_set(err, ERR_UNSUPPORTED,
		    "%s: layer " STR_FMT " is a foreign layer, which is not pushed", s->who,
		    STR_ARG(blob->digest));
	if (is_there(s, blob, &there, err))
		return -1;
	session_progress(s, blob->digest, there ? blob->size_bytes : 0, blob->size_bytes, there);
	if (there)
		return 0;
	if (upload(s, store, blob, err))
		return -1;
	session_progress(s, blob->digest, blob->size_bytes, blob->size_bytes, false);
	return 0;
}

/* What the manifest names first, then the manifest itself. depth counts indexes above it. */
static int push_manifest(struct registry_session *s, const struct blob_store *store,
    struct str digest, struct str media_type, unsigned depth, struct err *err)
{
	struct fetched stored = {.digest = digest};
	struct manifest manifest;

	if (depth > INDEX_DEPTH_MAX)
		return err_set(err, ERR_LIMIT,
		    "layout folder: more than %d indexes inside each other", INDEX_DEPTH_MAX);
	if (blob_store_read(
		store, digest, limits_default.manifest_bytes, &s->arena, &stored.bytes, err))
		return -1;
	if (manifest_parse(stored.bytes, media_type, &s->arena, &manifest, err))
		return err_wrap(err, "layout folder: " STR_FMT, STR_ARG(digest));
	if (!manifest.is_index && push_blob(s, store, &manifest.config, err))
		return -1;
	for (size_t i = 0; i < manifest.layers.n; i++) {
		if (push_blob(s, store, &manifest.layers.p[i], err))
			return -1;
	}
	for (size_t i = 0; i < manifest.manifests.n; i++) {
		const struct descriptor *child = &manifest.manifests.p[i];

		if (push_manifest(s, store, child->digest, child->media_type, depth + 1, err))
			return -1;
	}
	stored.media_type = manifest.media_type;
	return manifest_store(s, digest, &stored, err);
}

int job_push(struct registry_session *s, const struct blob_store *store, struct str *ret_digest,
    struct err *err)
{
	if (push_manifest(s, store, s->request->digest, STR_NONE, 0, err))
		return -1;
	*ret_digest = s->request->digest;
	return 0;
}
