/*
 * What a file is: by its name, then by its first instruction or its keys.
 */
#include "base/opt.h"
#include "detect/lint/lint.h"
#include "detect/lint/taskdef.h"
#include "read/syntax/dockerfile.h"

static struct str base_name(struct str path)
{
	size_t slash = str_rchr(path, '/');

	return slash == STR_NPOS ? path : str_sub(path, slash + 1, path.n);
}

static bool ends_nocase(struct str text, struct str end)
{
	return text.n >= end.n && str_eq_nocase(str_sub(text, text.n - end.n, end.n), end);
}

/* ---- Dockerfiles ---- */

enum docker_name {
	NAME_OTHER,
	NAME_DERIVED, /* a Dockerfile's name with an ending that says it is something else */
	NAME_FITS,
	NAME_EXACT, /* Dockerfile, Containerfile */
};

/* Endings of what is made from a Dockerfile, or what a Dockerfile is made from. */
static bool is_derived(struct str name)
{
	static const char *const ends[] = {"ignore", ".md", ".markdown", ".rst", ".adoc", ".html",
	    ".golden", ".want", ".expected", ".expect", ".snap", ".out", ".log", ".lock",
	    ".template", ".templ", ".tmpl", ".tpl", ".j2", ".jinja", ".jinja2", ".erb", ".ejs",
	    ".hbs", ".mustache", ".mako", ".gotmpl", ".m4", ".in", ".bak", ".backup", ".orig",
	    ".old", ".rej", ".swp", ".swo", ".save", ".tmp", ".patch", ".diff", "~", ".json",
	    ".yaml", ".yml", ".toml", ".xml", ".sum", ".sha256", ".sig", ".asc", ".gz", ".zip"};

	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (ends_nocase(name, str_of(ends[i])))
			return true;
	return false;
}

static enum docker_name docker_name(struct str path)
{
	static const struct str names[] = {STR_INIT("dockerfile"), STR_INIT("containerfile")};
	static const struct str ends[] = {STR_INIT(".dockerfile"), STR_INIT(".containerfile")};
	struct str name = base_name(path);
	bool fits = false;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char next = name.n > names[i].n ? name.p[names[i].n] : '\0';

		if (str_eq_nocase(name, names[i]))
			return NAME_EXACT;
		fits |= str_starts_nocase(name, names[i]) &&
			(next == '.' || next == '-' || next == '_' || next == '~');
		fits |= ends_nocase(name, ends[i]);
	}
	if (!fits)
		return NAME_OTHER;
	return is_derived(name) ? NAME_DERIVED : NAME_FITS;
}

bool lint_is_dockerfile_name(struct str path)
{
	return docker_name(path) >= NAME_FITS;
}

static size_t count_words(struct str line, struct str words[4])
{
	size_t n = 0;

	for (line = str_trim_left(line); line.n > 0 && n < 4; line = str_trim_left(line)) {
		size_t end = 0;

		while (end < line.n && !byte_is_blank(line.p[end]))
			end++;
		if (n < 2 || !str_starts(line, STR("--")))
			words[n++] = str_sub(line, 0, end);
		line = str_sub(line, end, line.n);
	}
	return n;
}

/* FROM or ARG as they are written; in small letters only if the rest fits too, since "from"
 * begins a line of Python and of prose. */
static bool begins_dockerfile(struct str first)
{
	struct str words[4];
	size_t n = count_words(first, words);

	if (n == 0)
		return false;
	if (str_eq(words[0], STR("FROM")) || str_eq(words[0], STR("ARG")))
		return true;
	if (n >= 2 && str_eq_nocase(words[0], STR("from")))
		return str_starts(words[1], STR("--")) || n == 2 ||
		       (n == 4 && str_eq_nocase(words[2], STR("as")));
	return n == 2 && str_eq_nocase(words[0], STR("arg"));
}

/* In a file that is called Dockerfile: nearly FROM or ARG, in capitals; or one of them alone. */
static bool begins_broken_dockerfile(struct str first)
{
	static const char *const starts[] = {"FROM", "ARG"};
	size_t n = 0;

	if (docker_kind_of(first) == DOCKER_FROM || docker_kind_of(first) == DOCKER_ARG)
		return true;
	while (n < first.n && first.p[n] >= 'A' && first.p[n] <= 'Z')
		n++;
	if (n < 2 || (n < first.n && !byte_is_blank(first.p[n])))
		return false;
	return docker_kind_of(str_sub(first, 0, n)) == DOCKER_UNKNOWN &&
	       opt_nearest(str_sub(first, 0, n), starts, ARRAY_LEN(starts)) != NULL;
}

static bool is_built(struct str path, const struct lint_opts *opts)
{
	return opts->build && str_eq(path, opts->build->path);
}

static int find_dockerfile(struct str path, struct str bytes, const struct lint_opts *opts,
    struct arena *arena, bool *ret_is, struct err *err)
{
	enum docker_name name = docker_name(path);
	struct str first;

	*ret_is =
	    is_built(path, opts) || (opts->named && (name >= NAME_FITS || name == NAME_DERIVED));
	if (*ret_is || (!opts->named && name < NAME_FITS))
		return 0;
	if (dockerfile_first(bytes, arena, &first, err) != 0)
		return -1;
	*ret_is =
	    begins_dockerfile(first) || (name == NAME_EXACT && begins_broken_dockerfile(first));
	return 0;
}

/* ---- */

static bool is_yaml_name(struct str path)
{
	return ends_nocase(path, STR(".yaml")) || ends_nocase(path, STR(".yml"));
}

bool lint_wants_path(struct str path, const struct lint_opts *opts)
{
	return opts->named || is_built(path, opts) || docker_name(path) >= NAME_FITS ||
	       ends_nocase(path, STR(".json")) || is_yaml_name(path);
}

bool lint_means_path(struct str path, const struct lint_opts *opts)
{
	return is_built(path, opts) || docker_name(path) >= NAME_FITS ||
	       ((ends_nocase(path, STR(".json")) || is_yaml_name(path)) &&
		   taskdef_is_name(base_name(path)));
}

int lint_recognise(struct str path, struct str bytes, const struct lint_opts *opts,
    struct arena *arena, enum lint_kind *ret_kind, struct err *err)
{
	bool by_name = is_built(path, opts) || docker_name(path) >= NAME_FITS;
	bool is_taskdef = false, is_dockerfile = false;
	struct syntax_tree tree;

	*ret_kind = LINT_NONE;
	if (by_name && find_dockerfile(path, bytes, opts, arena, &is_dockerfile, err) != 0)
		return -1;
	if (!is_dockerfile && taskdef_may_be(path, bytes)) {
		if (taskdef_read(path, bytes, arena, &tree, err) != 0)
			return -1;
		is_taskdef = taskdef_is(base_name(path), &tree);
	}
	if (!is_dockerfile && !is_taskdef && !by_name &&
	    find_dockerfile(path, bytes, opts, arena, &is_dockerfile, err) != 0)
		return -1;
	if (is_dockerfile)
		*ret_kind = LINT_DOCKERFILE;
	else if (is_taskdef)
		*ret_kind = LINT_TASKDEF;
	return 0;
}
