#include "detect/lint/rule.h"

/* By name, with or without SIG, or by the numbers that they have on all of Docker's processors. */
static bool is_forced(struct str signal)
{
	static const char *const names[] = {"KILL", "STOP"};
	struct str name = signal;
	uint64_t number;

	if (str_to_u64(signal, &number))
		return number == 9 || number == 19;
	if (str_starts_nocase(name, STR("SIG")))
		name = str_sub(name, 3, name.n);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq_nocase(name, str_of(names[i])))
			return true;
	return false;
}

static void check_stop_signal(struct lint *l, const struct docker_step *step)
{
	const struct docker_instruction *in = step->instruction;

	if (in->kind == DOCKER_STOPSIGNAL && in->n_words > 0 && is_forced(in->words[0].text))
		lint_instruction(
		    l, in, "no program can handle " STR_FMT, STR_ARG(in->words[0].text));
}

const struct lint_rule rule_stop_signal = {
    .id = "PL1032",
    .title = "the container is stopped by force",
    .why =
	"KILL and STOP reach no program: it cannot finish what it does, write what it holds, or end its children. After STOP it does not even end.",
    .fix = "leave STOPSIGNAL out, or name a signal that the program handles, such as SIGTERM",
    .threat = "runtime",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/dockerfile/#stopsignal"},
    .severity = SEVERITY_LOW,
    .step = check_stop_signal,
};
