/*
 * CVSS base scores from vectors: v2.0, v3.0 and v3.1, by the formulas of FIRST's
 * specifications. v4.0 is recognised and left without a score: its 270 macro vectors are
 * not here, and a feed's own word for the severity is used instead. Pure functions.
 */
#ifndef DETECT_VULN_CVSS_H
#define DETECT_VULN_CVSS_H

#include "core/severity.h"

/* The base score in tenths. False if the vector is invalid, lacks a base metric, has one twice,
 * or is v4.0. Temporal and environmental metrics are read over. */
bool cvss_base_score(struct str vector, int *ret_tenths);
/* By the scale of the vector's own version: v2.0 knows nothing above high. */
enum severity cvss_severity(struct str vector, int tenths);

#endif
