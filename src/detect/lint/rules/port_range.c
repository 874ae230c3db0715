#include "detect/lint/rule.h"

/* "80", "8000-8010", with "/tcp" or the like; a variable that is not known is not a number. */
static bool is_too_large(struct str word)
{
	struct str number = word, high = STR_NONE, protocol;
	uint64_t value;

	(void)str_split(word, '/', &number, &protocol);
	(void)str_split(number, '-', &number, &high);
	return (str_to_u64(number, &value) && value > 65535) ||
	       (str_to_u64(high, &value) && value > 65535);
}

static void check_word(struct lint *l, const struct docker_step *step, size_t i)
{
	const struct docker_instruction *in = step->instruction;
	struct str rest = in->words[i].text, port;

	if (step->ports && step->ports[i].known)
		rest = step->ports[i].text;
	while (docker_next_port(&rest, &port)) {
		struct docker_ports ports;

		if (is_too_large(port))
			lint_report(l, docker_range(in, in->words[i].raw), port, NULL,
			    STR_FMT " is not a port: they end at 65535", STR_ARG(port));
		else if (str_chr(port, '$') == STR_NPOS && str_chr(port, ':') == STR_NPOS &&
			 !docker_ports_read(port, &ports))
			lint_report(l, docker_range(in, in->words[i].raw), port, NULL,
			    STR_FMT " is not a port: it is a number or a range of numbers",
			    STR_ARG(port));
	}
}

static void check_port_range(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_instruction *in = view->steps[i].instruction;

		for (size_t k = 0; in->kind == DOCKER_EXPOSE && k < in->n_words; k++)
			check_word(l, &view->steps[i], k);
	}
}

static bool has_too_large(struct lint *l, const struct hado_step *step)
{
	(void)l;
	for (size_t i = 0; step->in->kind == DOCKER_EXPOSE && i < step->in->n_words; i++)
		if (is_too_large(step->in->words[i].text))
			return true;
	return false;
}

const struct lint_rule rule_port_range = {
    .id = "DL3011",
    .title = "the port does not exist",
    .why = "Ports are numbers and end at 65535: a builder refuses any other word.",
    .fix = "name a port from 0 to 65535",
    .threat = "runtime",
    .since = "2026-11-23",
    .peer = "error",
    .references = {"https://docs.docker.com/reference/dockerfile/#expose"},
    .severity = SEVERITY_MEDIUM,
    .dockerfile = check_port_range,
    .hadolint = {.step = has_too_large},
};
