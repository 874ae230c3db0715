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

/* "RTMIN+3", "RTMAX-1", "RTMIN" */
static bool is_real_time(struct str name)
{
	static const struct str starts[] = {STR_INIT("RTMIN"), STR_INIT("RTMAX")};

	for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
		struct str rest = str_sub(name, starts[i].n, name.n);
		uint64_t number;

		if (!str_starts_nocase(name, starts[i]))
			continue;
		return rest.n == 0 ||
		       (rest.p[0] == (i == 0 ? '+' : '-') &&
			   str_to_u64(str_sub(rest, 1, rest.n), &number) && number < 32);
	}
	return false;
}

/* Whether a builder takes it: a name of Linux's, or a number. A variable may be one. */
static bool is_signal(struct str signal)
{
	static const char *const names[] = {"ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE",
	    "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE", "POLL", "PROF", "PWR", "QUIT", "SEGV",
	    "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU", "UNUSED", "URG",
	    "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ", "EMT", "INFO", "LOST"};
	struct str name = signal;
	uint64_t number;

	if (str_chr(signal, '$') != STR_NPOS)
		return true;
	if (str_to_u64(signal, &number))
		return number > 0;
	if (str_starts_nocase(name, STR("SIG")))
		name = str_sub(name, 3, name.n);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq_nocase(name, str_of(names[i])))
			return true;
	return is_real_time(name);
}

static void check_stop_signal(struct lint *l, const struct docker_step *step)
{
	const struct docker_instruction *in = step->instruction;

	if (in->kind != DOCKER_STOPSIGNAL || in->n_words == 0)
		return;
	if (is_forced(in->words[0].text))
		lint_instruction(
		    l, in, "no program can handle " STR_FMT, STR_ARG(in->words[0].text));
	else if (!is_signal(in->words[0].text))
		lint_instruction(l, in, "there is no signal " STR_FMT, STR_ARG(in->words[0].text));
}

const struct lint_rule rule_stop_signal = {
    .id = "PL1032",
    .title = "the container is stopped by force, or by a signal that there is not",
    .why =
	"KILL and STOP reach no program: it cannot finish what it does, write what it holds, or end its children. After STOP it does not even end. A builder refuses a signal that it does not know.",
    .fix = "leave STOPSIGNAL out, or name a signal that the program handles, such as SIGTERM",
    .threat = "runtime",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/dockerfile/#stopsignal"},
    .severity = SEVERITY_LOW,
    .step = check_stop_signal,
};
