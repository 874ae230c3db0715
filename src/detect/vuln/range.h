/*
 * Whether a version lies in the ranges of an advisory, by the evaluation of the OSV
 * schema ("affected[].ranges[]"), without sorting: the answer is the last event at or
 * below the version. Pure functions.
 */
#ifndef DETECT_VULN_RANGE_H
#define DETECT_VULN_RANGE_H

#include "base/buf.h"
#include "detect/vuln/advisory.h"
#include "detect/vuln/version/version.h"

enum range_answer {
	RANGE_OUTSIDE,
	RANGE_INSIDE,
	RANGE_UNKNOWN, /* a version that the scheme cannot read stands in the way */
};

struct range_hit {
	struct str from;  /* of the interval that holds it: introduced */
	struct str until; /* the next fixed, last_affected or limit above; empty: none */
	enum event_kind until_kind;
	struct str fixed; /* the nearest version above that cures it; empty: none known */
};

/* events[0..n) are one or several ranges, each begun by an event with `begins`. RANGE_INSIDE if
 * one of them holds the version; *ret_hit is written then. */
enum range_answer range_contains(const struct version_scheme *scheme,
    const struct advisory_event *events, size_t n, struct str version, struct range_hit *ret_hit);
/* ">= 1.2, < 3.0.9", as a person reads it. */
void range_describe(const struct range_hit *hit, struct buf *out);

#endif
