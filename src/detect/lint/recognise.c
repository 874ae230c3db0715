/*
 * What a file is: by its name, then by its first instruction or its keys.
 */
#include "base/opt.h"
#include "detect/lint/lint.h"
#include "detect/lint/taskdef.h"

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

/* The first line that is neither blank nor a comment. */
static struct str first_line(struct str text)
{
	struct str line;

	if (str_starts(text, STR("\xef\xbb\xbf")))
		text = str_sub(text, 3, text.n);
	while (str_cut(&text, '\n', &line)) {
		line = str_trim(line);
		if (line.n > 0 && line.p[0] != '#')
			return line;
	}
	return STR_NONE;
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

/* FROM or ARG as they are written; in small letters only where the rest fits too, since "from"
 * begins a line of Python and of prose. */
static bool begins_dockerfile(struct str line)
{
	struct str words[4];
	size_t n;

	if (str_starts(line, STR("FROM ")) || str_starts(line, STR("FROM\t")) ||
	    str_starts(line, STR("ARG ")) || str_starts(line, STR("ARG\t")))
		return true;
	n = count_words(line, words);
	if (n >= 2 && str_eq_nocase(words[0], STR("from")))
		return str_starts(words[1], STR("--")) || n == 2 || str_ends(line, STR("\\")) ||
		       (n == 4 && str_eq_nocase(words[2], STR("as")));
	return n == 2 && str_eq_nocase(words[0], STR("arg"));
}

/* In a file that is called Dockerfile: nearly FROM or ARG, in capitals. */
static bool begins_broken_dockerfile(struct str line)
{
	static const char *const starts[] = {"FROM", "ARG"};
	size_t n = 0;

	while (n < line.n && line.p[n] >= 'A' && line.p[n] <= 'Z')
		n++;
	if (n < 2 || n == line.n || !byte_is_blank(line.p[n]))
		return false;
	return docker_kind_of(str_sub(line, 0, n)) == DOCKER_UNKNOWN &&
	       opt_nearest(str_sub(line, 0, n), starts, ARRAY_LEN(starts)) != NULL;
}

static bool is_built(struct str path, const struct lint_opts *opts)
{
	return opts->build && str_eq(path, opts->build->path);
}

static bool is_dockerfile(struct str path, struct str bytes, const struct lint_opts *opts)
{
	enum docker_name name = docker_name(path);
	struct str line = first_line(bytes);

	if (is_built(path, opts) || (opts->named && name >= NAME_FITS))
		return true;
	if (opts->named)
		return begins_dockerfile(line) || name == NAME_DERIVED;
	return name >= NAME_FITS &&
	       (begins_dockerfile(line) || (name == NAME_EXACT && begins_broken_dockerfile(line)));
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

int lint_recognise(struct str path, struct str bytes, const struct lint_opts *opts,
    struct arena *arena, enum lint_kind *ret_kind, struct err *err)
{
	struct syntax_tree tree;
	bool is_taskdef = false;

	*ret_kind = LINT_NONE;
	if (is_built(path, opts) ||
	    (docker_name(path) >= NAME_FITS && is_dockerfile(path, bytes, opts))) {
		*ret_kind = LINT_DOCKERFILE;
		return 0;
	}
	if (taskdef_may_be(path, bytes)) {
		if (taskdef_read(path, bytes, arena, &tree, err) != 0)
			return -1;
		is_taskdef = taskdef_is(base_name(path), &tree);
	}
	if (is_taskdef)
		*ret_kind = LINT_TASKDEF;
	else if (is_dockerfile(path, bytes, opts))
		*ret_kind = LINT_DOCKERFILE;
	return 0;
}
