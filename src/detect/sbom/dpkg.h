/* dpkg's status files, stanza by stanza. Private to detect/sbom. */
#ifndef DETECT_SBOM_DPKG_H
#define DETECT_SBOM_DPKG_H

#include "core/package.h"
#include "detect/sbom/stanza.h"

/* var/lib/dpkg/status, or a package's file in var/lib/dpkg/status.d. */
bool dpkg_wants(struct str path);
/* Whether files of the package are there. */
bool dpkg_is_installed(const struct stanza *s);
/* Name, version, architecture and source as slices of the stanza; empty if they are absent. */
void dpkg_read_package(const struct stanza *s, struct package *p);

#endif
