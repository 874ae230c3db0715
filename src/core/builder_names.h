/*
 * Names of variables that are the image builder's own: a build argument of such a name would steer
 * the program that builds, not the build.
 */
#ifndef CORE_BUILDER_NAMES_H
#define CORE_BUILDER_NAMES_H

#include "base/str.h"

/* Whether buildah, its Go runtime or the C library act on a variable of this name. */
bool is_builders_own(struct str name);

#endif
