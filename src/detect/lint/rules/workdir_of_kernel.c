#include "detect/lint/rule.h"

static bool is_of_kernel(struct str path)
{
	static const char *const folders[] = {"/dev", "/proc", "/sys"};

	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		struct str rest = str_sub(path, str_of(folders[i]).n, path.n);

		if (str_starts(path, str_of(folders[i])) && (rest.n == 0 || rest.p[0] == '/'))
			return true;
	}
	return false;
}

static void check_workdir_of_kernel(struct lint *l, const struct docker_step *step)
{
	const struct docker_instruction *in = step->instruction;

	if (in->kind == DOCKER_WORKDIR && in->n_words > 0 && is_of_kernel(in->words[0].text))
		lint_instruction(l, in, STR_FMT " is the kernel's", STR_ARG(in->words[0].text));
}

const struct lint_rule rule_workdir_of_kernel = {
    .id = "PL1040",
    .title = "a working folder in the kernel's own",
    .why =
	"What is written below /proc, /sys and /dev is the kernel's, and gone when the step ends: nothing that is copied or made there is in the image.",
    .fix = "use a folder of its own, such as /app",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/dockerfile/#workdir"},
    .severity = SEVERITY_MEDIUM,
    .step = check_workdir_of_kernel,
};
