/*
 * The client and plimsoll-net against a registry that misbehaves: the repository's name
 * says how (fake_registry.py). What is asserted is the code, the words that a person
 * reads, what is left on disk, and which host saw which credentials.
 */
#include "../../base/faults.h"
#include "base/os/fd.h"
#include "registry_support.h"
#include "with_cmocka.h"

#include <stdio.h>
#include <stdlib.h>

/* The harbour's image, which the fake serves. */
static struct image served;

static int set_up(void **state)
{
	static struct harbour h;

	*state = &h;
	if (harbour_open(&h))
		return -1;
	image_make(harbour_path(&h, "served"), 1, 70000, &served);
	return fake_start(&h, harbour_path(&h, "served"), false);
}

static int tear_down(void **state)
{
	harbour_close(*state);
	return 0;
}

static int pull(
    struct harbour *h, const struct registry_opts *opts, const char *name, struct err *err)
{
	struct image_ref ref = harbour_ref(h, h->fake.port, name);
	char digest[REGISTRY_DIGEST_SIZE];
	const char *into = harbour_path(h, "into");

	assert_int_equal(dir_remove(into, err), 0);
	if (registry_pull(opts, &ref, into, digest, err)) {
		assert_false(file_exists(harbour_path(h, "into/index.json")));
		assert_false(has_leftovers(into));
		return -1;
	}
	assert_string_equal(digest, served.digest);
	assert_true(same_blob(harbour_path(h, "served"), into, served.layer));
	return 0;
}

static int push(struct harbour *h, const char *name, struct err *err)
{
	struct registry_opts opts = harbour_opts(h);
	struct image_ref to = harbour_ref(h, h->fake.port, name);

	return registry_push(&opts, harbour_path(h, "served"), str_of(served.digest), &to, err);
}

/* How many requests so far have this in their line of the log. */
static unsigned seen(struct harbour *h, const char *what)
{
	struct arena arena CLEANUP(arena_release);
	struct err err = ERR_INIT;
	struct str text, line;
	unsigned n = 0;

	arena_init(&arena, MIB(4));
	if (file_read(harbour_path(h, "served/requests.log"), MIB(1), &arena, &text, &err))
		return 0;
	while (str_cut(&text, '\n', &line))
		n += str_has(line, str_of(what));
	return n;
}

static void assert_told(
    const char *name, const struct err *err, enum err_code code, const char *words)
{
	if (err->code != code || !strstr(err->text, words))
		fail_msg("%s: %s: \"%s\"; expected \"%s\"", name, err_code_name(err->code),
		    err->text, words);
	assert_null(strstr(err->text, TEST_PASSWORD));
	assert_null(strstr(err->text, "aGFyYm91ci1tYXN0ZXI6"));
	assert_null(strchr(err->text, '\n'));
}

static void each_bad_answer_is_an_error_by_name(void **state)
{
	static const struct {
		const char *name;
		enum err_code code;
		const char *words;
	} rows[] = {
	    {"status-401:v1", ERR_AUTH, "refused the user name or password (401)"},
	    {"status-403:v1", ERR_AUTH, "may not do that (403 DENIED)"},
	    {"absent:v2", ERR_NOT_FOUND, "no such repository or tag (404 MANIFEST_UNKNOWN)"},
	    {"status-500:v1", ERR_NET, "it failed (500)"},
	    {"status-503:v1", ERR_NET, "it failed (503)"},
	    {"endless-error:v1", ERR_NET, "it failed (500)"},
	    {"echo:v1", ERR_NET, "refused the request (400 MANIFEST_INVALID)"},
	    {"negotiate:v1", ERR_UNSUPPORTED, "Basic and Bearer are"},
	    {"broken-challenge:v1", ERR_FORMAT, "a quoted value has no end"},
	    {"bearer-ftp:v1", ERR_FORMAT, "its token service"},
	    {"bearer-metadata:v1", ERR_AUTH, "169.254.169.254 by plain http"},
	    {"bearer-clear:v1", ERR_AUTH, "192.0.2.2 by plain http"},
	    {"bearer-stranger:v1", ERR_AUTH, "auth.example.net:443, which is another's host"},
	    {"bearer-empty:v1", ERR_NET, "its token service gave no token"},
	    {"short:v1", ERR_NET, "the answer ended early"},
	    {"wrong-blob:v1", ERR_FORMAT, "not what its digest says"},
	    {"long-blob:v1", ERR_FORMAT, "has more than the"},
	    {"wrong-manifest:v1", ERR_FORMAT, "the manifest's bytes are not what"},
	    {"odd-digest:v1", ERR_FORMAT, "Docker-Content-Digest is not a digest"},
	    {"huge-manifest:v1", ERR_LIMIT, "more than 4194304 bytes"},
	    {"no-json:v1", ERR_FORMAT, "manifest: "},
	    {"schema-one:v1", ERR_UNSUPPORTED, "schema 1"},
	    {"foreign-layer:v1", ERR_UNSUPPORTED, "a foreign layer"},
	    {"index-of-index:v1", ERR_UNSUPPORTED, "an index of indexes"},
	    {"lying-index:v1", ERR_FORMAT, "not the 7 that its index says"},
	    {"redirect-metadata:v1", ERR_NET, "link-local"},
	    {"redirect-loop:v1", ERR_NET, "points elsewhere (307)"},
	    {"redirect-file:v1", ERR_FORMAT, "where it points to"},
	    {"redirect-user:v1", ERR_FORMAT, "where it points to"},
	    {"redirect-manifest:v1", ERR_NET, "points elsewhere (307)"},
	    {"reset:v1", ERR_NET, "closed without an answer"},
	    {"header-flood:v1", ERR_LIMIT, "headers have more than"},
	};
	struct harbour *h = *state;
	struct registry_opts opts = harbour_opts(h);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(pull(h, &opts, rows[i].name, &err), -1);
		assert_told(rows[i].name, &err, rows[i].code, rows[i].words);
	}
	assert_int_equal(seen(h, "status-500"), 1); /* not tried again */
	assert_int_equal(seen(h, "status-503"), 2);
}

static void each_passing_failure_is_tried_again(void **state)
{
	static const char *const names[] = {"ordinary:v1", "no-digest:v1", "busy-once:v1",
	    "short-once:v1", "reset-once:v1", "redirect:v1", "redirect-home:v1", "bearer:v1",
	    "bearer-elsewhere:v1"};
	struct harbour *h = *state;
	struct registry_opts opts = harbour_opts(h);

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct err err = ERR_INIT;

		if (pull(h, &opts, names[i], &err))
			fail_msg("%s: %s", names[i], err.text);
	}
	/* Storage elsewhere sees no credentials, the token service those that it needs. */
	assert_true(seen(h, "storage GET /storage/") >= 2);
	assert_int_equal(seen(h, "storage GET /token?"), 1);
	assert_int_equal(seen(h, "scope=repository%3abearer%3apull login"), 1);
}

static void credentials_follow_no_redirect(void **state)
{
	struct harbour *h = *state;
	struct registry_opts opts = harbour_opts(h);
	struct err err = ERR_INIT;
	struct arena arena CLEANUP(arena_release);
	struct str text, line;

	assert_int_equal(pull(h, &opts, "redirect:v1", &err), 0);
	arena_init(&arena, MIB(4));
	assert_int_equal(
	    file_read(harbour_path(h, "served/requests.log"), MIB(1), &arena, &text, &err), 0);
	while (str_cut(&text, '\n', &line)) {
		if (str_starts(line, STR("storage GET /storage/")))
			assert_true(str_ends(line, STR(" none")));
	}
	assert_true(seen(h, "registry GET /v2/redirect/blobs/") > 0);
}

static void uploads_go_where_the_registry_is(void **state)
{
	static const struct {
		const char *name;
		enum err_code code; /* ERR_NONE: it works */
		const char *words;
	} rows[] = {
	    {"push-relative", ERR_NONE, ""},
	    {"push-absolute", ERR_NONE, ""},
	    {"push-busy-once", ERR_NONE, ""},
	    {"push-elsewhere", ERR_UNSUPPORTED, "another host, port or scheme"},
	    {"push-nowhere", ERR_FORMAT, "no valid place for the upload"},
	    {"push-liar", ERR_FORMAT, "took another manifest"},
	};
	struct harbour *h = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = ERR_INIT;
		int result = push(h, rows[i].name, &err);

		if (result && rows[i].code == ERR_NONE)
			fail_msg("%s: %s", rows[i].name, err.text);
		if (rows[i].code != ERR_NONE)
			assert_told(rows[i].name, &err, rows[i].code, rows[i].words);
	}
	assert_int_equal(seen(h, "storage PUT"), 0);
	assert_int_equal(seen(h, "PUT /v2/push-elsewhere"), 0);
}

static void a_server_that_stalls_is_left(void **state)
{
	static const char *const names[] = {"silent:v1", "slow:v1"};
	struct harbour *h = *state;
	struct registry_opts opts = harbour_opts(h);

	opts.stall_seconds = 1;
	opts.attempts = 1;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(pull(h, &opts, names[i], &err), -1);
		assert_told(names[i], &err, ERR_NET, "does not answer in time");
	}
}

/* In a build with fault points: each named fault is the error that it stands for. */
static void faults_are_errors_by_name(void **state)
{
	static const struct {
		const char *fault;
		enum err_code code;
		const char *words;
	} rows[] = {
	    {"net-connect", ERR_NET, "nothing answers there"},
	    {"net-401", ERR_AUTH, "refused the user name or password"},
	    {"net-404", ERR_NOT_FOUND, "no such repository or tag"},
	    {"net-500", ERR_NET, "it failed (500)"},
	    {"net-500:2", ERR_NET, "it failed (500)"},
	    {"net-short-read", ERR_NET, "the answer ended early"},
	    {"file-write", ERR_IO, "No space left on device"},
	    {"file-write:2", ERR_IO, "No space left on device"},
	};
	struct harbour *h = *state;
	struct registry_opts opts = harbour_opts(h);

	NEED_FAULTS();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(setenv("PLIMSOLL_FAULT", rows[i].fault, 1), 0);
		assert_int_equal(pull(h, &opts, "ordinary:v1", &err), -1);
		assert_told(rows[i].fault, &err, rows[i].code, rows[i].words);
	}
	assert_int_equal(unsetenv("PLIMSOLL_FAULT"), 0);
}

/* A host that is not loopback goes through the proxy: plain if `insecure` says so, else by
 * CONNECT. */
static void proxies_of_the_environment_are_used(void **state)
{
	struct harbour *h = *state;
	struct registry_opts opts = harbour_opts(h);
	char digest[REGISTRY_DIGEST_SIZE];
	struct err err = ERR_INIT;
	struct image_ref ref;
	const char *proxy = arena_fmt(&h->arena, "http://127.0.0.1:%u", h->fake.port).p;

	assert_int_equal(
	    image_ref_parse(STR("registry.test/ordinary:v1"), &h->arena, &ref, &err), 0);
	assert_int_equal(setenv("http_proxy", proxy, 1), 0);
	assert_int_equal(setenv("https_proxy", proxy, 1), 0);
	assert_int_equal(registry_resolve(&opts, &ref, digest, &err), -1);
	assert_told("https", &err, ERR_NET, "the proxy refused the connection (403)");
	assert_int_equal(seen(h, "CONNECT registry.test:443"), 1);
	opts.insecure = true;
	if (registry_resolve(&opts, &ref, digest, &err))
		fail_msg("by proxy: %s", err.text);
	assert_string_equal(digest, served.digest);
	assert_int_equal(unsetenv("http_proxy"), 0);
	assert_int_equal(unsetenv("https_proxy"), 0);
}

static void tls_is_verified(void **state)
{
	struct harbour *h = *state;
	struct registry_opts opts = harbour_opts(h);
	struct err err = ERR_INIT;

	/* It comes before SSL_CERT_FILE, and may be set when the tests run. */
	assert_int_equal(unsetenv("CURL_CA_BUNDLE"), 0);
	opts.tls = true;
	assert_int_equal(pull(h, &opts, "ordinary:v1", &err), -1);
	assert_told("plain server", &err, ERR_NET, "TLS cannot be set up");
	server_stop(&h->fake);
	assert_int_equal(fake_start(h, harbour_path(h, "served"), true), 0);
	assert_int_equal(pull(h, &opts, "ordinary:v1", &err), -1);
	assert_told("unknown authority", &err, ERR_NET, "certificate cannot be trusted");
	assert_int_equal(setenv("SSL_CERT_FILE", harbour_path(h, "cert.pem"), 1), 0);
	if (pull(h, &opts, "ordinary:v1", &err))
		fail_msg("TLS: %s", err.text);
	/* From https to plain http goes neither a blob nor a password. */
	assert_int_equal(pull(h, &opts, "redirect-plain:v1", &err), -1);
	assert_told("redirect", &err, ERR_NET, "from https to plain http");
	assert_int_equal(pull(h, &opts, "bearer-plain:v1", &err), -1);
	assert_told("token", &err, ERR_NET, "plain http address");
	assert_int_equal(pull(h, &opts, "bearer:v1", &err), 0);
	assert_int_equal(unsetenv("SSL_CERT_FILE"), 0);
}

/* Without the sandbox the program ends as usual, so that a leak checker has its say. */
static void a_program_that_is_not_shut_in_ends_clean(void **state)
{
	static const char *const names[] = {
	    "bearer:v1", "short:v1", "redirect:v1", "huge-manifest:v1"};
	struct harbour *h = *state;
	struct registry_opts opts = harbour_opts(h);

	opts.no_sandbox = true;
	opts.attempts = 1;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(pull(h, &opts, names[i], &err), i % 2 ? -1 : 0);
	}
}

static void a_missing_program_is_named(void **state)
{
	struct harbour *h = *state;
	struct registry_opts opts = harbour_opts(h);
	char *saved = strdup(getenv("PLIMSOLL_LIBEXEC"));
	struct err err = ERR_INIT;

	assert_int_equal(setenv("PLIMSOLL_LIBEXEC", h->folder, 1), 0);
	assert_int_equal(pull(h, &opts, "ordinary:v1", &err), -1);
	assert_told("libexec", &err, ERR_CONFIG, "plimsoll-net is not there");
	assert_int_equal(setenv("PLIMSOLL_LIBEXEC", saved, 1), 0);
	free(saved);
	opts.program = "/bin/false";
	assert_int_equal(pull(h, &opts, "ordinary:v1", &err), -1);
	assert_told("false", &err, ERR_NET, "ended without an answer");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_bad_answer_is_an_error_by_name),
	    cmocka_unit_test(each_passing_failure_is_tried_again),
	    cmocka_unit_test(credentials_follow_no_redirect),
	    cmocka_unit_test(uploads_go_where_the_registry_is),
	    cmocka_unit_test(a_server_that_stalls_is_left),
	    cmocka_unit_test(faults_are_errors_by_name),
	    cmocka_unit_test(proxies_of_the_environment_are_used),
	    cmocka_unit_test(a_program_that_is_not_shut_in_ends_clean),
	    cmocka_unit_test(a_missing_program_is_named),
	    cmocka_unit_test(tls_is_verified),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
