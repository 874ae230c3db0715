#include "detect/vuln/range.h"

/* Introduced "0" stands below every version, even if the scheme has versions below 0. */
static bool is_bottom(const struct advisory_event *event)
{
	return event->kind == EVENT_INTRODUCED && str_eq(event->version, STR("0"));
}

static enum version_order event_order(
    const struct version_scheme *scheme, const struct advisory_event *event, struct str version)
{
	if (is_bottom(event))
		return VERSION_LESS;
	if (event->kind == EVENT_LIMIT && str_eq(event->version, STR("*")))
		return VERSION_GREATER;
	return version_compare(scheme, event->version, version);
}

/* Whether the event has happened at the version: it decides unless a later one does. */
static bool has_happened(enum event_kind kind, enum version_order order)
{
	if (kind == EVENT_LAST_AFFECTED)
		return order == VERSION_LESS;
	return order == VERSION_LESS || order == VERSION_EQUAL;
}

/* The later of two events that have happened; of two at one version, the one further on. */
static bool is_later(const struct version_scheme *scheme, const struct advisory_event *event,
    const struct advisory_event *than)
{
	if (!than || is_bottom(than))
		return true;
	if (is_bottom(event))
		return false;
	return version_compare(scheme, event->version, than->version) != VERSION_LESS;
}

static void take_nearest(const struct version_scheme *scheme, const struct advisory_event *event,
    const struct advisory_event **nearest)
{
	if (!*nearest ||
	    version_compare(scheme, event->version, (*nearest)->version) == VERSION_LESS)
		*nearest = event;
}

/* Whether it ends, at or above the version, the interval that the version may be in. */
static bool is_upper_bound(const struct advisory_event *event, enum version_order order)
{
	if (event->kind == EVENT_LIMIT && str_eq(event->version, STR("*")))
		return false;
	return event->kind != EVENT_INTRODUCED && order != VERSION_LESS;
}

static enum range_answer one_range(const struct version_scheme *scheme,
    const struct advisory_event *events, size_t n, struct str version, struct range_hit *ret)
{
	const struct advisory_event *last = NULL, *until = NULL, *fixed = NULL;
	bool limited = false, below_limit = false;

	for (size_t i = 0; i < n; i++) {
		const struct advisory_event *event = &events[i];
		enum version_order order = event_order(scheme, event, version);

		if (order == VERSION_UNKNOWN)
			return RANGE_UNKNOWN;
		if (event->kind == EVENT_LIMIT) {
			limited = true;
			below_limit |= order == VERSION_GREATER;
		} else if (has_happened(event->kind, order)) {
			if (is_later(scheme, event, last))
				last = event;
			continue;
		}
		if (event->kind == EVENT_FIXED)
			take_nearest(scheme, event, &fixed);
		if (is_upper_bound(event, order))
			take_nearest(scheme, event, &until);
	}
	if (!last || last->kind != EVENT_INTRODUCED || (limited && !below_limit))
		return RANGE_OUTSIDE;
	*ret = (struct range_hit){.from = last->version};
	if (until) {
		ret->until = until->version;
		ret->until_kind = until->kind;
	}
	if (fixed)
		ret->fixed = fixed->version;
	return RANGE_INSIDE;
}

enum range_answer range_contains(const struct version_scheme *scheme,
    const struct advisory_event *events, size_t n, struct str version, struct range_hit *ret_hit)
{
	enum range_answer answer = RANGE_OUTSIDE;

	for (size_t begin = 0, end; begin < n; begin = end) {
		enum range_answer one;

		for (end = begin + 1; end < n && !events[end].begins;)
			end++;
		one = one_range(scheme, events + begin, end - begin, version, ret_hit);
		if (one == RANGE_INSIDE)
			return one;
		if (one == RANGE_UNKNOWN)
			answer = one;
	}
	return answer;
}

void range_describe(const struct range_hit *hit, struct buf *out)
{
	buf_addf(out, ">= " STR_FMT, STR_ARG(hit->from));
	if (hit->until.n == 0)
		return;
	buf_addf(out, ", %s " STR_FMT, hit->until_kind == EVENT_LAST_AFFECTED ? "<=" : "<",
	    STR_ARG(hit->until));
}
