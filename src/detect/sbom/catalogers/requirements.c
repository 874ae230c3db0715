/*
 * pip's requirements files (pip documentation, "Requirements File Format"; names and
 * specifiers by PEP 508). A requirement with an exact version is a package; its place
 * covers "name==version". Markers ("; python_version < '3'") are read over: the package
 * counts, for what they will say is not known here.
 */
#include "detect/sbom/catalog_parts.h"
#include "read/syntax/shell_text.h"

struct requirements_reader {
	const struct unit *unit;
	struct sink *sink;
	struct arena *arena;
	struct line_index lines;
	struct placed_text line; /* the one that is read, with those it goes on to */
	uint64_t unpinned;
};

/* Not what other packages brought along: their own requirement files install nothing. */
static bool requirements_wants(struct str path)
{
	struct str name = sbom_base_name(path);
	struct str folder = str_sub(path, 0, path.n - name.n);

	if (!str_ends(name, STR(".txt")) || str_has(path, STR("site-packages/")) ||
	    str_has(path, STR("dist-packages/")) || str_starts(path, STR("usr/share/")))
		return false;
	return str_starts(name, STR("requirements")) || str_eq(folder, STR("requirements/")) ||
	       str_ends(folder, STR("/requirements/"));
}

static uint32_t place_in(const struct requirements_reader *r, struct str part)
{
	return (uint32_t)(part.p - r->unit->bytes.p);
}

/* How many bytes of a line end stand at the front: pip ends lines as Python's str.splitlines
 * does. */
static size_t line_end(struct str s)
{
	static const struct str ends[] = {STR_INIT("\r\n"), STR_INIT("\n"), STR_INIT("\r"),
	    STR_INIT("\v"), STR_INIT("\f"), STR_INIT("\x1c"), STR_INIT("\x1d"), STR_INIT("\x1e"),
	    STR_INIT("\xc2\x85"), STR_INIT("\xe2\x80\xa8"), STR_INIT("\xe2\x80\xa9")};

	if (byte_is_alnum(s.p[0]))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (str_starts(s, ends[i]))
			return ends[i].n;
	return 0;
}

/* One line without its end, off the front of *rest; false at the end of the text. */
static bool cut_line(struct str *rest, struct str *ret_line)
{
	struct str text = *rest;
	size_t n = 0, end = 0;

	while (n < text.n && (end = line_end(str_sub(text, n, text.n))) == 0)
		n++;
	*ret_line = str_sub(text, 0, n);
	*rest = str_sub(text, n + end, text.n);
	return text.n > 0;
}

/* A comment never goes on to the next line. */
static bool goes_on(struct str line)
{
	return str_ends(line, STR("\\")) && !str_starts(str_trim_left(line), STR("#"));
}

/* One line with those that it goes on to, joined as pip joins them, off the front of *rest. */
static int take_line(struct requirements_reader *r, struct str *rest, struct err *err)
{
	struct placed_builder b;
	struct str line, whole = *rest;

	while (cut_line(rest, &line) && goes_on(line))
		;
	whole = str_sub(whole, 0, (size_t)(rest->p - whole.p));
	placed_begin(&b, whole.n + 1, r->arena);
	while (cut_line(&whole, &line)) {
		bool ends = !goes_on(line);

		while (!ends && str_starts(line, STR("\\")))
			line = str_sub(line, 1, line.n);
		while (!ends && str_ends(line, STR("\\")))
			line.n--;
		/* A comment stays one behind what goes on to it. */
		if (ends && str_starts(line, STR("#")))
			placed_add(&b, STR(" "), place_in(r, line));
		placed_add(&b, line, place_in(r, line));
	}
	return placed_done(&b, &r->line, err);
}

/* A comment begins at '#' at the front or behind a blank. */
static struct str without_comment(struct str line)
{
	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] == '#' && (i == 0 || byte_is_blank(line.p[i - 1])))
			return str_sub(line, 0, i);
	}
	return line;
}

static bool is_name_byte(char c)
{
	return byte_is_alnum(c) || c == '-' || c == '_' || c == '.';
}

static bool is_version_byte(char c)
{
	return is_name_byte(c) || c == '+' || c == '!';
}

/* "===" takes any text (PEP 440, arbitrary equality). */
static bool is_no_blank(char c)
{
	return !byte_is_blank(c) && c != '*' && c != '$';
}

static struct str take_while(struct str *s, bool (*fits)(char c))
{
	size_t n = 0;
	struct str taken;

	while (n < s->n && fits(s->p[n]))
		n++;
	taken = str_sub(*s, 0, n);
	*s = str_sub(*s, n, s->n);
	return taken;
}

/* "requirements-dev.txt", "requirements/test.txt": what the name says; plain requirements say no
 * scope, for they are as often everything that a project needs. */
static enum package_scope scope_of(struct str path)
{
	static const struct {
		const char *word;
		enum package_scope scope;
	} words[] = {
	    {"dev", SCOPE_DEVELOPMENT},
	    {"develop", SCOPE_DEVELOPMENT},
	    {"development", SCOPE_DEVELOPMENT},
	    {"test", SCOPE_TEST},
	    {"tests", SCOPE_TEST},
	    {"testing", SCOPE_TEST},
	};
	struct str rest = sbom_base_name(path);

	while (rest.n > 0) {
		struct str word = take_while(&rest, byte_is_alnum);

		for (size_t i = 0; i < ARRAY_LEN(words); i++)
			if (str_eq_nocase(word, str_of(words[i].word)))
				return words[i].scope;
		rest = str_sub(rest, 1, rest.n);
	}
	return SCOPE_UNKNOWN;
}

/* An included file is read for itself if its name is one of a requirements file. */
static int tell_include(struct requirements_reader *r, struct str target, struct err *err)
{
	struct str path = r->unit->origin.path,
		   folder = str_sub(path, 0, path.n - sbom_base_name(path).n);
	struct str included =
	    arena_fmt(r->arena, STR_FMT STR_FMT, STR_ARG(folder), STR_ARG(target));
	struct not_covered gap = {.stage = STAGE_SCAN,
	    .kind = GAP_PACKAGES,
	    .why = STR("a file of this name is not read; call it requirements-NAME.txt")};

	if (included.p && requirements_wants(included))
		return 0;
	gap.what =
	    arena_fmt(r->arena, STR_FMT " includes " STR_FMT, STR_ARG(path), STR_ARG(target));
	if (!included.p || !gap.what.p)
		return arena_err(r->arena, err);
	return sink_gap(r->sink, &gap, err);
}

/* "-r base.txt", "--requirement=base.txt", "-cconstraints.txt". Other options install nothing, but
 * -e does: a folder or URL without a version. */
static int take_option(struct requirements_reader *r, struct str line, struct err *err)
{
	static const char *const includes[] = {"--requirement", "--constraint", "-r", "-c"};

	if (str_starts(line, STR("-e")) || str_starts(line, STR("--editable"))) {
		r->unpinned++;
		return 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(includes); i++) {
		struct str option = str_of(includes[i]), target;

		if (!str_starts(line, option))
			continue;
		target = str_trim(str_sub(line, option.n, line.n));
		if (str_starts(target, STR("=")))
			target = str_trim(str_sub(target, 1, target.n));
		return tell_include(r, target, err);
	}
	return 0;
}

/* One clause of a specifier list off the front: true if it is "==" or "===" and an exact
 * version. Leaves *s behind the clause. */
static bool take_clause(struct str *s, struct str *ret_version)
{
	struct str rest = *s, version;
	bool any = str_starts(rest, STR("==="));
	size_t end = 0;

	while (end < rest.n && rest.p[end] != ',' && rest.p[end] != ';' && rest.p[end] != ')')
		end++;
	*s = str_sub(rest, end, rest.n);
	if (!str_starts(rest, STR("==")))
		return false;
	rest = str_trim_left(str_sub(rest, any ? 3 : 2, end - (any ? 3 : 2)));
	version = take_while(&rest, any ? is_no_blank : is_version_byte);
	if (version.n == 0 || (rest.n > 0 && (rest.p[0] == '*' || rest.p[0] == '$')))
		return false;
	*ret_version = version;
	return true;
}

static bool find_pin(struct str specifiers, struct str *ret_version)
{
	struct str s = str_trim_left(specifiers);

	if (str_starts(s, STR("(")))
		s = str_trim_left(str_sub(s, 1, s.n));
	if (s.n > 0 && str_chr(STR("=<>!~"), s.p[0]) == STR_NPOS)
		return false;
	while (s.n > 0) {
		if (take_clause(&s, ret_version))
			return true;
		if (s.n == 0 || s.p[0] != ',')
			return false;
		s = str_trim_left(str_sub(s, 1, s.n));
	}
	return false;
}

static int tell_package(
    struct requirements_reader *r, struct str name, struct str version, struct err *err)
{
	struct package p = {
	    .type = STR("pypi"), .version = version, .scope = scope_of(r->unit->origin.path)};
	struct str both = str_make(name.p, (size_t)(version.p + version.n - name.p));
	struct text_range range = placed_range(&r->line, both);

	p.place = sbom_place(r->unit);
	line_index_place(&r->lines, range.offset, range.end, &p.place);
	p.name = pypi_normal_name(name, r->arena);
	if (!p.name.p)
		return arena_err(r->arena, err);
	return sink_package(r->sink, &p, err);
}

/* "--hash=…" and other options of a requirement stand behind it. */
static int take_requirement(struct requirements_reader *r, struct str line, struct err *err)
{
	size_t options = str_find(line, STR(" -"));
	struct str rest = options == STR_NPOS ? line : str_sub(line, 0, options);
	struct str name = take_while(&rest, is_name_byte), extras, version;

	rest = str_trim_left(rest);
	if (str_starts(rest, STR("[")) && str_split(rest, ']', &extras, &rest))
		rest = str_trim_left(rest);
	if (name.n > 0 && find_pin(rest, &version))
		return tell_package(r, name, version, err);
	r->unpinned++;
	return 0;
}

static int tell_unpinned(struct requirements_reader *r, struct err *err)
{
	struct not_covered gap = {.stage = STAGE_SCAN,
	    .kind = GAP_PACKAGES,
	    .what = arena_fmt(r->arena, STR_FMT ": %llu without an exact version",
		STR_ARG(r->unit->origin.path), (unsigned long long)r->unpinned),
	    .why = STR("only name==version says what will be installed"),
	    .packages = r->unpinned};

	if (!gap.what.p)
		return arena_err(r->arena, err);
	return r->unpinned > 0 ? sink_gap(r->sink, &gap, err) : 0;
}

static int requirements_catalog(
    const struct unit *unit, struct sink *sink, struct arena *arena, struct err *err)
{
	struct requirements_reader r = {.unit = unit, .sink = sink, .arena = arena};
	struct str rest = unit->bytes;

	if (line_index_init(&r.lines, unit->bytes, arena, err) != 0)
		return -1;
	if (str_starts(rest, STR("\xef\xbb\xbf")))
		rest = str_sub(rest, 3, rest.n);
	while (rest.n > 0) {
		struct str line;
		int result = take_line(&r, &rest, err);

		if (result != 0)
			return -1;
		line = str_trim(without_comment(r.line.text));
		if (str_starts(line, STR("-")))
			result = take_option(&r, line, err);
		else if (line.n > 0)
			result = take_requirement(&r, line, err);
		if (result != 0)
			return -1;
	}
	return tell_unpinned(&r, err);
}

const struct cataloger cataloger_requirements = {
    .name = STR_INIT("requirements"),
    .what = STR_INIT("Python requirements with an exact version (name==version)"),
    .paths = STR_INIT("requirements*.txt, requirements/*.txt"),
    .since = STR_INIT("2026-11-24"),
    .wants = requirements_wants,
    .catalog = requirements_catalog,
};
