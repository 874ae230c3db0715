/*
 * A package as a cataloger found it, and the inventory of a subject: arrays of plain
 * values, nothing that needs disk or clock.
 */
#ifndef CORE_PACKAGE_H
#define CORE_PACKAGE_H

#include "base/vec.h"
#include "core/place.h"

/* Whether a package is in one of the layers of the image that this one is made from. */
enum from_base {
	BASE_UNKNOWN, /* which layers those are is not known */
	BASE_NO,
	BASE_YES,
};

/* This many are listed, beyond the first, and the rest is counted. */
enum { PACKAGE_OCCURRENCES_MAX = 100 };

struct package {
	struct str type;   /* the package URL's type: deb, pypi … */
	struct str distro; /* the package URL's namespace for deb: debian, ubuntu */
	struct str name;
	struct str version;
	struct str arch;
	struct str source; /* source package, if the ecosystem has them */
	struct str source_version;
	struct str purl;
	struct str licence; /* an SPDX expression, as it was found; empty: not known */
	enum package_scope scope;
	enum from_base from_base;
	struct place place;	   /* the file that says so, the first of them */
	struct place *occurrences; /* the others */
	size_t n_occurrences;
	uint32_t more_occurrences; /* how many are not listed */
};

/* /etc/os-release of an image. */
struct distro {
	struct str id;	       /* debian */
	struct str version_id; /* 12 */
	struct str codename;   /* bookworm */
	struct str pretty;
};

struct inventory {
	VEC(struct package) packages;
	struct distro distro; /* id empty: none found */
};

/* "pkg:deb/debian/openssl@3.0.11-1?arch=amd64&distro=debian-12": package-url specification, with
 * its percent-encoding. p is NULL if the arena is full. */
struct str purl_make(
    const struct package *package, const struct distro *distro, struct arena *arena);
/* PEP 503: lower case, runs of "-_." to one "-". */
struct str pypi_normal_name(struct str name, struct arena *arena);

MUST_USE int package_copy(
    const struct package *from, struct arena *arena, struct package *ret_copy, struct err *err);
/* Sorts the packages; those of one purl, scope, licence and base become one, with the places of all
 * of them. A package without a purl stays as it is. */
MUST_USE int inventory_join(struct inventory *inventory, struct arena *arena, struct err *err);
/* Whether a package of the type (deb, pypi …) is in it. */
bool inventory_has_type(const struct inventory *inventory, struct str type);
/* By type, name, version, arch, path: inventories are printed in this order. */
int package_compare(const struct package *a, const struct package *b);

#endif
