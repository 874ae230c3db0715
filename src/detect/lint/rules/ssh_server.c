#include "detect/lint/rule.h"

static bool names_server(const struct shell_command *c)
{
	static const struct str names[] = {STR_INIT("openssh-server"), STR_INIT("openssh"),
	    STR_INIT("dropbear"), STR_INIT("ssh"), STR_INIT("sshd")};

	for (size_t i = 1; i < c->n_words; i++) {
		struct str word = c->words[i].text, version;

		(void)str_split(word, '=', &word, &version);
		for (size_t k = 0; k < ARRAY_LEN(names); k++) {
			if (str_eq(word, names[k]))
				return true;
		}
		if (str_starts(word, STR("openssh-server-")))
			return true;
	}
	return false;
}

static bool exposes_ssh(struct str args)
{
	struct str word;

	while (args.n > 0 && str_cut(&args, ' ', &word)) {
		if (str_eq(word, STR("22")) || str_eq(word, STR("22/tcp")))
			return true;
	}
	return false;
}

static void check_ssh_server(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];

		if (lint_step_is(step, DOCKER_EXPOSE) && exposes_ssh(step->instruction->args))
			lint_instruction(l, step->instruction, "port 22 is the SSH server's");
		if (!lint_step_is(step, DOCKER_RUN) || !step->script)
			continue;
		for (size_t k = 0; k < step->script->commands.n; k++) {
			const struct shell_command *c = &step->script->commands.p[k];

			if (lint_installs(c) && names_server(c))
				lint_command(l, step, c, "an SSH server is installed");
		}
	}
}

const struct lint_rule rule_ssh_server = {
    .id = "PL1002",
    .title = "an SSH server in the image",
    .why = "A container is entered through its runtime; an SSH server in it is one more "
	   "door, with keys and passwords of its own.",
    .fix = "leave the SSH server out, and use `exec` of the runtime where a shell is "
	   "needed",
    .threat = "breakout",
    .since = "2026-11-23",
    .peer = "warn",
    .references = {"https://csrc.nist.gov/pubs/sp/800/190/final"},
    .severity = SEVERITY_HIGH,
    .dockerfile = check_ssh_server,
};
