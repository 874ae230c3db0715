/*
 * hadolint's configuration file, for `plimsoll hadolint`: it lies where a branch can put it, so its
 * text is read in a sandboxed child. The result is in the report's arena.
 */
#ifndef ENGINE_SCAN_HADOLINT_H
#define ENGINE_SCAN_HADOLINT_H

#include "engine/scan.h"
#include "peer/hadolint_config.h"

/* *ret_wrong: what is wrong with it, if it holds all the same. -1 and why if nothing of it holds.
 */
MUST_USE int scan_hadolint_config(struct scan *scan, struct str name, struct str text,
    struct hadolint_config *ret, struct err *ret_wrong, struct err *err);

#endif
