/*
 * Inventory against database: which packages have which vulnerability, and what could
 * not be judged. Pure: no disk but the database's map, no clock. One thread a call; the
 * database may serve several at once.
 *
 * - Debian packages are matched by source package and source version, against the release
 *   that os-release names; Python packages by their normalised name.
 * - One finding for each source package (or package and version) and vulnerability. Records
 *   of several feeds that are aliases of each other are one finding: its id is the CVE if
 *   there is one, else the first alias by the alphabet, and `rule` is that id.
 * - Its places are those of all packages it stands for, requirement files first; the message
 *   names the binary packages where they are called otherwise than the source.
 * - Its identity is the package URL's type and name and the id, without the version: the
 *   fingerprint survives an upgrade that does not cure.
 * - A release or ecosystem without advisories, and a version that cannot be compared, is
 *   *not covered*, never clean.
 */
#ifndef DETECT_VULN_MATCH_H
#define DETECT_VULN_MATCH_H

#include "core/report.h"
#include "detect/vuln/db/db.h"

struct vuln_options {
	int64_t now_ms; /* an advisory withdrawn by then does not count */
};

struct vuln_gaps {
	struct not_covered *p;
	size_t n, cap;
	uint64_t judged; /* packages that were compared with the advisories of their ecosystem */
};

/* Tells findings to the sink in the inventory's order; appends to *gaps (report_add_not_covered
 * takes each). arena holds temporaries and the gaps. ERR_DATABASE if the file is damaged. */
MUST_USE int vuln_match(const struct db *db, const struct inventory *inventory,
    const struct vuln_options *options, struct sink *sink, struct vuln_gaps *gaps,
    struct arena *arena, struct err *err);

/* The edit that cures a finding on a line of a requirements file: replaces the version in `text`,
 * the bytes of the file at places[0].path. False if there is none to make: no fixed version,
 * not such a file, the line pins hashes, or the text is not what the place says. */
bool vuln_repair(const struct finding *finding, struct str text, struct arena *arena,
    struct finding_fix *ret_fix);

#endif
