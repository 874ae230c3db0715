/*
 * The client and plimsoll-net against Debian's docker-registry with a password: what a
 * user has. One registry for all tests; each uses a repository of its own.
 */
#include "base/hash.h"
#include "base/os/fd.h"
#include "registry_support.h"
#include "with_cmocka.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char absent[] =
    "sha256:00000000000000000000000000000000000000000000000000000000000000ff";

static int set_up(void **state)
{
	static struct harbour h;

	*state = &h;
	return harbour_open(&h) || registry_start(&h);
}

static int tear_down(void **state)
{
	harbour_close(*state);
	return 0;
}

/* A login that is refused, a registry that is gone … all must end in one line with these words,
 * and never with the password. */
static void assert_told(const struct err *err, enum err_code code, const char *words)
{
	assert_int_equal(err->code, code);
	if (!strstr(err->text, words))
		fail_msg("\"%s\" does not say \"%s\"", err->text, words);
	assert_null(strstr(err->text, TEST_PASSWORD));
	assert_null(strchr(err->text, '\n'));
}

static void push_made(struct harbour *h, const char *name, unsigned seed, struct image *ret)
{
	struct registry_opts opts = harbour_opts(h);
	struct image_ref to = harbour_ref(h, h->registry.port, name);
	struct err err = ERR_INIT;

	image_make(harbour_path(h, name), seed, 300000, ret);
	if (registry_push(&opts, harbour_path(h, name), str_of(ret->digest), &to, &err))
		fail_msg("push: %s", err.text);
}

static void counts_bytes(void *arg, const struct registry_progress *progress)
{
	uint64_t *total = arg;

	if (progress->done_bytes == progress->total_bytes && !progress->skipped)
		*total += progress->done_bytes;
}

static void what_is_pushed_comes_back_the_same(void **state)
{
	struct harbour *h = *state;
	struct registry_opts opts = harbour_opts(h);
	const char *back = harbour_path(h, "back");
	char digest[REGISTRY_DIGEST_SIZE];
	struct err err = ERR_INIT;
	struct image_ref ref;
	struct image image;
	uint64_t moved = 0;

	push_made(h, "round/trip", 1, &image);
	ref = harbour_ref(h, h->registry.port, "round/trip");
	ref.digest = str_of(image.digest);
	opts.progress = counts_bytes;
	opts.progress_arg = &moved;
	if (registry_pull(&opts, &ref, back, digest, &err))
		fail_msg("pull: %s", err.text);
	assert_string_equal(digest, image.digest);
	assert_true(moved > image.layer_bytes);
	assert_true(same_blob(harbour_path(h, "round/trip"), back, image.digest));
	assert_true(same_blob(harbour_path(h, "round/trip"), back, image.layer));
	assert_true(file_exists(harbour_path(h, "back/index.json")));
	assert_true(file_exists(harbour_path(h, "back/oci-layout")));
	assert_false(has_leftovers(back));
	/* Again: everything is there and is read, not fetched. */
	moved = 0;
	assert_int_equal(registry_pull(&opts, &ref, back, digest, &err), 0);
	assert_int_equal(moved, 0);
}

static void a_damaged_blob_is_fetched_again(void **state)
{
	struct harbour *h = *state;
	struct registry_opts opts = harbour_opts(h);
	const char *back = harbour_path(h, "mended");
	char digest[REGISTRY_DIGEST_SIZE], path[4096];
	struct err err = ERR_INIT;
	struct image_ref ref;
	struct image image;

	push_made(h, "damaged", 2, &image);
	ref = harbour_ref(h, h->registry.port, "damaged");
	ref.digest = str_of(image.digest);
	assert_int_equal(registry_pull(&opts, &ref, back, digest, &err), 0);
	(void)snprintf(path, sizeof path, "%s/blobs/sha256/%s", back, image.layer + 7);
	assert_int_equal(truncate(path, 7), 0);
	assert_int_equal(truncate(path, (off_t)image.layer_bytes), 0);
	assert_int_equal(registry_pull(&opts, &ref, back, digest, &err), 0);
	assert_true(same_blob(harbour_path(h, "damaged"), back, image.layer));
}

static void a_tag_names_what_it_was_given(void **state)
{
	struct harbour *h = *state;
	struct registry_opts opts = harbour_opts(h);
	char digest[REGISTRY_DIGEST_SIZE];
	struct image one, two;
	struct image_ref ref;
	struct err err = ERR_INIT;

	push_made(h, "tagged", 3, &one);
	push_made(h, "tagged", 4, &two);
	ref = harbour_ref(h, h->registry.port, "tagged:v1");
	assert_int_equal(registry_resolve(&opts, &ref, digest, &err), 0);
	assert_string_equal(digest, "");
	ref.digest = str_of(one.digest);
	if (registry_tag(&opts, &ref, STR("v1"), &err))
		fail_msg("tag: %s", err.text);
	ref.digest = STR_NONE;
	assert_int_equal(registry_resolve(&opts, &ref, digest, &err), 0);
	assert_string_equal(digest, one.digest);
	ref.digest = str_of(two.digest);
	assert_int_equal(registry_tag(&opts, &ref, STR("v1"), &err), 0);
	ref.digest = STR_NONE;
	assert_int_equal(registry_resolve(&opts, &ref, digest, &err), 0);
	assert_string_equal(digest, two.digest);
	assert_int_equal(registry_pull(&opts, &ref, harbour_path(h, "by-tag"), digest, &err), 0);
	assert_string_equal(digest, two.digest);
}

static void resolving_a_digest_says_whether_it_is_there(void **state)
{
	struct harbour *h = *state;
	struct registry_opts opts = harbour_opts(h);
	char digest[REGISTRY_DIGEST_SIZE];
	struct image image;
	struct image_ref ref;
	struct err err = ERR_INIT;

	push_made(h, "exists", 5, &image);
	ref = harbour_ref(h, h->registry.port, "exists");
	ref.digest = str_of(image.digest);
	assert_int_equal(registry_resolve(&opts, &ref, digest, &err), 0);
	assert_string_equal(digest, image.digest);
	ref.digest = str_of(absent);
	assert_int_equal(registry_resolve(&opts, &ref, digest, &err), 0);
	assert_string_equal(digest, "");
}

/* An index of two images: all of it is pushed, and one platform is pulled. */
static void an_index_is_pushed_whole_and_pulled_by_platform(void **state)
{
	struct harbour *h = *state;
	struct registry_opts opts = harbour_opts(h);
	const char *layout = harbour_path(h, "index");
	char digest[REGISTRY_DIGEST_SIZE], index_digest[REGISTRY_DIGEST_SIZE], path[4096];
	struct image amd, arm;
	struct image_ref ref = harbour_ref(h, h->registry.port, "many");
	struct err err = ERR_INIT;
	struct str text;

	image_make(layout, 6, 1000, &amd);
	image_make(layout, 7, 2000, &arm);
	text = arena_fmt(&h->arena,
	    "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\","
	    "\"manifests\":[{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\","
	    "\"digest\":\"%s\",\"size\":%zu,\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\"}},"
	    "{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\","
	    "\"digest\":\"%s\",\"size\":%zu,\"platform\":{\"os\":\"linux\",\"architecture\":\"arm64\","
	    "\"variant\":\"v8\"}}]}",
	    amd.digest, amd.manifest_bytes, arm.digest, arm.manifest_bytes);
	sha256_digest(text, index_digest);
	(void)snprintf(path, sizeof path, "%s/blobs/sha256/%s", layout, index_digest + 7);
	assert_int_equal(file_write(path, text, 0644, &err), 0);
	if (registry_push(&opts, layout, str_of(index_digest), &ref, &err))
		fail_msg("push: %s", err.text);
	ref.digest = str_of(index_digest);
	opts.platform = STR("linux/arm64");
	if (registry_pull(&opts, &ref, harbour_path(h, "arm"), digest, &err))
		fail_msg("pull: %s", err.text);
	assert_string_equal(digest, arm.digest);
	assert_true(same_blob(layout, harbour_path(h, "arm"), arm.layer));
	assert_false(same_blob(layout, harbour_path(h, "arm"), amd.layer));
	opts.platform = STR("linux/s390x");
	assert_int_equal(registry_pull(&opts, &ref, harbour_path(h, "none"), digest, &err), -1);
	assert_told(&err, ERR_NOT_FOUND, "it has linux/amd64, linux/arm64/v8");
}

static void skopeo_reads_what_we_pushed_and_we_what_it_pushed(void **state)
{
	struct harbour *h = *state;
	struct registry_opts opts = harbour_opts(h);
	char digest[REGISTRY_DIGEST_SIZE];
	struct image image;
	struct image_ref ref = harbour_ref(h, h->registry.port, "skopeo:copy");
	struct err err = ERR_INIT;
	struct spawn_result result;
	const char *argv[] = {"skopeo", "copy", "--src-tls-verify=false", "--dest-tls-verify=false",
	    "--preserve-digests", "--src-creds", TEST_USER ":" TEST_PASSWORD, "--dest-creds",
	    TEST_USER ":" TEST_PASSWORD, NULL, NULL, NULL};
	struct spawn spawn = {.argv = argv, .err_fd = STDERR_FILENO};

	push_made(h, "ours", 8, &image);
	argv[9] =
	    arena_fmt(&h->arena, "docker://127.0.0.1:%u/ours@%s", h->registry.port, image.digest).p;
	argv[10] = arena_fmt(&h->arena, "docker://127.0.0.1:%u/skopeo:copy", h->registry.port).p;
	if (spawn_run(&spawn, &result, &err))
		fail_msg("skopeo: %s", err.text);
	assert_int_equal(result.status, 0);
	if (registry_pull(&opts, &ref, harbour_path(h, "from-skopeo"), digest, &err))
		fail_msg("pull: %s", err.text);
	assert_string_equal(digest, image.digest);
	assert_true(
	    same_blob(harbour_path(h, "ours"), harbour_path(h, "from-skopeo"), image.layer));
}

static void a_wrong_password_is_refused_by_name(void **state)
{
	struct harbour *h = *state;
	struct registry_opts opts = harbour_opts(h);
	struct registry_login wrong = h->login;
	char digest[REGISTRY_DIGEST_SIZE] = "unwritten";
	struct image_ref ref = harbour_ref(h, h->registry.port, "locked:v1");
	struct err err = ERR_INIT;

	wrong.password[0] ^= 1;
	opts.login = &wrong;
	assert_int_equal(registry_resolve(&opts, &ref, digest, &err), -1);
	assert_told(&err, ERR_AUTH, "refused the user name or password");
	assert_null(strstr(err.text, wrong.password));
	assert_string_equal(digest, "unwritten");
	opts.login = NULL;
	assert_int_equal(registry_resolve(&opts, &ref, digest, &err), -1);
	assert_told(&err, ERR_AUTH, "wants a user name and password");
}

static void a_missing_repository_is_named(void **state)
{
	struct harbour *h = *state;
	struct registry_opts opts = harbour_opts(h);
	char digest[REGISTRY_DIGEST_SIZE];
	struct image_ref ref = harbour_ref(h, h->registry.port, "no/such:v1");
	struct err err = ERR_INIT;

	assert_int_equal(registry_pull(&opts, &ref, harbour_path(h, "missing"), digest, &err), -1);
	assert_told(&err, ERR_NOT_FOUND, "reading no/such:v1");
	assert_false(file_exists(harbour_path(h, "missing/index.json")));
	ref.digest = str_of(absent);
	assert_int_equal(registry_tag(&opts, &ref, STR("v2"), &err), -1);
	assert_told(&err, ERR_NOT_FOUND, "no such repository or tag");
}

static void a_layer_that_is_not_what_its_digest_says_is_not_pushed(void **state)
{
	struct harbour *h = *state;
	struct registry_opts opts = harbour_opts(h);
	const char *layout = harbour_path(h, "false");
	char digest[REGISTRY_DIGEST_SIZE], path[4096];
	struct image image;
	struct image_ref ref = harbour_ref(h, h->registry.port, "false");
	struct err err = ERR_INIT;

	image_make(layout, 9, 5000, &image);
	(void)snprintf(path, sizeof path, "%s/blobs/sha256/%s", layout, image.layer + 7);
	assert_int_equal(truncate(path, 10), 0);
	assert_int_equal(registry_push(&opts, layout, str_of(image.digest), &ref, &err), -1);
	assert_told(&err, ERR_FORMAT, "has 10 bytes");
	assert_int_equal(truncate(path, 5000), 0);
	assert_int_equal(registry_push(&opts, layout, str_of(image.digest), &ref, &err), -1);
	assert_told(&err, ERR_FORMAT, "not what its digest says");
	ref.digest = str_of(image.digest);
	assert_int_equal(registry_resolve(&opts, &ref, digest, &err), 0);
	assert_string_equal(digest, "");
}

static void a_stopped_registry_does_not_answer(void **state)
{
	struct harbour *h = *state;
	struct registry_opts opts = harbour_opts(h);
	char digest[REGISTRY_DIGEST_SIZE];
	struct image_ref ref = harbour_ref(h, h->registry.port, "gone:v1");
	struct err err = ERR_INIT;

	server_stop(&h->registry);
	assert_int_equal(registry_resolve(&opts, &ref, digest, &err), -1);
	assert_told(&err, ERR_NET, "nothing answers there");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_pushed_comes_back_the_same),
	    cmocka_unit_test(a_damaged_blob_is_fetched_again),
	    cmocka_unit_test(a_tag_names_what_it_was_given),
	    cmocka_unit_test(resolving_a_digest_says_whether_it_is_there),
	    cmocka_unit_test(an_index_is_pushed_whole_and_pulled_by_platform),
	    cmocka_unit_test(skopeo_reads_what_we_pushed_and_we_what_it_pushed),
	    cmocka_unit_test(a_wrong_password_is_refused_by_name),
	    cmocka_unit_test(a_missing_repository_is_named),
	    cmocka_unit_test(a_layer_that_is_not_what_its_digest_says_is_not_pushed),
	    cmocka_unit_test(a_stopped_registry_does_not_answer),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
