#include "detect/lint/rule.h"

static void check_volume_of_system(struct lint *l, const struct docker_step *step)
{
	const struct docker_instruction *in = step->instruction;

	if (in->kind != DOCKER_VOLUME || (!step->onbuild && step->stage && !step->stage->shipped))
		return;
	for (size_t i = 0; i < in->n_words; i++)
		if (lint_is_system_folder(in->words[i].text))
			lint_report(l, docker_range(in, in->words[i].raw), in->words[i].text, NULL,
			    "a volume over " STR_FMT, STR_ARG(in->words[i].text));
}

const struct lint_rule rule_volume_of_system = {
    .id = "PL3002",
    .title = "a volume over a folder of the system",
    .why =
	"A volume there hides what the image has in that folder, keeps it from ever being updated, or opens the host's sockets and devices to the container.",
    .fix = "name a folder of the application's own, such as VOLUME /var/lib/app",
    .threat = "breakout",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://www.cisecurity.org/benchmark/docker",
	"https://docs.docker.com/reference/dockerfile/#volume"},
    .clauses = {NIST("4.5.5"), CIS("5.5")},
    .severity = SEVERITY_MEDIUM,
    .step = check_volume_of_system,
};
