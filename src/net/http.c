#include "net/http.h"

#include "base/fault.h"
#include "core/image_ref.h"
#include "net/http_address.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

enum {
	BACKOFF_MS = 250,	    /* doubled at each further attempt */
	SLOW_BYTES_PER_SECOND = 64, /* less than this for stall_seconds is a stall */
	SMALL_TIME_FACTOR =
	    2, /* answers without a sink end within this many stalls, plus connecting */
	HEADER_LINE_MAX = 16 * 1024,
};

struct http {
	CURL *easy;
	struct http_opts opts;
	const char *ca_file, *ca_folder; /* borrowed from the environment or libcurl */
};

/* One attempt at one request. */
struct transfer {
	const struct http_request *request;
	struct http_answer *answer;
	struct err *err;
	bool failed;  /* err is set, by a callback */
	bool cut_off; /* enough of an error's body was read */
	uint64_t sent_bytes;
};

int http_open(const struct http_opts *opts, struct http **ret, struct err *err)
{
	struct http *http = calloc(1, sizeof *http);
	char *file = NULL, *folder = NULL;

	if (!http)
		return err_nomem(err);
	http->opts = *opts;
	http->easy = curl_easy_init();
	if (!http->easy) {
		free(http);
		return err_set(err, ERR_NET, "libcurl cannot be started");
	}
	(void)curl_easy_getinfo(http->easy, CURLINFO_CAINFO, &file);
	(void)curl_easy_getinfo(http->easy, CURLINFO_CAPATH, &folder);
	http->ca_file = getenv("CURL_CA_BUNDLE");
	if (!http->ca_file)
		http->ca_file = getenv("SSL_CERT_FILE");
	if (!http->ca_file)
		http->ca_file = file;
	http->ca_folder = getenv("SSL_CERT_DIR");
	if (!http->ca_folder)
		http->ca_folder = folder;
	*ret = http;
	return 0;
}

void http_close(struct http *http)
{
	if (!http)
		return;
	curl_easy_cleanup(http->easy);
	free(http);
}

void http_trust_paths(const struct http *http, const char **ret_file, const char **ret_folder)
{
	*ret_file = http->ca_file;
	*ret_folder = http->ca_folder;
}

void http_answer_init(struct http_answer *answer)
{
	*answer = (struct http_answer){
	    .body = BUF_INIT(HTTP_ERROR_BODY_MAX),
	    .location = BUF_INIT(HEADER_LINE_MAX),
	    .challenge = BUF_INIT(HEADER_LINE_MAX),
	    .digest = BUF_INIT(HEADER_LINE_MAX),
	    .content_type = BUF_INIT(HEADER_LINE_MAX),
	};
}

void http_answer_release(struct http_answer *answer)
{
	/* The body of a token service's answer is a secret. */
	if (answer->body.p)
		explicit_bzero(answer->body.p, answer->body.cap);
	buf_release(&answer->body);
	buf_release(&answer->location);
	buf_release(&answer->challenge);
	buf_release(&answer->digest);
	buf_release(&answer->content_type);
}

static void answer_clear(struct http_answer *answer)
{
	buf_clear(&answer->body);
	buf_clear(&answer->location);
	buf_clear(&answer->challenge);
	buf_clear(&answer->digest);
	buf_clear(&answer->content_type);
	answer->status = 0;
	answer->content_length = 0;
	answer->has_length = false;
	answer->retry_after_ms = 0;
	answer->is_passing = false;
}

static void set_header(struct buf *b, struct str value)
{
	buf_clear(b);
	buf_add(b, value);
}

static void read_header_line(struct http_answer *answer, struct str line)
{
	struct str name, value;
	uint64_t seconds;

	if (!str_split(line, ':', &name, &value))
		return;
	value = str_trim(value);
	if (str_eq_nocase(name, STR("location"))) {
		set_header(&answer->location, value);
	} else if (str_eq_nocase(name, STR("docker-content-digest"))) {
		set_header(&answer->digest, value);
	} else if (str_eq_nocase(name, STR("content-type"))) {
		set_header(&answer->content_type, value);
	} else if (str_eq_nocase(name, STR("content-length"))) {
		answer->has_length = str_to_u64(value, &answer->content_length);
	} else if (str_eq_nocase(name, STR("retry-after")) && str_to_u64(value, &seconds)) {
		answer->retry_after_ms =
		    MIN_OF(seconds, (uint64_t)HTTP_RETRY_AFTER_MAX_MS / 1000) * 1000;
	} else if (str_eq_nocase(name, STR("www-authenticate"))) {
		if (answer->challenge.n > 0)
			buf_add(&answer->challenge, STR(", "));
		buf_add(&answer->challenge, value);
	}
}

static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	struct str line = str_trim_right(str_make(p, size * n)), version, rest;
	uint64_t status;

	t->answer->header_bytes += size * n;
	if (t->answer->header_bytes > HTTP_HEADERS_MAX) {
		t->failed = true;
		(void)err_set(t->err, ERR_LIMIT,
		    "%s, %s: the answer's headers have more than %d bytes", t->request->who,
		    t->request->what, HTTP_HEADERS_MAX);
		return 0;
	}
	if (!str_starts(line, STR("HTTP/"))) {
		read_header_line(t->answer, line);
		return size * n;
	}
	/* "HTTP/1.1 200 OK": a new answer begins (an interim one, a proxy's or the real one). */
	answer_clear(t->answer);
	if (str_split(line, ' ', &version, &rest) && str_to_u64(str_sub(rest, 0, 3), &status))
		t->answer->status = (long)status;
	return size * n;
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	struct str bytes = str_make(p, size * n);
	struct buf *body = &t->answer->body;

	if (t->answer->status < 200 || t->answer->status > 299) {
		/* What a failed request says of itself is kept up to its cap; then the transfer
		 * ends. */
		size_t room = HTTP_ERROR_BODY_MAX - MIN_OF(body->n, (size_t)HTTP_ERROR_BODY_MAX);

		body->max = HTTP_ERROR_BODY_MAX;
		buf_add(body, str_sub(bytes, 0, room));
		t->cut_off = bytes.n > room;
		return t->cut_off ? 0 : bytes.n;
	}
	if (t->request->sink) {
		t->failed = t->request->sink->write(t->request->sink, bytes, t->err) != 0;
		return t->failed ? 0 : bytes.n;
	}
	body->max = t->request->body_max;
	buf_add(body, bytes);
	if (buf_ok(body))
		return bytes.n;
	t->failed = true;
	(void)err_set(t->err, ERR_LIMIT, "%s, %s: the answer has more than %zu bytes",
	    t->request->who, t->request->what, t->request->body_max);
	return 0;
}

static size_t on_send(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	struct http_source *source = t->request->source;
	size_t room = size * n, got = 0;

	if (!source) {
		struct str rest = str_sub(t->request->body, t->sent_bytes, room);

		if (rest.n > 0)
			memcpy(p, rest.p, rest.n);
		t->sent_bytes += rest.n;
		return rest.n;
	}
	if (t->sent_bytes == source->size_bytes)
		return 0;
	room = (size_t)MIN_OF((uint64_t)room, source->size_bytes - t->sent_bytes);
	if (source->read(source, p, room, &got, t->err)) {
		t->failed = true;
		return CURL_READFUNC_ABORT;
	}
	t->sent_bytes += got;
	return got;
}

/* libcurl asks for the start again when a kept connection turns out to be closed. */
static int on_rewind(void *arg, curl_off_t offset, int origin)
{
	struct transfer *t = arg;
	struct http_source *source = t->request->source;

	if (offset != 0 || origin != SEEK_SET)
		return CURL_SEEKFUNC_FAIL;
	t->sent_bytes = 0;
	if (source && source->begin(source, t->err)) {
		t->failed = true;
		return CURL_SEEKFUNC_FAIL;
	}
	return CURL_SEEKFUNC_OK;
}

static curl_socket_t on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct transfer *t = arg;

	(void)purpose;
	if (!http_address_allowed(t->request->reach, &address->addr)) {
		t->failed = true;
		(void)err_set(t->err, ERR_NET,
		    "%s, %s: it named another host whose address is this machine's or link-local, which "
		    "is refused",
		    t->request->who, t->request->what);
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static bool add_header(struct curl_slist **list, const char *name, const char *value)
{
	struct buf line CLEANUP(buf_release) = BUF_INIT(HEADER_LINE_MAX);
	struct curl_slist *longer;

	if (!value)
		return true;
	buf_addf(&line, "%s: %s", name, value);
	longer = buf_ok(&line) ? curl_slist_append(*list, buf_cstr(&line)) : NULL;
	if (line.p)
		explicit_bzero(line.p, line.cap);
	if (longer)
		*list = longer;
	return longer != NULL;
}

static void headers_cleanup(struct curl_slist **list)
{
	for (struct curl_slist *item = *list; item; item = item->next)
		explicit_bzero(item->data, strlen(item->data));
	curl_slist_free_all(*list);
}

static void set_method(CURL *easy, struct transfer *t)
{
	const struct http_request *r = t->request;
	uint64_t size = r->source ? r->source->size_bytes : r->body.n;

	switch (r->method) {
	case HTTP_GET:
		break;
	case HTTP_HEAD:
		(void)curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
		break;
	case HTTP_POST:
		(void)curl_easy_setopt(easy, CURLOPT_POST, 1L);
		(void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "");
		(void)curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, 0L);
		break;
	case HTTP_PUT:
		(void)curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
		(void)curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)size);
		(void)curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_send);
		(void)curl_easy_setopt(easy, CURLOPT_READDATA, t);
		(void)curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_rewind);
		(void)curl_easy_setopt(easy, CURLOPT_SEEKDATA, t);
		break;
	}
}

static void set_limits(const struct http *http, const struct http_request *r)
{
	long stall = (long)http->opts.stall_seconds;
	bool is_small = !r->sink && !r->source;

	(void)curl_easy_setopt(http->easy, CURLOPT_CONNECTTIMEOUT, (long)HTTP_CONNECT_SECONDS);
	(void)curl_easy_setopt(http->easy, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES_PER_SECOND);
	(void)curl_easy_setopt(http->easy, CURLOPT_LOW_SPEED_TIME, stall);
	if (is_small)
		(void)curl_easy_setopt(http->easy, CURLOPT_TIMEOUT,
		    (long)HTTP_CONNECT_SECONDS + SMALL_TIME_FACTOR * stall);
}

static void set_trust(const struct http *http, const struct http_request *r)
{
	(void)curl_easy_setopt(http->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(http->easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (http->ca_file) {
		(void)curl_easy_setopt(http->easy, CURLOPT_CAINFO, http->ca_file);
		(void)curl_easy_setopt(http->easy, CURLOPT_PROXY_CAINFO, http->ca_file);
	}
	if (http->ca_folder) {
		(void)curl_easy_setopt(http->easy, CURLOPT_CAPATH, http->ca_folder);
		(void)curl_easy_setopt(http->easy, CURLOPT_PROXY_CAPATH, http->ca_folder);
	}
	if (image_ref_host_is_loopback(r->url.host))
		(void)curl_easy_setopt(http->easy, CURLOPT_NOPROXY, "*");
}

static void set_callbacks(CURL *easy, struct transfer *t)
{
	(void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_USERAGENT, "plimsoll/" PLIMSOLL_VERSION);
	(void)curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 256L * 1024);
	(void)curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, 256L * 1024);
	(void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	(void)curl_easy_setopt(easy, CURLOPT_HEADERDATA, t);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
	(void)curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
	(void)curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, t);
}

static CURLcode transfer_run(struct http *http, struct transfer *t)
{
	struct curl_slist *headers CLEANUP(headers_cleanup) = NULL;
	const struct http_request *r = t->request;
	CURLcode code;

	if (fault_here("net-connect"))
		return CURLE_COULDNT_CONNECT;
	/* A fault of a test stands for the server's answer. */
	t->answer->status = fault_here("net-401")   ? 401
			    : fault_here("net-404") ? 404
			    : fault_here("net-500") ? 500
						    : 0;
	if (t->answer->status != 0)
		return CURLE_OK;
	if (!add_header(&headers, "Authorization", r->authorization) ||
	    !add_header(&headers, "Accept", r->accept) ||
	    !add_header(&headers, "Content-Type", r->content_type))
		return CURLE_OUT_OF_MEMORY;
	curl_easy_reset(http->easy);
	(void)curl_easy_setopt(http->easy, CURLOPT_URL, r->url.text);
	(void)curl_easy_setopt(http->easy, CURLOPT_HTTPHEADER, headers);
	set_callbacks(http->easy, t);
	set_method(http->easy, t);
	set_limits(http, r);
	set_trust(http, r);
	code = curl_easy_perform(http->easy);
	if (code == CURLE_OK && r->method == HTTP_GET && fault_here("net-short-read"))
		code = CURLE_PARTIAL_FILE;
	return code;
}

/* What a proxy answered to CONNECT; 0 if none was asked. */
static long connect_status(const struct http *http)
{
	long status = 0;

	(void)curl_easy_getinfo(http->easy, CURLINFO_HTTP_CONNECTCODE, &status);
	return status;
}

static bool is_passing_failure(const struct http *http, CURLcode code)
{
	if (connect_status(http) >= 300)
		return false;
	return code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR || code == CURLE_GOT_NOTHING ||
	       code == CURLE_PARTIAL_FILE || code == CURLE_HTTP2 || code == CURLE_HTTP2_STREAM;
}

static bool is_passing_status(long status)
{
	return status == 429 || status == 502 || status == 503 || status == 504;
}

/* What went wrong and what to do, in our words: libcurl's may quote a proxy's URL with its
 * password. */
static const char *explain(CURLcode code)
{
	static const struct {
		CURLcode code;
		const char *text;
	} words[] = {
	    {CURLE_COULDNT_RESOLVE_HOST,
		"no address is known for its name; check the name and the network"},
	    {CURLE_COULDNT_RESOLVE_PROXY, "no address is known for the proxy; check HTTPS_PROXY"},
	    {CURLE_COULDNT_CONNECT,
		"nothing answers there; is it running, and are host and port right?"},
	    {CURLE_OPERATION_TIMEDOUT,
		"it does not answer in time; is it busy, or a firewall between?"},
	    {CURLE_SSL_CONNECT_ERROR, "TLS cannot be set up; does it speak https on this port?"},
	    {CURLE_PEER_FAILED_VERIFICATION,
		"its TLS certificate cannot be trusted; name its authority's file in SSL_CERT_FILE"},
	    {CURLE_SSL_CACERT_BADFILE,
		"the certificate authorities cannot be read; check SSL_CERT_FILE and CURL_CA_BUNDLE"},
	    {CURLE_PARTIAL_FILE, "the answer ended early; try again"},
	    {CURLE_GOT_NOTHING, "the connection was closed without an answer"},
	    {CURLE_RECV_ERROR, "the connection broke"},
	    {CURLE_SEND_ERROR, "the connection broke"},
	    {CURLE_UNSUPPORTED_PROTOCOL, "what answers there does not speak HTTP"},
	    {CURLE_WEIRD_SERVER_REPLY, "what answers there does not speak HTTP"},
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (words[i].code == code)
			return words[i].text;
	}
	return curl_easy_strerror(code);
}

static int fail(
    const struct http *http, const struct http_request *r, CURLcode code, struct err *err)
{
	long proxy_status = connect_status(http);

	if (code == CURLE_OUT_OF_MEMORY)
		return err_nomem(err);
	if (proxy_status >= 300)
		return err_set(err, ERR_NET,
		    "%s, %s: the proxy refused the connection (%ld); check HTTPS_PROXY and NO_PROXY",
		    r->who, r->what, proxy_status);
	return err_set(err, ERR_NET, "%s, %s: %s", r->who, r->what, explain(code));
}

void http_wait(const struct http_answer *answer, uint32_t attempt)
{
	uint64_t ms =
	    MAX_OF((uint64_t)BACKOFF_MS << MIN_OF(attempt - 1, 5U), answer->retry_after_ms);
	struct timespec left = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};

	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		;
}

/* 0, or -1 if a callback, not the network, ended it. */
static int attempt_once(struct http *http, const struct http_request *r, struct http_answer *answer,
    CURLcode *ret_code, struct err *err)
{
	struct transfer t = {.request = r, .answer = answer, .err = err};

	answer_clear(answer);
	answer->header_bytes = 0;
	if ((r->sink && r->sink->begin(r->sink, err)) ||
	    (r->source && r->source->begin(r->source, err)))
		return -1;
	*ret_code = transfer_run(http, &t);
	if (t.failed)
		return -1;
	if (t.cut_off)
		*ret_code = CURLE_OK;
	answer->is_passing = *ret_code == CURLE_OK ? is_passing_status(answer->status)
						   : is_passing_failure(http, *ret_code);
	return 0;
}

int http_perform(struct http *http, const struct http_request *request, struct http_answer *answer,
    struct err *err)
{
	for (uint32_t attempt = 1;; attempt++) {
		CURLcode code = CURLE_OK;

		if (attempt_once(http, request, answer, &code, err))
			return -1;
		if (!answer->is_passing || request->once || attempt >= http->opts.attempts)
			return code == CURLE_OK ? 0 : fail(http, request, code, err);
		http_wait(answer, attempt);
	}
}
