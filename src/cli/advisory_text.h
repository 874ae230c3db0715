/* What an advisory database knows of one vulnerability, for `explain`. */
#ifndef CLI_ADVISORY_TEXT_H
#define CLI_ADVISORY_TEXT_H

#include "base/buf.h"
#include "detect/vuln/db/db.h"

/* All records that have the id or name it as an alias: who says what, and which packages are
 * affected in which versions. *ret_found: there is one. Texts are made safe for a terminal.
 * ERR_DATABASE. */
MUST_USE int advisory_write(const struct db *db, struct str id, struct arena *arena,
    struct buf *out, bool *ret_found, struct err *err);

#endif
