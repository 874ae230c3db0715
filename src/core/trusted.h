/*
 * Which registries a policy trusts. An entry is "registry" or "registry/path", each with
 * a '*' at either end that stands for any text; "docker.io" is where a reference names
 * none, and official images there are "NAME" as well as "library/NAME". Pure.
 */
#ifndef CORE_TRUSTED_H
#define CORE_TRUSTED_H

#include "core/finding.h"

/* An empty list trusts every registry. An empty registry is docker.io. */
bool registry_is_trusted(struct str_list entries, struct str registry, struct str path);

#endif
