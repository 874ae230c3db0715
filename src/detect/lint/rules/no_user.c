#include "detect/lint/rule.h"

static bool is_edge(struct str text, size_t i)
{
	return i >= text.n || text.p[i] == '-' || text.p[i] == '_' || text.p[i] == '.';
}

/* "not-", "non_" …: what follows is denied. `end` is behind the separator. */
static bool is_denied(struct str text, size_t end)
{
	static const struct str words[] = {
	    STR_INIT("not"), STR_INIT("non"), STR_INIT("no"), STR_INIT("without")};
	struct str before = str_sub(text, 0, end > 0 ? end - 1 : 0);

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		size_t n = words[i].n;

		if (before.n >= n && str_eq_nocase(str_sub(before, before.n - n, n), words[i]) &&
		    (before.n == n || is_edge(before, before.n - n - 1)))
			return true;
	}
	return false;
}

/* As a whole word: "nginx-unprivileged", not "xnonrootx". */
static bool has_word(struct str text, struct str word)
{
	for (size_t i = 0; i + word.n <= text.n; i++)
		if (str_eq_nocase(str_sub(text, i, word.n), word) && is_edge(text, i + word.n) &&
		    (i == 0 || is_edge(text, i - 1)) && !is_denied(text, i))
			return true;
	return false;
}

/* Images whose publishers say in the name or tag that they run as another user, or that are
 * Windows, where no image runs as root. Folders and hosts say nothing of the image. */
static bool name_says_otherwise(struct docker_reference image)
{
	static const struct str words[] = {STR_INIT("nonroot"), STR_INIT("non-root"),
	    STR_INIT("rootless"), STR_INIT("unprivileged"), STR_INIT("windows"),
	    STR_INIT("nanoserver"), STR_INIT("servercore"), STR_INIT("windowsservercore"),
	    STR_INIT("ltsc2016"), STR_INIT("ltsc2019"), STR_INIT("ltsc2022"), STR_INIT("ltsc2025")};
	size_t slash = str_rchr(image.repository, '/');
	struct str name = slash == STR_NPOS
			      ? image.repository
			      : str_sub(image.repository, slash + 1, image.repository.n);

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (has_word(name, words[i]) || has_word(image.tag, words[i]))
			return true;
	return false;
}

/* "windows", "windows/amd64", "windows(10.0.20348)/amd64". */
static bool is_windows(struct str platform)
{
	static const struct str name = STR_INIT("windows");

	return str_starts_nocase(platform, name) &&
	       (platform.n == name.n || platform.p[name.n] == '/' || platform.p[name.n] == '(');
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
	else if (is_windows(s->lowest->platform))
		report(l, s, WEIGHT_WARNS,
		    "there is no USER in the final stage: only its platform says that it is "
		    "Windows");
	else if (name_says_otherwise(s->lowest->base))
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
