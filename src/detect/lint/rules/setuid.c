#include "detect/lint/rule.h"

/* The setgid bit of a folder only says whose group new files have. */
static bool is_program(const struct shell_command *c)
{
	for (size_t i = 1; i < c->n_words; i++)
		if (str_has(c->words[i].text, STR("bin/")))
			return true;
	return false;
}

/* Of "cap_setuid,cap_net_raw+ep": one with which its owner becomes root. "=ep" is all of them. */
static bool is_like_root(struct str caps)
{
	static const char *const names[] = {"all", "cap_sys_admin", "cap_setuid", "cap_setgid",
	    "cap_dac_override", "cap_dac_read_search", "cap_chown", "cap_fowner", "cap_setfcap",
	    "cap_sys_ptrace", "cap_sys_module", "cap_sys_rawio", "cap_mknod", "cap_setpcap"};
	size_t end = 0;
	struct str one;

	while (end < caps.n && str_chr(STR("=+-"), caps.p[end]) == STR_NPOS)
		end++;
	if (end == caps.n || caps.p[end] == '-' || end + 1 == caps.n)
		return false;
	if (end == 0)
		return true;
	caps = str_sub(caps, 0, end);
	while (str_cut(&caps, ',', &one))
		for (size_t i = 0; i < ARRAY_LEN(names); i++)
			if (str_eq_nocase(one, str_of(names[i])))
				return true;
	return false;
}

static void check_setcap(struct lint *l, const struct shell_command *c)
{
	const struct shell_word *word = shell_is(c, "setcap") ? shell_arg(c, 0) : NULL;

	if (word && !shell_has_flag(c, "r") && !shell_has_flag(c, "v") && is_like_root(word->text))
		lint_word(l, c, word, "whoever starts it may do what root may: " STR_FMT,
		    STR_ARG(word->text));
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
		check_setcap(l, c);
	}
}

const struct lint_rule rule_setuid = {
    .id = "PL1016",
    .title = "a program is given the setuid or setgid bit, or as much by setcap",
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
