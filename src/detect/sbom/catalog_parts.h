/*
 * Small helpers that the catalogers share. Private to detect/sbom.
 */
#ifndef DETECT_SBOM_CATALOG_PARTS_H
#define DETECT_SBOM_CATALOG_PARTS_H

#include "detect/sbom/cataloger.h"

/* What stands behind the last '/'. */
struct str sbom_base_name(struct str path);
/* The unit's place, without a line. */
struct place sbom_place(const struct unit *unit);
/* A problem at a line of the unit (0: none). Static text. */
MUST_USE int sbom_problem(const struct unit *unit, uint32_t line, const char *message,
    struct sink *sink, struct err *err);

#endif
