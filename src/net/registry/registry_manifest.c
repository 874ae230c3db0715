#include "net/registry/registry_manifest.h"

#include "base/hash.h"
#include "base/json.h"
#include "core/limits.h"

/* Consumes the value of one member. */
typedef int member_fn(struct json_in *j, struct str key, void *arg, struct err *err);

/* What one document is read into. */
struct manifest_reading {
	struct manifest *manifest;
	struct arena *arena;
	struct str schema_version;
	bool has_layers, has_manifests, has_config;
	uint64_t total_bytes;
};

static int skip_value(struct json_in *j, struct err *err)
{
	struct json_event event;

	return json_next(j, &event, err) || json_skip(j, &event, err) ? -1 : 0;
}

/* The members of an object whose '{' was read. */
static int read_rest_of_object(struct json_in *j, member_fn *fn, void *arg, struct err *err)
{
	struct json_event event;

	for (;;) {
		if (json_next(j, &event, err))
			return -1;
		if (event.kind == JSON_OBJECT_END)
			return 0;
		if (fn(j, event.text, arg, err))
			return -1;
	}
}

static int read_object(
    struct json_in *j, const char *what, member_fn *fn, void *arg, struct err *err)
{
	struct json_event event;

	if (json_next(j, &event, err))
		return -1;
	if (event.kind != JSON_OBJECT)
		return err_set(err, ERR_FORMAT, "%s is not an object", what);
	return read_rest_of_object(j, fn, arg, err);
}

static int read_text(struct json_in *j, const char *what, struct str *ret, struct err *err)
{
	struct json_event event;

	if (json_next(j, &event, err))
		return -1;
	if (event.kind != JSON_STRING)
		return err_set(err, ERR_FORMAT, "%s is not a string", what);
	*ret = event.text;
	return 0;
}

static int read_size(struct json_in *j, uint64_t *ret, struct err *err)
{
	struct json_event event;

	if (json_next(j, &event, err))
		return -1;
	if (event.kind != JSON_NUMBER || !str_to_u64(event.text, ret))
		return err_set(err, ERR_FORMAT, "a size is not a number of bytes");
	return 0;
}

static int platform_member(struct json_in *j, struct str key, void *arg, struct err *err)
{
	struct descriptor *d = arg;

	if (str_eq(key, STR("os")))
		return read_text(j, "a platform's os", &d->os, err);
	if (str_eq(key, STR("architecture")))
		return read_text(j, "a platform's architecture", &d->architecture, err);
	if (str_eq(key, STR("variant")))
		return read_text(j, "a platform's variant", &d->variant, err);
	return skip_value(j, err);
}

static int annotation_member(struct json_in *j, struct str key, void *arg, struct err *err)
{
	struct descriptor *d = arg;
	struct str value;

	if (!str_eq(key, STR("vnd.docker.reference.type")))
		return skip_value(j, err);
	if (read_text(j, "an annotation", &value, err))
		return -1;
	if (str_eq(value, STR("attestation-manifest")))
		d->is_attestation = true;
	return 0;
}

static int descriptor_member(struct json_in *j, struct str key, void *arg, struct err *err)
{
	struct descriptor *d = arg;
	struct json_event event;

	if (str_eq(key, STR("mediaType")))
		return read_text(j, "a media type", &d->media_type, err);
	if (str_eq(key, STR("digest")))
		return read_text(j, "a digest", &d->digest, err);
	if (str_eq(key, STR("size")))
		return read_size(j, &d->size_bytes, err);
	if (str_eq(key, STR("platform")))
		return read_object(j, "a platform", platform_member, d, err);
	if (str_eq(key, STR("annotations")))
		return read_object(j, "annotations", annotation_member, d, err);
	if (!str_eq(key, STR("urls")))
		return skip_value(j, err);
	if (json_next(j, &event, err))
		return -1;
	if (event.kind != JSON_NULL)
		d->is_foreign = true;
	return json_skip(j, &event, err);
}

static int check_descriptor(
    struct manifest_reading *r, struct descriptor *d, uint64_t size_max, struct err *err)
{
	if (!digest_is_valid(d->digest))
		return err_set(err, ERR_FORMAT, "a descriptor has no valid digest");
	if (d->size_bytes > size_max)
		return err_set(err, ERR_LIMIT, STR_FMT " says it has %llu bytes, more than %llu",
		    STR_ARG(d->digest), (unsigned long long)d->size_bytes,
		    (unsigned long long)size_max);
	if (add_overflows(r->total_bytes, d->size_bytes, &r->total_bytes) ||
	    r->total_bytes > limits_default.image_bytes)
		return err_set(err, ERR_LIMIT, "its blobs have more than %llu bytes in all",
		    (unsigned long long)limits_default.image_bytes);
	if (str_has(d->media_type, STR(".foreign.")) ||
	    str_has(d->media_type, STR(".nondistributable.")))
		d->is_foreign = true;
	return 0;
}

static int read_config(struct json_in *j, struct manifest_reading *r, struct err *err)
{
	struct descriptor *d = &r->manifest->config;

	if (r->has_config)
		return err_set(err, ERR_FORMAT, "it has two configs");
	r->has_config = true;
	if (read_object(j, "the config", descriptor_member, d, err))
		return -1;
	return check_descriptor(r, d, limits_default.manifest_bytes, err);
}

/* The layers, or the manifests, of which each is kept once it is checked. */
static int read_descriptors(struct json_in *j, struct manifest_reading *r, struct err *err)
{
	uint64_t size_max =
	    r->has_layers ? limits_default.layer_bytes : limits_default.manifest_bytes;
	struct json_event event;
	size_t n = 0;

	if (json_next(j, &event, err))
		return -1;
	if (event.kind != JSON_ARRAY)
		return err_set(err, ERR_FORMAT, "its layers or manifests are not a list");
	for (;;) {
		struct descriptor d = {0};

		if (json_next(j, &event, err))
			return -1;
		if (event.kind == JSON_ARRAY_END)
			return 0;
		if (event.kind != JSON_OBJECT)
			return err_set(err, ERR_FORMAT, "a descriptor is not an object");
		if (++n > limits_default.layers)
			return err_set(err, ERR_LIMIT, "it lists more than %u layers or manifests",
			    limits_default.layers);
		if (read_rest_of_object(j, descriptor_member, &d, err) ||
		    check_descriptor(r, &d, size_max, err))
			return -1;
		if (r->has_layers)
			vec_push(&r->manifest->layers, r->arena, d);
		else
			vec_push(&r->manifest->manifests, r->arena, d);
	}
}

static int top_member(struct json_in *j, struct str key, void *arg, struct err *err)
{
	struct manifest_reading *r = arg;
	bool is_layers = str_eq(key, STR("layers")), is_manifests = str_eq(key, STR("manifests"));
	struct json_event event;

	if (str_eq(key, STR("mediaType")))
		return read_text(j, "its media type", &r->manifest->media_type, err);
	if (str_eq(key, STR("schemaVersion"))) {
		if (json_next(j, &event, err))
			return -1;
		if (event.kind == JSON_NUMBER)
			r->schema_version = event.text;
		return json_skip(j, &event, err);
	}
	if (str_eq(key, STR("config")))
		return read_config(j, r, err);
	if (!is_layers && !is_manifests)
		return skip_value(j, err);
	/* Two lists, or both kinds, would let two readers see two images under one digest. */
	if (r->has_layers || r->has_manifests)
		return err_set(err, ERR_FORMAT, "it has two lists of layers or manifests");
	r->has_layers = is_layers;
	r->has_manifests = is_manifests;
	return read_descriptors(j, r, err);
}

static bool is_index_type(struct str type)
{
	return str_eq(type, STR("application/vnd.oci.image.index.v1+json")) ||
	       str_eq(type, STR("application/vnd.docker.distribution.manifest.list.v2+json"));
}

static bool is_known_type(struct str type)
{
	return is_index_type(type) ||
	       str_eq(type, STR("application/vnd.oci.image.manifest.v1+json")) ||
	       str_eq(type, STR("application/vnd.docker.distribution.manifest.v2+json"));
}

/* Its own media type must agree with the one it was served as and with its shape. */
static int settle_type(struct manifest_reading *r, struct str served, struct err *err)
{
	struct manifest *m = r->manifest;

	if (str_eq(r->schema_version, STR("1")))
		return err_set(err, ERR_UNSUPPORTED,
		    "it is a manifest of schema 1, which is not taken: push the image again with a "
		    "present-day tool");
	if (m->media_type.n > 0 && !is_known_type(m->media_type))
		return err_set(err, ERR_UNSUPPORTED,
		    "it is not an image: its media type is \"" STR_FMT "\"",
		    STR_ARG(str_sub(m->media_type, 0, 120)));
	if (m->media_type.n > 0 && is_known_type(served) && !str_eq(m->media_type, served))
		return err_set(err, ERR_FORMAT, "it is served as another media type than it says");
	if (m->media_type.n == 0 && is_known_type(served))
		m->media_type = served;
	if (m->media_type.n == 0)
		m->media_type = r->has_manifests
				    ? STR("application/vnd.oci.image.index.v1+json")
				    : STR("application/vnd.oci.image.manifest.v1+json");
	m->is_index = is_index_type(m->media_type);
	if (m->is_index != r->has_manifests)
		return err_set(err, ERR_FORMAT, "its contents are not those of its media type");
	if (!m->is_index && (!r->has_config || !r->has_layers))
		return err_set(
		    err, ERR_UNSUPPORTED, "it is not an image: it has no config or no layers");
	return 0;
}

int manifest_parse(struct str json, struct str served_type, struct arena *arena,
    struct manifest *ret, struct err *err)
{
	struct manifest manifest = {0};
	struct manifest_reading r = {.manifest = &manifest, .arena = arena};
	/* without "; charset=…" */
	struct str served = str_trim(str_sub(served_type, 0, str_chr(served_type, ';')));
	struct json_event event;
	struct json_in j;

	if (json.n > limits_default.manifest_bytes)
		return err_set(err, ERR_LIMIT, "a manifest has more than %zu bytes",
		    limits_default.manifest_bytes);
	json_in_init(&j, json, arena);
	if (read_object(&j, "it", top_member, &r, err) || json_next(&j, &event, err) ||
	    settle_type(&r, served, err))
		return err_wrap(err, "manifest");
	*ret = manifest;
	return arena_check(arena, err);
}

const struct descriptor *manifest_pick(const struct manifest *index, struct str platform)
{
	const struct descriptor *any_variant = NULL;
	struct str os = STR_NONE, architecture = STR_NONE;

	(void)str_cut(&platform, '/', &os);
	(void)str_cut(&platform, '/', &architecture);
	for (size_t i = 0; i < index->manifests.n; i++) {
		const struct descriptor *d = &index->manifests.p[i];

		if (d->is_attestation || !str_eq(d->os, os) ||
		    !str_eq(d->architecture, architecture))
			continue;
		if (str_eq(d->variant, platform))
			return d;
		if (platform.n == 0 && !any_variant)
			any_variant = d;
	}
	return any_variant;
}
