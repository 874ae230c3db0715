/* Which image is opened, and what is refused before a layer is read. */
#include "../../../base/full_arena.h"
#include "image_support.h"
#include "read/source/image/image_manifest.h"

#define LAYOUT(l, f)                             \
	struct layout l CLEANUP(layout_release); \
	layout_init(&l, &(f)->arena)

static void one_image(struct layout *l, const char *text)
{
	(void)layout_layer(l, tar_of_file(l->arena, "w", text), true);
	(void)layout_image(l);
}

static void the_documents_are_read(void **state)
{
	struct fixture *f = *state;
	struct image image CLEANUP(image_release) = {0};
	LAYOUT(l, f);

	(void)layout_layer(&l, tar_of_file(l.arena, "w", "1"), true);
	(void)layout_layer(&l, tar_of_file(l.arena, "w", "2"), false);
	(void)layout_image(&l);
	assert_int_equal(open_image(f, layout_folder(&l), "", "", &image), 0);
	assert_str(image.name, "v1");
	assert_str(image.platform, "linux/amd64");
	assert_str(image.config.user, "app");
	assert_str(image.config.env.p[0], "A=1");
	assert_str(image.config.exposed_ports.p[0], "80/tcp");
	assert_int_equal(image.n_layers, 2);
	assert_int_equal(image.n_history, 3);
	assert_str(image.layers[1].created_by, "COPY part1 /");
	assert_str(image.layers[1].media_type, TAR_LAYER);
}

static void open_fails(struct fixture *f, struct content *content, const char *selector,
    const char *platform, enum err_code code, const char *says)
{
	struct image image;

	assert_int_equal(open_image(f, content, selector, platform, &image), -1);
	assert_err(&f->err, code, says);
}

static void opened_is(struct fixture *f, struct content *content, const char *selector,
    const char *platform, struct str digest)
{
	struct image image CLEANUP(image_release) = {0};

	if (open_image(f, content, selector, platform, &image) != 0)
		fail_msg("%s", f->err.text);
	assert_true(str_eq(image.manifest_digest, digest));
}

static void one_of_several(void **state)
{
	struct fixture *f = *state;
	struct str a, b, c;
	LAYOUT(l, f);

	l.tag = "docker.io/library/app:1";
	(void)layout_layer(&l, tar_of_file(l.arena, "w", "1"), true);
	a = layout_image(&l);
	l.arch = "arm64";
	(void)layout_layer(&l, tar_of_file(l.arena, "w", "2"), true);
	b = layout_image(&l);
	l.arch = "amd64";
	l.tag = "other";
	(void)layout_layer(&l, tar_of_file(l.arena, "w", "3"), true);
	c = layout_image(&l);
	for (int archive = 0; archive < 2; archive++) {
		struct content *content = archive ? layout_archive(&l) : layout_folder(&l);

		opened_is(f, content, "app:1", "linux/amd64", a);
		opened_is(f, content, "docker.io/library/app:1", "linux/arm64", b);
		opened_is(f, content, "1", "linux/arm64/v8", b);
		opened_is(f, content, "other", "", c);
		opened_is(f, content, b.p, "", b);
		open_fails(f, content, "", "linux/amd64", ERR_NOT_FOUND, "several images");
		open_fails(f, content, "nobody", "", ERR_NOT_FOUND, "app:1 (linux/amd64)");
		open_fails(f, content, "app:1", "linux/s390x", ERR_NOT_FOUND,
		    "no image is for linux/s390x");
		open_fails(
		    f, content, c.p, "linux/arm64", ERR_NOT_FOUND, "no image is for linux/arm64");
	}
}

static void nested(struct fixture *f, const char *inner_type, enum err_code code, const char *says)
{
	struct str inner, digest;
	LAYOUT(l, f);

	(void)layout_layer(&l, tar_of_file(l.arena, "w", "1"), true);
	digest = layout_image(&l);
	inner = arena_fmt(l.arena,
	    "{\"schemaVersion\":2,\"manifests\":[%s,{\"mediaType\":\"%s\",\"digest\":\"" STR_FMT
	    "\",\"size\":7,\"platform\":{\"os\":\"unknown\",\"architecture\":\"unknown\"}}]}",
	    buf_cstr(&l.index), inner_type, STR_ARG(digest));
	if (str_has(str_of(inner_type), STR("index")))
		inner = arena_fmt(l.arena,
		    "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"%s\",\"digest\":\"" STR_FMT
		    "\",\"size\":7}]}",
		    inner_type, STR_ARG(digest));
	buf_clear(&l.index);
	inner.n = strlen(inner.p);
	buf_addf(&l.index,
	    "{\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"digest\":\"" STR_FMT
	    "\",\"size\":%zu}",
	    STR_ARG(layout_blob(&l, inner)), inner.n);
	if (code == ERR_NONE)
		opened_is(f, layout_folder(&l), "", "", digest);
	else
		open_fails(f, layout_folder(&l), "", "", code, says);
}

static void one_level_of_nesting(void **state)
{
	struct fixture *f = *state;

	/* The second is an attestation, and is passed over. */
	nested(f, "application/vnd.oci.image.manifest.v1+json", ERR_NONE, "");
	nested(
	    f, "application/vnd.oci.image.index.v1+json", ERR_UNSUPPORTED, "an index in an index");
}

/* Replaces the bytes of the first file whose name begins so; the digest is not renewed. */
static void bend(struct layout *l, const char *name, struct str bytes)
{
	for (size_t i = 0; i < l->n; i++) {
		if (str_starts(l->names[i], str_of(name)))
			l->bytes[i] = bytes;
	}
}

static void documents_that_are_none(void **state)
{
	static const struct {
		const char *index;
		enum err_code code;
		const char *says;
	} rows[] = {
	    {"", ERR_FORMAT, "index.json"},
	    {"[]", ERR_FORMAT, "not the JSON document"},
	    {"{\"schemaVersion\":2,\"manifests\":[]}", ERR_NOT_FOUND, "no image in it"},
	    {"{\"schemaVersion\":1,\"manifests\":[]}", ERR_UNSUPPORTED, "schema 1"},
	    {"{\"manifests\":[],\"manifests\":[]}", ERR_FORMAT, "line 1"},
	    {"{\"manifests\":[],\"layers\":[]}", ERR_FORMAT, "at once"},
	    {"{\"manifests\":[{\"digest\":\"sha256:00\",\"size\":1}]}", ERR_FORMAT, "not a digest"},
	    {"{\"manifests\":[{\"digest\":\"md5:00\",\"size\":1}]}", ERR_UNSUPPORTED, "neither"},
	    {"{\"manifests\":[{\"digest\":\"x\"}]}", ERR_FORMAT, "no size"},
	    {"{\"manifests\":[{\"digest\":\"sha256:"
	     "0000000000000000000000000000000000000000000000000000000000000000\",\"size\":1}]}",
		ERR_FORMAT, "is missing"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		LAYOUT(l, f);

		layout_file(&l, STR("index.json"), str_of(rows[i].index));
		open_fails(f, layout_folder(&l), "", "", rows[i].code, rows[i].says);
	}
}

static void no_image_at_all(void **state)
{
	struct fixture *f = *state;
	LAYOUT(l, f);

	open_fails(f, layout_folder(&l), "", "", ERR_FORMAT, "neither an index.json");
	open_fails(f, layout_archive(&l), "", "", ERR_FORMAT, "neither an index.json");
	layout_release(&l);
	layout_init(&l, &f->arena);
	layout_file(&l, STR("a.tar"), gzip_of(l.arena, STR("tar")));
	open_fails(f, layout_folder(&l), "", "", ERR_UNSUPPORTED, "gzip as a whole");
	layout_release(&l);
	layout_init(&l, &f->arena);
	layout_file(&l, STR("a.tar"), str_sub(tar_of_file(l.arena, "index.json", "{"), 0, 512));
	open_fails(f, layout_folder(&l), "", "", ERR_FORMAT, "ends in the middle");
	layout_release(&l);
	layout_init(&l, &f->arena);
	layout_file(&l, STR("a.tar"), STR("notes"));
	open_fails(f, layout_folder(&l), "", "", ERR_FORMAT, "not a tar archive");
}

static void a_config_that_was_changed(void **state)
{
	struct fixture *f = *state;
	struct content *content;
	LAYOUT(l, f);

	one_image(&l, "1");
	content = layout_folder(&l);
	for (size_t i = 0; i < l.n; i++) {
		if (str_has(l.bytes[i], STR("\"architecture\":\"amd64\",\"os\"")) &&
		    !str_eq(l.names[i], STR("index.json"))) {
			char *changed = arena_cstr(l.arena, l.bytes[i]);

			changed[20] = 'A';
			l.bytes[i].p = changed;
		}
	}
	open_fails(f, content, "", "", ERR_FORMAT, "the config is sha256:");
}

static void layers_and_diff_ids_differ(void **state)
{
	struct fixture *f = *state;
	struct str config, manifest;
	LAYOUT(l, f);

	config = layout_blob(&l, STR("{\"rootfs\":{\"diff_ids\":[]}}"));
	manifest = arena_fmt(l.arena,
	    "{\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\"" STR_FMT
	    "\",\"size\":26},\"layers\":[{\"mediaType\":\"" TAR_LAYER
	    "\",\"digest\":\"sha256:0\",\"size\":1}]}",
	    STR_ARG(config));
	buf_addf(&l.index, "{\"digest\":\"" STR_FMT "\",\"size\":%zu}",
	    STR_ARG(layout_blob(&l, manifest)), manifest.n);
	open_fails(f, layout_folder(&l), "", "", ERR_FORMAT, "0 diff IDs");
}

static void artifacts_are_no_images(void **state)
{
	struct fixture *f = *state;
	struct str manifest =
	    STR("{\"config\":{\"mediaType\":\"application/vnd.cncf.helm.config.v1+json\","
		"\"digest\":\"sha256:0\",\"size\":1},\"layers\":[]}");
	LAYOUT(l, f);

	buf_addf(&l.index, "{\"digest\":\"" STR_FMT "\",\"size\":%zu}",
	    STR_ARG(layout_blob(&l, manifest)), manifest.n);
	open_fails(f, layout_folder(&l), "", "", ERR_UNSUPPORTED, "helm");
}

/* ---- docker save ---- */

static struct str docker_config(struct arena *arena, struct str tar)
{
	return arena_fmt(arena,
	    "{\"os\":\"linux\",\"architecture\":\"amd64\",\"rootfs\":{\"diff_ids\":[\"" STR_FMT
	    "\"]}}",
	    STR_ARG(digest_of(arena, tar)));
}

static void docker_old_shape(void **state)
{
	struct fixture *f = *state;
	struct record r = {.wanted = ""};
	struct str tar = tar_of_file(&f->arena, "w", "1");
	struct str config = docker_config(&f->arena, tar), name;
	LAYOUT(l, f);

	name = arena_fmt(
	    l.arena, STR_FMT ".json", STR_ARG(str_sub(digest_of(l.arena, config), 7, 64)));
	layout_file(&l, STR("x/layer.tar"), tar);
	layout_file(&l, name, config);
	layout_file(&l, STR("manifest.json"),
	    arena_fmt(l.arena,
		"[{\"Config\":\"" STR_FMT
		"\",\"RepoTags\":[\"app:1\",\"app:2\"],\"Layers\":[\"x/layer.tar\"]}]",
		STR_ARG(name)));
	assert_walk(f, layout_archive(&l), &limits_default, &r, "layer ok\nmerged w w 0 1\n");
	open_fails(f, &l.content.content, "app:3", "", ERR_NOT_FOUND, "app:1");
	open_fails(f, &l.content.content, "app:2", "linux/arm64", ERR_NOT_FOUND, "linux/amd64");
}

static void docker_old_shape_that_was_changed(void **state)
{
	struct fixture *f = *state;
	struct record r = {.wanted = ""};
	struct str tar = tar_of_file(&f->arena, "w", "1");
	struct str config = docker_config(&f->arena, tar);
	LAYOUT(l, f);

	layout_file(&l, STR("x/layer.tar"), tar_of_file(l.arena, "w", "2"));
	layout_file(&l, STR("config"), config);
	layout_file(&l, STR("manifest.json"),
	    STR("[{\"Config\":\"config\",\"Layers\":[\"x/layer.tar\"]}]"));
	assert_walk(f, layout_folder(&l), &limits_default, &r,
	    "problem …its blob is sha256:\nlayer failed\n");
	bend(&l, "manifest.json", STR("[{\"Config\":\"config\",\"Layers\":[\"y/layer.tar\"]}]"));
	assert_walk(f, layout_folder(&l), &limits_default, &r,
	    "problem …there is no y/layer.tar\nlayer failed\n");
	bend(&l, "manifest.json", STR("[{\"Config\":\"nothing\",\"Layers\":[]}]"));
	open_fails(f, layout_folder(&l), "", "", ERR_FORMAT, "there is no nothing");
}

/* The new shape: index.json and manifest.json in one archive. */
static void both_shapes_agree(void **state)
{
	struct fixture *f = *state;
	struct image image CLEANUP(image_release) = {0};
	struct str config = STR_NONE;
	LAYOUT(l, f);

	one_image(&l, "1");
	for (size_t i = 0; i < l.n; i++) {
		if (str_has(l.bytes[i], STR("diff_ids")))
			config = l.names[i];
	}
	layout_file(&l, STR("manifest.json"),
	    arena_fmt(l.arena, "[{\"Config\":\"" STR_FMT "\",\"Layers\":[\"" STR_FMT "\"]}]",
		STR_ARG(config), STR_ARG(l.names[1])));
	if (open_image(f, layout_folder(&l), "", "", &image) != 0)
		fail_msg("%s", f->err.text);
	bend(&l, "manifest.json", STR("[{\"Config\":\"elsewhere\",\"Layers\":[]}]"));
	open_fails(f, layout_folder(&l), "", "", ERR_FORMAT, "different images");
}

static void a_base_is_a_prefix(void **state)
{
	struct fixture *f = *state;
	struct image image CLEANUP(image_release) = {0};
	struct str ids[3];
	LAYOUT(l, f);

	(void)layout_layer(&l, tar_of_file(l.arena, "w", "1"), true);
	(void)layout_layer(&l, tar_of_file(l.arena, "w", "2"), true);
	for (size_t i = 0; i < 2; i++)
		ids[i] = l.layers[i].diff_id;
	ids[2] = ids[0];
	(void)layout_image(&l);
	assert_int_equal(open_image(f, layout_folder(&l), "", "", &image), 0);
	assert_int_equal(image_mark_base(&image, ids + 1, 1), 0);
	assert_int_equal(image_mark_base(&image, ids, 3), 0);
	assert_int_equal(image_mark_base(&image, ids, 1), 1);
	assert_true(image.layers[0].from_base);
	assert_false(image.layers[1].from_base);
}

static void instructions_are_recognised(void **state)
{
	static const struct str file[] = {STR_INIT("FROM debian:12"),
	    STR_INIT("RUN apt-get update && \\\n  make"), STR_INIT("COPY --chown=1 app /srv/"),
	    STR_INIT("RUN --mount=type=cache,target=/c make"), STR_INIT("WORKDIR /srv"),
	    STR_INIT("RUN make")};
	static const struct {
		const char *created_by;
		size_t from;
		int index; /* -1: none */
	} rows[] = {
	    {"/bin/sh -c apt-get update &&   make", 0, 1},
	    {"RUN /bin/sh -c apt-get update && make # buildkit", 0, 1},
	    {"/bin/sh -c #(nop) COPY file:3f00 in /srv ", 0, 2},
	    {"COPY --chown=1 app /srv/ # buildkit", 0, 2},
	    {"COPY app /srv/ # buildkit", 0, 2},
	    {"/bin/sh -c #(nop) COPY dir:3f00 in /other ", 0, -1},
	    {"|1 A=b /bin/sh -c make", 0, 3},
	    {"|1 A=b /bin/sh -c make", 4, 5},
	    {"/bin/sh -c #(nop) WORKDIR /srv", 5, 4},
	    {"", 0, -1},
	    {"umoci insert", 0, -1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t at = 99;
		bool found = image_match_instruction(
		    str_of(rows[i].created_by), file, ARRAY_LEN(file), rows[i].from, &at);

		if (found != (rows[i].index >= 0) || (found && at != (size_t)rows[i].index))
			fail_msg("%s: %d, %zu", rows[i].created_by, found, at);
	}
}

/* ---- the documents, when memory ends ---- */

#define DIGEST "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void add_descriptor_text(struct buf *out, const struct image_descriptor *d)
{
	buf_addf(out,
	    STR_FMT " " STR_FMT " " STR_FMT "/" STR_FMT "/" STR_FMT " " STR_FMT " " STR_FMT "\n",
	    STR_ARG(d->media_type), STR_ARG(d->digest), STR_ARG(d->os), STR_ARG(d->arch),
	    STR_ARG(d->variant), STR_ARG(d->ref), STR_ARG(d->full_name));
}

static void add_texts(struct buf *out, struct str_list list)
{
	for (size_t i = 0; i < list.n; i++)
		buf_addf(out, STR_FMT ",", STR_ARG(list.p[i]));
	buf_addc(out, '\n');
}

static int read_an_index(const void *json, struct arena *arena, struct buf *out, struct err *err)
{
	struct image_index index;

	if (image_index_parse(str_of(json), &limits_default, arena, &index, err) != 0)
		return -1;
	for (size_t i = 0; i < index.n; i++)
		add_descriptor_text(out, &index.items[i]);
	return 0;
}

static int read_a_manifest(const void *json, struct arena *arena, struct buf *out, struct err *err)
{
	struct image_manifest m;

	if (image_manifest_parse(str_of(json), &limits_default, arena, &m, err) != 0)
		return -1;
	add_descriptor_text(out, &m.config);
	for (size_t i = 0; i < m.n_layers; i++)
		add_descriptor_text(out, &m.layers[i]);
	return 0;
}

static int read_a_config(const void *json, struct arena *arena, struct buf *out, struct err *err)
{
	struct image image = {0};
	struct image_rootfs rootfs;

	if (image_config_parse(str_of(json), &limits_default, arena, &image, &rootfs, err) != 0)
		return -1;
	buf_addf(out, STR_FMT " " STR_FMT " " STR_FMT "\n", STR_ARG(image.platform),
	    STR_ARG(image.config.user), STR_ARG(image.config.author));
	add_texts(out, image.config.env);
	add_texts(out, image.config.cmd);
	add_texts(out, image.config.exposed_ports);
	add_texts(out, image.config.healthcheck);
	for (size_t i = 0; i < image.config.n_labels; i++)
		buf_addf(out, STR_FMT "=" STR_FMT "\n", STR_ARG(image.config.labels[i].key),
		    STR_ARG(image.config.labels[i].value));
	for (size_t i = 0; i < image.n_history; i++)
		buf_addf(out, STR_FMT " " STR_FMT "\n", STR_ARG(image.history[i].key),
		    STR_ARG(image.history[i].value));
	for (size_t i = 0; i < rootfs.n; i++)
		buf_addf(out, STR_FMT " " STR_FMT "\n", STR_ARG(rootfs.diff_ids[i]),
		    STR_ARG(rootfs.created_by[i]));
	return 0;
}

static int read_docker_images(
    const void *json, struct arena *arena, struct buf *out, struct err *err)
{
	struct docker_images images;

	if (docker_manifest_parse(str_of(json), &limits_default, arena, &images, err) != 0)
		return -1;
	for (size_t i = 0; i < images.n; i++) {
		buf_addf(out, STR_FMT "\n", STR_ARG(images.items[i].config));
		add_texts(out, images.items[i].tags);
		add_texts(out, images.items[i].layers);
	}
	return 0;
}

static void part_of_a_document_is_none(void **state)
{
	(void)state;
	assert_true(
	    assert_survives_full_arenas(read_an_index,
		"{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":"
		"\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"" DIGEST
		"\",\"size\":7,\"platform\":{\"os\":\"linux\",\"architecture\":\"arm\","
		"\"variant\":\"v7\"},\"annotations\":{\"org.opencontainers.image.ref.name\":"
		"\"v1\",\"io.containerd.image.name\":\"a.example/b:v1\"}}]}") > 5);
	assert_true(assert_survives_full_arenas(read_a_manifest,
			"{\"schemaVersion\":2,\"config\":{\"mediaType\":"
			"\"application/vnd.oci.image.config.v1+json\",\"digest\":\"" DIGEST
			"\",\"size\":7},\"layers\":[{\"mediaType\":"
			"\"application/vnd.oci.image.layer.v1.tar\",\"digest\":\"" DIGEST
			"\",\"size\":9}]}") > 4);
	assert_true(assert_survives_full_arenas(read_a_config,
			"{\"architecture\":\"arm64\",\"os\":\"linux\",\"variant\":\"v8\","
			"\"author\":\"a\",\"config\":{\"User\":\"app\",\"Env\":[\"A=1\",\"B=2\"],"
			"\"Cmd\":[\"x\"],\"ExposedPorts\":{\"80/tcp\":{}},\"Healthcheck\":"
			"{\"Test\":[\"CMD\",\"y\"]},\"Labels\":{\"k\":\"v\",\"l\":\"w\"}},"
			"\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"" DIGEST "\"]},"
			"\"history\":[{\"created_by\":\"COPY a b\",\"comment\":\"c\"}]}") > 15);
	assert_true(assert_survives_full_arenas(read_docker_images,
			"[{\"Config\":\"c.json\",\"RepoTags\":[\"a:1\",\"b:2\"],"
			"\"Layers\":[\"1/layer.tar\"]}]") > 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    unit_test_here(the_documents_are_read),
	    cmocka_unit_test(part_of_a_document_is_none),
	    unit_test_here(one_of_several),
	    unit_test_here(one_level_of_nesting),
	    unit_test_here(documents_that_are_none),
	    unit_test_here(no_image_at_all),
	    unit_test_here(a_config_that_was_changed),
	    unit_test_here(layers_and_diff_ids_differ),
	    unit_test_here(artifacts_are_no_images),
	    unit_test_here(docker_old_shape),
	    unit_test_here(docker_old_shape_that_was_changed),
	    unit_test_here(both_shapes_agree),
	    unit_test_here(a_base_is_a_prefix),
	    unit_test_here(instructions_are_recognised),
	};

	return cmocka_run_group_tests_name("image_open", tests, NULL, NULL);
}
