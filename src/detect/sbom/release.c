/* Which release the image is of, if its os-release says something else than before. */
#include "base/buf.h"
#include "base/hash.h"
#include "detect/sbom/cataloger.h"
#include "detect/sbom/history_parts.h"

struct claim {
	const struct history_text *text;
	struct distro distro;
};

static bool is_same(const struct distro *a, const struct distro *b)
{
	return str_eq(a->id, b->id) && str_eq(a->version_id, b->version_id) &&
	       (a->version_id.n > 0 || str_eq(a->codename, b->codename));
}

/* The package that brings os-release; its checksums, as dpkg keeps them. A database of single
 * files (status.d) is made by other tools, which write an os-release of their own. */
static const struct history_text *sums_of_release(const struct history *h)
{
	const struct history_owner *owner = history_owner_named(h, STR("base-files"), STR_NONE);
	const struct history_text *sums = owner ? history_current(&owner->sums) : NULL;

	return sums && str_starts(sums->origin.path, STR("var/lib/dpkg/info/")) ? sums : NULL;
}

static bool sum_of_release(const struct history *h, struct str *ret_md5)
{
	const struct history_text *sums = sums_of_release(h);
	struct str rest = sums ? sums->text : STR_NONE, key;

	while (history_next_sum(&rest, ret_md5, &key)) {
		if (str_eq(key, history_key(STR("usr/lib/os-release"))))
			return true;
	}
	return false;
}

static int is_confirmed(
    const struct history *h, const struct history_text *text, bool *ret, struct err *err)
{
	char hex[MD5_HEX_SIZE];
	struct str md5;

	*ret = false;
	if (!sum_of_release(h, &md5))
		return 0;
	if (md5_hex(text->text, hex, err) != 0)
		return -1;
	*ret = str_eq(str_of(hex), md5);
	return 0;
}

/* base-files went to another version as dpkg does it. */
static bool was_upgraded(const struct history *h)
{
	for (size_t i = 0; i < h->suspects.n; i++) {
		const struct history_suspect *s = &h->suspects.p[i];

		if (str_eq(s->package.name, STR("base-files")) && s->now > 0 && s->explained)
			return true;
	}
	return false;
}

static const struct package *find_base_files(const struct inventory *inventory)
{
	for (size_t i = 0; i < inventory->packages.n; i++) {
		const struct package *p = &inventory->packages.p[i];

		if (str_eq(p->type, STR("deb")) && str_eq(p->name, STR("base-files")))
			return p;
	}
	return NULL;
}

/* "12.4+deb12u5" is of Debian 12; other makers number theirs otherwise. */
static bool guess_release(
    const struct inventory *inventory, struct arena *arena, struct distro *ret)
{
	const struct package *p = find_base_files(inventory);
	struct str major = p ? p->version : STR_NONE, rest;
	uint64_t number;

	(void)str_split(major, '.', &major, &rest);
	(void)str_split(major, '+', &major, &rest);
	if (!p || !str_to_u64(major, &number) || str_has(p->version, STR("ubuntu")))
		return false;
	*ret = (struct distro){.id = STR("debian"),
	    .version_id = arena_str(arena, major),
	    .codename = STR(""),
	    .pretty = STR("")};
	return ret->version_id.p != NULL;
}

/* The claims that stand, and the lowest that went. */
struct claims {
	struct claim etc, usr, past;
	bool usr_confirmed;
	bool has_sum;
};

static int sort_claims(struct history *h, struct claims *c, struct err *err)
{
	struct str md5;

	for (size_t i = 0; i < h->releases.n; i++) {
		const struct history_text *t = &h->releases.p[i];
		bool is_etc = str_starts(t->origin.path, STR("etc/"));
		struct claim *to = t->gone_by != HISTORY_STAYS ? &c->past
				   : is_etc		       ? &c->etc
							       : &c->usr;

		if (to == &c->past && to->text && to->text->layer <= t->layer)
			continue;
		to->text = t;
		if (os_release_parse(t->text, h->arena, &to->distro, err) != 0)
			return -1;
	}
	c->has_sum = sum_of_release(h, &md5);
	return c->usr.text ? is_confirmed(h, c->usr.text, &c->usr_confirmed, err) : 0;
}

static bool has_packages(const struct inventory *inventory)
{
	for (size_t i = 0; i < inventory->packages.n; i++) {
		if (str_eq(inventory->packages.p[i].type, STR("deb")))
			return true;
	}
	return false;
}

/* The release that counts instead of the one that os-release says. False: nothing speaks against
 * that one. */
static bool find_truth(struct history *h, const struct inventory *inventory, struct claims *c,
    const struct distro *said, struct distro *ret, struct hidden *where)
{
	const struct history_text *stands = c->etc.text ? c->etc.text : c->usr.text;

	where->path = STR("etc/os-release");
	if (stands)
		*where = (struct hidden){.path = stands->origin.path, .layer = stands->layer};
	if (c->past.text && !is_same(&c->past.distro, said) &&
	    !(was_upgraded(h) && c->usr_confirmed && is_same(&c->usr.distro, said))) {
		*ret = c->past.distro;
		if (!stands)
			*where = (struct hidden){
			    .path = c->past.text->origin.path, .layer = c->past.text->gone_by};
		return true;
	}
	if (c->usr_confirmed && !is_same(&c->usr.distro, said)) {
		*ret = c->usr.distro;
		return true;
	}
	if (!c->has_sum || c->usr_confirmed)
		return false;
	where->layer = stands ? stands->layer : sums_of_release(h)->layer;
	*ret = *said;
	(void)guess_release(inventory, h->arena, ret);
	return true;
}

int history_judge_release(
    struct history *h, struct inventory *inventory, struct hidden_list *list, struct err *err)
{
	struct distro *said = &inventory->distro, truth;
	struct hidden hidden = {0};
	struct claims c = {0};
	bool silent = said->id.n == 0;

	if (!has_packages(inventory))
		return 0;
	if (sort_claims(h, &c, err) != 0)
		return -1;
	if (!find_truth(h, inventory, &c, said, &truth, &hidden))
		return 0;
	hidden.identity = STR("hidden os-release");
	hidden.message = arena_fmt(h->arena,
	    "%s" STR_FMT "%s" STR_FMT "%s; the packages are judged as of " STR_FMT " " STR_FMT,
	    silent ? "what says which distribution it is was taken away" : "it says ",
	    STR_ARG(str_sub(said->id, 0, 64)), silent ? "" : " ",
	    STR_ARG(str_sub(said->version_id, 0, 64)),
	    silent ? "" : ", where lower layers or the package that brings the file say otherwise",
	    STR_ARG(str_sub(truth.id, 0, 64)), STR_ARG(str_sub(truth.version_id, 0, 64)));
	vec_push(list, h->arena, hidden);
	*said = truth;
	return arena_check(h->arena, err);
}
