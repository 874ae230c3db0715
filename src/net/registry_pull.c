/* An image from a registry into a layout folder. */
#include "net/registry_jobs.h"

static void on_progress(void *arg, const struct descriptor *blob, uint64_t done_bytes)
{
	session_progress(arg, blob->digest, done_bytes, blob->size_bytes, false);
}

static int fetch_blob(struct registry_session *s, const struct blob_store *store,
    const struct descriptor *blob, struct err *err)
{
	struct blob_writer writer CLEANUP(blob_writer_release) = {.fd = -1};
	struct http_answer answer CLEANUP(http_answer_release);
	struct http_request request = {
	    .method = HTTP_GET, .what = session_what(s, "reading a blob of")};

	http_answer_init(&answer);
	if (session_url(s, "blobs", blob->digest, &request.url, err) ||
	    blob_writer_open(&writer, store, blob, err))
		return -1;
	writer.progress = on_progress;
	writer.progress_arg = s;
	request.sink = &writer.sink;
	if (session_fetch(s, &request, &answer, err))
		return -1;
	if (answer.status == 404)
		return err_set(err, ERR_NOT_FOUND,
		    "%s, %s: the manifest names " STR_FMT
		    ", which is not there (404); push the image again",
		    s->who, request.what, STR_ARG(blob->digest));
	if (answer.status != 200)
		return session_refused(s, &request, &answer, err);
	return blob_writer_commit(&writer, err) ? err_wrap(err, "%s", s->who) : 0;
}

static int pull_blob(struct registry_session *s, const struct blob_store *store,
    const struct descriptor *blob, struct err *err)
{
	if (blob->is_foreign)
		return err_set(err, ERR_UNSUPPORTED,
		    "%s, %s: its layer " STR_FMT
		    " is not kept in the registry (a foreign layer), which "
		    "is not supported",
		    s->who, s->name, STR_ARG(blob->digest));
	if (blob_store_has(store, blob)) {
		session_progress(s, blob->digest, blob->size_bytes, blob->size_bytes, true);
		return 0;
	}
	session_progress(s, blob->digest, 0, blob->size_bytes, false);
	if (fetch_blob(s, store, blob, err))
		return -1;
	session_progress(s, blob->digest, blob->size_bytes, blob->size_bytes, false);
	return 0;
}

/* "linux/amd64, linux/arm64/v8" for the error; cut if it gets long. */
static void list_platforms(const struct manifest *index, struct buf *out)
{
	for (size_t i = 0; i < index->manifests.n && out->n < 160; i++) {
		const struct descriptor *d = &index->manifests.p[i];

		if (d->is_attestation || d->os.n == 0)
			continue;
		buf_addf(out, "%s" STR_FMT "/" STR_FMT "%s" STR_FMT, out->n ? ", " : "",
		    STR_ARG(str_sub(d->os, 0, 32)), STR_ARG(str_sub(d->architecture, 0, 32)),
		    d->variant.n ? "/" : "", STR_ARG(str_sub(d->variant, 0, 32)));
	}
}

/* Goes from an index to the image for the platform. */
static int choose(
    struct registry_session *s, struct fetched *fetched, struct manifest *manifest, struct err *err)
{
	const struct descriptor *chosen = manifest_pick(manifest, s->request->platform);
	struct buf list CLEANUP(buf_release) = BUF_INIT(KIB(1));
	struct fetched image;

	if (!chosen) {
		list_platforms(manifest, &list);
		return err_set(err, ERR_NOT_FOUND, "%s: %s has no image for " STR_FMT "; it has %s",
		    s->who, s->name, STR_ARG(s->request->platform),
		    list.n ? buf_cstr(&list) : "none");
	}
	if (manifest_fetch(s, chosen->digest, &image, err))
		return -1;
	if (image.bytes.n != chosen->size_bytes)
		return err_set(err, ERR_FORMAT,
		    "%s: manifest " STR_FMT " has %zu bytes, not the %llu that its index says",
		    s->who, STR_ARG(chosen->digest), image.bytes.n,
		    (unsigned long long)chosen->size_bytes);
	if (manifest_parse(image.bytes, image.media_type, &s->arena, manifest, err))
		return err_wrap(err, "%s, %s", s->who, s->name);
	if (manifest->is_index)
		return err_set(err, ERR_UNSUPPORTED,
		    "%s: %s is an index of indexes, which is not supported", s->who, s->name);
	*fetched = image;
	return 0;
}

int job_pull(struct registry_session *s, const struct blob_store *store, struct str *ret_digest,
    struct err *err)
{
	struct descriptor named;
	struct manifest manifest;
	struct fetched fetched;

	if (manifest_fetch(s, s->request->selector, &fetched, err))
		return -1;
	if (manifest_parse(fetched.bytes, fetched.media_type, &s->arena, &manifest, err))
		return err_wrap(err, "%s, %s", s->who, s->name);
	if (manifest.is_index && choose(s, &fetched, &manifest, err))
		return -1;
	if (pull_blob(s, store, &manifest.config, err))
		return -1;
	for (size_t i = 0; i < manifest.layers.n; i++) {
		if (pull_blob(s, store, &manifest.layers.p[i], err))
			return -1;
	}
	named = (struct descriptor){.media_type = manifest.media_type,
	    .digest = fetched.digest,
	    .size_bytes = fetched.bytes.n};
	if (blob_store_put(store, fetched.digest, fetched.bytes, err) ||
	    blob_store_finish(store, &named, err))
		return -1;
	*ret_digest = fetched.digest;
	return 0;
}
