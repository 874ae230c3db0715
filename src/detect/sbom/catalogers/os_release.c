/*
 * os-release(5): assignments as a shell reads them, without expansion. In most images
 * etc/os-release is a link to the file below usr/lib, which is why both are wanted.
 */
#include "detect/sbom/catalog_parts.h"

static bool os_release_wants(struct str path)
{
	return str_eq(path, STR("etc/os-release")) || str_eq(path, STR("usr/lib/os-release"));
}

/* A backslash between double quotes stands for itself but before these (POSIX shell, 2.2.3). */
static bool is_escaped(char quote, char next)
{
	return quote != '"' || next == '$' || next == '`' || next == '"' || next == '\\';
}

/* The value with its quotes taken off; what follows an unquoted blank is not part of it. */
static struct str unquote(struct str raw, struct arena *arena)
{
	char *out = arena_alloc(arena, raw.n + 1), quote = 0;
	size_t n = 0;

	if (!out)
		return STR_NONE;
	for (size_t i = 0; i < raw.n; i++) {
		char c = raw.p[i];

		if (quote ? c == quote : c == '"' || c == '\'') {
			quote = quote ? 0 : c;
			continue;
		}
		if (!quote && byte_is_blank(c))
			break;
		if (c == '\\' && quote != '\'' && i + 1 < raw.n && is_escaped(quote, raw.p[i + 1]))
			c = raw.p[++i];
		out[n++] = c;
	}
	return str_make(out, n);
}

int os_release_parse(
    struct str text, struct arena *arena, struct distro *ret_distro, struct err *err)
{
	struct distro d = {STR(""), STR(""), STR(""), STR("")};
	struct {
		struct str key;
		struct str *value;
	} const fields[] = {
	    {STR("ID"), &d.id},
	    {STR("VERSION_ID"), &d.version_id},
	    {STR("VERSION_CODENAME"), &d.codename},
	    {STR("PRETTY_NAME"), &d.pretty},
	};
	struct str line, key, raw;

	while (str_cut(&text, '\n', &line)) {
		if (!str_split(str_trim(line), '=', &key, &raw))
			continue;
		for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
			if (!str_eq(key, fields[i].key))
				continue;
			*fields[i].value = unquote(raw, arena);
		}
	}
	*ret_distro = d;
	return arena_check(arena, err);
}

static int os_release_catalog(
    const struct unit *unit, struct sink *sink, struct arena *arena, struct err *err)
{
	struct distro distro;

	if (os_release_parse(unit->bytes, arena, &distro, err) != 0)
		return -1;
	if (distro.id.n == 0)
		return sbom_problem(unit, 0,
		    "it names no distribution (ID=); its packages cannot be judged", sink, err);
	return sink_distro(sink, &distro, err);
}

const struct cataloger cataloger_os_release = {
    .name = STR_INIT("os-release"),
    .what = STR_INIT("the distribution and its release"),
    .paths = STR_INIT("etc/os-release, usr/lib/os-release"),
    .since = STR_INIT("2026-11-24"),
    .wants = os_release_wants,
    .catalog = os_release_catalog,
};
