#include "detect/lint/rule.h"

/* The setgid bit of a folder only says whose group new files have. */
static bool is_program(const struct shell_command *c)
{
	for (size_t i = 1; i < c->n_words; i++)
		if (str_has(c->words[i].text, STR("bin/")))
			return true;
	return false;
}

static void check_setuid(struct lint *l, const struct docker_step *step)
{
	const struct docker_instruction *in = step->instruction;
	struct lint_mode mode;

	if (!step->onbuild && step->stage && !step->stage->shipped)
		return;
	if ((in->kind == DOCKER_COPY || in->kind == DOCKER_ADD) && lint_mode_of_copy(in, &mode) &&
	    mode.setuid)
		lint_report(l, docker_range(in, docker_flag_get(in, "chmod")->raw), in->args, NULL,
		    "what is copied runs as its owner, whoever starts it: mode " STR_FMT,
		    STR_ARG(mode.text));
	if (in->kind != DOCKER_RUN || !step->script)
		return;
	for (size_t i = 0; i < step->script->commands.n; i++) {
		const struct shell_command *c = &step->script->commands.p[i];

		if (lint_mode_of_command(c, &mode) &&
		    (mode.setuid || (mode.setgid && is_program(c))))
			lint_word(l, c, mode.word,
			    "it runs as its owner or group, whoever starts it: mode " STR_FMT,
			    STR_ARG(mode.text));
	}
}

const struct lint_rule rule_setuid = {
    .id = "PL1016",
    .title = "a program is given the setuid or setgid bit",
    .why = "Whoever gets into the container as its user becomes another one with it, mostly "
	   "root.",
    .fix = "leave the bit out; what needs a right of root's gets that one alone, from the runtime",
    .threat = "host",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://www.cisecurity.org/benchmark/docker",
	"https://csrc.nist.gov/pubs/sp/800/190/final"},
    .clauses = {NIST("4.1.2"), PCI("7.2.5"), CIS("4.8")},
    .severity = SEVERITY_HIGH,
    .step = check_setuid,
};
