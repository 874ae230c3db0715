/*
 * Catalogers: each reads one kind of package database or manifest and gives the sink
 * the packages that it names. A cataloger sees one unit at a time, keeps nothing, and may
 * run on any thread that owns the arena and the sink it is given. What a unit gets wrong
 * (a stanza without a version, a line that is not a requirement) is reported as a problem, and
 * the rest of it is still read.
 *
 * What the thin form refuses: source lines of requirements other than "name==version"
 * (ranges, URLs, paths, -e, -r, -c) name no package; they are counted and reported as gaps.
 * Eggs that are zip files are not opened.
 */
#ifndef DETECT_SBOM_CATALOGER_H
#define DETECT_SBOM_CATALOGER_H

#include "core/report.h"
#include "core/sink.h"
#include "core/unit.h"

struct cataloger {
	struct str name;  /* "dpkg" */
	struct str what;  /* one sentence for the documentation: what it reads */
	struct str paths; /* for the documentation: "var/lib/dpkg/status, var/lib/dpkg/status.d/" */
	struct str since; /* the date it came */
	/* Whether it wants the bytes of a file with this path, relative to the root of an image
	 * or folder, without a leading '/'. Looks at nothing else. */
	bool (*wants)(struct str path);
	/* Gives the sink everything that the unit names. arena holds temporaries for the length of
	 * the call. -1 only if the sink failed or the arena is full. */
	int (*catalog)(
	    const struct unit *unit, struct sink *sink, struct arena *arena, struct err *err);
};

/* All of catalogers.def, in its order. */
const struct cataloger *const *catalogers(size_t *ret_n);
/* Whether any cataloger wants this path. */
bool sbom_wants(struct str path);
/* Runs every cataloger that wants unit->path. */
MUST_USE int sbom_catalog(
    const struct unit *unit, struct sink *sink, struct arena *arena, struct err *err);

/* os-release(5): KEY=value lines with the shell's quoting. Keys that are absent stay empty; if
 * VERSION_CODENAME is absent, nothing is guessed. -1 if the arena is full. */
MUST_USE int os_release_parse(
    struct str text, struct arena *arena, struct distro *ret_distro, struct err *err);

/* To be called once for an inventory that is whole: packages of a distribution get its id as their
 * namespace, every package without a package URL gets one, and Python packages whose metadata is
 * owned are dropped, for the distribution's own package stands for them. owned: the paths of what
 * was given with sink_owned; may be NULL. */
struct map;
MUST_USE int sbom_finish(
    struct inventory *inventory, const struct map *owned, struct arena *arena, struct err *err);

/* What reading a file of this path would find ("npm packages"); empty if nothing. */
struct str sbom_unread(struct str path);
/* What a whole image's inventory cannot know: a distribution whose packages are in no database that
 * is read, or an image that says nothing at all of what it is made of. *ret only with *ret_found.
 */
MUST_USE int sbom_image_gap(const struct inventory *inventory, struct arena *arena, bool *ret_found,
    struct not_covered *ret, struct err *err);

#endif
