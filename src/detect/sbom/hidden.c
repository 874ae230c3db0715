/* What became of the suspects, and of the release: explained by the records, or hidden. */
#include "base/buf.h"
#include "detect/sbom/catalog_parts.h"
#include "detect/sbom/cataloger.h"
#include "detect/sbom/history_parts.h"

enum { NAMED_MAX = 5, MESSAGE_BYTES = 2048 };

struct judging {
	struct history *h;
	struct inventory *inventory;
	struct hidden_list *hidden;
	bool owners_known;
};

static bool is_deb(const struct package *p)
{
	return str_eq(p->type, STR("deb"));
}

/* ---- whose a file is now ---- */

static int know_owner(struct history *h, const struct package *p, struct err *err)
{
	const struct history_owner *owner = history_owner_named(h, p->name, p->arch);
	const struct history_text *list = owner ? history_current(&owner->lists) : NULL;
	struct str rest = list ? list->text : STR_NONE, key;

	(void)err;
	while (history_next_path(&rest, &key)) {
		struct history_file *file = map_get(&h->files, key);

		if (file)
			file->owner = p->name;
	}
	return 0;
}

static int know_owners(struct judging *j, struct err *err)
{
	if (j->owners_known)
		return 0;
	j->owners_known = true;
	for (size_t i = 0; i < j->inventory->packages.n; i++) {
		const struct package *p = &j->inventory->packages.p[i];

		if (is_deb(p) && know_owner(j->h, p, err) != 0)
			return -1;
	}
	return 0;
}

/* ---- taken away ---- */

/* dpkg leaves these behind, by design. */
static bool may_stay(struct str key)
{
	return str_starts(key, STR("etc/")) || str_starts(key, STR("var/"));
}

/* Another package may have taken a file over, if it brought it itself. */
static bool is_left(const struct history *h, const struct history_suspect *s, struct str key)
{
	const struct history_file *file = history_file_at(h, key);

	if (!file || !file->there || may_stay(key))
		return false;
	return file->owner.n == 0 || str_eq(file->owner, s->package.name) ||
	       file->layer <= s->layer;
}

static bool any_left(const struct history *h, const struct history_suspect *s)
{
	struct str rest, key, md5;

	if (!s->owner)
		return true;
	for (size_t i = 0; i < s->owner->lists.n; i++) {
		for (rest = s->owner->lists.p[i].text; history_next_path(&rest, &key);) {
			if (is_left(h, s, key))
				return true;
		}
	}
	for (size_t i = 0; i < s->owner->sums.n; i++) {
		for (rest = s->owner->sums.p[i].text; history_next_sum(&rest, &md5, &key);) {
			if (is_left(h, s, key))
				return true;
		}
	}
	return false;
}

/* ---- another version ---- */

/* What the new checksums say of what is there. */
struct unpacked {
	size_t there, code;
	size_t anew, code_anew; /* of these, written above the layer that has the old version */
	bool contradicted;
};

static struct unpacked look(
    const struct history *h, const struct history_suspect *s, struct str sums)
{
	struct unpacked u = {0};
	struct str key, md5;

	while (history_next_sum(&sums, &md5, &key)) {
		const struct history_file *file = history_file_at(h, key);
		bool code = history_is_code(key);

		if (!file || !file->there)
			continue;
		u.contradicted |= !str_eq(file->md5, md5);
		u.there++;
		u.code += code;
		u.anew += file->layer > s->layer;
		u.code_anew += code && file->layer > s->layer;
	}
	return u;
}

static const struct history_text *sums_before(const struct history_suspect *s)
{
	const struct history_text *last = NULL;

	for (size_t i = 0; i < s->owner->sums.n; i++) {
		const struct history_text *t = &s->owner->sums.p[i];

		if (t->layer <= s->layer && t->gone_by > s->layer)
			last = t;
	}
	return last;
}

/* A package of nothing but folders and links brings no checksums. */
static bool has_files(const struct history *h, const struct history_suspect *s)
{
	for (size_t i = 0; i < s->owner->lists.n; i++) {
		struct str rest = s->owner->lists.p[i].text, key;

		while (history_next_path(&rest, &key)) {
			const struct history_file *file = history_file_at(h, key);

			if (file && file->there && !may_stay(key))
				return true;
		}
	}
	return false;
}

static bool is_confirmed(const struct history *h, const struct history_suspect *s)
{
	const struct history_text *before, *now;
	struct unpacked u;

	if (!s->owner)
		return false;
	before = sums_before(s);
	now = history_current(&s->owner->sums);
	if (!now)
		return !before && s->owner->lists.n > 0 && !has_files(h, s);
	if (now->layer <= s->layer || (before && str_eq(before->text, now->text)))
		return false;
	u = look(h, s, now->text);
	if (u.contradicted)
		return false;
	return u.code > 0 ? u.code_anew > 0 : true;
}

/* ---- Python ---- */

bool history_python_left(const struct history *h, const struct history_suspect *s, size_t layer)
{
	for (size_t i = 0; i < s->files.n; i++) {
		const struct history_file *file = map_get(&h->files, s->files.p[i]);

		if (!file)
			file = map_get(&h->folders, s->files.p[i]);
		if (file && file->there && file->layer <= layer)
			return true;
	}
	return false;
}

static bool is_explained(const struct history *h, const struct history_suspect *s)
{
	if (is_deb(&s->package))
		return (s->now > 0 ? is_confirmed(h, s) : !any_left(h, s)) &&
		       !history_is_unchanged(h, s);
	return !history_is_unchanged(h, s) &&
	       !history_python_left(h, s, s->now > 0 ? s->layer : HISTORY_STAYS - 1);
}

/* ---- upgrades that leave a package's bytes as they were ---- */

/* From which version of a source to which. */
static struct str step_of(const struct judging *j, const struct history_suspect *s)
{
	const struct package *now = &j->inventory->packages.p[s->now - 1];

	return arena_fmt(j->h->arena, STR_FMT "\n" STR_FMT "\n" STR_FMT "\n" STR_FMT,
	    STR_ARG(s->package.source), STR_ARG(s->package.source_version), STR_ARG(now->source),
	    STR_ARG(now->source_version));
}

static int note_steps(const struct judging *j, struct map *steps, struct err *err)
{
	for (size_t i = 0; i < j->h->suspects.n; i++) {
		const struct history_suspect *s = &j->h->suspects.p[i];
		struct str step;

		if (!is_deb(&s->package) || s->now == 0 || !s->explained)
			continue;
		step = step_of(j, s);
		map_put(steps, step, j->h);
	}
	return arena_check(j->h->arena, err);
}

/* A new version of a source changes the bytes of some of its packages, perhaps not of all: those
 * that it does not change went the same step as one that it does. */
static int explain_siblings(struct judging *j, struct err *err)
{
	struct history *h = j->h;
	struct map steps;

	map_init(&steps, h->arena);
	if (note_steps(j, &steps, err) != 0)
		return -1;
	for (size_t i = 0; i < h->suspects.n; i++) {
		struct history_suspect *s = &h->suspects.p[i];
		struct str step;

		if (!is_deb(&s->package) || s->now == 0 || s->explained || !is_confirmed(h, s))
			continue;
		step = step_of(j, s);
		s->explained = map_has(&steps, step);
	}
	return arena_check(h->arena, err);
}

/* ---- what is said of it ---- */

static int hide(struct judging *j, struct hidden *hidden, struct buf *message, struct err *err)
{
	struct arena *arena = j->h->arena;

	if (!buf_ok(message))
		return buf_err(message, "a message", err);
	hidden->message = arena_str(arena, buf_str(message));
	return hidden->message.p && hidden->identity.p && vec_push(j->hidden, arena, *hidden)
		   ? 0
		   : arena_err(arena, err);
}

/* Those whose record lies in the same folder are one finding; the record's folder for dpkg. */
static struct str group_of(const struct history_suspect *s)
{
	return is_deb(&s->package) ? STR("var/lib/dpkg") : s->record;
}

static int tell_group(struct judging *j, size_t first, struct err *err)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT(MESSAGE_BYTES);
	const struct history_suspect *s = &j->h->suspects.p[first];
	struct str group = group_of(s);
	struct hidden hidden = {.path = s->record, .layer = s->gone_by};
	size_t n = 0;

	for (size_t i = first; i < j->h->suspects.n; i++)
		n +=
		    !j->h->suspects.p[i].explained && str_eq(group_of(&j->h->suspects.p[i]), group);
	buf_addf(&b,
	    "%zu package%s whose files are still there %s been taken out of the record, or "
	    "changed in it:",
	    n, n == 1 ? "" : "s", n == 1 ? "has" : "have");
	for (size_t i = first, named = 0; i < j->h->suspects.n && named <= NAMED_MAX; i++) {
		const struct history_suspect *one = &j->h->suspects.p[i];

		if (one->explained || !str_eq(group_of(one), group))
			continue;
		if (named++ == NAMED_MAX)
			buf_addf(&b, " and others");
		else
			buf_addf(&b, "%s " STR_FMT " " STR_FMT, named > 1 ? "," : "",
			    STR_ARG(str_sub(one->package.name, 0, 100)),
			    STR_ARG(str_sub(one->package.version, 0, 100)));
	}
	buf_addf(&b, "; %s as installed", n == 1 ? "it counts" : "they count");
	hidden.identity = arena_fmt(j->h->arena, "hidden " STR_FMT, STR_ARG(group));
	return hide(j, &hidden, &b, err);
}

static bool is_first_of_group(const struct history *h, size_t i)
{
	for (size_t k = 0; k < i; k++) {
		if (!h->suspects.p[k].explained &&
		    str_eq(group_of(&h->suspects.p[k]), group_of(&h->suspects.p[i])))
			return false;
	}
	return true;
}

/* What stands in its place is not what is there: the version that was there counts. */
static int count_as_installed(struct judging *j, const struct history_suspect *s, struct err *err)
{
	if (s->now > 0) {
		struct package *now = &j->inventory->packages.p[s->now - 1];

		if (str_eq(now->place.origin.path, s->package.place.origin.path) || is_deb(now)) {
			*now = s->package;
			return 0;
		}
	}
	return vec_push(&j->inventory->packages, j->h->arena, s->package)
		   ? 0
		   : arena_err(j->h->arena, err);
}

static int judge_suspects(struct judging *j, struct err *err)
{
	struct history *h = j->h;

	if (h->suspects.n > 0 && know_owners(j, err) != 0)
		return -1;
	for (size_t i = 0; i < h->suspects.n; i++)
		h->suspects.p[i].explained = is_explained(h, &h->suspects.p[i]);
	if (explain_siblings(j, err) != 0)
		return -1;
	for (size_t i = 0; i < h->suspects.n; i++) {
		if (!h->suspects.p[i].explained &&
		    count_as_installed(j, &h->suspects.p[i], err) != 0)
			return -1;
	}
	for (size_t i = 0; i < h->suspects.n; i++) {
		if (!h->suspects.p[i].explained && is_first_of_group(h, i) &&
		    tell_group(j, i, err) != 0)
			return -1;
	}
	return 0;
}

/* ---- lists of packages that no database has ---- */

static int judge_orphans(struct judging *j, struct err *err)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT(MESSAGE_BYTES);
	const struct history *h = j->h;
	struct hidden hidden = {.identity = STR("hidden lists")};
	size_t n = 0;

	/* Only if all that the database has is known. */
	if (!h->has_database || h->listed.n >= HISTORY_PACKAGES_MAX ||
	    h->suspects.n >= HISTORY_PACKAGES_MAX)
		return 0;
	for (size_t i = 0; i < h->owners.n; i++) {
		const struct history_owner *owner = h->owners.items[i].value;
		const struct history_text *list = history_current(&owner->lists);
		struct str name = owner->name, arch;

		(void)str_split(owner->name, ':', &name, &arch);
		if (!list || map_has(&h->listed, name))
			continue;
		for (size_t k = 0; k < h->suspects.n && name.n > 0; k++) {
			if (str_eq(h->suspects.p[k].package.name, name))
				name = STR_NONE;
		}
		if (name.n == 0)
			continue;
		if (n++ == 0) {
			hidden.path = list->origin.path;
			hidden.layer = list->layer;
		}
		if (n <= NAMED_MAX)
			buf_addf(&b, "%s" STR_FMT, n > 1 ? ", " : "the database has no package ",
			    STR_ARG(str_sub(name, 0, 100)));
	}
	if (n == 0)
		return 0;
	buf_addf(&b, "%s, and the list of %s files is there: what was installed is not known",
	    n > NAMED_MAX ? " and others" : "", n == 1 ? "its" : "their");
	return hide(j, &hidden, &b, err);
}

int history_judge(
    struct history *h, struct inventory *inventory, struct hidden_list *ret, struct err *err)
{
	struct judging j = {.h = h, .inventory = inventory, .hidden = ret};

	if (judge_suspects(&j, err) != 0 || judge_orphans(&j, err) != 0)
		return -1;
	return history_judge_release(h, inventory, ret, err);
}
