/*
 * What other scanners' files say of findings: gitleaks' ignore file, and a report of an earlier
 * scan of its (a baseline). The texts are looked through in a sandboxed reader.
 *
 * A file that is named on the command line is the operator's: what its ignore file names is left
 * out as what the policy's `ignore` names, and what its baseline has is known. The .gitleaksignore
 * of the repository is the branch's, and no more than a request.
 */
#ifndef ENGINE_SECRET_ALLOW_H
#define ENGINE_SECRET_ALLOW_H

#include "engine/scan.h"

struct secret_allow_files {
	const char *ignore, *baseline; /* as named, or NULL */
	const char *top;	       /* the folder whose .gitleaksignore asks, or NULL */
};

/* Of a report that is not judged yet; adds to the policy's ignores. ret_unused: how many lines of
 * the ignore file that is named excuse nothing. ERR_CONFIG if a file that is named cannot be used.
 */
MUST_USE int secret_allow_apply(struct scan *scan, const struct secret_allow_files *files,
    struct policy *policy, size_t *ret_unused, struct err *err);

#endif
