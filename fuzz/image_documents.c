/* Any bytes as each of an image's JSON documents. */
#include "base/utf8.h"
#include "read/source/image/image_manifest.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void text(struct str s)
{
	if (!utf8_valid(s))
		abort();
}

static void texts(struct str_list list)
{
	for (size_t i = 0; i < list.n; i++)
		text(list.p[i]);
}

static void check_descriptor(const struct image_descriptor *d)
{
	struct err err = ERR_INIT;

	text(d->media_type);
	text(d->digest);
	text(d->os);
	text(d->arch);
	text(d->variant);
	text(d->ref);
	text(d->full_name);
	(void)media_type_is_index(d->media_type);
	(void)media_type_is_manifest(d->media_type);
	if (media_type_check_layer(d->media_type, &err) != 0 && err.code != ERR_UNSUPPORTED)
		abort();
}

static void read_index(struct str bytes, const struct limits *limits, struct arena *arena)
{
	struct image_index index;
	struct err err = ERR_INIT;

	if (image_index_parse(bytes, limits, arena, &index, &err) != 0) {
		if (err.code == ERR_NONE)
			abort();
		return;
	}
	for (size_t i = 0; i < index.n; i++)
		check_descriptor(&index.items[i]);
}

static void read_manifest(struct str bytes, const struct limits *limits, struct arena *arena)
{
	struct image_manifest manifest;
	struct err err = ERR_INIT;

	if (image_manifest_parse(bytes, limits, arena, &manifest, &err) != 0) {
		if (err.code == ERR_NONE)
			abort();
		return;
	}
	if (manifest.n_layers > limits->layers)
		abort();
	check_descriptor(&manifest.config);
	for (size_t i = 0; i < manifest.n_layers; i++)
		check_descriptor(&manifest.layers[i]);
}

static void check_config(const struct image *image)
{
	const struct image_config *c = &image->config;

	text(image->os);
	text(image->arch);
	text(image->variant);
	text(image->platform);
	text(c->user);
	text(c->workdir);
	text(c->created);
	text(c->author);
	texts(c->env);
	texts(c->entrypoint);
	texts(c->cmd);
	texts(c->shell);
	texts(c->exposed_ports);
	texts(c->volumes);
	texts(c->healthcheck);
	for (size_t i = 0; i < c->n_labels; i++) {
		text(c->labels[i].key);
		text(c->labels[i].value);
	}
	for (size_t i = 0; i < image->n_history; i++) {
		text(image->history[i].key);
		text(image->history[i].value);
	}
}

static void read_config(struct str bytes, const struct limits *limits, struct arena *arena)
{
	struct image image = {0};
	struct image_rootfs rootfs = {0};
	struct err err = ERR_INIT;

	if (image_config_parse(bytes, limits, arena, &image, &rootfs, &err) != 0) {
		if (err.code == ERR_NONE)
			abort();
		return;
	}
	check_config(&image);
	for (size_t i = 0; i < rootfs.n; i++) {
		text(rootfs.diff_ids[i]);
		text(rootfs.created_by[i]);
	}
}

static void read_docker(struct str bytes, const struct limits *limits, struct arena *arena)
{
	struct docker_images images;
	struct err err = ERR_INIT;

	if (docker_manifest_parse(bytes, limits, arena, &images, &err) != 0) {
		if (err.code == ERR_NONE)
			abort();
		return;
	}
	for (size_t i = 0; i < images.n; i++) {
		text(images.items[i].config);
		texts(images.items[i].tags);
		texts(images.items[i].layers);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const readers[])(struct str, const struct limits *, struct arena *) = {
	    read_index, read_manifest, read_config, read_docker};
	struct limits limits = limits_default;

	limits.layers = 20;
	for (size_t i = 0; i < ARRAY_LEN(readers); i++) {
		struct arena arena;

		arena_init(&arena, MIB(64));
		readers[i](str_make((const char *)data, size), &limits, &arena);
		arena_release(&arena);
	}
	return 0;
}
