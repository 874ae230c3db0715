/* Names and patterns: globs of a policy, Python's names, package URLs, requirements. The fields of
 * an input are apart by NUL. */
#include "core/package.h"
#include "core/sink.h"
#include "core/unit.h"
#include "detect/sbom/cataloger.h"
#include "drive.h"
#include "gate/policy.h"

#include <stdio.h>

/* PATTERN, then texts: a list of 0 and 1. */
int drive_glob(struct str input, struct arena *arena, struct buf *out, struct err *err)
{
	struct str pattern, text;
	char separator = '[';

	(void)arena;
	(void)err;
	(void)str_split(input, '\0', &pattern, &input);
	while (str_cut(&input, '\0', &text)) {
		buf_addc(out, separator);
		buf_addc(out, glob_match(pattern, text) ? '1' : '0');
		separator = ',';
	}
	buf_addc(out, ']');
	return 0;
}

int drive_pypi_name(struct str input, struct arena *arena, struct buf *out, struct err *err)
{
	struct str name = pypi_normal_name(input, arena);

	if (!name.p)
		return arena_err(arena, err);
	put_bytes(out, name);
	return 0;
}

/* type, distro, name, version, arch; the distribution's id, version, code name. */
int drive_purl(struct str input, struct arena *arena, struct buf *out, struct err *err)
{
	struct package p = {0};
	struct distro distro = {0};
	struct str *fields[] = {&p.type, &p.distro, &p.name, &p.version, &p.arch, &distro.id,
	    &distro.version_id, &distro.codename};
	struct str purl;

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (!str_split(input, '\0', fields[i], &input))
			return err_set(err, ERR_FORMAT, "eight fields, each with a NUL behind it");
	purl = purl_make(&p, &distro, arena);
	if (!purl.p)
		return arena_err(arena, err);
	put_bytes(out, purl);
	return 0;
}

struct to_json {
	struct sink sink;
	struct buf *out;
};

static int put_package(struct sink *s, const struct package *p, struct err *err)
{
	struct buf *out = container_of(s, struct to_json, sink)->out;

	(void)err;
	buf_addf(out, ",[%u,%u,", p->place.line, p->place.end_line);
	put_bytes(out, p->name);
	buf_addc(out, ',');
	put_bytes(out, p->version);
	buf_addc(out, ']');
	return 0;
}

/* "requirements.txt: 9 without an exact version", "requirements.txt includes base.txt" */
static int put_gap(struct sink *s, const struct not_covered *gap, struct err *err)
{
	struct buf *out = container_of(s, struct to_json, sink)->out;
	size_t at = str_find(gap->what, STR(" includes "));
	char count[32];

	(void)err;
	(void)snprintf(count, sizeof count, "%llu", (unsigned long long)gap->packages);
	buf_add(out, at == STR_NPOS ? STR(",[\"unpinned\",") : STR(",[\"includes\","));
	put_bytes(out, at == STR_NPOS ? str_of(count)
				      : str_sub(gap->what, at + strlen(" includes "), gap->what.n));
	buf_addc(out, ']');
	return 0;
}

static const struct sink_ops to_json_ops = {.package = put_package, .gap = put_gap};

/* [0, [line, end line, name, version] of each package, then what is said of the rest]. */
int drive_requirements(struct str input, struct arena *arena, struct buf *out, struct err *err)
{
	struct unit unit = {.origin.path = STR("requirements.txt"), .bytes = input};
	struct to_json sink = {.sink = {.ops = &to_json_ops}, .out = out};

	buf_add(out, STR("[0"));
	if (sbom_catalog(&unit, &sink.sink, arena, err) != 0)
		return -1;
	buf_addc(out, ']');
	return 0;
}
