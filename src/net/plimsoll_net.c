/*
 * plimsoll-net: the only program of the house with network code in it. It reads one
 * request from stdin (net/registry/message.h), does it, and answers on stdout with
 * progress, then a result or an error. It takes no options, so that no password can
 * stand among them, and writes for people only when it is run by hand.
 */
#include "base/frame.h"
#include "base/log.h"
#include "net/net_sandbox.h"
#include "net/registry_jobs.h"

#include <curl/curl.h>
#include <signal.h>
#include <unistd.h>

static int open_folder(struct registry_session *s, const struct net_request *request,
    struct blob_store *store, struct err *err)
{
	const char *path;

	if (request->op != NET_OP_PULL && request->op != NET_OP_PUSH)
		return 0;
	path = arena_cstr(&s->arena, request->layout);
	if (!path)
		return arena_err(&s->arena, err);
	return blob_store_open(store, path, request->op == NET_OP_PULL, err);
}

static int shut_in(
    const struct registry_session *s, const struct blob_store *store, struct err *err)
{
	struct net_sandbox opts = {
	    .folder_fd = store->dir_fd, .writes_folder = s->request->op == NET_OP_PULL};

	if (s->request->flags & NET_NO_SANDBOX)
		return 0;
	http_trust_paths(s->http, &opts.ca_file, &opts.ca_folder);
	return net_sandbox_enter(&opts, err);
}

static int run_job(struct registry_session *s, const struct blob_store *store,
    struct str *ret_digest, struct err *err)
{
	switch (s->request->op) {
	case NET_OP_RESOLVE:
		return job_resolve(s, ret_digest, err);
	case NET_OP_PULL:
		return job_pull(s, store, ret_digest, err);
	case NET_OP_PUSH:
		return job_push(s, store, ret_digest, err);
	case NET_OP_TAG:
		return job_tag(s, ret_digest, err);
	case NET_OP_COUNT:
		break;
	}
	return err_set(err, ERR_FORMAT, "an unknown request");
}

/* Does the request; its result goes to the buffer as a frame's payload. */
static int serve(const struct net_request *request, struct buf *result, struct err *err)
{
	struct blob_store store CLEANUP(blob_store_close) = {.dir_fd = -1};
	struct registry_session s CLEANUP(session_close) = {0};
	struct str digest = STR_NONE;

	if (session_open(&s, request, STDOUT_FILENO, err) ||
	    open_folder(&s, request, &store, err) || shut_in(&s, &store, err) ||
	    run_job(&s, &store, &digest, err))
		return -1;
	frame_str(result, digest);
	return 0;
}

static int read_request(struct buf *payload, struct net_request *ret, struct err *err)
{
	uint32_t type;

	if (frame_read(STDIN_FILENO, payload, &type, err) != FRAME_OK || type != NET_FRAME_REQUEST)
		return err_set(err, ERR_FORMAT, "no request came");
	return net_get_request(buf_str(payload), ret, err);
}

static int answer(void)
{
	struct buf payload = BUF_INIT(NET_MESSAGE_MAX);
	struct buf result = BUF_INIT(NET_MESSAGE_MAX);
	struct net_request request = {0};
	uint32_t type = NET_FRAME_RESULT;
	struct err err = ERR_INIT;
	bool stays_open;
	int status = 0;

	if (read_request(&payload, &request, &err) || serve(&request, &result, &err)) {
		type = NET_FRAME_ERROR;
		net_put_error(&result, &err);
	}
	if (frame_write(STDOUT_FILENO, type, buf_str(&result), &err))
		status = 1;
	stays_open = request.flags & NET_NO_SANDBOX;
	if (payload.p)
		explicit_bzero(payload.p, payload.cap);
	buf_release(&payload);
	buf_release(&result);
	/* Shut in, nothing that a library does at exit can work, and nothing is left to do. */
	if (!stays_open)
		_exit(status);
	return status;
}

int main(int argc, char **argv)
{
	int status;

	(void)argv;
	log_init("plimsoll-net", LOG_WARN);
	if (argc > 1 || isatty(STDIN_FILENO)) {
		log_error("this program is run by plimsoll and takes no options; call plimsoll");
		return 2;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		log_error("libcurl cannot be started");
		return 1;
	}
	status = answer();
	curl_global_cleanup();
	return status;
}
