#include "detect/lint/rule.h"

static bool is_of_kernel(struct str path)
{
	static const char *const folders[] = {"/dev", "/proc", "/sys"};
	struct str rest;

	if (str_starts(path, STR("/dev/shm")))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		rest = str_sub(path, str_of(folders[i]).n, path.n);
		if (str_starts(path, str_of(folders[i])) && (rest.n == 0 || rest.p[0] == '/'))
			return true;
	}
	return false;
}

static void check_system_folder(struct lint *l, const struct docker_step *step)
{
	const struct docker_instruction *in = step->instruction;

	if (in->kind != DOCKER_VOLUME && in->kind != DOCKER_WORKDIR)
		return;
	for (size_t i = 0; i < in->n_words; i++)
		if (is_of_kernel(in->words[i].text))
			lint_report(l, docker_range(in, in->words[i].raw), in->words[i].text, NULL,
			    STR_FMT " is the kernel's", STR_ARG(in->words[i].text));
}

const struct lint_rule rule_system_folder = {
    .id = "PL1040",
    .title = "a volume or working folder over the kernel's own",
    .why =
	"What is written below /proc, /sys and /dev is the kernel's: a volume there hides it or opens the host's, and a working folder there is gone when the step ends.",
    .fix = "use a folder of its own, such as /data or /app",
    .threat = "breakout",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://www.cisecurity.org/benchmark/docker",
	"https://docs.docker.com/reference/dockerfile/#volume"},
    .clauses = {NIST("4.4.3"), CIS("5.5")},
    .severity = SEVERITY_HIGH,
    .step = check_system_folder,
};
