/* Scans of lists of commits. Private to engine. */
#ifndef ENGINE_COMMITS_H
#define ENGINE_COMMITS_H

#include "engine/scan.h"

/* Secrets in what the commits introduce, parents before children. What one of the bases, which are
 * commits, holds at the same path is known. */
MUST_USE int scan_commits(struct scan *scan, struct git_repo *repo,
    const struct git_oid_list *commits, const struct git_oid_list *bases, struct err *err);

#endif
