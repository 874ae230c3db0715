#include "read/source/image/image.h"

#include "read/source/image/blobs.h"
#include "read/source/image/choose.h"

enum { CANDIDATES_MAX = 10000 };

struct opening {
	const struct image_opts *opts;
	const struct limits *limits;
	struct arena *arena;
	struct image *image;
	VEC(struct candidate) candidates;
	struct docker_images docker; /* manifest.json, if there is one */
	bool has_docker;
	struct image_rootfs rootfs;
};

/* ---- index.json ---- */

static bool is_attestation(const struct image_descriptor *d)
{
	return d->is_attestation ||
	       (str_eq(d->os, STR("unknown")) && str_eq(d->arch, STR("unknown")));
}

static int add_name(struct str name, struct candidate *c, struct arena *arena, struct err *err)
{
	if (name.n == 0)
		return 0;
	if (!c->names.p)
		c->names.p = arena_array(arena, 4, sizeof *c->names.p);
	if (!c->names.p)
		return arena_err(arena, err);
	c->names.p[c->names.n++] = name;
	return 0;
}

/* outer: the descriptor of the nested index that names it, or NULL. */
static int add_candidate(struct opening *o, const struct image_descriptor *d,
    const struct image_descriptor *outer, struct err *err)
{
	struct candidate c = {.digest = d->digest,
	    .size = d->size,
	    .os = d->os,
	    .arch = d->arch,
	    .variant = d->variant};

	if (o->candidates.n == CANDIDATES_MAX)
		return err_set(err, ERR_LIMIT, "more than %d images in it", CANDIDATES_MAX);
	if (outer)
		c.index_digest = outer->digest;
	if (add_name(d->full_name, &c, o->arena, err) != 0 ||
	    add_name(d->ref, &c, o->arena, err) != 0 ||
	    (outer && add_name(outer->full_name, &c, o->arena, err) != 0) ||
	    (outer && add_name(outer->ref, &c, o->arena, err) != 0))
		return -1;
	return vec_push(&o->candidates, o->arena, c) ? 0 : arena_err(o->arena, err);
}

static int add_nested(struct opening *o, const struct image_descriptor *outer, struct err *err)
{
	struct image_index index;
	struct str bytes;

	if (blobs_read_digest(o->image->blobs, outer->digest, outer->size, "the index",
		o->limits->manifest_bytes, o->arena, &bytes, err) != 0)
		return -1;
	if (image_index_parse(bytes, o->limits, o->arena, &index, err) != 0)
		return err_wrap(err, "the index " STR_FMT, STR_ARG(outer->digest));
	for (size_t i = 0; i < index.n; i++) {
		const struct image_descriptor *d = &index.items[i];

		if (is_attestation(d))
			continue;
		if (media_type_is_index(d->media_type))
			return err_set(err, ERR_UNSUPPORTED,
			    "an index in an index in index.json, which is not read");
		if (add_candidate(o, d, outer, err) != 0)
			return -1;
	}
	return 0;
}

static int list_oci(struct opening *o, struct err *err)
{
	struct image_index index;
	struct str bytes;

	if (blobs_read(o->image->blobs, STR("index.json"), o->limits->manifest_bytes, o->arena,
		&bytes, err) != CONTENT_OK)
		return err->code != ERR_NONE ? -1 : err_set(err, ERR_FORMAT, "index.json is gone");
	if (image_index_parse(bytes, o->limits, o->arena, &index, err) != 0)
		return err_wrap(err, "index.json");
	for (size_t i = 0; i < index.n; i++) {
		const struct image_descriptor *d = &index.items[i];

		if (is_attestation(d))
			continue;
		if ((media_type_is_index(d->media_type) ? add_nested(o, d, err)
							: add_candidate(o, d, NULL, err)) != 0)
			return -1;
	}
	return 0;
}

/* ---- manifest.json of docker save ---- */

static int list_docker(struct opening *o, struct err *err)
{
	struct str bytes;

	switch (blobs_read(o->image->blobs, STR("manifest.json"), o->limits->manifest_bytes,
	    o->arena, &bytes, err)) {
	case CONTENT_MISSING:
		return 0;
	case CONTENT_ERROR:
		return -1;
	case CONTENT_OK:
		break;
	}
	o->has_docker = true;
	if (docker_manifest_parse(bytes, o->limits, o->arena, &o->docker, err) != 0)
		return err_wrap(err, "manifest.json");
	return 0;
}

/* "<hex>.json", "blobs/sha256/<hex>", "<hex>.tar.gz" … The digest in a name, or none. */
static struct str digest_in_name(struct str name, struct arena *arena)
{
	size_t slash = str_rchr(name, '/');
	struct str base = slash == STR_NPOS ? name : str_sub(name, slash + 1, name.n), digest;

	if (str_starts(base, STR("sha256:")))
		base = str_sub(base, 7, base.n);
	digest = arena_fmt(arena, "sha256:" STR_FMT, STR_ARG(str_sub(base, 0, 64)));
	if (!digest.p || !digest_is_valid(digest) || (base.n > 64 && base.p[64] != '.'))
		return STR_NONE;
	return digest;
}

static int add_docker_candidates(struct opening *o, struct err *err)
{
	for (size_t i = 0; i < o->docker.n; i++) {
		const struct docker_image *d = &o->docker.items[i];
		struct candidate c = {.item = i, .names = d->tags};

		c.digest = digest_in_name(d->config, o->arena);
		if (c.digest.n == 0)
			c.digest = d->config;
		vec_push(&o->candidates, o->arena, c);
	}
	return arena_check(o->arena, err);
}

/* ---- the config ---- */

static int take_config(struct opening *o, struct str bytes, size_t n_layers, struct err *err)
{
	struct image *image = o->image;

	if (image_config_parse(bytes, o->limits, o->arena, image, &o->rootfs, err) != 0)
		return err_wrap(err, "the config " STR_FMT, STR_ARG(image->config_digest));
	if (o->rootfs.n != n_layers)
		return err_set(err, ERR_FORMAT,
		    "the config has %zu diff IDs and the manifest %zu layers", o->rootfs.n,
		    n_layers);
	if (!platform_fits(o->opts->platform, image->os, image->arch, image->variant))
		return err_set(err, ERR_NOT_FOUND, "the image is for " STR_FMT ", not for " STR_FMT,
		    STR_ARG(image->platform), STR_ARG(o->opts->platform));
	image->layers = arena_array(o->arena, n_layers, sizeof *image->layers);
	if (!image->layers)
		return arena_err(o->arena, err);
	image->n_layers = n_layers;
	for (size_t i = 0; i < n_layers; i++) {
		image->layers[i].diff_id = o->rootfs.diff_ids[i];
		image->layers[i].created_by = o->rootfs.created_by[i];
	}
	return 0;
}

/* ---- an image of an OCI layout ---- */

static int take_layer(
    struct opening *o, const struct image_descriptor *d, struct image_layer *layer, struct err *err)
{
	struct err ignored = ERR_INIT;

	if (d->media_type.n == 0)
		return err_set(err, ERR_FORMAT, "a layer without a media type");
	layer->digest = d->digest;
	layer->media_type = d->media_type;
	layer->size = d->size;
	/* An invalid digest is the layer's problem, not the image's. */
	if (blob_name(d->digest, o->arena, &layer->name, &ignored) != 0)
		layer->name = STR_NONE;
	return 0;
}

static int open_oci(struct opening *o, const struct candidate *chosen, struct err *err)
{
	struct image_blobs *blobs = o->image->blobs;
	size_t max = o->limits->manifest_bytes;
	struct image_manifest m;
	struct str bytes;

	if (blobs_read_digest(blobs, chosen->digest, chosen->size, "the manifest", max, o->arena,
		&bytes, err) != 0)
		return -1;
	if (image_manifest_parse(bytes, o->limits, o->arena, &m, err) != 0)
		return err_wrap(err, "the manifest " STR_FMT, STR_ARG(chosen->digest));
	o->image->manifest_digest = chosen->digest;
	o->image->config_digest = m.config.digest;
	if (blobs_read_digest(blobs, m.config.digest, m.config.size, "the config", max, o->arena,
		&bytes, err) != 0 ||
	    take_config(o, bytes, m.n_layers, err) != 0)
		return -1;
	for (size_t i = 0; i < m.n_layers; i++) {
		if (take_layer(o, &m.layers[i], &o->image->layers[i], err) != 0)
			return err_wrap(err, "the manifest " STR_FMT, STR_ARG(chosen->digest));
	}
	return 0;
}

/* ---- an image of docker save's old shape ---- */

static int docker_config(struct opening *o, const struct docker_image *d, struct err *err)
{
	struct str named = digest_in_name(d->config, o->arena), bytes, digest;
	char text[SHA256_DIGEST_SIZE];

	switch (blobs_read(
	    o->image->blobs, d->config, o->limits->manifest_bytes, o->arena, &bytes, err)) {
	case CONTENT_OK:
		break;
	case CONTENT_MISSING:
		return err_set(err, ERR_FORMAT, "the config is missing: there is no " STR_FMT,
		    STR_ARG(d->config));
	case CONTENT_ERROR:
		return -1;
	}
	sha256_digest(bytes, text);
	digest = arena_str(o->arena, str_of(text));
	if (!digest.p)
		return arena_err(o->arena, err);
	if (named.n > 0 && !str_eq(named, digest))
		return err_set(err, ERR_FORMAT, "the config is %s, but " STR_FMT " was promised",
		    text, STR_ARG(named));
	o->image->config_digest = digest;
	return take_config(o, bytes, d->layers.n, err);
}

static int docker_layer(
    struct opening *o, struct str name, struct image_layer *layer, struct err *err)
{
	struct blob b CLEANUP(blob_close) = {0};

	layer->name = name;
	layer->digest = layer->diff_id;
	/* Names elsewhere may be of the content or of the blob; here it is the blob for sure. */
	if (str_starts(name, STR("blobs/sha256/")))
		layer->digest = digest_in_name(name, o->arena);
	if (layer->digest.n == 0)
		return err_set(err, ERR_FORMAT,
		    "a layer is called " STR_FMT ", which is not a digest", STR_ARG(name));
	/* A missing blob is the layer's problem, reported when it is read. */
	if (blob_open(o->image->blobs, name, &b, err) == CONTENT_ERROR)
		return -1;
	layer->size = b.size;
	return 0;
}

static int open_docker(struct opening *o, const struct candidate *chosen, struct err *err)
{
	const struct docker_image *d = &o->docker.items[chosen->item];

	if (docker_config(o, d, err) != 0)
		return -1;
	for (size_t i = 0; i < d->layers.n; i++) {
		if (docker_layer(o, d->layers.p[i], &o->image->layers[i], err) != 0)
			return -1;
	}
	return 0;
}

/* Where both are there, `docker load` may take either: they have to mean the same image. Of
 * several platforms manifest.json names one only. */
static int check_agreement(struct opening *o, struct err *err)
{
	const struct image *image = o->image;
	bool is_there = false, one_platform = o->candidates.n == 1;

	for (size_t i = 0; i < o->docker.n; i++) {
		const struct docker_image *d = &o->docker.items[i];
		bool same = str_eq(digest_in_name(d->config, o->arena), image->config_digest) &&
			    d->layers.n == image->n_layers;

		for (size_t k = 0; same && k < d->layers.n; k++)
			same = str_eq(d->layers.p[k], image->layers[k].name);
		is_there |= same;
	}
	if (o->has_docker && !is_there && one_platform)
		return err_set(err, ERR_FORMAT,
		    "manifest.json and index.json name different images: what is loaded from it "
		    "would not be what was scanned");
	return 0;
}

/* ---- opening ---- */

static int open_chosen(struct opening *o, bool is_oci, struct err *err)
{
	const struct candidate *chosen;

	if (choose_image(o->candidates.p, o->candidates.n, o->opts, o->arena, &chosen, err) != 0)
		return -1;
	if (chosen->names.n > 0)
		o->image->name = chosen->names.p[0];
	if (!is_oci)
		return open_docker(o, chosen, err);
	return open_oci(o, chosen, err) != 0 ? -1 : check_agreement(o, err);
}

static int open_in(struct opening *o, struct err *err)
{
	bool is_oci = blobs_have(o->image->blobs, STR("index.json"));

	if (list_docker(o, err) != 0)
		return -1;
	if (!is_oci && !o->has_docker)
		return err_set(err, ERR_FORMAT,
		    "no image: there is neither an index.json (OCI layout) nor a manifest.json "
		    "(docker save)");
	if ((is_oci ? list_oci(o, err) : add_docker_candidates(o, err)) != 0)
		return -1;
	return open_chosen(o, is_oci, err);
}

int image_open(struct content *content, const struct image_opts *opts, const struct limits *limits,
    struct arena *arena, struct image *ret, struct err *err)
{
	struct image image = {0};
	struct opening o = {.opts = opts, .limits = limits, .arena = arena, .image = &image};

	if (blobs_open(content, opts->archive, limits, arena, &image.blobs, err) != 0)
		return -1;
	if (open_in(&o, err) != 0) {
		image_release(&image);
		return -1;
	}
	*ret = image;
	return 0;
}

void image_release(struct image *image)
{
	blobs_close(image->blobs);
	image->blobs = NULL;
}

size_t image_mark_base(struct image *image, const struct str *diff_ids, size_t n)
{
	if (n > image->n_layers)
		return 0;
	for (size_t i = 0; i < n; i++) {
		if (!str_eq(image->layers[i].diff_id, diff_ids[i]))
			return 0;
	}
	for (size_t i = 0; i < n; i++)
		image->layers[i].from_base = true;
	return n;
}
