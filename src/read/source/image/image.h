/*
 * A container image as it lies on disk: an OCI layout (folder or one tar file) or what
 * `docker save` writes, in its old and its new shape. image_open reads and verifies
 * manifest and config; image_walk reads the layers, each once and bottom up, verifies
 * them, and gives both what streams by and what is left in the end. All slices live in the
 * arena given to image_open; content is borrowed and stays open. One thread at a time.
 *
 * Every blob is checked against its digest and size, every layer also against its diff
 * ID; a layer that fails is a named problem and nothing of it reaches the merged view.
 *
 * Thin form, each refused with ERR_UNSUPPORTED and named: layers compressed with anything
 * but gzip, foreign (non-distributable) layers, schema 1 manifests, archives that are
 * compressed as a whole, artifacts that are no image (Helm, attestations, signatures),
 * indexes nested deeper than one level.
 */
#ifndef READ_SOURCE_IMAGE_IMAGE_H
#define READ_SOURCE_IMAGE_IMAGE_H

#include "core/content.h"
#include "core/finding.h"
#include "core/limits.h"
#include "core/unit.h"
#include "read/codec/tar.h"

struct image_pair {
	struct str key, value;
};

/* The part of the config that says how a container is run. Absent texts and lists are empty. */
struct image_config {
	struct str user, workdir, created, author;
	struct str_list env; /* "NAME=value" */
	struct str_list entrypoint, cmd, shell;
	struct str_list exposed_ports; /* "5432/tcp" */
	struct str_list onbuild;       /* instructions that a build from this image runs first */
	struct str_list volumes;
	struct str_list healthcheck; /* {"NONE"} if it was switched off; empty: none set */
	struct image_pair *labels;
	size_t n_labels;
};

struct image_layer {
	struct str digest; /* of the blob; the diff ID if the format has no blob digest */
	struct str diff_id;
	struct str media_type; /* empty in the old docker save shape */
	uint64_t size;	       /* of the blob, bytes */
	struct str created_by; /* the history's text; empty if history and layers disagree, and
				if the layer holds what several steps wrote */
	bool from_base;
	struct str name; /* of the blob: inside the layout folder, or of the archive's member */
};

/* Where blobs are: in content by name, or at an offset of one archive. */
struct image_blobs;

struct image {
	struct str name;	    /* of the image as it was found: a tag or reference, or empty */
	struct str manifest_digest; /* empty in the old docker save shape */
	struct str config_digest;
	struct str os, arch, variant;
	struct str platform; /* "linux/amd64", "linux/arm64/v8" */
	struct image_config config;
	struct image_layer *layers; /* the lowest first */
	size_t n_layers;
	struct image_pair
	    *history; /* every step, also those without a layer: created_by, comment */
	size_t n_history;
	bool history_fits; /* as many steps made a layer as there are layers */
	struct image_blobs *blobs;
};

struct image_opts {
	struct str archive; /* the name of one tar file in content; empty: a layout folder */
	struct str
	    selector; /* a tag, reference or manifest digest; empty: the only image there is */
	struct str platform; /* "os/arch[/variant]"; empty: linux on this machine's architecture, or
				the only one there is */
};

/* ERR_NOT_FOUND if the selector or platform fits none, or several images are there and none is
 * named: the text lists them. ERR_FORMAT if a blob is not what its digest says. */
MUST_USE int image_open(struct content *content, const struct image_opts *opts,
    const struct limits *limits, struct arena *arena, struct image *ret, struct err *err);
/* Closes what is open in content. */
void image_release(struct image *image);

/* ---- the layers ---- */

enum image_want {
	IMAGE_SKIP = 0,
	IMAGE_STREAM = 1 << 0, /* streamed() gets it as it goes by, deleted later or not */
	IMAGE_MERGED = 1 << 1, /* merged() gets it if it is there in the end */
	/* The same without its bytes, and with their MD5. Not together with the others. */
	IMAGE_SUM = 1 << 2,
};

/* A file of a layer; slices are good for the call. */
struct image_file {
	struct str path; /* no "/" at the front */
	enum tar_kind kind;
	uint32_t mode;
	uint64_t size;
	struct str link;		 /* target of a link */
	const struct image_layer *layer; /* that wrote it */
	size_t layer_index;
	uint64_t offset; /* of unit.bytes in the file: a file larger than limits->unit_bytes is
			    streamed in pieces, one behind the other */
	bool is_last;	 /* no piece follows */
	const char *md5; /* hex, of a file that IMAGE_SUM was asked for; else NULL */
};

enum { IMAGE_GO_ON = 0, IMAGE_ENOUGH = 1 }; /* besides -1 */

/* Each function may be NULL but wants. unit.path, layer and instruction are set; one that returns
 * -1 ends the walk with its error. */
struct image_visitor {
	void *arg;
	/* enum image_want flags. Asked once for each entry but folders and whiteouts, by the path
	 * it has in its layer; links and devices count for IMAGE_MERGED only. */
	unsigned (*wants)(void *arg, const struct image_file *file);
	/* As a file streams by, before its layer is verified. IMAGE_ENOUGH: no further piece. */
	int (*streamed)(
	    void *arg, const struct unit *unit, const struct image_file *file, struct err *err);
	/* After the last layer: a file of the merged view, its links followed. unit.path is the
	 * path that was asked for, file->path where the bytes are, the layer the one that wrote
	 * these. */
	int (*merged)(
	    void *arg, const struct unit *unit, const struct image_file *file, struct err *err);
	/* A file wanted merged, or its sum, as lower layers had it, and that layer `by` takes away
	 * or replaces; as many times as that happens. Links are not followed. */
	int (*gone)(void *arg, const struct unit *unit, const struct image_file *file, size_t by,
	    struct err *err);
	/* A layer has been read to its end; verified is false if it failed: a problem said so.
	 */
	int (*layer_end)(
	    void *arg, const struct image_layer *layer, bool verified, struct err *err);
	/* What could not be read: an entry (path) or a whole layer (path empty). The walk goes on.
	 */
	int (*problem)(void *arg, const struct image_layer *layer, struct str path,
	    const struct err *why, struct err *err);
	/* Paths of the merged view that are wanted whatever links lead there, as if merged; given
	 * under these names. */
	const struct str *paths;
	size_t n_paths;
};

/* Memory: names are kept for wanted files, symbolic links, and the folders above them only; bytes
 * for wanted files, at most limits->wanted_bytes each and limits->scan_memory together. A wanted
 * link to a file that was not itself wanted costs a further pass over the layers. */
MUST_USE int image_walk(struct image *image, const struct limits *limits,
    const struct image_visitor *visitor, struct err *err);

/* ---- who made a layer ---- */

/* What a step of the history does to files. */
enum image_step {
	IMAGE_STEP_UNKNOWN,   /* it says nothing */
	IMAGE_STEP_SETS,      /* configuration only: LABEL, ENV … */
	IMAGE_STEP_MAY_WRITE, /* WORKDIR makes a folder, perhaps */
	IMAGE_STEP_WRITES,
};
enum image_step image_step_of(struct str created_by);

/* The instruction that made the layer as a person writes it: "COPY app /srv", without the builder's
 * additions; empty if unknown. In the arena. */
struct str image_layer_instruction(const struct image_layer *layer, struct arena *arena);
/* Which of the Dockerfile's instructions ("RUN apt-get update", in the file's order; continuations
 * joined or not) the history text stands for; the first at or after `from` that fits, else the
 * first that fits. False if none does. */
MUST_USE bool image_match_instruction(struct str created_by, const struct str *instructions,
    size_t n, size_t from, size_t *ret_index);
/* Marks as the base's the layers whose diff IDs are the first n of the image, if all n are: a
 * common prefix that is the whole base. Returns how many were marked. */
size_t image_mark_base(struct image *image, const struct str *diff_ids, size_t n);

#endif
