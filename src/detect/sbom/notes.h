/*
 * What the catalogers share: the keys of the notes they tell, and small helpers. Private
 * to detect/sbom.
 */
#ifndef DETECT_SBOM_NOTES_H
#define DETECT_SBOM_NOTES_H

#include "detect/sbom/cataloger.h"

/* Key: this and the path of a Python package's metadata; value: the Debian package that holds it.
 */
#define NOTE_OWNED "dpkg-owns:"
/* Key: this and the path of a requirements file; value: how many name no exact version. */
#define NOTE_UNPINNED "unpinned:"
/* Key: this, the path of a requirements file, ':' and the line; value: the file it includes. */
#define NOTE_INCLUDES "includes:"

/* What stands behind the last '/'. */
struct str sbom_base_name(struct str path);
/* The unit's place, without a line. */
struct place sbom_place(const struct unit *unit);
/* A problem at a line of the unit (0: none). Static text. */
MUST_USE int sbom_problem(const struct unit *unit, uint32_t line, const char *message,
    struct sink *sink, struct err *err);

#endif
