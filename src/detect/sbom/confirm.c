/* Which files are as a package of the distribution brought them. */
#include "detect/sbom/history_parts.h"

/* Where a package of the distribution may put files (Debian Policy 9.1, FHS 3.0): not where an
 * application, its users or its administrator put theirs, whatever a package database says. */
static bool is_of_distribution(struct str key)
{
	static const struct str folders[] = {STR_INIT("usr/"), STR_INIT("etc/"), STR_INIT("bin/"),
	    STR_INIT("sbin/"), STR_INIT("lib"), STR_INIT("boot/"), STR_INIT("var/lib/")};

	if (str_starts(key, STR("usr/local/")))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		if (str_starts(key, folders[i]))
			return true;
	}
	return false;
}

/* dpkg writes the list of a package, its checksums and its files at once. */
static bool is_listed(const struct history_owner *owner, size_t layer, struct str key)
{
	struct str rest, one;

	for (size_t i = 0; i < owner->lists.n; i++) {
		if (owner->lists.p[i].layer != layer)
			continue;
		for (rest = owner->lists.p[i].text; history_next_path(&rest, &one);) {
			if (str_eq(one, key))
				return true;
		}
	}
	return false;
}

static bool was_upgraded(const struct history *h, struct str owner)
{
	struct str name = owner, arch;

	(void)str_split(owner, ':', &name, &arch);
	for (size_t i = 0; i < h->suspects.n; i++) {
		const struct history_suspect *s = &h->suspects.p[i];

		if (str_eq(s->package.name, name) && s->explained)
			return true;
	}
	return false;
}

/* Checksums that take the place of others are a package manager's only if the package went to
 * another version with them. */
static bool may_be_rewritten(
    const struct history *h, const struct history_owner *owner, const struct history_text *sums)
{
	for (size_t i = 0; i < owner->sums.n; i++) {
		if (owner->sums.p[i].gone_by == sums->layer)
			return !was_upgraded(h, owner->name);
	}
	return false;
}

static void confirm(struct history *h, const struct history_owner *owner,
    const struct history_text *sums, const struct map *files)
{
	struct str rest = sums->text, md5, key;
	bool trusted = !may_be_rewritten(h, owner, sums);

	while (trusted && history_next_sum(&rest, &md5, &key)) {
		if (!is_of_distribution(key))
			continue;
		for (struct confirmed *c = map_get(files, key); c; c = c->next) {
			if (c->package.n == 0 && c->layer == sums->layer && str_eq(c->md5, md5) &&
			    is_listed(owner, sums->layer, key))
				c->package = owner->name;
		}
	}
}

int history_confirm(struct history *h, struct confirmed *list, size_t n, struct err *err)
{
	struct map files;

	map_init(&files, h->arena);
	for (size_t i = 0; i < n; i++) {
		struct str key = history_key(list[i].path);

		list[i].next = map_get(&files, key);
		map_put(&files, key, &list[i]);
	}
	for (size_t i = 0; n > 0 && i < h->owners.n; i++) {
		const struct history_owner *owner = h->owners.items[i].value;

		for (size_t k = 0; k < owner->sums.n; k++)
			confirm(h, owner, &owner->sums.p[k], &files);
	}
	return arena_check(h->arena, err);
}
