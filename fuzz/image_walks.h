/*
 * For fuzz targets: walks an image that was opened, with small limits, and aborts if
 * the visitor gets anything else than image.h promises.
 */
#ifndef FUZZ_IMAGE_WALKS_H
#define FUZZ_IMAGE_WALKS_H

#include "base/buf.h"
#include "read/source/image/image.h"

#include <stdlib.h>

static inline struct limits walk_limits(void)
{
	struct limits limits = limits_default;

	limits.unit_bytes = 64;
	limits.layer_bytes = MIB(1);
	limits.image_bytes = MIB(2);
	limits.layer_entries = 200;
	limits.layers = 8;
	limits.wanted_bytes = KIB(4);
	limits.path_bytes = 200;
	limits.path_depth = 12;
	limits.scan_memory = MIB(16);
	return limits;
}

static void walked_path(struct str path)
{
	struct buf plain CLEANUP(buf_release) = BUF_INIT(KIB(4));

	if (!tar_path_normal(path, &plain) || !str_eq(buf_str(&plain), path))
		abort();
}

static void walked_bytes(struct str bytes)
{
	volatile uint64_t seen = hash64(bytes, 0);

	(void)seen;
}

/* By the first letter of the name, so that an input decides it. */
static unsigned walk_wants(void *arg, const struct image_file *file)
{
	size_t slash = str_rchr(file->path, '/');
	struct str name =
	    slash == STR_NPOS ? file->path : str_sub(file->path, slash + 1, file->path.n);
	unsigned wants = IMAGE_SKIP;

	(void)arg;
	walked_path(file->path);
	if (name.n > 0 && name.p[0] < 'm')
		wants |= IMAGE_MERGED;
	if (name.n > 0 && name.p[0] % 2)
		wants |= IMAGE_STREAM;
	return wants;
}

static int walk_streamed(
    void *arg, const struct unit *unit, const struct image_file *file, struct err *err)
{
	(void)arg;
	(void)err;
	walked_bytes(unit->bytes);
	if (file->offset + unit->bytes.n > file->size ||
	    file->is_last != (file->offset + unit->bytes.n == file->size))
		abort();
	return unit->bytes.n > 0 && unit->bytes.p[0] == '!' ? IMAGE_ENOUGH : IMAGE_GO_ON;
}

static int walk_merged(
    void *arg, const struct unit *unit, const struct image_file *file, struct err *err)
{
	(void)arg;
	(void)err;
	walked_path(unit->origin.path);
	walked_path(file->path);
	walked_bytes(unit->bytes);
	if (file->kind != TAR_FILE || file->size != unit->bytes.n || !file->layer)
		abort();
	return 0;
}

static int walk_layer_end(
    void *arg, const struct image_layer *layer, bool verified, struct err *err)
{
	size_t *failed = arg;

	(void)err;
	walked_bytes(layer->digest);
	*failed += !verified;
	return 0;
}

static int walk_problem(void *arg, const struct image_layer *layer, struct str path,
    const struct err *why, struct err *err)
{
	(void)arg;
	(void)err;
	walked_bytes(path);
	if (why->code == ERR_NONE || !layer)
		abort();
	return 0;
}

/* Returns how many layers failed. */
static inline size_t walk_image(struct image *image, const struct limits *limits)
{
	static const struct str paths[] = {STR_INIT("etc/os-release"), STR_INIT("a/b")};
	size_t failed = 0;
	struct image_visitor visitor = {
	    .arg = &failed,
	    .wants = walk_wants,
	    .streamed = walk_streamed,
	    .merged = walk_merged,
	    .layer_end = walk_layer_end,
	    .problem = walk_problem,
	    .paths = paths,
	    .n_paths = ARRAY_LEN(paths),
	};
	struct err err = ERR_INIT;

	if (image_walk(image, limits, &visitor, &err) != 0 && err.code == ERR_NONE)
		abort();
	return failed;
}

#endif
