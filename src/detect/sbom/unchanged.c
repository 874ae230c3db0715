/* Whether a package's files have the bytes that they had, however they were written since. */
#include "detect/sbom/history_parts.h"

#define MD5_OF_NOTHING STR("d41d8cd98f00b204e9800998ecf8427e")

bool history_is_code(struct str key)
{
	static const struct str ends[] = {STR_INIT(".py"), STR_INIT(".pl"), STR_INIT(".pm"),
	    STR_INIT(".js"), STR_INIT(".mjs"), STR_INIT(".cjs"), STR_INIT(".rb"), STR_INIT(".php"),
	    STR_INIT(".jar")};

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		if (str_ends(key, ends[i]))
			return true;
	}
	return str_starts(key, STR("bin/")) || str_starts(key, STR("sbin/")) ||
	       str_has(key, STR("/bin/")) || str_has(key, STR("/sbin/")) ||
	       str_has(key, STR(".so"));
}

static bool is_talk(struct str key)
{
	static const struct str folders[] = {STR_INIT("usr/share/doc/"), STR_INIT("usr/share/man/"),
	    STR_INIT("usr/share/info/"), STR_INIT("usr/share/locale/"),
	    STR_INIT("usr/share/lintian/"), STR_INIT("var/lib/dpkg/")};

	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		if (str_starts(key, folders[i]))
			return true;
	}
	return false;
}

/* The file as layers up to the suspect's last wrote it; false if none did. */
static bool bytes_before(const struct history_file *file, size_t layer, struct history_bytes *ret)
{
	bool found = file->there && file->layer <= layer;

	if (found)
		*ret = (struct history_bytes){file->layer, file->md5};
	for (size_t i = 0; !found && i < file->was.n; i++) {
		size_t at = file->was.n - 1 - i;

		found = file->was.p[at].layer <= layer;
		if (found)
			*ret = file->was.p[at];
	}
	return found && ret->md5.n > 0 && !str_eq(ret->md5, MD5_OF_NOTHING);
}

/* A higher layer may have put them under another name. */
static bool are_there(
    const struct history *h, const struct history_file *file, const struct history_bytes *before)
{
	const void *top;

	if (file->there && str_eq(file->md5, before->md5))
		return true;
	top = map_get(&h->sums, before->md5);
	return (uintptr_t)top > before->layer + 1;
}

struct tally {
	size_t code, code_kept;
	size_t other, other_kept;
};

static void count(
    const struct history *h, const struct history_suspect *s, struct str key, struct tally *t)
{
	const struct history_file *file = history_file_at(h, key);
	struct history_bytes before = {0};
	bool kept;

	if (!file || is_talk(key) || !bytes_before(file, s->layer, &before))
		return;
	kept = are_there(h, file, &before);
	if (history_is_code(key)) {
		t->code++;
		t->code_kept += kept;
	} else {
		/* Data often goes to another package as it is, and is nobody's weakness. */
		t->other++;
		t->other_kept += kept && file->there &&
				 (file->owner.n == 0 || str_eq(file->owner, s->package.name));
	}
}

static void count_texts(const struct history *h, const struct history_suspect *s,
    const struct history_texts *texts, bool sums, struct tally *t)
{
	struct str rest, key, md5;

	for (size_t i = 0; i < texts->n; i++) {
		if (texts->p[i].layer > s->layer)
			continue;
		rest = texts->p[i].text;
		while (sums ? history_next_sum(&rest, &md5, &key) : history_next_path(&rest, &key))
			count(h, s, key, t);
	}
}

bool history_is_unchanged(const struct history *h, const struct history_suspect *s)
{
	struct tally t = {0};

	if (s->owner) {
		count_texts(h, s, &s->owner->lists, false, &t);
		count_texts(h, s, &s->owner->sums, true, &t);
	}
	for (size_t i = 0; i < s->files.n; i++) {
		const struct history_file *folder = map_get(&h->folders, s->files.p[i]);

		if (!folder)
			count(h, s, s->files.p[i], &t);
		for (size_t k = 0; folder && k < folder->inside.n; k++)
			count(h, s, folder->inside.p[k], &t);
	}
	return t.code > 0 ? t.code_kept == t.code : t.other > 0 && t.other_kept == t.other;
}
