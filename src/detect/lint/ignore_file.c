/*
 * .dockerignore: which file it is, and what it leaves out of the build's context.
 *
 * Source: Docker's documentation of the build context (syntax of .dockerignore files).
 */
#include "core/content.h"
#include "detect/lint/kind.h"

enum {
	STARS_MAX = 16,	   /* a pattern with more matches nothing */
	STEPS_MAX = 20000, /* for one pattern and path; beyond, it does not match */
};

enum content_result lint_ignore_file(struct lint *l, struct str *ret_bytes)
{
	struct str name = str_base_name(l->unit->origin.path);
	struct str own = arena_fmt(l->arena, STR_FMT ".dockerignore", STR_ARG(name));
	const struct str paths[] = {own, STR(".dockerignore"), STR("/.dockerignore")};

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		enum content_result result = lint_sibling(l, paths[i], ret_bytes);

		if (result != CONTENT_MISSING)
			return result;
	}
	return CONTENT_MISSING;
}

/* ---- one pattern ---- */

struct ignore_match {
	size_t steps;
	size_t stars;
};

/* "[a-z]", "[^a]" at the pattern's beginning; *ret_length is 0 if it is not closed. */
static bool class_has(struct str pattern, char c, size_t *ret_length)
{
	size_t i = 1;
	bool negated = pattern.n > 1 && (pattern.p[1] == '^' || pattern.p[1] == '!');
	bool has = false;

	i += negated;
	for (size_t first = i; i < pattern.n && (pattern.p[i] != ']' || i == first); i++) {
		char low = pattern.p[i], high = low;

		if (i + 2 < pattern.n && pattern.p[i + 1] == '-' && pattern.p[i + 2] != ']') {
			high = pattern.p[i + 2];
			i += 2;
		}
		has |= c >= low && c <= high;
	}
	*ret_length = i < pattern.n ? i + 1 : 0;
	return has != negated;
}

/* One character of the pattern that is no star; its length, or 0 if the path has another. */
static size_t match_one(struct str pattern, char c)
{
	size_t length;

	switch (pattern.p[0]) {
	case '?':
		return c != '/';
	case '[':
		return class_has(pattern, c, &length) && c != '/' ? length : 0;
	case '\\':
		return pattern.n > 1 && pattern.p[1] == c ? 2 : 0;
	default:
		return pattern.p[0] == c;
	}
}

static bool match(struct ignore_match *m, struct str pattern, struct str path);

/* '*' is within one folder's name; "**" is any number of folders, or a piece of a name. */
static bool match_star(struct ignore_match *m, struct str pattern, struct str path)
{
	bool folders = pattern.n > 1 && pattern.p[1] == '*', slash = false;
	struct str rest = str_sub(pattern, 1 + folders, pattern.n);

	if (++m->stars > STARS_MAX)
		return false;
	if (folders && rest.n > 0 && rest.p[0] == '/')
		rest = str_sub(rest, 1, rest.n);
	for (size_t i = 0; i <= path.n; i++) {
		bool behind_folder = i == 0 || path.p[i - 1] == '/';

		if ((!slash || behind_folder || rest.n == 0) &&
		    match(m, rest, str_sub(path, i, path.n)))
			return true;
		slash |= i < path.n && path.p[i] == '/';
		if (slash && !folders)
			break;
	}
	m->stars--;
	return false;
}

static bool match(struct ignore_match *m, struct str pattern, struct str path)
{
	while (pattern.n > 0) {
		size_t length;

		if (++m->steps > STEPS_MAX)
			return false;
		if (pattern.p[0] == '*')
			return match_star(m, pattern, path);
		length = path.n > 0 ? match_one(pattern, path.p[0]) : 0;
		if (length == 0)
			return false;
		pattern = str_sub(pattern, length, pattern.n);
		path = str_sub(path, 1, path.n);
	}
	return path.n == 0;
}

/* Without "./" and slashes at its ends, as both patterns and sources are compared. */
static struct str trim_path(struct str path)
{
	path = str_trim(path);
	while (str_starts(path, STR("./")) || str_starts(path, STR("/")))
		path = str_sub(path, path.p[0] == '/' ? 1 : 2, path.n);
	while (path.n > 0 && path.p[path.n - 1] == '/')
		path.n--;
	return path;
}

/* The path itself, or a folder that it is in. */
static bool matches(struct str pattern, struct str path)
{
	struct ignore_match m = {.steps = 0};

	for (size_t i = 0; i <= path.n; i++)
		if (i == path.n || path.p[i] == '/') {
			m.stars = 0;
			if (match(&m, pattern, str_sub(path, 0, i)))
				return true;
		}
	return false;
}

bool lint_ignores(struct str ignore_file, struct str path, struct str *ret_pattern)
{
	struct str line;
	bool found = false;

	path = trim_path(path);
	while (str_cut(&ignore_file, '\n', &line)) {
		struct str pattern = trim_path(line);

		if (line.n > 0 && line.p[0] == '#')
			continue;
		if (pattern.n > 0 && pattern.p[0] == '!')
			return false;
		if (found || pattern.n == 0)
			continue;
		/* All of the context: left out only by what leaves out everything. */
		if (path.n == 0 || str_eq(path, STR(".")))
			found = str_eq(pattern, STR("*")) || str_eq(pattern, STR("**")) ||
				str_eq(pattern, STR("**/*"));
		else
			found = matches(pattern, path);
		if (found)
			*ret_pattern = pattern;
	}
	return found;
}
