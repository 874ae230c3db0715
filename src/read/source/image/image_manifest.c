#include "read/source/image/image_manifest.h"

#include "read/syntax/node.h"

/* ---- a document ---- */

struct document {
	struct arena scratch; /* the tree; what is kept is copied */
	struct syntax_tree tree;
	const struct node *root;
};

static void document_release(struct document *d)
{
	arena_release(&d->scratch);
}

static int document_read(struct document *d, struct str bytes, const struct limits *limits,
    enum node_kind kind, struct err *err)
{
	arena_init(&d->scratch, limits->scan_memory);
	if (json_tree(bytes, limits->nesting, &d->scratch, &d->tree, err) != 0)
		return -1;
	if (d->tree.problems.n > 0) {
		const struct syntax_problem *p = &d->tree.problems.p[0];

		return err_set(err, ERR_FORMAT, "not valid JSON at line %u: %s",
		    line_index_line(&d->tree.lines, p->offset), p->what);
	}
	if (d->tree.roots.n != 1 || !node_is(d->tree.roots.p[0], kind))
		return err_set(err, ERR_FORMAT, "not the JSON document that belongs here");
	d->root = d->tree.roots.p[0];
	return 0;
}

/* What is copied into a full arena is empty: whoever copies asks the arena before it judges what is
 * there, and before it says that it has all. */
static void copy_text(const struct node *node, struct arena *arena, struct str *ret)
{
	if (node_is(node, NODE_STRING))
		*ret = arena_str(arena, node_text(node));
}

static void copy_texts(const struct node *list, struct arena *arena, struct str_list *ret)
{
	struct str_list texts = {0};

	if (!node_is(list, NODE_LIST))
		return;
	texts.p = arena_array(arena, list->n, sizeof *texts.p);
	for (const struct node *n = node_first(list); texts.p && n; n = n->next) {
		texts.p[texts.n] = STR("");
		copy_text(n, arena, &texts.p[texts.n++]);
	}
	*ret = texts;
}

/* The keys of a map that serves as a set: {"80/tcp": {}}. */
static void copy_keys(const struct node *map, struct arena *arena, struct str_list *ret)
{
	struct str_list keys = {0};

	if (!node_is(map, NODE_MAP))
		return;
	keys.p = arena_array(arena, map->n, sizeof *keys.p);
	for (const struct node *n = node_first(map); keys.p && n; n = n->next)
		keys.p[keys.n++] = arena_str(arena, n->key);
	*ret = keys;
}

static const struct node *get(const struct node *map, const char *key)
{
	return node_get(map, str_of(key));
}

/* ---- descriptors ---- */

static void read_platform(
    const struct node *platform, struct arena *arena, struct image_descriptor *d)
{
	copy_text(get(platform, "os"), arena, &d->os);
	copy_text(get(platform, "architecture"), arena, &d->arch);
	copy_text(get(platform, "variant"), arena, &d->variant);
}

static int read_descriptor(const struct node *node, const char *what, struct arena *arena,
    struct image_descriptor *ret, struct err *err)
{
	const struct node *annotations = get(node, "annotations");
	struct image_descriptor d = {0};

	copy_text(get(node, "mediaType"), arena, &d.media_type);
	copy_text(get(node, "digest"), arena, &d.digest);
	read_platform(get(node, "platform"), arena, &d);
	copy_text(get(annotations, "org.opencontainers.image.ref.name"), arena, &d.ref);
	copy_text(get(annotations, "io.containerd.image.name"), arena, &d.full_name);
	if (arena_check(arena, err) != 0)
		return -1;
	if (d.digest.n == 0 || !node_u64(get(node, "size"), &d.size) || d.size > INT64_MAX)
		return err_set(err, ERR_FORMAT, "%s has no digest or no size", what);
	d.is_attestation = str_eq(node_text(get(annotations, "vnd.docker.reference.type")),
			       STR("attestation-manifest")) ||
			   str_eq(node_text(get(node, "artifactType")),
			       STR("application/vnd.docker.attestation.manifest.v1+json"));
	*ret = d;
	return 0;
}

static int read_descriptors(const struct node *list, const char *what, struct arena *arena,
    struct image_descriptor **ret, size_t *ret_n, struct err *err)
{
	size_t n = 0;
	struct image_descriptor *items;

	if (!node_is(list, NODE_LIST))
		return err_set(err, ERR_FORMAT, "there is no list of %ss", what);
	items = arena_array(arena, list->n, sizeof *items);
	if (!items)
		return arena_err(arena, err);
	for (const struct node *item = node_first(list); item; item = item->next)
		if (read_descriptor(item, what, arena, &items[n++], err) != 0)
			return -1;
	*ret = items;
	*ret_n = n;
	return 0;
}

/* ---- media types ---- */

static bool is_one_of(struct str type, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(type, str_of(names[i])))
			return true;
	return false;
}

bool media_type_is_index(struct str type)
{
	static const char *const names[] = {
	    "application/vnd.oci.image.index.v1+json",
	    "application/vnd.docker.distribution.manifest.list.v2+json",
	};

	return is_one_of(type, names, ARRAY_LEN(names));
}

bool media_type_is_manifest(struct str type)
{
	static const char *const names[] = {
	    "application/vnd.oci.image.manifest.v1+json",
	    "application/vnd.docker.distribution.manifest.v2+json",
	};

	return is_one_of(type, names, ARRAY_LEN(names));
}

int media_type_check_layer(struct str type, struct err *err)
{
	static const char *const read[] = {
	    "", /* docker save's old shape says nothing */
	    "application/vnd.oci.image.layer.v1.tar",
	    "application/vnd.oci.image.layer.v1.tar+gzip",
	    "application/vnd.oci.image.layer.v1.tar+zstd", /* the codec refuses it by name */
	    "application/vnd.docker.image.rootfs.diff.tar",
	    "application/vnd.docker.image.rootfs.diff.tar.gzip",
	    "application/vnd.docker.image.rootfs.diff.tar.zstd",
	};

	if (is_one_of(type, read, ARRAY_LEN(read)))
		return 0;
	if (str_has(type, STR("nondistributable")) || str_has(type, STR("foreign")))
		return err_set(err, ERR_UNSUPPORTED,
		    "a foreign layer (" STR_FMT "): its bytes lie elsewhere and were not read",
		    STR_ARG(type));
	return err_set(err, ERR_UNSUPPORTED,
	    "media type \"" STR_FMT "\" is not a layer that is read", STR_ARG(type));
}

static int check_config_type(struct str type, struct err *err)
{
	static const char *const names[] = {
	    "application/vnd.oci.image.config.v1+json",
	    "application/vnd.docker.container.image.v1+json",
	};

	if (is_one_of(type, names, ARRAY_LEN(names)))
		return 0;
	return err_set(err, ERR_UNSUPPORTED,
	    "it is not a container image: its config is \"" STR_FMT "\"", STR_ARG(type));
}

/* ---- index and manifest ---- */

/* A document that is manifest and index at once would be another image to another reader. */
static int check_shape(const struct node *root, bool is_index, struct err *err)
{
	struct str type = node_text(get(root, "mediaType"));
	bool fits = is_index ? media_type_is_index(type) : media_type_is_manifest(type);
	uint64_t version;

	if (node_u64(get(root, "schemaVersion"), &version) && version == 1)
		return err_set(err, ERR_UNSUPPORTED,
		    "a schema 1 manifest, which is not read: pull and push the image again");
	if (type.n > 0 && !fits)
		return err_set(err, ERR_UNSUPPORTED,
		    "media type \"" STR_FMT "\" is not an image %s", STR_ARG(type),
		    is_index ? "index" : "manifest");
	if (get(root, "manifests") && (get(root, "layers") || get(root, "config")))
		return err_set(err, ERR_FORMAT, "it is a manifest and an index at once");
	return 0;
}

int image_index_parse(struct str bytes, const struct limits *limits, struct arena *arena,
    struct image_index *ret, struct err *err)
{
	struct document d CLEANUP(document_release) = {0};

	if (document_read(&d, bytes, limits, NODE_MAP, err) != 0 ||
	    check_shape(d.root, true, err) != 0)
		return -1;
	return read_descriptors(
	    get(d.root, "manifests"), "manifest", arena, &ret->items, &ret->n, err);
}

int image_manifest_parse(struct str bytes, const struct limits *limits, struct arena *arena,
    struct image_manifest *ret, struct err *err)
{
	struct document d CLEANUP(document_release) = {0};
	struct image_manifest m = {0};

	if (document_read(&d, bytes, limits, NODE_MAP, err) != 0 ||
	    check_shape(d.root, false, err) != 0)
		return -1;
	if (read_descriptor(get(d.root, "config"), "the config", arena, &m.config, err) != 0 ||
	    check_config_type(m.config.media_type, err) != 0 ||
	    read_descriptors(get(d.root, "layers"), "layer", arena, &m.layers, &m.n_layers, err) !=
		0)
		return -1;
	if (m.n_layers > limits->layers)
		return err_set(err, ERR_LIMIT, "%zu layers, but at most %u are read", m.n_layers,
		    limits->layers);
	*ret = m;
	return 0;
}

/* ---- config ---- */

static void read_labels(const struct node *labels, struct arena *arena, struct image_config *c)
{
	if (!node_is(labels, NODE_MAP))
		return;
	c->labels = arena_array(arena, labels->n, sizeof *c->labels);
	for (const struct node *n = node_first(labels); c->labels && n; n = n->next) {
		struct image_pair *label = &c->labels[c->n_labels++];

		label->key = arena_str(arena, n->key);
		label->value = arena_str(arena, node_text(n));
	}
}

static void read_config(const struct node *root, struct arena *arena, struct image_config *c)
{
	const struct node *config = get(root, "config");
	const struct {
		const char *key;
		struct str *text;
	} texts[] = {{"User", &c->user}, {"WorkingDir", &c->workdir}};
	const struct {
		const char *key;
		struct str_list *list;
	} lists[] = {{"Env", &c->env}, {"Entrypoint", &c->entrypoint}, {"Cmd", &c->cmd},
	    {"Shell", &c->shell}, {"OnBuild", &c->onbuild}};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		copy_text(get(config, texts[i].key), arena, texts[i].text);
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		copy_texts(get(config, lists[i].key), arena, lists[i].list);
	copy_text(get(root, "created"), arena, &c->created);
	copy_text(get(root, "author"), arena, &c->author);
	copy_keys(get(config, "ExposedPorts"), arena, &c->exposed_ports);
	copy_keys(get(config, "Volumes"), arena, &c->volumes);
	copy_texts(node_path(config, "Healthcheck.Test"), arena, &c->healthcheck);
	read_labels(get(config, "Labels"), arena, c);
}

static void read_platform_of_config(
    const struct node *root, struct arena *arena, struct image *image)
{
	struct image_descriptor d = {0};

	read_platform(root, arena, &d);
	image->os = d.os;
	image->arch = d.arch;
	image->variant = d.variant;
	image->platform = arena_fmt(arena, STR_FMT "/" STR_FMT "%s" STR_FMT, STR_ARG(d.os),
	    STR_ARG(d.arch), d.variant.n > 0 ? "/" : "", STR_ARG(d.variant));
}

/* Keeps every step; returns how many of them made a layer. */
static size_t read_history(const struct node *history, struct arena *arena, struct image *image)
{
	size_t made = 0;

	if (!node_is(history, NODE_LIST))
		return 0;
	image->history = arena_array(arena, history->n, sizeof *image->history);
	for (const struct node *n = node_first(history); image->history && n; n = n->next) {
		struct image_pair *step = &image->history[image->n_history++];

		copy_text(get(n, "created_by"), arena, &step->key);
		copy_text(get(n, "comment"), arena, &step->value);
		made += !node_bool(get(n, "empty_layer"), false);
	}
	return made;
}

/* History text i is that of the i-th step that made a layer, if there are as many as layers. A
 * builder that makes one layer of all its steps ascribes it to the last: then it is nobody's. */
static void attribute(
    const struct node *history, const struct image *image, struct image_rootfs *rootfs)
{
	size_t layer = 0, step = 0;
	bool others_wrote = false;

	for (const struct node *n = node_first(history); n; n = n->next, step++) {
		struct str made = image->history[step].key;
		enum image_step what = image_step_of(made);

		if (node_bool(get(n, "empty_layer"), false)) {
			others_wrote |= what == IMAGE_STEP_WRITES;
			continue;
		}
		if (!others_wrote && what != IMAGE_STEP_SETS)
			rootfs->created_by[layer] = made;
		others_wrote = false;
		layer++;
	}
}

int image_config_parse(struct str bytes, const struct limits *limits, struct arena *arena,
    struct image *image, struct image_rootfs *ret, struct err *err)
{
	struct document d CLEANUP(document_release) = {0};
	struct str_list diff_ids = {0};
	struct image_rootfs rootfs = {0};
	const struct node *history;
	size_t n_made;

	if (document_read(&d, bytes, limits, NODE_MAP, err) != 0)
		return -1;
	copy_texts(node_path(d.root, "rootfs.diff_ids"), arena, &diff_ids);
	read_platform_of_config(d.root, arena, image);
	read_config(d.root, arena, &image->config);
	history = get(d.root, "history");
	n_made = read_history(history, arena, image);
	rootfs.diff_ids = diff_ids.p;
	rootfs.n = diff_ids.n;
	rootfs.created_by = arena_array(arena, rootfs.n, sizeof *rootfs.created_by);
	if (arena_check(arena, err) != 0)
		return -1;
	for (size_t i = 0; i < rootfs.n; i++)
		if (!digest_is_valid(rootfs.diff_ids[i]))
			return err_set(err, ERR_FORMAT, "diff ID %zu is not a digest", i + 1);
	image->history_fits = n_made == rootfs.n;
	if (image->history_fits)
		attribute(history, image, &rootfs);
	*ret = rootfs;
	return 0;
}

/* ---- docker save ---- */

int docker_manifest_parse(struct str bytes, const struct limits *limits, struct arena *arena,
    struct docker_images *ret, struct err *err)
{
	struct document d CLEANUP(document_release) = {0};
	struct docker_images images = {0};

	if (document_read(&d, bytes, limits, NODE_LIST, err) != 0)
		return -1;
	images.items = arena_array(arena, d.root->n, sizeof *images.items);
	if (!images.items)
		return arena_err(arena, err);
	for (const struct node *n = node_first(d.root); n; n = n->next) {
		struct docker_image *image = &images.items[images.n++];

		copy_text(get(n, "Config"), arena, &image->config);
		copy_texts(get(n, "RepoTags"), arena, &image->tags);
		copy_texts(get(n, "Layers"), arena, &image->layers);
		if (arena_check(arena, err) != 0)
			return -1;
		if (image->config.n == 0)
			return err_set(err, ERR_FORMAT, "an image without a config");
		if (image->layers.n > limits->layers)
			return err_set(err, ERR_LIMIT, "%zu layers, but at most %u are read",
			    image->layers.n, limits->layers);
	}
	*ret = images;
	return 0;
}
