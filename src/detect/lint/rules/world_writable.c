#include "detect/lint/rule.h"

static void check_copy(struct lint *l, const struct docker_instruction *in)
{
	struct lint_mode mode;

	if (lint_mode_of_copy(in, &mode) && mode.world_writable)
		lint_report(l, docker_range(in, docker_flag_get(in, "chmod")->raw), in->args, NULL,
		    "everybody may write what is copied: mode " STR_FMT, STR_ARG(mode.text));
}

static void check_world_writable(struct lint *l, const struct docker_step *step)
{
	struct lint_mode mode;

	/* Of a stage that is not the image, only what is copied gets there. */
	if (!step->onbuild && step->stage && !step->stage->shipped)
		return;
	if (lint_step_is(step, DOCKER_COPY) || lint_step_is(step, DOCKER_ADD))
		check_copy(l, step->instruction);
	if (!lint_step_is(step, DOCKER_RUN) || !step->script)
		return;
	for (size_t i = 0; i < step->script->commands.n; i++) {
		const struct shell_command *c = &step->script->commands.p[i];

		if (lint_mode_of_command(c, &mode) && mode.world_writable)
			lint_word(l, c, mode.word, "everybody may write it: mode " STR_FMT,
			    STR_ARG(mode.text));
	}
}

const struct lint_rule rule_world_writable = {
    .id = "PL1015",
    .title = "everybody may write a file or folder of the image",
    .why = "Any process in the container, of whatever user, can put something else there: a "
	   "program, a configuration, a script that root runs later.",
    .fix = "give it to the user that writes it, with COPY --chown or chown, and leave the world "
	   "out: mode 755 or 775",
    .threat = "host",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://csrc.nist.gov/pubs/sp/800/190/final",
	"https://www.pcisecuritystandards.org/document_library/"},
    .clauses = {NIST("4.1.2"), PCI("7.2.5")},
    .severity = SEVERITY_LOW,
    .step = check_world_writable,
};
