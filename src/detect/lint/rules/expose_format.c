#include "detect/lint/rule.h"

static void check_expose_format(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];
		const struct docker_instruction *in = step->instruction;

		for (size_t k = 0; in->kind == DOCKER_EXPOSE && k < in->n_words; k++) {
			struct str word = in->words[k].text;

			if (step->ports && step->ports[k].known)
				word = step->ports[k].text;
			else if (str_chr(word, '$') != STR_NPOS)
				continue;
			if (str_chr(word, ':') != STR_NPOS)
				lint_report(l, docker_range(in, in->words[k].raw), word, NULL,
				    "EXPOSE " STR_FMT " names more than a port of the container",
				    STR_ARG(word));
		}
	}
}

const struct lint_rule rule_expose_format = {
    .id = "ExposeInvalidFormat",
    .title = "EXPOSE names an address or a port of the host",
    .why = "EXPOSE says what the container listens on. An address or a port of the host is left "
	   "out: where the port is published is decided when the container is started.",
    .fix = "name the container's port alone, such as EXPOSE 8080/tcp",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/build-checks/expose-invalid-format/",
	"https://docs.docker.com/reference/dockerfile/#expose"},
    .severity = SEVERITY_LOW,
    .dockerfile = check_expose_format,
};
