#include "detect/lint/rule.h"

static bool has_nocase(struct str text, struct str part)
{
	for (; text.n >= part.n; text = str_sub(text, 1, text.n))
		if (str_starts_nocase(text, part))
			return true;
	return false;
}

/* Images whose publishers say in the name that they run as another user, or that are Windows,
 * where no image runs as root. */
static bool name_says_otherwise(struct str image)
{
	static const struct str words[] = {STR_INIT("nonroot"), STR_INIT("non-root"),
	    STR_INIT("rootless"), STR_INIT("unprivileged"), STR_INIT("windows"),
	    STR_INIT("nanoserver"), STR_INIT("servercore")};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (has_nocase(image, words[i]))
			return true;
	return false;
}

static void report(
    struct lint *l, const struct docker_stage *s, enum finding_weight weight, const char *message)
{
	struct text_range range = {s->from->offset, s->from->head_end};

	/* That there is no USER is the same whatever the base: a newer base does not make it new.
	 */
	lint_weigh(l, weight);
	lint_report(l, range, STR("no USER"), NULL, "%s", message);
}

static void check_no_user(struct lint *l, const struct docker_view *view)
{
	const struct docker_stage *s = view->built;

	if (!s || s->user_step)
		return;
	if (s->lowest->scratch)
		report(l, s, WEIGHT_WARNS,
		    "there is no USER on scratch: what it holds runs with root's number");
	else if (s->outside && (s->outside->windows || !docker_user_is_root(s->outside->user)))
		return;
	else if (s->outside)
		report(l, s, WEIGHT_COMPARED,
		    "there is no USER in the final stage, and the base image's user is root");
	else if (name_says_otherwise(s->lowest->image_text))
		report(l, s, WEIGHT_WARNS,
		    "there is no USER in the final stage: only the base's name says that it is "
		    "not root");
	else
		report(l, s, WEIGHT_COMPARED,
		    "there is no USER in the final stage: the image runs as its base's user, "
		    "mostly root");
}

const struct lint_rule rule_no_user = {
    .id = "PL1001",
    .title = "the image runs as root: there is no USER",
    .why = "Without USER the process runs as the base image's user, and that is root "
	   "nearly always.",
    .fix = "add a user and end with it, such as USER 10001",
    .threat = "host",
    .since = "2026-11-23",
    .peer = "",
    .references = {"https://docs.docker.com/build/building/best-practices/#user",
		   "https://www.cisecurity.org/benchmark/docker"},
    .severity = SEVERITY_HIGH,
    .dockerfile = check_no_user,
};
