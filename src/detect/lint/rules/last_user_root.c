#include "detect/lint/rule.h"

/* Whoever is root by another spelling is the same root. */
#define IDENTITY STR("the last user is root")

/* Nobody but Windows has it, and everything there is its own. */
static void check_windows_admin(struct lint *l, const struct docker_stage *built)
{
	const struct docker_instruction *user = built->user_step->instruction;

	if (!lint_is_windows_admin(built->user))
		return;
	lint_weigh(l, WEIGHT_WARNS);
	lint_report(l, (struct text_range){user->offset, user->head_end}, IDENTITY,
	    "end the stage with USER ContainerUser",
	    "the last user is the administrator of a Windows container");
}

static void check_last_user_root(struct lint *l, const struct docker_view *view)
{
	const struct docker_stage *built = view->built;
	const struct docker_instruction *user;
	struct text_range range;

	if (!built || !built->user_step || !built->user_known)
		return;
	if (!docker_user_is_root(built->user)) {
		check_windows_admin(l, built);
		return;
	}
	user = built->user_step->instruction;
	range = (struct text_range){user->offset, user->head_end};
	if (built->user.n == 0)
		lint_report(l, range, IDENTITY, NULL, "the last user is empty, which is root");
	else if (user->n_words > 0 && str_eq(user->words[0].text, built->user))
		lint_report(l, range, IDENTITY, NULL, "the last user is root");
	else
		lint_report(l, range, IDENTITY, NULL,
		    "the last user is root: its variables make it " STR_FMT, STR_ARG(built->user));
}

/* By these spellings only. */
static bool hado_is_root(const struct hado_step *step)
{
	struct str user = step->in->n_words > 0 ? step->in->words[0].text : STR_NONE, name;

	return str_split(user, ':', &name, &user)
		   ? str_eq(name, STR("root")) || str_eq(name, STR("0"))
		   : str_eq(user, STR("root")) || str_eq(user, STR("0"));
}

static void judge(struct lint *l, const struct hado_pass *pass)
{
	const struct hado_step *root = NULL;

	for (size_t i = 0; i < pass->n_steps; i++) {
		const struct hado_step *step = &pass->steps[i];

		if (step->in->kind == DOCKER_FROM && root)
			hado_report(l, root->line);
		if (step->in->kind == DOCKER_FROM)
			root = NULL;
		else if (step->in->kind == DOCKER_USER && step->stage > 0)
			root = hado_is_root(step) ? step : NULL;
	}
	if (root)
		hado_report(l, root->line);
}

const struct lint_rule rule_last_user_root = {
    .id = "DL3002",
    .title = "the last user is root",
    .why = "What breaks into the container's process has root's rights in it, and one flaw "
	   "of the kernel or a mounted folder away, on the host.",
    .fix = "end the stage with a user of its own, such as USER 10001",
    .threat = "host",
    .since = "2026-11-23",
    .peer = "warning",
    .references = {"https://docs.docker.com/build/building/best-practices/#user",
	"https://www.cisecurity.org/benchmark/docker"},
    .clauses = {NIST("4.1.2"), PCI("7.2.5"), CIS("4.1")},
    .severity = SEVERITY_HIGH,
    .dockerfile = check_last_user_root,
    .hadolint = {.pass = judge},
};
