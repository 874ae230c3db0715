#include "detect/lint/rule.h"

/* Images whose publishers say in the name or tag that they run as another user. Folders and hosts
 * say nothing of the image. */
static bool name_says_otherwise(struct docker_reference image)
{
	static const char *const words[] = {"nonroot", "non-root", "rootless", "unprivileged"};
	size_t slash = str_rchr(image.repository, '/');
	struct str name = slash == STR_NPOS
			      ? image.repository
			      : str_sub(image.repository, slash + 1, image.repository.n);

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (lint_name_says(name, words[i]) || lint_name_says(image.tag, words[i]))
			return true;
	return false;
}

/* On scratch, without CMD and ENTRYPOINT: files for somebody to take out, and no program. */
static bool is_export(const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];

		if (step->stage && step->stage->shipped &&
		    (lint_step_is(step, DOCKER_CMD) || lint_step_is(step, DOCKER_ENTRYPOINT)))
			return false;
	}
	return view->built->lowest->scratch;
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

/* What a text says of itself is likely, not certain. */
static const char *message_of(enum lint_windows windows, bool is_named_otherwise)
{
	if (windows == WINDOWS_BY_PLATFORM)
		return "there is no USER in the final stage: only its platform says that it is "
		       "Windows";
	if (windows == WINDOWS_BY_NAME || is_named_otherwise)
		return "there is no USER in the final stage: only the base's name says that it is "
		       "not root";
	return "there is no USER in the final stage: only its escape directive or SHELL says that "
	       "it is Windows";
}

static void check_no_user(struct lint *l, const struct docker_view *view)
{
	const struct docker_stage *s = view->built;
	enum lint_windows windows;
	bool otherwise;

	if (!s || s->user_step || is_export(view))
		return;
	windows = lint_windows(view, s);
	otherwise = name_says_otherwise(s->lowest->base);
	if (s->lowest->scratch)
		report(l, s, WEIGHT_WARNS,
		    "there is no USER on scratch: what it holds runs with root's number");
	else if (windows == WINDOWS_CERTAIN ||
		 (s->outside && !docker_user_is_root(s->outside->user)))
		return;
	else if (s->outside)
		report(l, s, WEIGHT_COMPARED,
		    "there is no USER in the final stage, and the base image's user is root");
	else if (windows != WINDOWS_NO || otherwise)
		report(l, s, WEIGHT_WARNS, message_of(windows, otherwise));
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
    .clauses = {NIST("4.1.2"), PCI("7.2.5"), CIS("4.1")},
    .severity = SEVERITY_HIGH,
    .dockerfile = check_no_user,
};
