#include "image_support.h"

#include <stdio.h>
#include <stdlib.h>

enum { BYTES_MAX = 64 << 20, BLOCK = 512, STORED_MAX = 65535 };

/* ---- bytes ---- */

static void octal(char *field, size_t size, uint64_t value)
{
	(void)snprintf(field, size, "%0*llo", (int)size - 1, (unsigned long long)value);
}

static void pad(struct buf *tar)
{
	while (tar->n % BLOCK != 0)
		buf_addc(tar, '\0');
}

void tar_add(struct buf *tar, char type, const char *name, struct str body, const char *link)
{
	char h[BLOCK] = {0};
	unsigned sum = 0;

	(void)snprintf(h, 100, "%s", name);
	octal(h + 100, 8, 0644);
	octal(h + 108, 8, 0);
	octal(h + 116, 8, 0);
	octal(h + 124, 12, body.n);
	octal(h + 136, 12, 0);
	memset(h + 148, ' ', 8);
	h[156] = type;
	(void)snprintf(h + 157, 100, "%s", link);
	memcpy(h + 257, "ustar\00000", 8);
	for (size_t i = 0; i < sizeof h; i++)
		sum += (unsigned char)h[i];
	(void)snprintf(h + 148, 8, "%06o", sum);
	buf_add(tar, str_make(h, sizeof h));
	buf_add(tar, body);
	pad(tar);
}

void tar_end(struct buf *tar)
{
	for (size_t i = 0; i < 2 * (size_t)BLOCK; i++)
		buf_addc(tar, '\0');
}

static uint32_t crc32_of(struct str s)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < s.n; i++) {
		crc ^= (unsigned char)s.p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

static void little(struct buf *out, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		buf_addc(out, (char)(value >> 8 * i & 0xff));
}

static struct str keep(struct arena *arena, struct buf *b)
{
	struct str s = arena_str(arena, buf_str(b));

	if (!buf_ok(b) || !s.p)
		abort();
	buf_release(b);
	return s;
}

struct str gzip_of(struct arena *arena, struct str bytes)
{
	struct buf out = BUF_INIT(BYTES_MAX);
	struct str left = bytes;

	buf_add(&out, STR("\x1f\x8b\x08\0\0\0\0\0\0\x03"));
	do {
		struct str part = str_sub(left, 0, STORED_MAX);

		left = str_sub(left, part.n, left.n);
		buf_addc(&out, left.n == 0);
		little(&out, part.n, 2);
		little(&out, ~part.n, 2);
		buf_add(&out, part);
	} while (left.n > 0);
	little(&out, crc32_of(bytes), 4);
	little(&out, bytes.n, 4);
	return keep(arena, &out);
}

struct str digest_of(struct arena *arena, struct str bytes)
{
	char digest[SHA256_DIGEST_SIZE];

	sha256_digest(bytes, digest);
	return arena_str(arena, str_of(digest));
}

struct str tar_of_file(struct arena *arena, const char *name, const char *text)
{
	struct buf tar = BUF_INIT(BYTES_MAX);

	tar_add(&tar, '0', name, str_of(text), "");
	tar_end(&tar);
	return keep(arena, &tar);
}

/* ---- an OCI layout ---- */

void layout_init(struct layout *l, struct arena *arena)
{
	*l = (struct layout){.arena = arena, .arch = "amd64", .tag = "v1"};
	buf_init(&l->index, KIB(64));
	layout_file(l, STR("oci-layout"), STR("{\"imageLayoutVersion\":\"1.0.0\"}"));
}

void layout_release(struct layout *l)
{
	buf_release(&l->index);
}

void layout_file(struct layout *l, struct str name, struct str bytes)
{
	if (l->n == FILES_MAX)
		abort();
	l->names[l->n] = name;
	l->bytes[l->n++] = bytes;
}

struct str layout_blob(struct layout *l, struct str bytes)
{
	struct str digest = digest_of(l->arena, bytes);

	layout_file(l,
	    arena_fmt(l->arena, "blobs/sha256/" STR_FMT, STR_ARG(str_sub(digest, 7, 64))), bytes);
	return digest;
}

struct made_layer *layout_layer(struct layout *l, struct str tar, bool gzipped)
{
	struct made_layer *layer = &l->layers[l->n_layers++];
	struct str blob = gzipped ? gzip_of(l->arena, tar) : tar;

	*layer = (struct made_layer){.digest = layout_blob(l, blob),
	    .diff_id = digest_of(l->arena, tar),
	    .size = blob.n,
	    .media_type = gzipped ? GZIP_LAYER : TAR_LAYER};
	return layer;
}

static void add_descriptor(
    struct buf *out, const char *type, struct str digest, uint64_t size, const char *more)
{
	buf_addf(out, "{\"mediaType\":\"%s\",\"digest\":\"" STR_FMT "\",\"size\":%llu%s}", type,
	    STR_ARG(digest), (unsigned long long)size, more);
}

static struct str put_config(struct layout *l, size_t *ret_size)
{
	struct buf text = BUF_INIT(KIB(64));
	struct str bytes;

	buf_addf(&text,
	    "{\"architecture\":\"%s\",\"os\":\"linux\",\"config\":{\"User\":\"app\","
	    "\"Env\":[\"A=1\"],\"ExposedPorts\":{\"80/tcp\":{}}},"
	    "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[",
	    l->arch);
	for (size_t i = 0; i < l->n_layers; i++)
		buf_addf(&text, "%s\"" STR_FMT "\"", i ? "," : "", STR_ARG(l->layers[i].diff_id));
	buf_add(&text, STR("]},\"history\":["));
	for (size_t i = 0; i < l->n_layers; i++)
		buf_addf(&text, "%s{\"created_by\":\"COPY part%zu /\"}", i ? "," : "", i);
	buf_add(&text, STR(",{\"created_by\":\"CMD x\",\"empty_layer\":true}]}"));
	bytes = keep(l->arena, &text);
	*ret_size = bytes.n;
	return layout_blob(l, bytes);
}

struct str layout_image(struct layout *l)
{
	struct buf text = BUF_INIT(KIB(64));
	struct str digest, bytes, more;
	size_t size;

	buf_add(&text, STR("{\"schemaVersion\":2,\"config\":"));
	digest = put_config(l, &size);
	add_descriptor(&text, "application/vnd.oci.image.config.v1+json", digest, size, "");
	buf_add(&text, STR(",\"layers\":["));
	for (size_t i = 0; i < l->n_layers; i++) {
		buf_add(&text, i ? STR(",") : STR(""));
		add_descriptor(
		    &text, l->layers[i].media_type, l->layers[i].digest, l->layers[i].size, "");
	}
	buf_add(&text, STR("]}"));
	bytes = keep(l->arena, &text);
	digest = layout_blob(l, bytes);
	more = arena_fmt(l->arena,
	    ",\"platform\":{\"os\":\"linux\",\"architecture\":\"%s\"},\"annotations\":"
	    "{\"org.opencontainers.image.ref.name\":\"%s\"}",
	    l->arch, l->tag);
	buf_add(&l->index, l->index.n ? STR(",") : STR(""));
	add_descriptor(
	    &l->index, "application/vnd.oci.image.manifest.v1+json", digest, bytes.n, more.p);
	l->n_layers = 0;
	return digest;
}

static void finish(struct layout *l)
{
	if (l->index.n > 0)
		layout_file(l, STR("index.json"),
		    arena_fmt(
			l->arena, "{\"schemaVersion\":2,\"manifests\":[%s]}", buf_cstr(&l->index)));
	buf_clear(&l->index);
}

struct content *layout_folder(struct layout *l)
{
	finish(l);
	content_memory_init(&l->content, l->names, l->bytes, l->n);
	return &l->content.content;
}

struct content *layout_archive(struct layout *l)
{
	struct buf tar = BUF_INIT(BYTES_MAX);

	finish(l);
	for (size_t i = 0; i < l->n; i++) {
		char *name = arena_cstr(l->arena, l->names[i]);

		tar_add(&tar, '0', name, l->bytes[i], "");
	}
	tar_end(&tar);
	l->names[0] = STR("a.tar");
	l->bytes[0] = keep(l->arena, &tar);
	content_memory_init(&l->content, l->names, l->bytes, 1);
	return &l->content.content;
}

/* ---- what a walk reports ---- */

static bool begins(const struct image_file *file, const char *prefix)
{
	size_t slash = str_rchr(file->path, '/');
	struct str name =
	    slash == STR_NPOS ? file->path : str_sub(file->path, slash + 1, file->path.n);

	return prefix && str_starts(name, str_of(prefix));
}

static unsigned wants(void *arg, const struct image_file *file)
{
	const struct record *r = arg;

	return (begins(file, r->wanted) ? (unsigned)IMAGE_MERGED : 0) |
	       (begins(file, r->streamed) ? (unsigned)IMAGE_STREAM : 0);
}

static int streamed(
    void *arg, const struct unit *unit, const struct image_file *file, struct err *err)
{
	struct record *r = arg;

	(void)err;
	buf_addf(&r->lines, "streamed " STR_FMT " %llu %zu%s\n", STR_ARG(unit->origin.path),
	    (unsigned long long)file->offset, unit->bytes.n, file->is_last ? " last" : "");
	return ++r->pieces == r->enough_after ? IMAGE_ENOUGH : IMAGE_GO_ON;
}

static int merged(
    void *arg, const struct unit *unit, const struct image_file *file, struct err *err)
{
	struct record *r = arg;

	(void)err;
	buf_addf(&r->lines, "merged " STR_FMT " " STR_FMT " %zu " STR_FMT "\n",
	    STR_ARG(unit->origin.path), STR_ARG(file->path), file->layer_index,
	    STR_ARG(str_sub(unit->bytes, 0, 16)));
	return 0;
}

static int layer_end(void *arg, const struct image_layer *layer, bool verified, struct err *err)
{
	struct record *r = arg;

	(void)layer, (void)err;
	buf_addf(&r->lines, "layer %s\n", verified ? "ok" : "failed");
	return 0;
}

static int problem(void *arg, const struct image_layer *layer, struct str path,
    const struct err *why, struct err *err)
{
	struct record *r = arg;

	(void)layer, (void)err;
	buf_addf(&r->lines, "problem " STR_FMT " %s: %s\n", STR_ARG(path), err_code_name(why->code),
	    why->text);
	return 0;
}

struct image_visitor record_visitor(struct record *r)
{
	return (struct image_visitor){.arg = r,
	    .wants = wants,
	    .streamed = streamed,
	    .merged = merged,
	    .layer_end = layer_end,
	    .problem = problem};
}

/* A line is as expected if it begins with what stands before "…" and holds what stands behind.
 */
static bool line_fits(struct str got, struct str wanted)
{
	struct str from, part = STR_NONE;
	size_t dots = str_find(wanted, STR("…"));

	if (dots == STR_NPOS)
		return str_eq(got, wanted);
	from = str_sub(wanted, 0, dots);
	part = str_sub(wanted, dots + strlen("…"), wanted.n);
	return str_starts(got, from) && str_has(got, part);
}

static bool lines_fit(struct str got, struct str wanted)
{
	struct str a, b;

	while (str_cut(&wanted, '\n', &b)) {
		if (!str_cut(&got, '\n', &a) || !line_fits(a, b))
			return false;
	}
	return got.n == 0;
}

void assert_walk(struct fixture *f, struct content *content, const struct limits *limits,
    struct record *r, const char *expected)
{
	struct image image CLEANUP(image_release) = {0};
	struct image_visitor visitor = record_visitor(r);

	buf_init(&r->lines, MIB(1));
	if (open_image(f, content, "", "", &image) != 0 ||
	    image_walk(&image, limits, &visitor, &f->err) != 0)
		fail_msg("%s", f->err.text);
	if (!lines_fit(buf_str(&r->lines), str_of(expected)))
		fail_msg("got:\n%s\nwanted:\n%s", buf_cstr(&r->lines), expected);
	buf_release(&r->lines);
}

int open_image(struct fixture *f, struct content *content, const char *selector,
    const char *platform, struct image *ret)
{
	struct image_opts opts = {.selector = str_of(selector), .platform = str_of(platform)};
	uint32_t handle;
	uint64_t size;

	if (content->ops->open(content, STR("a.tar"), &handle, &size, &f->err) == CONTENT_OK)
		opts.archive = STR("a.tar");
	return image_open(content, &opts, &limits_default, &f->arena, ret, &f->err);
}
