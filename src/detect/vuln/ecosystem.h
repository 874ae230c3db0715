/*
 * Which ecosystem a package or an advisory belongs to, as one key: "pypi", "debian:12".
 * The tables are ecosystems.def and releases.def. Pure functions; results are in the
 * arena or static.
 */
#ifndef DETECT_VULN_ECOSYSTEM_H
#define DETECT_VULN_ECOSYSTEM_H

#include "core/package.h"
#include "detect/vuln/version/version.h"

/* The key of OSV's "affected[].package.ecosystem": "Debian:12" gives "debian:12", "PyPI" "pypi";
 * a code name becomes its number, ":LTS" goes. An unknown one is itself in lower case. p is NULL
 * if the arena is full. */
struct str ecosystem_key(struct str osv_name, struct arena *arena);
/* The key under which a package's advisories lie. Empty if its type or, for deb, its
 * distribution or release is unknown; p NULL if the arena is full. */
struct str ecosystem_of_package(
    const struct package *package, const struct distro *distro, struct arena *arena);
/* The name of a package as the ecosystem's advisories have it. p is NULL if the arena is full.
 */
struct str ecosystem_package_name(struct str key, struct str name, struct arena *arena);
/* NULL if versions of it cannot be compared by this build. */
const struct version_scheme *ecosystem_scheme(struct str key);
/* Whether the key is a release of a distribution, whose advisories bundle several CVEs. */
bool ecosystem_is_distribution(struct str key);
/* VERSION_ID of a code name; empty if the table has none. */
struct str release_of_codename(struct str distro_id, struct str codename);

#endif
