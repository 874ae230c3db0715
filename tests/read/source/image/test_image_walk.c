/* Layers that are not what they should be; what is streamed; what is wanted by name; limits. */
#include "image_support.h"

#include <stdio.h>

#define LAYOUT(l, f)                             \
	struct layout l CLEANUP(layout_release); \
	layout_init(&l, &(f)->arena)

static struct str finished(struct arena *arena, struct buf *tar)
{
	struct str s;

	tar_end(tar);
	s = arena_str(arena, buf_str(tar));
	buf_release(tar);
	return s;
}

static struct str zeros(struct arena *arena, size_t n)
{
	return str_make(arena_alloc(arena, n), n);
}

/* ---- layers that fail ---- */

static void bent_digest(struct layout *l, struct made_layer *layer)
{
	for (size_t i = 0; i < l->n; i++) {
		if (!str_has(l->names[i], str_sub(layer->digest, 7, 64)))
			continue;
		l->bytes[i] = gzip_of(l->arena, tar_of_file(l->arena, "w", "X"));
		layer->size = l->bytes[i].n;
	}
}

static void bent_diff_id(struct layout *l, struct made_layer *layer)
{
	layer->diff_id = digest_of(l->arena, STR("something else"));
}

static void bent_size(struct layout *l, struct made_layer *layer)
{
	(void)l;
	layer->size++;
}

/* The blob's digest and size are right; what is in it is not. */
static void new_blob(struct layout *l, struct made_layer *layer, struct str bytes)
{
	layer->digest = layout_blob(l, bytes);
	layer->size = bytes.n;
}

static void bent_gzip(struct layout *l, struct made_layer *layer)
{
	struct str whole = gzip_of(l->arena, tar_of_file(l->arena, "w", "2"));

	new_blob(l, layer, str_sub(whole, 0, whole.n - 9));
}

static void bent_archive(struct layout *l, struct made_layer *layer)
{
	struct str whole = tar_of_file(l->arena, "w", "2");

	new_blob(l, layer, gzip_of(l->arena, str_sub(whole, 0, 512)));
}

static void bent_trailing(struct layout *l, struct made_layer *layer)
{
	struct str whole = gzip_of(l->arena, tar_of_file(l->arena, "w", "2"));

	new_blob(l, layer,
	    str_make(memcpy(arena_alloc(l->arena, whole.n + 1), whole.p, whole.n), whole.n + 1));
}

static void bent_zstd(struct layout *l, struct made_layer *layer)
{
	layer->media_type = TAR_LAYER "+zstd";
	new_blob(l, layer, STR("\x28\xb5\x2f\xfd\0\0\0\0"));
}

static void bent_foreign(struct layout *l, struct made_layer *layer)
{
	(void)l;
	layer->media_type = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip";
}

static void bent_missing(struct layout *l, struct made_layer *layer)
{
	layer->digest = digest_of(l->arena, STR("nobody has this"));
}

static void bent_algorithm(struct layout *l, struct made_layer *layer)
{
	(void)l;
	layer->digest = STR("md5:d41d8cd98f00b204e9800998ecf8427e");
}

static void a_layer_that_fails_leaves_nothing(void **state)
{
	static const struct {
		void (*bend)(struct layout *l, struct made_layer *layer);
		const char *says;
	} rows[] = {
	    {bent_digest, "problem  malformed input…its blob is sha256:"},
	    {bent_diff_id, "problem  malformed input…diff ID"},
	    {bent_size, "problem  malformed input…were promised"},
	    {bent_gzip, "problem  malformed input…gzip data ends in the middle"},
	    {bent_archive, "problem  malformed input…ends in the middle"},
	    {bent_trailing, "problem  malformed input…gzip"},
	    {bent_zstd, "problem  not supported…zstd"},
	    {bent_foreign, "problem  not supported…foreign layer"},
	    {bent_missing, "problem  malformed input…missing"},
	    {bent_algorithm, "problem  not supported…md5"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct record r = {.wanted = ""};
		struct buf tar = BUF_INIT(MIB(1));
		struct made_layer *layer;
		char expected[512];
		LAYOUT(l, f);

		(void)layout_layer(&l, tar_of_file(l.arena, "w", "1"), true);
		tar_add(&tar, '0', "w", STR("2"), "");
		tar_add(&tar, '0', "w2", STR("2"), "");
		tar_add(&tar, '0', "d/w", STR("2"), "");
		tar_add(&tar, '0', ".wh.w3", STR(""), "");
		layer = layout_layer(&l, finished(l.arena, &tar), true);
		(void)layout_layer(&l, tar_of_file(l.arena, "w4", "3"), true);
		rows[i].bend(&l, layer);
		(void)layout_image(&l);
		(void)snprintf(expected, sizeof expected,
		    "layer ok\n%s\nlayer failed\nlayer ok\nmerged w w 0 1\nmerged w4 w4 2 3\n",
		    rows[i].says);
		assert_walk(f, layout_folder(&l), &limits_default, &r, expected);
	}
}

/* ---- entries that are refused ---- */

static void hostile_names(void **state)
{
	struct fixture *f = *state;
	struct record r = {.wanted = "w"};
	struct buf tar = BUF_INIT(MIB(1));
	LAYOUT(l, f);

	tar_add(&tar, '0', "../w", STR("1"), "");
	tar_add(&tar, '0', "d/../../w", STR("1"), "");
	tar_add(&tar, '1', "w1", STR(""), "../w");
	tar_add(&tar, 'x', "pax", STR("17 path=w\0.hidde\n"), "");
	tar_add(&tar, '0', "w", STR("1"), "");
	tar_add(&tar, 'S', "w", STR(""), "");
	tar_add(&tar, '0', "d/.wh.", STR(""), "");
	tar_add(&tar, '0', "d/.wh...", STR(""), "");
	tar_add(&tar, '0', "d/.wh..wh.plnk", STR(""), "");
	tar_add(&tar, '0', "/w2", STR("2"), "");
	tar_add(&tar, '0', "./d/./w3", STR("3"), "");
	(void)layout_layer(&l, finished(l.arena, &tar), true);
	(void)layout_image(&l);
	assert_walk(f, layout_folder(&l), &limits_default, &r,
	    "problem ../w malformed input…\"..\"\n"
	    "problem d/../../w malformed input…\"..\"\n"
	    "problem w1 malformed input…\"..\"\n"
	    "problem …NUL\n"
	    "problem w not supported…sparse\n"
	    "problem d/.wh. malformed input…names nothing\n"
	    "problem d/.wh... malformed input…names nothing\n"
	    "layer ok\n"
	    "merged d/w3 d/w3 0 3\n"
	    "merged w2 w2 0 2\n");
}

static void many_bad_names_are_a_few_problems(void **state)
{
	struct fixture *f = *state;
	struct record r = {.wanted = "w"};
	struct buf tar = BUF_INIT(MIB(1));
	struct buf expected CLEANUP(buf_release) = BUF_INIT(MIB(1));
	LAYOUT(l, f);

	for (int i = 0; i < 500; i++)
		tar_add(&tar, '0', "../w", STR(""), "");
	(void)layout_layer(&l, finished(l.arena, &tar), true);
	(void)layout_image(&l);
	for (int i = 0; i < 64; i++)
		buf_add(&expected, STR("problem ../w …\n"));
	buf_add(&expected, STR("problem  limit reached: more than 64 …\nlayer ok\n"));
	assert_walk(f, layout_folder(&l), &limits_default, &r, buf_cstr(&expected));
}

static void a_link_to_nothing_that_is_kept(void **state)
{
	struct fixture *f = *state;
	struct record r = {.wanted = "w"};
	struct buf tar = BUF_INIT(MIB(1));
	LAYOUT(l, f);

	tar_add(&tar, '1', "w", STR(""), "nothing");
	tar_add(&tar, '2', "w2", STR(""), "nothing");
	tar_add(&tar, '2', "w3", STR(""), "w3");
	(void)layout_layer(&l, finished(l.arena, &tar), true);
	(void)layout_image(&l);
	assert_walk(f, layout_folder(&l), &limits_default, &r,
	    "layer ok\nproblem w malformed input…nothing, which is not there\n");
}

/* ---- links, from the side of those who ask ---- */

static void named_paths_are_found_behind_links(void **state)
{
	static const struct str paths[] = {
	    STR_INIT("var/lib/dpkg/status"), STR_INIT("etc/os-release"), STR_INIT("no/such")};
	struct fixture *f = *state;
	struct record r = {.lines = BUF_INIT(KIB(64)), .wanted = "nobody"};
	struct image_visitor visitor = record_visitor(&r);
	struct image image CLEANUP(image_release) = {0};
	struct buf tar = BUF_INIT(MIB(1));
	LAYOUT(l, f);

	tar_add(&tar, '2', "var/lib/dpkg", STR(""), "/opt/dpkg");
	tar_add(&tar, '0', "opt/dpkg/status", STR("Package"), "");
	tar_add(&tar, '2', "etc/os-release", STR(""), "../usr/lib/x");
	tar_add(&tar, '1', "usr/lib/x", STR(""), "opt/real");
	tar_add(&tar, '0', "opt/real", STR("too late"), "");
	tar_add(&tar, '0', "opt/other", STR("ID=x"), "");
	tar_add(&tar, '1', "usr/lib/x", STR(""), "opt/other");
	(void)layout_layer(&l, finished(l.arena, &tar), true);
	(void)layout_image(&l);
	assert_int_equal(open_image(f, layout_folder(&l), "", "", &image), 0);
	visitor.paths = paths;
	visitor.n_paths = ARRAY_LEN(paths);
	assert_int_equal(image_walk(&image, &limits_default, &visitor, &f->err), 0);
	assert_str(buf_str(&r.lines), "layer ok\nmerged etc/os-release opt/other 0 ID=x\n"
				      "merged var/lib/dpkg/status opt/dpkg/status 0 Package\n");
	buf_release(&r.lines);
}

/* ---- what streams by ---- */

static void deleted_files_stream_by(void **state)
{
	struct fixture *f = *state;
	struct record r = {.streamed = "k", .wanted = "w"};
	LAYOUT(l, f);

	(void)layout_layer(&l, tar_of_file(l.arena, "key", "secret"), true);
	(void)layout_layer(&l, tar_of_file(l.arena, ".wh.key", ""), true);
	(void)layout_image(&l);
	assert_walk(f, layout_folder(&l), &limits_default, &r,
	    "streamed key 0 6 last\nlayer ok\nlayer ok\n");
}

static void large_files_come_in_pieces(void **state)
{
	struct fixture *f = *state;
	struct limits limits = limits_default;
	struct buf tar = BUF_INIT(MIB(1));
	LAYOUT(l, f);

	limits.unit_bytes = 10000;
	tar_add(&tar, '0', "k1", zeros(l.arena, 10000), "");
	tar_add(&tar, '0', "k2", zeros(l.arena, 10001), "");
	tar_add(&tar, '0', "k3", zeros(l.arena, 25000), "");
	tar_add(&tar, '0', "k4", STR(""), "");
	(void)layout_layer(&l, finished(l.arena, &tar), true);
	(void)layout_image(&l);
	/* The same whether the bytes are kept as well or not. */
	for (int kept = 0; kept < 2; kept++) {
		struct record r = {.streamed = "k"};
		static const char expected[] =
		    "streamed k1 0 10000 last\n"
		    "streamed k2 0 10000\nstreamed k2 10000 1 last\n"
		    "streamed k3 0 10000\nstreamed k3 10000 10000\n"
		    "streamed k3 20000 5000 last\nstreamed k4 0 0 last\nlayer ok\n";

		r.wanted = kept ? "k" : NULL;
		assert_walk(f, layout_folder(&l), &limits, &r,
		    kept ? arena_fmt(l.arena,
			       "%smerged k1 k1 0 …\nmerged k2 k2 0 …\nmerged k3 k3 0 …\n"
			       "merged k4 k4 0 \n",
			       expected)
			       .p
			 : expected);
	}
}

static void enough_is_enough(void **state)
{
	struct fixture *f = *state;
	struct limits limits = limits_default;
	struct record r = {.streamed = "k", .enough_after = 1};
	struct buf tar = BUF_INIT(MIB(1));
	LAYOUT(l, f);

	limits.unit_bytes = 10000;
	tar_add(&tar, '0', "k1", zeros(l.arena, 50000), "");
	tar_add(&tar, '0', "k2", STR("x"), "");
	(void)layout_layer(&l, finished(l.arena, &tar), true);
	(void)layout_image(&l);
	assert_walk(f, layout_folder(&l), &limits, &r,
	    "streamed k1 0 10000\nstreamed k2 0 1 last\nlayer ok\n");
}

/* ---- limits ---- */

static void limited(struct fixture *f, const struct limits *limits, const char *expected)
{
	struct record r = {.wanted = "w"};
	struct buf tar = BUF_INIT(MIB(4));
	LAYOUT(l, f);

	tar_add(&tar, '0', "w", zeros(l.arena, 100000), "");
	tar_add(&tar, '0', "w2", STR("2"), "");
	tar_add(&tar, '0', "x", zeros(l.arena, 100000), "");
	(void)layout_layer(&l, finished(l.arena, &tar), true);
	(void)layout_layer(&l, tar_of_file(l.arena, "w3", "3"), true);
	(void)layout_image(&l);
	assert_walk(f, layout_folder(&l), limits, &r, expected);
}

static void limits_are_named(void **state)
{
	struct fixture *f = *state;
	struct limits limits = limits_default;

	limits.wanted_bytes = 5000;
	limited(f, &limits,
	    "layer ok\nlayer ok\nproblem w limit reached…100000 bytes\nmerged w2 w2 0 2\n"
	    "merged w3 w3 1 3\n");
	limits = limits_default;
	limits.scan_memory = 90000;
	limited(f, &limits,
	    "layer ok\nlayer ok\nproblem w limit reached…more than 90000\nmerged w2 w2 0 2\n"
	    "merged w3 w3 1 3\n");
	limits = limits_default;
	limits.layer_bytes = 150000;
	limited(f, &limits,
	    "problem  limit reached…more than 150000\nlayer failed\nlayer ok\nmerged w3 w3 1 3\n");
	limits = limits_default;
	limits.image_bytes = 204000;
	limited(f, &limits,
	    "layer ok\nproblem  limit reached…together\nlayer failed\nmerged w …\nmerged w2 …\n");
	limits = limits_default;
	limits.layer_entries = 2;
	limited(f, &limits,
	    "problem  limit reached…entries\nlayer failed\nlayer ok\nmerged w3 w3 1 3\n");
}

static int refuse(
    void *arg, const struct unit *unit, const struct image_file *file, struct err *err)
{
	(void)arg, (void)unit, (void)file;
	return err_set(err, ERR_IO, "the visitor has had it");
}

static void a_visitor_can_end_it(void **state)
{
	struct fixture *f = *state;
	struct record r = {.lines = BUF_INIT(KIB(64)), .streamed = "k", .wanted = "w"};
	struct image_visitor visitor = record_visitor(&r);
	struct image image CLEANUP(image_release) = {0};
	LAYOUT(l, f);

	(void)layout_layer(&l, tar_of_file(l.arena, "key", "1"), true);
	(void)layout_image(&l);
	assert_int_equal(open_image(f, layout_folder(&l), "", "", &image), 0);
	visitor.streamed = refuse;
	assert_int_equal(image_walk(&image, &limits_default, &visitor, &f->err), -1);
	assert_err(&f->err, ERR_IO, "has had it");
	assert_int_equal(r.lines.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    unit_test_here(a_layer_that_fails_leaves_nothing),
	    unit_test_here(hostile_names),
	    unit_test_here(many_bad_names_are_a_few_problems),
	    unit_test_here(a_link_to_nothing_that_is_kept),
	    unit_test_here(named_paths_are_found_behind_links),
	    unit_test_here(deleted_files_stream_by),
	    unit_test_here(large_files_come_in_pieces),
	    unit_test_here(enough_is_enough),
	    unit_test_here(limits_are_named),
	    unit_test_here(a_visitor_can_end_it),
	};

	return cmocka_run_group_tests_name("image_walk", tests, NULL, NULL);
}
