/* The edits of one Dockerfile that the linter can prove (detect/lint/fix.h), found in a reader. */
#ifndef ENGINE_SCAN_FIX_H
#define ENGINE_SCAN_FIX_H

#include "detect/lint/fix.h"
#include "engine/scan.h"

/* path says what the file is. The answer is in `arena`, its changes are ascending and inside the
 * bytes; everything else in it is the reader's word. */
MUST_USE int scan_fix(const struct scan *scan, struct str path, struct str bytes,
    enum edit_level level, struct str_list rules, struct arena *arena, struct lint_fixes *ret,
    struct err *err);

#endif
