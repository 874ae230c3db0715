/*
 * Time is passed in: whoever needs it takes a `const struct clock *`, and tests turn it.
 * All dates are UTC, by the proleptic Gregorian calendar.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/str.h"

struct clock {
	int64_t (*now_ms)(const struct clock *clock);  /* since 1970-01-01T00:00:00Z */
	int64_t (*mono_ms)(const struct clock *clock); /* for durations */
	int64_t fixed_ms;			       /* clock_fixed only */
};

extern const struct clock clock_system;
/* Stands still at ms. PLIMSOLL_TEST_NOW=2026-11-23T10:00:00Z gives the programs one. */
struct clock clock_fixed(int64_t ms);

enum { TIME_TEXT_SIZE = 32 };
/* "2026-11-23T10:00:00Z" */
void time_format(int64_t ms, char ret_text[TIME_TEXT_SIZE]);
/* "2026-11-23" */
void date_format(int64_t ms, char ret_text[TIME_TEXT_SIZE]);
/* RFC 3339 date, or date and time (fraction and offset allowed). False if it is neither. A
 * bare date is its midnight UTC. */
bool time_parse(struct str text, int64_t *ret_ms);

#endif
