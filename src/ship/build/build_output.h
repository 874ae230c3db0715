/*
 * Takes what a build wrote as an OCI layout of one image. What it wrote is hostile: only
 * regular files under digests' names are taken, and the index is written anew for the
 * digest that was reported.
 */
#ifndef SHIP_BUILD_BUILD_OUTPUT_H
#define SHIP_BUILD_BUILD_OUTPUT_H

#include "base/arena.h"
#include "base/err.h"

/* from: the build's layout, nobody writes to it any more. to: made anew. The manifest's bytes are
 * verified here; blobs are moved (or copied to another file system), and belong to the caller.
 * On failure `to` is removed. */
MUST_USE int output_take(
    const char *from, const char *to, struct str digest, struct arena *arena, struct err *err);

#endif
