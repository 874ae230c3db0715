/*
 * What layers leave behind: each line of the input is an entry, "KIND PATH=LINK-OR-BODY",
 * an empty line begins the next layer. The digests fit, so that nothing but the entries
 * decides; a layer "!" has one that does not.
 */
#include "image_walks.h"

#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LAYERS_MAX = 6, BLOCK = 512, NAME_AT = 0, LINK_AT = 157, FIELD_BYTES = 100 };

struct made {
	struct buf names[LAYERS_MAX + 3], bytes[LAYERS_MAX + 3];
	size_t n;
	struct buf layers, diff_ids;
};

static void fill(struct buf *tar)
{
	while (tar->n % BLOCK != 0)
		buf_addc(tar, '\0');
}

static void field(char *h, size_t at, struct str value)
{
	struct str cut = str_sub(value, 0, FIELD_BYTES);

	if (cut.n > 0)
		memcpy(h + at, cut.p, cut.n);
}

static void add_entry(struct buf *tar, struct str line)
{
	char h[BLOCK + 1] = {0};
	char kind = line.n > 0 ? line.p[0] : '0';
	struct str path = str_sub(line, 2, line.n), value = STR_NONE;
	struct str body;
	unsigned sum = 0;

	(void)str_split(path, '=', &path, &value);
	body = kind == '0' ? value : STR_NONE;
	field(h, NAME_AT, path);
	if (kind != '0')
		field(h, LINK_AT, value);
	(void)snprintf(h + 100, 8, "0000644");
	(void)snprintf(h + 124, 12, "%011zo", body.n);
	memset(h + 148, ' ', 8);
	h[156] = kind;
	memcpy(h + 257, "ustar\00000", 8);
	for (size_t i = 0; i < BLOCK; i++)
		sum += (unsigned char)h[i];
	(void)snprintf(h + 148, 8, "%06o", sum);
	buf_add(tar, str_make(h, BLOCK));
	buf_add(tar, body);
	fill(tar);
}

/* The bytes as a blob of their own; its descriptor at the end of `list`. */
static struct str put_blob(
    struct made *m, const char *type, struct str bytes, struct buf *list, char *ret_digest)
{
	struct buf *name = &m->names[m->n], *copy = &m->bytes[m->n++];

	buf_init(name, KIB(1));
	buf_init(copy, MIB(8));
	sha256_digest(bytes, ret_digest);
	buf_addf(name, "blobs/sha256/%s", ret_digest + 7);
	buf_add(copy, bytes);
	buf_addf(list,
	    "%s{\"mediaType\":\"application/vnd.oci.image.%s\",\"digest\":\"%s\",\"size\":%zu}",
	    list->n > 0 ? "," : "", type, ret_digest, bytes.n);
	if (!buf_ok(name) || !buf_ok(copy) || !buf_ok(list))
		abort();
	return buf_str(copy);
}

static void add_layer(struct made *m, struct buf *tar, bool is_wrong)
{
	char digest[SHA256_DIGEST_SIZE];

	(void)put_blob(m, "layer.v1.tar", buf_str(tar), &m->layers, digest);
	if (is_wrong)
		digest[8] = digest[8] == '0' ? '1' : '0';
	buf_addf(&m->diff_ids, "%s\"%s\"", m->diff_ids.n > 0 ? "," : "", digest);
	buf_clear(tar);
}

static void make_layers(struct made *m, struct str text)
{
	struct buf tar CLEANUP(buf_release) = BUF_INIT(MIB(8));
	bool is_wrong = false;
	struct str line;

	while (m->n < LAYERS_MAX && str_cut(&text, '\n', &line)) {
		if (line.n == 1 && line.p[0] == '!')
			is_wrong = true;
		else if (line.n > 0)
			add_entry(&tar, line);
		else
			add_layer(m, &tar, is_wrong);
		is_wrong = line.n > 0 && is_wrong;
	}
	if (tar.n > 0)
		add_layer(m, &tar, is_wrong);
}

static void make_image(struct made *m)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT(KIB(64));
	struct buf list CLEANUP(buf_release) = BUF_INIT(KIB(64));
	char digest[SHA256_DIGEST_SIZE];

	buf_addf(&text,
	    "{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\","
	    "\"diff_ids\":[%s]}}",
	    buf_cstr(&m->diff_ids));
	(void)put_blob(m, "config.v1+json", buf_str(&text), &list, digest);
	buf_clear(&text);
	buf_addf(&text, "{\"schemaVersion\":2,\"config\":%s,\"layers\":[%s]}", buf_cstr(&list),
	    buf_cstr(&m->layers));
	buf_clear(&list);
	(void)put_blob(m, "manifest.v1+json", buf_str(&text), &list, digest);
	buf_init(&m->names[m->n], KIB(1));
	buf_init(&m->bytes[m->n], KIB(64));
	buf_add(&m->names[m->n], STR("index.json"));
	buf_addf(&m->bytes[m->n++], "{\"schemaVersion\":2,\"manifests\":[%s]}", buf_cstr(&list));
}

static void walk_made(struct made *m)
{
	struct str names[ARRAY_LEN(m->names)], bytes[ARRAY_LEN(m->names)];
	struct image_opts opts = {.archive = STR_NONE};
	struct limits limits = walk_limits();
	struct content_memory memory;
	struct image image;
	struct arena arena;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < m->n; i++) {
		names[i] = buf_str(&m->names[i]);
		bytes[i] = buf_str(&m->bytes[i]);
	}
	arena_init(&arena, MIB(64));
	content_memory_init(&memory, names, bytes, m->n);
	if (image_open(&memory.content, &opts, &limits, &arena, &image, &err) != 0)
		abort();
	(void)walk_image(&image, &limits);
	image_release(&image);
	arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct made m = {.layers = BUF_INIT(KIB(64)), .diff_ids = BUF_INIT(KIB(64))};

	if (size > MIB(1))
		return 0;
	make_layers(&m, str_make((const char *)data, size));
	make_image(&m);
	walk_made(&m);
	for (size_t i = 0; i < m.n; i++) {
		buf_release(&m.names[i]);
		buf_release(&m.bytes[i]);
	}
	buf_release(&m.layers);
	buf_release(&m.diff_ids);
	return 0;
}
