#include "detect/sbom/catalog_parts.h"
#include "detect/sbom/cataloger.h"

struct unread {
	struct str what;
	struct str name;   /* of the file, or how it ends */
	struct str folder; /* that stands somewhere above it; empty: any */
};

static const struct unread kinds[] = {
    {STR_INIT("npm packages"), STR_INIT("package.json"), STR_INIT("node_modules/")},
    {STR_INIT("Java archives"), STR_INIT(".jar"), STR_INIT("")},
    {STR_INIT("Java archives"), STR_INIT(".war"), STR_INIT("")},
    {STR_INIT("Ruby gems"), STR_INIT(".gemspec"), STR_INIT("specifications/")},
    {STR_INIT("Composer packages"), STR_INIT("installed.json"), STR_INIT("composer/")},
    {STR_INIT(".NET packages"), STR_INIT(".deps.json"), STR_INIT("")},
    {STR_INIT("Python eggs"), STR_INIT(".egg"), STR_INIT("")},
};

struct str sbom_unread(struct str path)
{
	struct str name = sbom_base_name(path);

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		const struct unread *k = &kinds[i];
		bool fits = k->name.p[0] == '.' ? str_ends(name, k->name) : str_eq(name, k->name);

		if (fits && (k->folder.n == 0 || str_has(path, k->folder)))
			return k->what;
	}
	return STR_NONE;
}

int sbom_image_gap(const struct inventory *inventory, struct arena *arena, bool *ret_found,
    struct not_covered *ret, struct err *err)
{
	const struct distro *d = &inventory->distro;
	struct not_covered gap = {.stage = STAGE_SCAN, .kind = GAP_INVENTORY};

	*ret_found = !inventory_has_type(inventory, STR("deb")) &&
		     (d->id.n > 0 || inventory->packages.n == 0);
	if (!*ret_found)
		return 0;
	if (d->id.n == 0) {
		gap.what = STR("this image");
		gap.why = STR("nothing in it says which distribution or packages it is made of");
	} else {
		gap.what = arena_fmt(arena, STR_FMT "%s" STR_FMT, STR_ARG(d->id),
		    d->version_id.n > 0 ? " " : "", STR_ARG(d->version_id));
		gap.why = STR("no dpkg database is in it, and no other is read yet");
	}
	*ret = gap;
	return arena_check(arena, err);
}
