/*
 * How a report's findings gain places: a secret by being reported again, any finding by
 * its identity. Keys are digests of what is the same, in the report's arena. For report.c.
 */
#ifndef CORE_REPORT_PLACES_H
#define CORE_REPORT_PLACES_H

#include "base/buf.h"
#include "core/report.h"

/* The parts of a key, none of which runs into the next. */
void report_key_number(struct buf *b, uint32_t value);
void report_key_text(struct buf *b, struct str s);
/* Where in a file, and in which of a file's versions. */
void report_key_place(struct buf *b, const struct place *place);
/* The digest of b in the report's arena, as a key that stays small whatever its parts are. */
MUST_USE int report_make_key(
    struct report *r, const struct buf *b, struct str *ret_key, struct err *err);

/* `f` stands in the report and its list can grow: it began empty, or it is a secret's. */
MUST_USE int report_add_places(
    struct report *r, struct finding *f, const struct finding *from, struct err *err);
/* The state of a secret as a whole; one without a place says its own. */
enum finding_state report_gathered_state(const struct finding *f);
/* Findings have moved. */
void report_forget_named(struct report *r);

#endif
