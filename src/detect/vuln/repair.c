/*
 * The edit on a line of a requirements file. The place covers "name==version" (see the
 * requirements cataloger), so that the version is its last bytes; everything is checked
 * against the text again, for the file may have changed since.
 */
#include "detect/vuln/match.h"
#include "detect/vuln/version/version.h"

static bool nth_line(struct str text, uint32_t n, struct str *ret_rest)
{
	for (uint32_t i = 1; i < n; i++) {
		size_t end = str_chr(text, '\n');

		if (end == STR_NPOS)
			return false;
		text = str_sub(text, end + 1, text.n);
	}
	*ret_rest = text;
	return true;
}

/* The line with those that it goes on to by a backslash at its end. */
static struct str logical_line(struct str text)
{
	size_t end = 0;

	for (;;) {
		size_t next = str_chr(str_sub(text, end, text.n), '\n');

		if (next == STR_NPOS)
			return text;
		end += next;
		if (end == 0 || text.p[end - 1] != '\\')
			return str_sub(text, 0, end);
		end++;
	}
}

/* Where the version stands in the line: behind the first "==" after the name's column. */
static bool find_version(struct str line, struct str version, size_t *ret_at)
{
	size_t at = str_find(line, STR("=="));
	struct str rest;

	if (at == STR_NPOS)
		return false;
	at += 2;
	while (at < line.n && (byte_is_blank(line.p[at]) || line.p[at] == '='))
		at++;
	rest = str_sub(line, at, line.n);
	if (!str_starts(rest, version))
		return false;
	if (rest.n > version.n && (byte_is_alnum(rest.p[version.n]) ||
				      str_has(STR(".+!*-_"), str_sub(rest, version.n, 1))))
		return false;
	*ret_at = at;
	return true;
}

/* The highest of the fixed versions: the one that cures by what every feed says. */
static struct str cure_of(const struct finding *finding)
{
	const struct version_scheme *pep440 = version_scheme_find(STR("pep440"));
	const struct finding_vulnerability *v = finding->vulnerability;
	struct str cure = STR("");

	for (size_t i = 0; v && i < v->fixed.n; i++) {
		if (cure.n == 0 || version_compare(pep440, v->fixed.p[i], cure) == VERSION_GREATER)
			cure = v->fixed.p[i];
	}
	return cure;
}

bool vuln_repair(const struct finding *finding, struct str text, struct arena *arena,
    struct finding_fix *ret_fix)
{
	struct str cure = cure_of(finding), rest, line;
	struct finding_edit *edit;
	size_t at;

	if (!finding->package || !finding->fix || finding->n_places == 0 || cure.n == 0 ||
	    !str_eq(finding->package->type, STR("pypi")) || finding->places[0].line == 0)
		return false;
	if (!nth_line(text, finding->places[0].line, &rest))
		return false;
	line = logical_line(rest);
	if (str_has(line, STR("--hash")) || !find_version(line, finding->package->version, &at))
		return false;
	edit = arena_new(arena, struct finding_edit);
	if (!edit)
		return false;
	edit->path = finding->places[0].origin.path;
	edit->offset = (size_t)(line.p - text.p) + at;
	edit->end = edit->offset + finding->package->version.n;
	edit->text = cure;
	edit->level = EDIT_SUGGESTED; /* another version may do more than cure */
	edit->importance = edit_importance(finding->severity);
	*ret_fix = (struct finding_fix){finding->fix->text, edit, 1};
	return true;
}
