#include "engine/image_hidden.h"

#include "engine/image_rules.h"

void image_hidden_init(struct image_hidden *h, struct image *image, const struct limits *limits,
    struct sink *sink, struct arena *arena)
{
	*h = (struct image_hidden){.image = image, .limits = limits, .sink = sink};
	history_init(&h->history, arena);
}

/* ---- a distribution's files ---- */

static bool is_sign(struct str path)
{
	struct str doc = STR("usr/share/doc/");

	if (str_eq(path, STR("usr/bin/dpkg")) || str_eq(path, STR("bin/dpkg")) ||
	    str_eq(path, STR("etc/debian_version")) ||
	    str_starts(path, STR("var/lib/dpkg/info/")) || str_starts(path, STR("etc/dpkg/")))
		return true;
	return str_starts(path, doc) &&
	       (str_has(path, STR("/changelog.Debian")) || str_has(path, STR("/NEWS.Debian")));
}

/* Debian's folders for libraries: lib/x86_64-linux-gnu. */
static bool is_library(struct str path)
{
	return str_has(path, STR("-linux-gnu")) && str_has(path, STR(".so")) &&
	       (str_starts(path, STR("lib/")) || str_starts(path, STR("usr/lib/")));
}

/* Python's own do not mean that there is a system. */
static bool is_system_library(struct str path)
{
	return str_has(path, STR(".so")) && !str_has(path, STR("/python")) &&
	       (str_starts(path, STR("lib/")) || str_starts(path, STR("lib64/")) ||
		   str_starts(path, STR("usr/lib/")) || str_starts(path, STR("usr/lib64/")));
}

void image_hidden_see(struct image_hidden *h, struct str path)
{
	h->saw_libraries = h->saw_libraries || is_system_library(path);
	h->saw_signs = h->saw_signs || is_sign(path) || is_library(path);
}

/* ---- the second walk ---- */

struct looking {
	struct image_hidden *h;
	bool for_signs;
	struct map sizes; /* of the files that are asked for: one that was moved has the same */
};

/* False as well if there is no memory: then it is not found under another name. */
static bool has_size(struct looking *l, uint64_t size, bool is_asked)
{
	struct str key = str_make((const char *)&size, sizeof size);

	if (size == 0 || map_has(&l->sizes, key) || !is_asked)
		return size > 0 && map_has(&l->sizes, key);
	key = arena_str(l->h->history.arena, key);
	return key.p && map_put(&l->sizes, key, l);
}

static unsigned looking_wants(void *arg, const struct image_file *file)
{
	struct looking *l = arg;
	bool is_asked;

	if (file->kind != TAR_FILE && file->kind != TAR_HARD_LINK)
		return IMAGE_SKIP;
	is_asked = history_asks(&l->h->history, file->path);
	if (has_size(l, file->size, is_asked) || is_asked ||
	    (l->for_signs && (is_sign(file->path) || is_library(file->path))))
		return IMAGE_SUM;
	return IMAGE_SKIP;
}

static int take_sign(struct image_hidden *h, const struct unit *unit, size_t layer, struct err *err)
{
	bool is_weak = !is_sign(unit->origin.path);

	if (h->sign.n > 0 && (is_weak || !h->sign_is_library))
		return 0;
	h->sign = arena_str(h->history.arena, unit->origin.path);
	h->sign_layer = layer;
	h->sign_is_library = is_weak;
	return h->sign.p ? 0 : arena_err(h->history.arena, err);
}

static int looking_merged(
    void *arg, const struct unit *unit, const struct image_file *file, struct err *err)
{
	const struct looking *l = arg;
	struct image_hidden *h = l->h;

	if (l->for_signs && (is_sign(unit->origin.path) || is_library(unit->origin.path)) &&
	    take_sign(h, unit, file->layer_index, err) != 0)
		return -1;
	return history_file(&h->history, unit->origin.path, file->layer_index, file->md5, err);
}

static int looking_gone(
    void *arg, const struct unit *unit, const struct image_file *file, size_t by, struct err *err)
{
	const struct looking *l = arg;

	(void)by;
	if (!history_asks(&l->h->history, unit->origin.path))
		return 0;
	return history_was(&l->h->history, unit->origin.path, file->layer_index, file->md5, err);
}

static int look(struct image_hidden *h, const struct inventory *inventory, struct err *err)
{
	struct looking looking = {
	    .h = h, .for_signs = h->saw_signs && !inventory_has_type(inventory, STR("deb"))};
	struct image_visitor visitor = {.arg = &looking,
	    .wants = looking_wants,
	    .merged = looking_merged,
	    .gone = looking_gone};

	map_init(&looking.sizes, h->history.arena);
	if (h->history.suspects.n == 0 && !looking.for_signs)
		return 0;
	return image_walk(h->image, h->limits, &visitor, err);
}

/* ---- what is reported ---- */

static int tell(struct image_hidden *h, const struct hidden *hidden, struct err *err)
{
	size_t layer = hidden->layer < h->image->n_layers ? hidden->layer : 0;
	struct place place = {.origin = {.path = hidden->path,
				  .layer = h->image->layers[layer].digest,
				  .instruction = h->labels[layer]}};
	struct finding f =
	    image_finding(&image_rule_hidden, hidden->message, hidden->identity, &place);

	return sink_finding(h->sink, &f, err);
}

/* A few libraries that were copied into an empty image do not make a distribution. */
static int tell_libraries(struct image_hidden *h, struct err *err)
{
	struct not_covered gap = {
	    .stage = STAGE_SCAN,
	    .kind = GAP_INVENTORY,
	    .what = STR("a distribution's libraries"),
	};

	gap.why = arena_fmt(h->history.arena,
	    "no package database says of which version they are; one is " STR_FMT,
	    STR_ARG(str_sub(h->sign, 0, 200)));
	return gap.why.p ? sink_gap(h->sink, &gap, err) : arena_err(h->history.arena, err);
}

static int tell_signs(struct image_hidden *h, const struct inventory *inventory, struct err *err)
{
	struct hidden hidden = {
	    .path = h->sign, .layer = h->sign_layer, .identity = STR("hidden database")};

	if (h->sign.n == 0 || inventory_has_type(inventory, STR("deb")))
		return 0;
	if (h->sign_is_library)
		return tell_libraries(h, err);
	hidden.message =
	    STR("the files of a Debian-like distribution are there, and no package database says "
		"which: nothing of them can be judged");
	return tell(h, &hidden, err);
}

/* Which of the packages that may be put back are the base's. */
static void mark_base(struct image_hidden *h)
{
	const struct image_layer *layers = h->image->layers;

	for (size_t i = 0; i < h->history.suspects.n; i++) {
		struct history_suspect *s = &h->history.suspects.p[i];

		if (h->image->n_layers == 0 || !layers[0].from_base)
			s->package.from_base = BASE_UNKNOWN;
		else if (s->layer < h->image->n_layers && layers[s->layer].from_base)
			s->package.from_base = BASE_YES;
		else
			s->package.from_base = BASE_NO;
	}
}

int image_hidden_judge(struct image_hidden *h, struct inventory *inventory, struct err *err)
{
	struct hidden_list list = {0};

	if (history_plan(&h->history, inventory, err) != 0 || look(h, inventory, err) != 0)
		return -1;
	mark_base(h);
	if (history_judge(&h->history, inventory, &list, err) != 0)
		return -1;
	for (size_t i = 0; i < list.n; i++) {
		if (tell(h, &list.p[i], err) != 0)
			return -1;
	}
	return tell_signs(h, inventory, err);
}
