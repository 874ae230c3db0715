#include "detect/lint/rule.h"

/* What is installed by this name: `openssh` is only the common part on yum's systems. */
static bool names_server(const struct shell_command *c, struct str package)
{
	struct str name = package, version;

	if (str_split(package, '=', &name, &version))
		package = name;
	if (str_eq(name, STR("openssh-server")) || str_eq(name, STR("dropbear")) ||
	    str_starts(name, STR("openssh-server-")) || str_eq(name, STR("sshd")))
		return true;
	if (str_eq(name, STR("openssh")))
		return shell_is(c, "apk") || shell_is(c, "pacman") || shell_is(c, "zypper");
	return str_eq(name, STR("ssh")) && !shell_is(c, "apk");
}

static void check_command(struct lint *l, const struct shell_command *c)
{
	if (!lint_installs(c))
		return;
	for (size_t i = 1; i < c->n_words; i++)
		if (names_server(c, c->words[i].text))
			lint_word(l, c, &c->words[i], "an SSH server is installed");
}

static void check_port(struct lint *l, const struct docker_step *step, size_t i)
{
	const struct docker_instruction *in = step->instruction;
	struct str rest = in->words[i].text, word;
	struct docker_ports ports;

	if (step->ports && step->ports[i].known)
		rest = step->ports[i].text;
	while (docker_next_port(&rest, &word)) {
		if (docker_ports_read(word, &ports) && ports.tcp && ports.low <= 22 &&
		    22 <= ports.high)
			lint_report(l, docker_range(in, in->words[i].raw), STR("22"), NULL,
			    "port 22 is the SSH server's");
	}
}

static void check_ssh_server(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];

		for (size_t k = 0;
		    lint_step_is(step, DOCKER_EXPOSE) && k < step->instruction->n_words; k++)
			check_port(l, step, k);
		if (!lint_step_is(step, DOCKER_RUN) || !step->script)
			continue;
		for (size_t k = 0; k < step->script->commands.n; k++)
			check_command(l, &step->script->commands.p[k]);
	}
}

const struct lint_rule rule_ssh_server = {
    .id = "PL1002",
    .title = "an SSH server in the image",
    .why = "A container is entered through its runtime; an SSH server in it is one more "
	   "door, with keys and passwords of its own.",
    .fix = "leave the SSH server out, and use `exec` of the runtime if a shell is "
	   "needed",
    .threat = "breakout",
    .since = "2026-11-23",
    .peer = "warn",
    .references = {"https://csrc.nist.gov/pubs/sp/800/190/final"},
    .clauses = {NIST("4.1.2"), PCI("2.2.4")},
    .severity = SEVERITY_HIGH,
    .dockerfile = check_ssh_server,
};
