/* The layout folder: blobs appear whole and right or not at all, and one writer at a time. */
#include "base/os/fd.h"
#include "base/os/owned.h"
#include "net/blob_store.h"
#include "with_cmocka.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define BYTES "what a layer may hold"

static struct arena arena;
static const char *folder;
static const char *whole;
static char digest[SHA256_DIGEST_SIZE];

static struct descriptor blob_of(void)
{
	sha256_digest(STR(BYTES), digest);
	return (struct descriptor){.digest = str_of(digest), .size_bytes = sizeof BYTES - 1};
}

static const char *path_of(const char *prefix)
{
	return arena_fmt(&arena, "%s/blobs/sha256/%s%s", folder, prefix, digest + 7).p;
}

static int set_up(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	arena_init(&arena, MIB(1));
	if (tempdir_open(NULL, &arena, &whole, &err) != 0)
		return -1;
	folder = arena_fmt(&arena, "%s/layout", whole).p; /* its lock is the store's own */
	return folder ? dir_make(folder, 0700, &err) : -1;
}

static int tear_down(void **state)
{
	struct err err = ERR_INIT;
	int result = owned_remove(whole, &err);

	(void)state;
	arena_release(&arena);
	return result;
}

/* Writes `text` as the blob. */
static int write_blob(const struct blob_store *store, struct str text, struct err *err)
{
	struct descriptor blob = blob_of();
	struct blob_writer w CLEANUP(blob_writer_release) = {.fd = -1};

	assert_int_equal(blob_writer_open(&w, store, &blob, err), 0);
	assert_int_equal(w.sink.begin(&w.sink, err), 0);
	assert_int_equal(w.sink.write(&w.sink, STR("left from an earlier"), err), 0);
	assert_int_equal(w.sink.begin(&w.sink, err), 0); /* forgets it */
	if (w.sink.write(&w.sink, text, err))
		return -1;
	assert_true(file_exists(path_of("incoming-")));
	assert_false(file_exists(path_of("")));
	return blob_writer_commit(&w, err);
}

static void a_right_blob_is_kept_and_a_wrong_one_is_not(void **state)
{
	struct blob_store store CLEANUP(blob_store_close) = {.dir_fd = -1};
	struct descriptor blob = blob_of();
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(blob_store_open(&store, folder, true, &err), 0);
	assert_int_equal(write_blob(&store, STR("what a layer may HOLD"), &err), -1);
	assert_int_equal(err.code, ERR_FORMAT);
	assert_int_equal(write_blob(&store, STR("what a"), &err), -1);
	assert_non_null(strstr(err.text, "ended after 6 of 21 bytes"));
	assert_int_equal(write_blob(&store, STR(BYTES "!"), &err), -1);
	assert_false(blob_store_has(&store, &blob));
	assert_false(file_exists(path_of("incoming-")));
	assert_int_equal(write_blob(&store, STR(BYTES), &err), 0);
	assert_true(blob_store_has(&store, &blob));
	assert_true(file_exists(path_of("")));
	assert_false(file_exists(path_of("incoming-")));
	blob.size_bytes++;
	assert_false(blob_store_has(&store, &blob));
}

static void a_blob_is_no_symbolic_link(void **state)
{
	struct blob_store store CLEANUP(blob_store_close) = {.dir_fd = -1};
	struct descriptor blob = blob_of();
	const char *elsewhere = arena_fmt(&arena, "%s/elsewhere", folder).p;
	struct err err = ERR_INIT;
	int fd;

	(void)state;
	assert_int_equal(blob_store_open(&store, folder, true, &err), 0);
	assert_int_equal(file_write(elsewhere, STR(BYTES), 0600, &err), 0);
	assert_int_equal(symlink(elsewhere, path_of("")), 0);
	assert_false(blob_store_has(&store, &blob));
	assert_int_equal(blob_store_open_blob(&store, &blob, &fd, &err), -1);
	assert_int_equal(unlink(path_of("")), 0);
	assert_int_equal(mkfifo(path_of(""), 0600), 0);
	assert_int_equal(
	    blob_store_open_blob(&store, &blob, &fd, &err), -1); /* and does not hang */
}

static void what_an_earlier_writer_left_is_removed(void **state)
{
	struct blob_store store CLEANUP(blob_store_close) = {.dir_fd = -1};
	struct err err = ERR_INIT;

	(void)state;
	(void)blob_of();
	assert_int_equal(blob_store_open(&store, folder, true, &err), 0);
	assert_int_equal(file_write(path_of("incoming-"), STR("half"), 0600, &err), 0);
	blob_store_close(&store);
	assert_int_equal(blob_store_open(&store, folder, false, &err), 0);
	assert_true(file_exists(path_of("incoming-"))); /* a reader removes nothing */
	blob_store_close(&store);
	assert_int_equal(blob_store_open(&store, folder, true, &err), 0);
	assert_false(file_exists(path_of("incoming-")));
}

static void there_is_one_writer_at_a_time(void **state)
{
	struct blob_store one CLEANUP(blob_store_close) = {.dir_fd = -1};
	struct blob_store two CLEANUP(blob_store_close) = {.dir_fd = -1};
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(blob_store_open(&one, folder, true, &err), 0);
	assert_int_equal(blob_store_open(&two, folder, true, &err), -1);
	assert_non_null(strstr(err.text, "another pull"));
	assert_int_equal(blob_store_open(&two, folder, false, &err), 0);
	blob_store_close(&two);
	blob_store_close(&one);
	assert_int_equal(blob_store_open(&two, folder, true, &err), 0);
}

static void a_reader_hands_over_nothing_false(void **state)
{
	struct blob_store store CLEANUP(blob_store_close) = {.dir_fd = -1};
	struct descriptor blob = blob_of();
	struct blob_reader r CLEANUP(blob_reader_release) = {.fd = -1};
	struct err err = ERR_INIT;
	char bytes[64];
	size_t n;

	(void)state;
	assert_int_equal(blob_store_open(&store, folder, true, &err), 0);
	assert_int_equal(write_blob(&store, STR(BYTES), &err), 0);
	assert_int_equal(blob_reader_open(&r, &store, &blob, &err), 0);
	assert_int_equal(r.source.begin(&r.source, &err), 0);
	assert_int_equal(r.source.read(&r.source, bytes, 5, &n, &err), 0);
	assert_int_equal(r.source.begin(&r.source, &err), 0); /* from the start again */
	assert_int_equal(r.source.read(&r.source, bytes, 21, &n, &err), 0);
	assert_int_equal(n, 21);
	assert_memory_equal(bytes, BYTES, 21);
	assert_int_equal(file_write(path_of(""), STR("what a layer may HOLD"), 0600, &err), 0);
	blob_reader_release(&r);
	assert_int_equal(blob_reader_open(&r, &store, &blob, &err), 0);
	assert_int_equal(r.source.begin(&r.source, &err), 0);
	assert_int_equal(r.source.read(&r.source, bytes, 20, &n, &err), 0);
	assert_int_equal(r.source.read(&r.source, bytes, 1, &n, &err), -1);
	assert_int_equal(err.code, ERR_FORMAT);
}

static void a_layout_is_finished_last(void **state)
{
	struct blob_store store CLEANUP(blob_store_close) = {.dir_fd = -1};
	struct descriptor blob = blob_of();
	struct str text, read;
	struct err err = ERR_INIT;

	(void)state;
	blob.media_type = STR("application/vnd.oci.image.manifest.v1+json");
	assert_int_equal(blob_store_open(&store, folder, true, &err), 0);
	assert_int_equal(blob_store_put(&store, blob.digest, STR(BYTES), &err), 0);
	assert_int_equal(blob_store_read(&store, blob.digest, 100, &arena, &read, &err), 0);
	assert_true(str_eq(read, STR(BYTES)));
	assert_int_equal(blob_store_read(&store, blob.digest, 20, &arena, &read, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	assert_int_equal(blob_store_finish(&store, &blob, &err), 0);
	assert_int_equal(
	    file_read(arena_fmt(&arena, "%s/index.json", folder).p, KIB(4), &arena, &text, &err),
	    0);
	assert_true(str_has(text, blob.digest) && str_has(text, STR("\"size\":21")));
	assert_true(file_exists(arena_fmt(&arena, "%s/oci-layout", folder).p));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		a_right_blob_is_kept_and_a_wrong_one_is_not, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_blob_is_no_symbolic_link, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		what_an_earlier_writer_left_is_removed, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(there_is_one_writer_at_a_time, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_reader_hands_over_nothing_false, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_layout_is_finished_last, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
