/*
 * Gives each finding its verdict by the policy. Nothing else decides an exit code or a
 * merge. Pure: the date is passed in.
 */
#ifndef GATE_JUDGE_H
#define GATE_JUDGE_H

#include "core/report.h"
#include "gate/policy.h"

/* Sets finding->verdict, and waiver or request if they say why. */
MUST_USE int judge_finding(const struct policy *policy, int64_t now_ms, struct arena *arena,
    struct finding *finding, struct err *err);
/* What the policy makes of something that nothing judged: warns or blocks. */
enum verdict judge_gap(const struct policy *policy, const struct not_covered *gap);
/* All findings and gaps of a report, its policy, its stages' verdicts; then report_sort and
 * report_conclude.
 */
MUST_USE int judge_report(
    const struct policy *policy, int64_t now_ms, struct report *report, struct err *err);

#endif
