#include "read/source/image/choose.h"

#include "base/buf.h"
#include "core/image_ref.h"

enum { LISTED_MAX = 6 };

/* ---- platforms ---- */

bool platform_fits(struct str wish, struct str os, struct str arch, struct str variant)
{
	struct str part, rest = wish;

	if (wish.n == 0)
		return true;
	if (!str_cut(&rest, '/', &part) || !str_eq(part, os) || !str_cut(&rest, '/', &part) ||
	    !str_eq(part, arch))
		return false;
	if (!str_cut(&rest, '/', &part) || str_eq(part, variant))
		return true;
	/* There is no other arm64, and many images leave it out. */
	return str_eq(arch, STR("arm64")) && variant.n == 0 && str_eq(part, STR("v8"));
}

static bool candidate_fits(const struct candidate *c, struct str wish)
{
	return c->os.n == 0 || platform_fits(wish, c->os, c->arch, c->variant);
}

/* ---- names ---- */

/* "app:1" and "docker.io/library/app:1" are one reference. */
static bool same_reference(struct str a, struct str b, struct arena *arena)
{
	struct err ignored = ERR_INIT;
	struct image_ref ra, rb;

	return image_ref_parse(a, arena, &ra, &ignored) == 0 &&
	       image_ref_parse(b, arena, &rb, &ignored) == 0 && str_eq(ra.host, rb.host) &&
	       str_eq(ra.path, rb.path) && str_eq(ra.digest, rb.digest) &&
	       str_eq(image_ref_selector(&ra), image_ref_selector(&rb));
}

static bool is_tag_of(struct str tag, struct str name)
{
	return image_tag_is_valid(tag) && name.n > tag.n && str_ends(name, tag) &&
	       name.p[name.n - tag.n - 1] == ':';
}

static bool is_named(const struct candidate *c, struct str selector, struct arena *arena)
{
	if (selector.n == 0 || str_eq(selector, c->digest) || str_eq(selector, c->index_digest))
		return true;
	for (size_t i = 0; i < c->names.n; i++) {
		struct str name = c->names.p[i];

		if (str_eq(selector, name) || is_tag_of(selector, name) ||
		    same_reference(selector, name, arena))
			return true;
	}
	return false;
}

/* ---- choosing ---- */

static int not_one(const struct candidate *const *list, size_t n, struct str says, struct err *err)
{
	struct buf names CLEANUP(buf_release) = BUF_INIT(KIB(64));

	for (size_t i = 0; i < MIN_OF(n, (size_t)LISTED_MAX); i++) {
		const struct candidate *c = list[i];

		if (names.n > 0)
			buf_add(&names, STR(", "));
		buf_add(&names, c->names.n > 0 ? c->names.p[0] : str_sub(c->digest, 0, 19));
		if (c->os.n > 0)
			buf_addf(&names, " (" STR_FMT "/" STR_FMT "%s" STR_FMT ")", STR_ARG(c->os),
			    STR_ARG(c->arch), c->variant.n > 0 ? "/" : "", STR_ARG(c->variant));
	}
	return err_set(err, ERR_NOT_FOUND, STR_FMT ": %s%s", STR_ARG(says), buf_cstr(&names),
	    n > LISTED_MAX ? ", …" : "");
}

/* Keeps what fits; if nothing does and it need not, all stays. */
static size_t keep_platform(const struct candidate **list, size_t n, struct str wish, bool must_fit)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		kept += candidate_fits(list[i], wish);
	if (kept == 0 && !must_fit)
		return n;
	kept = 0;
	for (size_t i = 0; i < n; i++) {
		if (candidate_fits(list[i], wish))
			list[kept++] = list[i];
	}
	return kept;
}

int choose_image(const struct candidate *candidates, size_t n, const struct image_opts *opts,
    struct arena *arena, const struct candidate **ret, struct err *err)
{
	const struct candidate **list = arena_array(arena, n, sizeof *list);
	struct str wish = opts->platform.n > 0 ? opts->platform : image_platform_own();
	size_t named = 0, left;

	if (!list)
		return arena_err(arena, err);
	if (n == 0)
		return err_set(err, ERR_NOT_FOUND, "there is no image in it");
	for (size_t i = 0; i < n; i++) {
		if (is_named(&candidates[i], opts->selector, arena))
			list[named++] = &candidates[i];
	}
	if (named == 0) {
		for (size_t i = 0; i < n; i++)
			list[i] = &candidates[i];
		return not_one(list, n,
		    arena_fmt(arena, "no image is named \"" STR_FMT "\"; there are",
			STR_ARG(opts->selector)),
		    err);
	}
	left = keep_platform(list, named, wish, opts->platform.n > 0);
	if (left == 0)
		return not_one(list, named,
		    arena_fmt(
			arena, "no image is for " STR_FMT "; there are", STR_ARG(opts->platform)),
		    err);
	for (size_t i = 1; i < left; i++) {
		if (!str_eq(list[i]->digest, list[0]->digest))
			return not_one(list, left, STR("several images; name one of them"), err);
	}
	*ret = list[0];
	return 0;
}
