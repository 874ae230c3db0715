#include "detect/lint/rule.h"

static void check_expose_casing(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_instruction *in = view->steps[i].instruction;

		for (size_t k = 0; in->kind == DOCKER_EXPOSE && k < in->n_words; k++) {
			struct str raw = in->words[k].raw, port, protocol;

			if (!str_split(raw, '/', &port, &protocol) ||
			    (!str_eq_nocase(protocol, STR("tcp")) &&
				!str_eq_nocase(protocol, STR("udp")) &&
				!str_eq_nocase(protocol, STR("sctp"))) ||
			    lint_case_of(protocol) == LINT_LOWER)
				continue;
			lint_recase(l, docker_range(in, protocol), protocol, LINT_LOWER);
			lint_report(l, docker_range(in, protocol), raw, NULL,
			    "the protocol " STR_FMT " is not in small letters", STR_ARG(protocol));
		}
	}
}

const struct lint_rule rule_expose_casing = {
    .id = "ExposeProtoCasing",
    .title = "EXPOSE's protocol is not in small letters",
    .why = "An image's configuration has protocols in small letters, and what compares the two "
	   "may take them for different ports.",
    .fix = "write tcp, udp or sctp",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/build-checks/expose-proto-casing/"},
    .severity = SEVERITY_INFO,
    .dockerfile = check_expose_casing,
};
