/*
 * The records by which an image's packages are followed through its layers (detect/sbom:
 * history.c, suspects.c, hidden.c, release.c). The input is cut at NUL bytes into records;
 * a record's first byte says which one it is, of which layer, and whether it is gone.
 */
#include "detect/sbom/cataloger.h"
#include "detect/sbom/file_history.h"
#include "null_sink.h"

enum { LAYERS = 4 };

static const struct str paths[] = {
    STR_INIT("var/lib/dpkg/status"),
    STR_INIT("var/lib/dpkg/status.d/one"),
    STR_INIT("var/lib/dpkg/info/one.list"),
    STR_INIT("var/lib/dpkg/info/one.md5sums"),
    STR_INIT("var/lib/dpkg/info/base-files.md5sums"),
    STR_INIT("etc/os-release"),
    STR_INIT("usr/lib/os-release"),
    STR_INIT("lib/site/one-1.dist-info/METADATA"),
    STR_INIT("lib/site/one-1.dist-info/RECORD"),
    STR_INIT("lib/site/one.egg-info"),
};

static void one_record(struct history *h, struct str record, struct err *err)
{
	unsigned char head = (unsigned char)record.p[0];
	size_t layer = head / ARRAY_LEN(paths) % LAYERS;
	bool stays = head / ARRAY_LEN(paths) / LAYERS % 2 == 0;
	struct unit unit = {.origin.path = paths[head % ARRAY_LEN(paths)],
	    .origin.layer = STR("sha256:layer"),
	    .bytes = str_sub(record, 1, record.n)};

	(void)!history_add(h, &unit, layer, stays ? HISTORY_STAYS : layer + 1, err);
	if (head & 1)
		(void)!history_file(
		    h, unit.origin.path, layer, "d41d8cd98f00b204e9800998ecf8427e", err);
}

/* Half of what was asked for is there. */
static void answer(struct history *h, struct err *err)
{
	for (size_t i = 0; i < h->files.n; i += 2) {
		struct str key = h->files.items[i].key;
		const char *was = i % 4 ? "9e107d9d372bb6826bd81d3542a419d6" : "";
		const char *is = i % 3 ? "d41d8cd98f00b204e9800998ecf8427e" : was;

		(void)!history_was(h, key, i % 2, was, err);
		(void)!history_file(h, key, i % LAYERS, is, err);
	}
}

static void tell(const struct inventory *inventory, const struct hidden_list *list)
{
	struct sink sink = {.ops = &null_ops};
	struct err err = ERR_INIT;

	for (size_t i = 0; i < inventory->packages.n; i++)
		(void)!sink_package(&sink, &inventory->packages.p[i], &err);
	for (size_t i = 0; i < list->n; i++) {
		const struct owned_file texts = {list->p[i].identity, list->p[i].message};

		(void)!sink_owned(&sink, &texts, &err);
	}
	(void)!sink_distro(&sink, &inventory->distro, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = str_make((const char *)data, size), record;
	struct package now = {.type = STR("deb"), .name = STR("one"), .version = STR("1")};
	struct inventory inventory = {.distro = {STR("debian"), STR("12"), STR(""), STR("")}};
	struct hidden_list list = {0};
	struct err err = ERR_INIT;
	struct history h;
	struct arena arena;

	arena_init(&arena, MIB(32));
	history_init(&h, &arena);
	while (str_cut(&rest, '\0', &record)) {
		if (record.n > 0)
			one_record(&h, record, &err);
	}
	if (vec_push(&inventory.packages, &arena, now) && history_plan(&h, &inventory, &err) == 0) {
		answer(&h, &err);
		struct confirmed file = {
		    .path = STR("usr/lib/a.so"), .md5 = STR("d41d8cd98f00b204e9800998ecf8427e")};

		if (history_judge(&h, &inventory, &list, &err) == 0 &&
		    history_confirm(&h, &file, 1, &err) == 0)
			tell(&inventory, &list);
	}
	arena_release(&arena);
	return 0;
}
