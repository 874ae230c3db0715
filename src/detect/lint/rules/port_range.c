#include "detect/lint/rule.h"

static bool is_too_large(struct str word)
{
	struct str number = word, ignored, high;
	uint64_t value;

	(void)str_split(word, '/', &number, &ignored);
	if (str_split(number, '-', &ignored, &high))
		number = high;
	return str_to_u64(number, &value) && value > 65535;
}

static void check_port_range(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_instruction *in = view->steps[i].instruction;
		struct str rest = in->args, word;

		if (in->kind != DOCKER_EXPOSE)
			continue;
		while (rest.n > 0 && str_cut(&rest, ' ', &word)) {
			if (is_too_large(word))
				lint_report(l, docker_range(in, word), in->text.text, NULL,
				    STR_FMT " is no port: they end at 65535", STR_ARG(word));
		}
	}
}

const struct lint_rule rule_port_range = {
    .id = "DL3011",
    .title = "the port does not exist",
    .why = "Ports end at 65535.",
    .fix = "name a port from 0 to 65535",
    .threat = "runtime",
    .since = "2026-11-23",
    .peer = "error",
    .references = {"https://docs.docker.com/reference/dockerfile/#expose"},
    .severity = SEVERITY_MEDIUM,
    .dockerfile = check_port_range,
};
