/* Manifests and indexes: one a line in tests/data/net/manifests.txt, and which platform is
 * picked. */
#include "base/buf.h"
#include "data_lines.h"
#include "net/registry/registry_manifest.h"
#include "with_cmocka.h"

static const char hex[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/* The line with "sha256:D" spelt out. */
static struct str spell_out(struct str text, struct buf *out)
{
	while (text.n > 0) {
		bool is_digest = str_starts(text, STR("sha256:D"));

		if (is_digest)
			buf_addf(out, "sha256:%s", hex);
		else
			buf_addc(out, text.p[0]);
		text = str_sub(text, is_digest ? 8 : 1, text.n);
	}
	return buf_str(out);
}

static void check_line(struct str line)
{
	struct arena arena CLEANUP(arena_release);
	struct buf json CLEANUP(buf_release) = BUF_INIT(KIB(16));
	struct buf is CLEANUP(buf_release) = BUF_INIT(KIB(1));
	struct str rest = line, served = take_field(&rest, '~'), text, expected;
	size_t refused = str_find(rest, STR(" ! "));
	struct manifest manifest;
	struct err err = ERR_INIT;
	int result;

	arena_init(&arena, MIB(1));
	text = str_sub(rest, 0, refused != STR_NPOS ? refused : str_chr(rest, '~'));
	expected = str_sub(rest, text.n + (refused != STR_NPOS ? 3 : 1), rest.n);
	result = manifest_parse(spell_out(str_trim(text), &json), served, &arena, &manifest, &err);
	if (result != (refused != STR_NPOS ? -1 : 0))
		fail_msg(STR_FMT ": %s", STR_ARG(line), err.text);
	if (result == 0)
		buf_addf(&is, "%s %zu", manifest.is_index ? "index" : "image",
		    manifest.is_index ? manifest.manifests.n : manifest.layers.n);
	else
		buf_addf(&is, "%s", err.text);
	if (!str_has(buf_str(&is), str_trim(expected)))
		fail_msg(STR_FMT ": %s", STR_ARG(line), buf_cstr(&is));
}

static void manifests_are_read_or_refused(void **state)
{
	(void)state;
	assert_true(each_line("manifests.txt", check_line) > 30);
}

static void blobs_are_bounded_in_all(void **state)
{
	struct arena arena CLEANUP(arena_release);
	struct buf json CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct manifest manifest;
	struct err err = ERR_INIT;

	(void)state;
	arena_init(&arena, MIB(4));
	buf_addf(&json, "{\"config\":{\"digest\":\"sha256:%s\",\"size\":2},\"layers\":[", hex);
	for (int i = 0; i < 5; i++)
		buf_addf(
		    &json, "%s{\"digest\":\"sha256:%s\",\"size\":17179869184}", i ? "," : "", hex);
	buf_add(&json, STR("]}"));
	assert_int_equal(manifest_parse(buf_str(&json), STR_NONE, &arena, &manifest, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	buf_clear(&json);
	buf_addf(&json, "{\"config\":{\"digest\":\"sha256:%s\",\"size\":2},\"layers\":[", hex);
	for (int i = 0; i < 513; i++)
		buf_addf(&json, "%s{\"digest\":\"sha256:%s\",\"size\":1}", i ? "," : "", hex);
	buf_add(&json, STR("]}"));
	assert_int_equal(manifest_parse(buf_str(&json), STR_NONE, &arena, &manifest, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
}

static void foreign_layers_are_marked(void **state)
{
	static const char *const layers[] = {
	    "\"urls\":[\"https://x.example/l\"]",
	    "\"mediaType\":\"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip\"",
	    "\"mediaType\":\"application/vnd.oci.image.layer.nondistributable.v1.tar\"",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(layers); i++) {
		struct arena arena CLEANUP(arena_release);
		struct manifest manifest;
		struct err err = ERR_INIT;
		struct str json;

		arena_init(&arena, MIB(1));
		json = arena_fmt(&arena,
		    "{\"config\":{\"digest\":\"sha256:%s\",\"size\":2},\"layers\":["
		    "{\"digest\":\"sha256:%s\",\"size\":1,%s},{\"digest\":\"sha256:%s\",\"size\":1,"
		    "\"urls\":null}]}",
		    hex, hex, layers[i], hex);
		if (manifest_parse(json, STR_NONE, &arena, &manifest, &err))
			fail_msg("%s", err.text);
		assert_true(manifest.layers.p[0].is_foreign);
		assert_false(manifest.layers.p[1].is_foreign);
	}
}

static void a_platform_is_picked_by_name(void **state)
{
	struct descriptor entries[] = {
	    {.os = STR("linux"), .architecture = STR("amd64"), .is_attestation = true},
	    {.os = STR("windows"), .architecture = STR("amd64")},
	    {.os = STR("linux"), .architecture = STR("amd64")},
	    {.os = STR("linux"), .architecture = STR("arm"), .variant = STR("v6")},
	    {.os = STR("linux"), .architecture = STR("arm"), .variant = STR("v7")},
	    {.os = STR("linux"), .architecture = STR("arm64"), .variant = STR("v8")},
	};
	struct manifest index = {.is_index = true, .manifests = {entries, 6, 6}};

	(void)state;
	assert_ptr_equal(manifest_pick(&index, STR("linux/amd64")), &entries[2]);
	assert_ptr_equal(manifest_pick(&index, STR("linux/arm/v7")), &entries[4]);
	assert_ptr_equal(manifest_pick(&index, STR("linux/arm")), &entries[3]);
	assert_ptr_equal(manifest_pick(&index, STR("linux/arm64")), &entries[5]);
	assert_null(manifest_pick(&index, STR("linux/arm64/v9")));
	assert_null(manifest_pick(&index, STR("linux/s390x")));
	assert_null(manifest_pick(&index, STR("linux")));
	assert_null(manifest_pick(&index, STR("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(manifests_are_read_or_refused),
	    cmocka_unit_test(blobs_are_bounded_in_all),
	    cmocka_unit_test(foreign_layers_are_marked),
	    cmocka_unit_test(a_platform_is_picked_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
