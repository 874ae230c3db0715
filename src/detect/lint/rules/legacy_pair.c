#include "base/buf.h"
#include "detect/lint/rule.h"

/* What stands in a legacy value: one that is quoted in part, or has an escape, may be another in
 * the new form. */
struct contents {
	bool bare_blank; /* outside of quotes */
	bool quote, escape, open;
};

static struct contents contents_of(struct str value, char escape)
{
	struct contents c = {.quote = false};
	char inside = '\0';

	for (size_t i = 0; i < value.n; i++) {
		char byte = value.p[i];

		c.escape |= byte == escape || byte == '\\';
		if (inside != '\0' && byte == inside) {
			inside = '\0';
		} else if (inside == '\0' && (byte == '"' || byte == '\'')) {
			inside = byte;
			c.quote = true;
		}
		c.bare_blank |= inside == '\0' && byte_is_blank(byte);
	}
	c.open = inside != '\0';
	return c;
}

static bool is_plain_name(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!byte_is_alnum(name.p[i]) && !str_has(STR("_.-/"), str_sub(name, i, 1)))
			return false;
	return name.n > 0;
}

/* Only what stands before and behind the value is written: its lines and comments stay. */
static void offer_pair(
    struct lint *l, const struct docker_view *view, const struct docker_instruction *in)
{
	const struct docker_pair *pair = &in->pairs[0];
	struct contents c = contents_of(pair->value.raw, view->file->escape);
	struct text_range name = docker_range(in, pair->name.raw);
	struct text_range value = docker_range(in, pair->value.raw);
	struct text_range gap = {name.end, value.offset}, behind = {value.end, value.end};
	struct str between = str_sub(view->file->text, gap.offset, gap.end - gap.offset);

	if (in->empty_continuation && str_chr(between, '\n') != STR_NPOS)
		return; /* NoEmptyContinuation writes there */
	if (!is_plain_name(pair->name.raw) || c.open || gap.end < gap.offset ||
	    str_chr(between, '#') != STR_NPOS || (c.bare_blank && (c.quote || c.escape)))
		return;
	lint_edit(l, EDIT_SAFE, gap, c.bare_blank ? STR("=\"") : STR("="));
	if (c.bare_blank)
		lint_edit(l, EDIT_SAFE, behind, STR("\""));
}

static void check_legacy_pair(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_instruction *in = view->steps[i].instruction;

		if (!in->legacy_pair || in->n_pairs == 0 || !in->pairs[0].has_value)
			continue;
		offer_pair(l, view, in);
		lint_instruction(l, in, "%s " STR_FMT " has a blank where '=' belongs",
		    docker_kind_word(in->kind), STR_ARG(in->pairs[0].name.text));
	}
}

const struct lint_rule rule_legacy_pair = {
    .id = "LegacyKeyValueFormat",
    .title = "ENV or LABEL without '='",
    .why = "The old form takes the whole rest of the line for the value, so that a second pair "
	   "becomes part of the first, and builders warn that it will go.",
    .fix = "write NAME=value, in quotes if the value has blanks",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/build-checks/legacy-key-value-format/"},
    .severity = SEVERITY_INFO,
    .dockerfile = check_legacy_pair,
};
