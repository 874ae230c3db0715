/*
 * Images made in memory, byte by byte, so that anything in them can be wrong; and a visitor
 * that writes down what it is given, one line each.
 */
#ifndef IMAGE_SUPPORT_H
#define IMAGE_SUPPORT_H

#include "../../../core/unit.h"
#include "base/buf.h"
#include "base/hash.h"
#include "read/source/image/image.h"

#define TAR_LAYER  "application/vnd.oci.image.layer.v1.tar"
#define GZIP_LAYER TAR_LAYER "+gzip"

/* ---- bytes ---- */

/* One header and its body. */
void tar_add(struct buf *tar, char type, const char *name, struct str body, const char *link);
void tar_end(struct buf *tar);
/* One member, stored. */
struct str gzip_of(struct arena *arena, struct str bytes);
struct str digest_of(struct arena *arena, struct str bytes);

/* A layer of one file. */
struct str tar_of_file(struct arena *arena, const char *name, const char *text);

/* ---- an OCI layout ---- */

enum { FILES_MAX = 64, LAYERS_MAX = 8 };

struct made_layer {
	struct str digest, diff_id;
	uint64_t size;
	const char *media_type;
};

struct layout {
	struct arena *arena;
	struct str names[FILES_MAX], bytes[FILES_MAX];
	size_t n;
	struct made_layer layers[LAYERS_MAX];
	size_t n_layers;
	const char *arch;
	const char *tag;
	struct buf index; /* descriptors so far */
	struct content_memory content;
};

void layout_init(struct layout *l, struct arena *arena);
void layout_release(struct layout *l);
void layout_file(struct layout *l, struct str name, struct str bytes);
struct str layout_blob(struct layout *l, struct str bytes);
/* A layer as it should be; the row may be bent until layout_image. */
struct made_layer *layout_layer(struct layout *l, struct str tar, bool gzipped);
/* Writes config and manifest of the layers so far, a line of the index, and forgets the layers.
 * Returns the manifest's digest. */
struct str layout_image(struct layout *l);
struct content *layout_folder(struct layout *l);
/* The same files as one tar, called "a.tar". */
struct content *layout_archive(struct layout *l);

/* ---- what a walk reports ---- */

struct record {
	struct buf lines;
	const char *wanted;   /* names that begin so are wanted merged */
	const char *streamed; /* … streamed */
	size_t enough_after;  /* pieces; 0: never */
	size_t pieces;
};

struct image_visitor record_visitor(struct record *r);
/* Opens, walks, and compares what was reported with `expected`, whose lines are:
 *   streamed PATH OFFSET LENGTH [last]
 *   merged PATH FILE-PATH LAYER TEXT
 *   problem LAYER PATH CODE: what the text says in part
 *   layer N ok|failed */
void assert_walk(struct fixture *f, struct content *content, const struct limits *limits,
    struct record *r, const char *expected);
int open_image(struct fixture *f, struct content *content, const char *selector,
    const char *platform, struct image *ret);

#endif
