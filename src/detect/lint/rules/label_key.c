#include "detect/lint/lint.h"

static bool is_key_byte(char c)
{
	return byte_is_digit(c) || (c >= 'a' && c <= 'z') || str_chr(STR("._/-"), c) != STR_NPOS;
}

static bool is_valid(struct str key)
{
	static const char *const reserved[] = {"com.docker.", "io.docker.", "org.dockerproject."};

	for (size_t i = 0; i < ARRAY_LEN(reserved); i++)
		if (str_starts(key, str_of(reserved[i])))
			return false;
	for (size_t i = 0; i < key.n; i++)
		if (!is_key_byte(key.p[i]))
			return false;
	return key.n > 0 && !byte_is_digit(key.p[0]) && is_key_byte(key.p[0]) &&
	       byte_is_alpha(key.p[0]) && byte_is_alnum(key.p[key.n - 1]) &&
	       !str_has(key, STR("..")) && !str_has(key, STR("--"));
}

/* com.docker.* of Docker's own extensions are published for others to set. */
static bool is_meant(struct str key)
{
	return str_starts(key, STR("com.docker.extension.")) ||
	       str_starts(key, STR("com.docker.desktop.")) || str_chr(key, '$') != STR_NPOS;
}

static void check_label_key(struct lint *l, const struct docker_step *step)
{
	const struct docker_instruction *in = step->instruction;

	/* One without a name is a parse error. */
	for (size_t i = 0; in->kind == DOCKER_LABEL && i < in->n_pairs; i++)
		if (in->pairs[i].name.text.n > 0 && !is_valid(in->pairs[i].name.text) &&
		    !is_meant(in->pairs[i].name.text))
			lint_report(l, docker_range(in, in->pairs[i].name.raw),
			    in->pairs[i].name.text, NULL, STR_FMT " is not a valid key of a label",
			    STR_ARG(in->pairs[i].name.text));
}

static bool is_bad(struct lint *l, const struct hado_step *step)
{
	(void)l;
	for (size_t i = 0; step->in->kind == DOCKER_LABEL && i < step->in->n_pairs; i++)
		if (!is_valid(step->in->pairs[i].name.text))
			return true;
	return false;
}

const struct lint_rule rule_label_key = {
    .id = "DL3048",
    .title = "a label has a key that tools may not take",
    .why = "Keys are lower case with dots between, and some beginnings belong to Docker: "
	   "another key may be refused, or be overwritten.",
    .fix = "use lower-case letters, digits, dots and dashes, such as org.example.name",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "style",
    .references = {"https://docs.docker.com/reference/dockerfile/#label",
	"https://github.com/opencontainers/image-spec/blob/main/annotations.md"},
    .severity = SEVERITY_INFO,
    .step = check_label_key,
    .hadolint = {.step = is_bad},
};
